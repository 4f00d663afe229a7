"""What a killed program spilled goes with the next engine; what another one uses stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from audit.engine import Duck

fcntl = pytest.importorskip("fcntl")
HOLD = """
import sys, time
from audit.engine.duck import Duck
engine = Duck(spill=sys.argv[1])
print("ready", flush=True)
time.sleep(600)
"""


TOLD = """
import sys, tempfile, time, types
from audit import arguments, cli, commands

def work(args):
    with tempfile.TemporaryDirectory(dir=sys.argv[1]):
        print("ready", flush=True)
        time.sleep(600)

given = types.SimpleNamespace(command="list", debug=False)
arguments.parser = lambda: types.SimpleNamespace(parse_known_args=lambda argv: (given, []))
commands.COMMANDS["list"] = work
sys.exit(cli.main())
"""


def holding(place: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", HOLD, str(place)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert running.stdout is not None
    assert running.stdout.readline() == b"ready\n"
    return running


def test_a_killed_program_s_folder_goes_with_the_next_engine(tmp_path: Path) -> None:
    with holding(tmp_path) as running:
        (left,) = tmp_path.iterdir()
        (left / "duckdb_temp_0.tmp").write_bytes(b"x" * 1000)
        running.kill()
    assert left.is_dir(), "nobody could clear it up"
    engine = Duck(spill=tmp_path)
    assert not left.exists()
    engine.close()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_stays(tmp_path: Path) -> None:
    with holding(tmp_path) as running:
        (used,) = tmp_path.iterdir()
        mine = Duck(spill=tmp_path)
        Duck(spill=tmp_path).close()
        assert used.is_dir()
        assert len(list(tmp_path.iterdir())) == 2
        mine.close()
        running.send_signal(signal.SIGKILL)


def test_what_is_not_ours_stays(tmp_path: Path) -> None:
    (tmp_path / "audit-spill-mine").mkdir()
    (tmp_path / "audit-spill-mine" / "notes.txt").write_text("no lock, so not known to be left")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "in use").touch()
    os.symlink(elsewhere, tmp_path / "audit-spill-link")
    Duck(spill=tmp_path).close()
    assert (tmp_path / "audit-spill-mine" / "notes.txt").exists()
    assert (elsewhere / "in use").exists()


def test_a_command_that_is_told_to_end_clears_up(tmp_path: Path) -> None:
    command = [sys.executable, "-c", TOLD, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"ready\n"
        assert len(list(tmp_path.iterdir())) == 1
        running.terminate()
        assert running.wait(30) == 130
    assert list(tmp_path.iterdir()) == []
