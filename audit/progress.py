"""How far long work has come, said on stderr where somebody watches, and nowhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from audit.text import visible

T = TypeVar("T")

SWITCH = "AUDIT_PROGRESS"
"""Environment variable: "0" silences, "1" shows, anything else or nothing lets `watched` decide."""
FRONT_ENDS = ("JPY_SESSION_NAME", "VSCODE_PID")
"""What JupyterLab and VS Code tell the kernels they start, and a converter does not."""
DELAY = 1.0  # seconds of work before anything is shown
LONGEST = 40  # characters of what is being done


def watched(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether somebody sees stderr: a terminal, or a notebook that a person has open.

    A notebook that is run to be exported (by `audit report`, nbconvert, Quarto, papermill) is
    watched by nobody, so that no bar gets into its pages.
    """
    switch = environment.get(SWITCH, "")
    if switch in ("0", "1"):
        return switch == "1"
    if "QUARTO_EXECUTE_INFO" in environment:
        return False
    return _is_terminal() or (_in_kernel() and any(name in environment for name in FRONT_ENDS))


def _is_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()


def _in_kernel() -> bool:
    found: Any = sys.modules.get("IPython")
    shell = found.get_ipython() if found is not None else None
    return getattr(shell, "kernel", None) is not None


class Line:
    """One line below a notebook's cell, written over and at last empty.

    A notebook without widgets shows what is written to stderr on a red ground, and the ground stays
    when the text is gone.
    """

    encoding = "utf-8"

    def __init__(self) -> None:
        self.shown: Any = None

    def write(self, text: str) -> None:
        """Show the text in place of what was shown; what is empty from the start shows nothing."""
        from IPython.display import display

        said = {"text/plain": text.strip("\r\n ")}
        if self.shown is not None:
            self.shown.update(said, raw=True)
        elif said["text/plain"]:
            self.shown = display(said, raw=True, display_id=True)

    def flush(self) -> None:
        """Do nothing: each text is shown at once."""


class Silent:
    """A bar that nobody sees."""

    def update(self, n: float = 1) -> None:
        """Show nothing."""

    def reset(self, total: float | None = None) -> None:
        """Show nothing."""


@contextmanager
def bar(
    about: str, *, total: float | None = None, unit: str = "it", scaled: bool = False
) -> Iterator[Any]:
    """Yield a bar with `update(n)`; it appears after a second, and leaves nothing behind.

    Parameters
    ----------
    about : str
        What is being done.
    total : number, optional
        Of units to come.
    unit : str
        What is counted; `scaled` writes thousands as k and millions as M.
    """
    if not watched():
        yield Silent()
        return
    with _tqdm()(
        total=total,
        desc=visible(about, LONGEST),
        unit=unit,
        unit_scale=scaled,
        delay=DELAY,
        leave=False,
        file=Line() if _in_kernel() else sys.stderr,
    ) as shown:
        yield shown


def _tqdm() -> Any:
    import warnings

    with warnings.catch_warnings():
        # Without ipywidgets tqdm falls back to text, which is what is wanted, and says so.
        warnings.filterwarnings("ignore", message="IProgress not found")
        from tqdm.auto import tqdm
    return tqdm


def steps(items: Collection[T], about: str, *, unit: str = "it") -> Iterator[T]:
    """Yield the items, and show how many of them are done."""
    with bar(about, total=len(items), unit=unit) as shown:
        for item in items:
            yield item
            shown.update()


@contextmanager
def sections(
    titles: Sequence[str], *, shown: bool = True
) -> Iterator[Callable[[int, int, int], None]]:
    """Yield what is told of each cell of a notebook that is done: its place, how many, of how many.

    A bar on a terminal; elsewhere lines "[7/17] Section" for a log. Nothing where `shown` is False
    or the environment silences progress.
    """
    if not shown or os.environ.get(SWITCH) == "0":
        yield lambda place, done, total: None
    elif not _is_terminal():
        yield lambda place, done, total: print(
            f"[{done}/{total}] {titles[place]}", file=sys.stderr, flush=True
        )
    else:
        with bar("notebook", total=0, unit="cell") as line:
            yield lambda place, done, total: _show(line, titles[place], done, total)


def _show(line: Any, title: str, done: int, total: int) -> None:
    line.total, line.n = total, done
    line.set_description(visible(title, LONGEST))
