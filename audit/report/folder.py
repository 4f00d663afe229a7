"""A folder that is replaced whole or not at all, whenever the program is killed.

Steps of a write, with what a kill after each leaves behind:

1. `.name.partial/` is filled and flushed        → the old folder, and rubbish the next run removes
2. it is renamed `.name.ready/`                  → the old folder; the next run removes `.ready`
3. `name/` is renamed `.name.old/`               → no `name/`; the next run renames `.ready` to it
4. `.name.ready/` is renamed `name/`             → the new folder, and `.old`, which goes next time
5. `.name.old/` is removed                       → the new folder

Between 3 and 4 lies one system call; both reports are then on disk, whole, and `recover` puts the
new one in place. Where the system can swap two folders in one call (Linux), 3 and 4 are one step.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from audit.errors import ReportError
from audit.text import visible

AT_FDCWD, RENAME_EXCHANGE = -100, 2  # Linux: <fcntl.h>, <linux/fs.h>
Step = Callable[[str], None]


def _nothing(step: str) -> None:
    """Stand in for a caller that does not watch the steps."""


def replace_folder(
    folder: Path,
    files: Mapping[str, bytes],
    *,
    known: frozenset[str],
    at: Step = _nothing,
    swap: bool = True,
) -> None:
    """Make `folder` hold exactly `files`, or leave it as it was.

    Parameters
    ----------
    folder : Path
        Created when absent, together with its parents.
    files : mapping of str to bytes
        Relative path to content.
    known : frozenset of str
        Names that may stand at the top of an existing folder; anything else stops the write.
    at : callable
        Told each step as it is done; a test kills the process there.
    swap : bool
        Whether to try swapping both folders in one system call.

    Raises
    ------
    ReportError
        When the folder holds files of someone else, or the disk is full or read-only. The old
        folder is then whole.
    """
    folder = Path(os.path.abspath(folder))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            recover(folder)
            _refuse_strangers(folder, known)
            _write(folder, files, at)
            _put_in_place(folder, at, swap)
    except OSError as error:
        shutil.rmtree(_beside(folder, "partial"), ignore_errors=True)
        reason = error.strerror or str(error)
        raise ReportError(
            f"The report cannot be written to {folder}: {reason}. What was there is as it was. "
            "Try another folder, or make room."
        ) from error


def recover(folder: Path) -> None:
    """Finish or undo what a killed run left beside `folder`; does nothing after a clean run."""
    ready, old = _beside(folder, "ready"), _beside(folder, "old")
    if not folder.exists():
        if ready.exists():
            os.replace(ready, folder)
        elif old.exists():
            os.replace(old, folder)
    for rest in (_beside(folder, "partial"), ready, old):
        if rest.exists():
            shutil.rmtree(rest)


def _beside(folder: Path, what: str) -> Path:
    return folder.with_name(f".{folder.name}.{what}")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait for other writers beside `folder`; the system frees the lock of a killed process."""
    try:
        import fcntl
    except ImportError:  # Windows cannot lock a folder; two writers at once are on their own there
        yield
        return
    handle = os.open(folder.parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


LAB = frozenset({".ipynb_checkpoints"})
"""What JupyterLab leaves beside a notebook that was opened: copies, and nobody's work."""


def _refuse_strangers(folder: Path, known: frozenset[str]) -> None:
    if folder.exists() and not folder.is_dir():
        raise ReportError(f"{folder} is a file; a report needs a folder. Choose another name.")
    strangers = sorted({p.name for p in folder.iterdir()} - known - LAB) if folder.exists() else []
    if strangers:
        shown = ", ".join(visible(name, 60) for name in strangers[:5])
        more = f" and {len(strangers) - 5} more" if len(strangers) > 5 else ""
        raise ReportError(
            f"{folder} holds {shown}{more}, which no report writes; the whole folder would be "
            "replaced. Move them, or choose a folder that is empty or holds a report."
        )


def _write(folder: Path, files: Mapping[str, bytes], at: Step) -> None:
    partial = _beside(folder, "partial")
    partial.mkdir()
    at("started")
    for name, content in sorted(files.items()):
        path = partial / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        at("file")
    for inside in (*partial.rglob("*"), partial):
        if inside.is_dir():
            _flush(inside)
    at("filled")
    os.replace(partial, _beside(folder, "ready"))
    _flush(folder.parent)
    at("ready")


def _put_in_place(folder: Path, at: Step, swap: bool) -> None:
    ready, old = _beside(folder, "ready"), _beside(folder, "old")
    if not folder.exists():
        os.replace(ready, folder)
    elif swap and _exchange(ready, folder):
        at("swapped")
        os.replace(ready, old)
    else:
        os.replace(folder, old)
        at("moved away")
        os.replace(ready, folder)
    _flush(folder.parent)
    at("in place")
    if old.exists():
        shutil.rmtree(old)
    at("done")


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one call; return False where the system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    flag = ctypes.c_uint(RENAME_EXCHANGE)
    return bool(call(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), flag) == 0)


def _flush(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
