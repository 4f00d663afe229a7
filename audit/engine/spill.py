"""The folder in which an engine spills: gone with the engine, or with the next one.

A program that is killed cannot remove its folder, which may be as large as a disk. Each folder is
locked by its program for as long as that runs, and the system unlocks what a killed one held; so
the next engine knows which folders beside its own are nobody's, and removes them.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

PREFIX = "audit-spill-"
LOCK = "in use"


def spill_folder(place: str | Path | None) -> tuple[Path, int | None]:
    """Return a new folder in `place`, and what holds its lock; others left there are removed.

    Parameters
    ----------
    place : path, optional
        The machine's temporary folder where not given.
    """
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
    held = _locked(folder)
    _sweep(folder)
    return folder, held


def remove(folder: Path, held: int | None) -> None:
    """Remove a folder, and let go of its lock."""
    shutil.rmtree(folder, ignore_errors=True)
    if held is not None:
        os.close(held)


def _locked(folder: Path) -> int | None:
    try:
        import fcntl
    except ImportError:  # a system without such locks: nothing is swept there
        return None
    new = folder / "new"
    held = os.open(new, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with suppress(OSError):
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        new.rename(folder / LOCK)  # nobody sees it unlocked
    return held


def _sweep(own: Path) -> None:
    """Remove the folders beside ours whose program is gone; those of other users stay."""
    for folder in own.parent.glob(f"{PREFIX}*"):
        if folder != own and not folder.is_symlink() and _left(folder / LOCK):
            shutil.rmtree(folder, ignore_errors=True)


def _left(lock: Path) -> bool:
    with suppress(ImportError, OSError):
        import fcntl

        found = os.open(lock, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            if os.fstat(found).st_uid != os.getuid():
                return False
            fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        finally:
            os.close(found)
    return False
