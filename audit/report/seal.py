"""What page one prints so that a report can be checked: its fingerprint and the one command."""

from __future__ import annotations

import re
from dataclasses import dataclass

from audit.errors import ReportError
from audit.text import visible

COMMAND = "audit verify report.pdf"
FINGERPRINT = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Seal:
    """The fingerprint of a report, the command that re-checks it, and both as a QR code.

    Attributes
    ----------
    fingerprint : str
        12 hexadecimal digits; see `audit.report.record.fingerprint`.
    command : str
        What to type beside the report's files.
    says : str
        What the code holds: the command, then the fingerprint behind a `#`, so that it can be
        pasted into a shell as it is. It names no address.
    modules : tuple of tuples of bool
        The code's squares, row by row, True for dark, without the quiet zone of 4 squares.
    alt : str
        The code in words.
    """

    fingerprint: str
    command: str
    says: str
    modules: tuple[tuple[bool, ...], ...]
    alt: str


def seal(fingerprint: str) -> Seal:
    """Return what a report with this fingerprint prints of itself.

    Raises
    ------
    ReportError
        For anything but 12 hexadecimal digits.
    """
    import segno

    if not FINGERPRINT.fullmatch(fingerprint):
        raise ReportError(
            f"the fingerprint is {visible(fingerprint, 40)!r}; allowed: 12 digits of 0–9 and a–f."
        )
    says = f"{COMMAND} # fingerprint {fingerprint}"
    code = segno.make_qr(says, error="m", boost_error=False)
    modules = tuple(tuple(bool(square) for square in row) for row in code.matrix)
    return Seal(fingerprint, COMMAND, says, modules, f"QR code with the text: {says}")
