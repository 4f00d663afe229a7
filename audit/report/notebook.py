"""A percent-format notebook, run from top to bottom on a design, in a kernel of its own."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from audit import progress as bars
from audit.errors import ReportError
from audit.report.outputs import HEADING, refuse_typed
from audit.text import visible

SECONDS = 3600  # for one cell; a multiverse over a large table takes long
ENVIRONMENT = {"PYTHONHASHSEED": "0", "MPLBACKEND": "agg", bars.SWITCH: "0"}
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def execute(
    path: str | Path,
    *,
    parameters: Mapping[str, str | int | float | bool] | None = None,
    folder: str | Path = ".",
    progress: bool = True,
) -> Any:
    """Run a notebook and return it with its outputs.

    Parameters
    ----------
    path : path
        A jupytext percent script (or an .ipynb, whose outputs are ignored).
    parameters : mapping, optional
        Assigned in a cell after the one tagged "parameters", or at the top without one; above all
        `design`, the path of the design file.
    folder : path
        Working folder of the kernel.
    progress : bool
        A bar on a terminal, lines "[7/17] Section" elsewhere, both on stderr.

    Raises
    ------
    ClaimError
        Before anything runs, for numbers typed into its Markdown.
    ReportError
        When the file cannot be read, or a cell fails: with the section, the cell's number and the
        exception in words.
    """
    notebook = _read(Path(path))
    refuse_typed(notebook)
    _insert(notebook, parameters or {})
    _settle(notebook)
    titles = _titles(notebook)
    with _scratch() as sockets, bars.sections(titles, shown=progress) as done:
        _guarded(notebook, sockets)
        _run(notebook, Path(folder), sockets, done, titles)
    notebook.cells.pop()
    return notebook


def _guarded(notebook: Any, sockets: str) -> None:
    """Add a last cell that holds all outputs against the rows, which only the kernel has."""
    import nbformat

    call = f"guard.refuse_notebook({f'{sockets}.ipynb'!r})"
    cell = nbformat.v4.new_code_cell(f"from audit.disclosure import guard\n{call}")
    cell["id"] = "disclosure"
    notebook.cells.append(cell)


def _read(path: Path) -> Any:
    import jupytext
    import nbformat

    try:
        notebook = jupytext.read(path)
    except FileNotFoundError as error:
        raise ReportError(f"The notebook {path} does not exist.") from error
    except Exception as error:
        raise ReportError(f"The notebook {path} cannot be read: {visible(error, 300)}.") from error
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata = nbformat.from_dict({"kernelspec": kernel})
    return notebook


def _insert(notebook: Any, parameters: Mapping[str, Any]) -> None:
    import nbformat

    if not parameters:
        return
    wrong = [k for k in parameters if not k.isidentifier()]
    wrong += [k for k, v in parameters.items() if not isinstance(v, str | int | float | bool)]
    if wrong:
        raise ReportError(
            f"These parameters cannot be passed to a notebook: {', '.join(map(repr, wrong))}. "
            "Allowed: names of variables with text, numbers or True/False."
        )
    lines = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    cell = nbformat.v4.new_code_cell(lines, metadata={"tags": ["injected-parameters"]})
    tagged = (i for i, c in enumerate(notebook.cells) if "parameters" in c.metadata.get("tags", []))
    notebook.cells.insert(next(tagged, -1) + 1, cell)


def _settle(notebook: Any) -> None:
    """Give cells ids that depend on their place alone; jupytext draws them at random."""
    for place, cell in enumerate(notebook.cells, 1):
        cell["id"] = f"cell-{place:03d}"


def _titles(notebook: Any) -> list[str]:
    titles, current = [], "Start"
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            found = HEADING.findall(cell.source)
            current = visible(found[-1][0].lstrip("# "), 60) if found else current
        titles.append(current)
    return [*titles, "what the report shows of ordinary accounts"]


@contextmanager
def _scratch() -> Iterator[str]:
    """Yield where the kernel's sockets go; their names must stay under 108 bytes."""
    with tempfile.TemporaryDirectory(prefix="audit-k-") as folder:
        yield f"{folder}/k"


def _run(
    notebook: Any,
    folder: Path,
    sockets: str,
    done: Callable[[int, int, int], None],
    titles: list[str],
) -> None:
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from traitlets.config import Config

    cells = notebook.cells[:-1]  # the last is the guard's
    code = [i for i, c in enumerate(cells) if c.cell_type == "code" and c.source.strip()]
    reached = [0]

    def begun(cell: Any, cell_index: int) -> None:
        reached[0] = cell_index
        if cell["id"] == "disclosure":
            shown = nbformat.from_dict({**notebook, "cells": notebook.cells[:cell_index]})
            Path(f"{sockets}.ipynb").write_text(nbformat.writes(shown), encoding="utf-8")

    def ended(cell: Any, cell_index: int, execute_reply: Any) -> None:
        if cell_index in code and execute_reply["content"]["status"] == "ok":
            done(cell_index, code.index(cell_index) + 1, len(code))

    settings = Config()
    settings.KernelManager.transport = "ipc"  # no ports: works with no network at all
    settings.KernelManager.ip = sockets
    client = NotebookClient(
        notebook,
        config=settings,
        kernel_name="python3",
        timeout=SECONDS,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
        on_cell_start=begun,
        on_cell_executed=ended,
    )
    where = lambda: f"section {titles[reached[0]]!r}, cell {reached[0] + 1}"  # noqa: E731
    try:
        client.execute(env={**os.environ, **ENVIRONMENT})
    except CellExecutionError as error:
        said = visible(COLOURS.sub("", " ".join(str(error.evalue).split())), 2000)
        raise ReportError(f"The notebook stopped in {where()}: {error.ename}: {said}") from None
    except CellTimeoutError:
        raise ReportError(f"The notebook stopped in {where()}: over {SECONDS} seconds.") from None
    except DeadKernelError:
        raise ReportError(
            f"The notebook stopped in {where()}: its process died, perhaps out of memory."
        ) from None
