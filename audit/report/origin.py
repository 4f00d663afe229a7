"""What a report was made from, as the paths by which it can be made again."""

from __future__ import annotations

import hashlib
from pathlib import Path

from audit.origin import locate
from audit.report.record import Origin


def origin_of(design: str | Path = "", notebook: str | Path = "") -> Origin:
    """Return the paths and the notebook's hash for the record of a report.

    Parameters
    ----------
    design, notebook : path
        Relative ones are kept as they were given, with forward slashes; of an absolute one the
        part under the working folder is, and nothing where it lies elsewhere: a record names no
        folder of somebody's machine.
    """
    content = locate(notebook).read_bytes() if str(notebook) else b""
    sha = hashlib.sha256(content).hexdigest() if content else ""
    return Origin(_relative(design), _relative(notebook), sha)


def _relative(path: str | Path) -> str:
    if not str(path):
        return ""
    given = Path(path)
    if given.is_absolute():
        here = Path.cwd()
        if not given.is_relative_to(here):
            return ""
        given = given.relative_to(here)
    return "" if ".." in given.parts else given.as_posix()
