from __future__ import annotations

import multiprocessing
import os
import signal
import threading

import pytest

from audit.errors import ReportError
from audit.report.folder import recover, replace_folder

FORK = multiprocessing.get_context("fork")
KNOWN = frozenset({"report.pdf", "charts"})
OLD = {"report.pdf": b"old", "charts/a.csv": b"old", "charts/gone.csv": b"old"}
NEW = {"report.pdf": b"new" * 50_000, "charts/a.csv": b"new"}
STEPS = ("started", "file", "filled", "ready", "swapped", "moved away", "in place", "done")


def content(folder):
    files = (p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


def run(folder, step, swap=True):
    """Write NEW in a process of its own that kills itself at `step`; return its exit code."""

    def at(name):
        if name == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def work(words):
        if step == "full":
            import resource

            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            replace_folder(folder, NEW, known=KNOWN, at=at, swap=swap)
        except ReportError as error:
            words.send(str(error))

    receive, send = FORK.Pipe(duplex=False)
    process = FORK.Process(target=work, args=(send,))
    process.start()
    process.join(60)
    return process.exitcode, receive.recv() if receive.poll() else ""


def rubbish(folder):
    return sorted(p.name for p in folder.parent.iterdir() if p != folder)


def test_a_folder_is_made_and_replaced_whole(tmp_path):
    folder = tmp_path / "deep" / "x"
    for files in (OLD, NEW):
        replace_folder(folder, files, known=KNOWN)
        assert content(folder) == files
        assert rubbish(folder) == []


@pytest.mark.parametrize("swap", [True, False])
@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_any_step_leaves_a_whole_report(tmp_path, step, swap):
    folder = tmp_path / "x"
    replace_folder(folder, OLD, known=KNOWN)
    code, _ = run(folder, step, swap)
    if code == 0:  # each way of putting the folder in place has a step the other lacks
        assert step in ("swapped", "moved away")
    else:
        assert code == -signal.SIGKILL
    whole = OLD if step in ("started", "file", "filled", "ready") else NEW
    if code and step == "moved away":
        assert not folder.exists()
    else:
        assert content(folder) == whole
    recover(folder)
    assert content(folder) == whole
    assert rubbish(folder) == []
    replace_folder(folder, OLD, known=KNOWN)
    assert content(folder) == OLD


def test_a_kill_during_the_very_first_write_leaves_nothing_half_made(tmp_path):
    folder = tmp_path / "x"
    run(folder, "filled")
    assert not folder.exists()
    recover(folder)
    assert rubbish(folder) == []
    run(folder, "ready")
    recover(folder)
    assert content(folder) == NEW


def test_a_full_disk_leaves_the_old_report(tmp_path):
    folder = tmp_path / "x"
    replace_folder(folder, OLD, known=KNOWN)
    _, said = run(folder, "full")
    assert "The report cannot be written to" in said
    assert "File too large. What was there is as it was." in said
    assert content(folder) == OLD
    assert rubbish(folder) == []


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ReportError, match=r"cannot be written to .*Try another folder"):
        replace_folder(tmp_path / "file" / "x", NEW, known=KNOWN)
    with pytest.raises(ReportError, match="is a file; a report needs a folder"):
        replace_folder(tmp_path / "file", NEW, known=KNOWN)


def test_files_of_someone_else_are_never_replaced(tmp_path):
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(ReportError, match=r"holds thesis\.docx, which no report writes"):
        replace_folder(tmp_path, NEW, known=KNOWN)
    assert (tmp_path / "thesis.docx").read_text() == "years of work"


def test_two_writers_take_turns(tmp_path):
    folder = tmp_path / "x"
    writers = [
        threading.Thread(target=replace_folder, args=(folder, files), kwargs={"known": KNOWN})
        for files in (OLD, NEW) * 4
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert content(folder) in (OLD, NEW)
    assert rubbish(folder) == []
