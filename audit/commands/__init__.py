"""The commands by name, each with what it does for the arguments that the command line gave."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping

from audit.commands import designs, reports, tables

COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    **reports.COMMANDS,
    **tables.COMMANDS,
    **designs.COMMANDS,
}
"""Each returns an exit code; what it cannot do it says by an `AuditError`."""
