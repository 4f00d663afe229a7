"""One small report on disk, made once, and the same made anew."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from builders import platform, question

from audit.run import report
from audit.verification import Verification, verify
from audit.verification.remade import files_in

ORIGIN = """name = "made"
title = "Made for a test"
producer = "tests"
url = ""
accessed = 2026-01-01
licence = "MIT"
simulated = true
"""


@dataclass(frozen=True)
class Made:
    """A folder with data, a design and its report."""

    root: Path

    @property
    def folder(self) -> Path:
        """Return the report's folder."""
        return self.root / "reports" / "asked"

    @property
    def design(self) -> Path:
        """Return the design's file."""
        return self.root / "asked.toml"


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Return a report that nobody has touched; it is copied before anything is done to it."""
    root = tmp_path_factory.mktemp("made")
    platform(posts=4).to_frame().to_csv(root / "cases.csv", index=False)
    (root / "origin.toml").write_text(ORIGIN, encoding="utf-8")
    question(source={"name": "table", "path": "cases.csv"}).write(root / "asked.toml")
    with contextlib.chdir(root):
        report("asked.toml", out="reports", progress=False)
    return Made(root)


@pytest.fixture
def made(original: Made, tmp_path: Path) -> Made:
    """Return a copy of the report, with its data and its design."""
    shutil.copytree(original.root, tmp_path / "audit")
    return Made(tmp_path / "audit")


@pytest.fixture
def verified(made: Made, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Verification]:
    """Return `verify` for a copy whose data are as they were: what is made anew is known.

    `test_verified.py` makes it anew for real; here the making, 10 seconds of it, is left out.
    """
    from audit.verification import verified as module

    known = files_in(made.folder)
    monkeypatch.setattr(module, "from_design", lambda *a, **k: known)
    return verify
