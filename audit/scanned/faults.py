"""What is wrong with a scanned table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.errors import Fault, SourceError

if TYPE_CHECKING:
    from audit.scanned.noun import Scan


def faults_of(scan: Scan) -> tuple[Fault, ...]:
    """Return every fault of a scanned table."""
    raise SourceError("a scan cannot check its rows yet. Try: checked='why they need none'.")
