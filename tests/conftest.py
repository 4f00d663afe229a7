"""What tests share: where the outside data is, and how its absence is said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says how busy the machine is; speed is measured in benchmarks/.
settings.register_profile("audit", deadline=None)
settings.load_profile("audit")

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
REQUIRED = set(filter(None, os.environ.get("AUDIT_REQUIRE", "").split(",")))


def missing(what: str, reason: str) -> None:
    """Skip with the reason, or fail where `AUDIT_REQUIRE` says `what` must be there."""
    if what in REQUIRED:
        pytest.fail(f"AUDIT_REQUIRE={what}, but {reason}", pytrace=False)
    pytest.skip(reason)


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
