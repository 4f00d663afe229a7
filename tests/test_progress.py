"""Progress is seen by whoever watches, and by nothing that is exported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from builders import platform, question

import audit
from audit import progress
from audit.report.notebook import execute

LONG = "from audit import progress\nimport time\nprogress.DELAY = 0\n"
LOOP = "for _ in progress.steps(range(3), 'draws'):\n    time.sleep(0.15)\n"


@pytest.mark.parametrize(
    ("environment", "seen"),
    [
        ({"AUDIT_PROGRESS": "1"}, True),
        ({"AUDIT_PROGRESS": "0", "JPY_SESSION_NAME": "a.ipynb"}, False),
        ({"JPY_SESSION_NAME": "a.ipynb"}, False),  # the variable alone, without a kernel, is none
        ({"AUDIT_PROGRESS": "1", "QUARTO_EXECUTE_INFO": "x"}, True),
        ({}, False),
    ],
)
def test_who_watches(environment: dict[str, str], seen: bool) -> None:
    assert progress.watched(environment) is seen


def test_a_terminal_and_an_open_notebook_are_watched(monkeypatch) -> None:
    monkeypatch.setattr(progress, "_is_terminal", lambda: True)
    assert progress.watched({})
    assert not progress.watched({"QUARTO_EXECUTE_INFO": "x"})
    monkeypatch.setattr(progress, "_is_terminal", lambda: False)
    monkeypatch.setattr(progress, "_in_kernel", lambda: True)
    assert progress.watched({"VSCODE_PID": "1"})
    assert not progress.watched({}), "a kernel that a converter runs is watched by nobody"


def test_a_bar_is_on_stderr_alone_and_leaves_nothing(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LONG + LOOP],
        capture_output=True,
        text=True,
        env={"AUDIT_PROGRESS": "1", "PYTHONPATH": str(Path(audit.__file__).parents[1])},
        check=True,
    )
    assert ran.stdout == ""
    assert "draws" in ran.stderr
    assert ran.stderr.splitlines()[-1].strip() == ""  # each return of the carriage reads as one


def test_short_work_shows_nothing(monkeypatch, capsys) -> None:
    monkeypatch.setenv("AUDIT_PROGRESS", "1")
    assert list(progress.steps(range(5), "draws")) == [0, 1, 2, 3, 4]
    assert capsys.readouterr() == ("", "")


def test_a_notebook_that_is_run_for_a_report_shows_none(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "outer.ipynb")  # as in a notebook that calls for it
    notebook = tmp_path / "notebook.py"
    notebook.write_text(f"# %%\n{LONG}{LOOP}\n", encoding="utf-8")
    ran = execute(notebook, folder=tmp_path, progress=False)
    assert ran.cells[0].outputs == []


def test_a_bar_below_a_cell_is_no_error_and_ends_as_nothing(monkeypatch) -> None:
    """JupyterLab and VS Code put stderr on a red ground, which stays when its text is gone."""
    import nbformat
    from nbclient import NotebookClient

    monkeypatch.setenv("AUDIT_PROGRESS", "1")
    cells = [LONG + LOOP, "list(progress.steps([], 'nothing'))"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    NotebookClient(notebook, kernel_name="python3").execute()
    long, _ = notebook.cells
    assert [o["output_type"] for o in long.outputs] == ["display_data"]
    assert long.outputs[0]["data"] == {"text/plain": ""}


def test_a_line_below_a_cell_is_written_over(monkeypatch) -> None:
    shown: list[tuple[str, str]] = []

    class Handle:
        def update(self, data: dict[str, str], *, raw: bool) -> None:
            shown.append(("over", data["text/plain"]))

    def display(data: dict[str, str], *, raw: bool, display_id: bool) -> Handle:
        shown.append(("new", data["text/plain"]))
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    line = progress.Line()
    for text in ("\r", "\rdraws: 1/3", "\rdraws: 2/3  ", "\r           ", "\r"):
        line.write(text)
    assert shown == [("new", "draws: 1/3"), ("over", "draws: 2/3"), ("over", ""), ("over", "")]


def test_no_number_changes_by_being_watched(monkeypatch, capsys) -> None:
    study = audit.enroll(platform(), question(multiverse={"strata": [["rule"], []]}))
    monkeypatch.setenv("AUDIT_PROGRESS", "0")
    quiet = audit.appraise(audit.compare(study))
    assert capsys.readouterr() == ("", "")
    monkeypatch.setenv("AUDIT_PROGRESS", "1")
    monkeypatch.setattr(progress, "DELAY", 0)
    loud = audit.appraise(audit.compare(study))
    assert "checks" in capsys.readouterr().err
    assert loud.comparison.frame.equals(quiet.comparison.frame)
    assert loud.to_frame().equals(quiet.to_frame())
