"""What tests share: where the outside data is, and how its absence is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings
from needs import ROOT, SHARED, missing

from audit.utterances import forget

# How long an example takes says how busy the machine is; speed is measured in benchmarks/.
settings.register_profile("audit", deadline=None)
settings.load_profile("audit")


@pytest.fixture(autouse=True)
def _nothing_said_before() -> None:
    """Begin each test as a new report begins: numbers that other tests said are none of its own."""
    forget()


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the checkout's folder."""
    return ROOT


@pytest.fixture
def shared() -> Path:
    """Return the folder of outside data beside the checkout, or skip."""
    if not (SHARED / "golden" / "golden.json").exists():
        missing("shared", "needs ../shared (outside data beside the checkout), which is absent")
    return SHARED
