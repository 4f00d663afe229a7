"""What only some machines have, and how its absence is said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
REQUIRED = set(filter(None, os.environ.get("AUDIT_REQUIRE", "").split(",")))


def missing(what: str, reason: str) -> None:
    """Skip with the reason, or fail where `AUDIT_REQUIRE` says `what` must be there."""
    if what in REQUIRED:
        pytest.fail(f"AUDIT_REQUIRE={what}, but {reason}", pytrace=False)
    pytest.skip(reason)


CHROMIUM, CHROMEDRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")


def browser_or_skip() -> None:
    """Skip, or fail where it is required, when there is no Chromium to drive."""
    absent = [str(p) for p in (CHROMIUM, CHROMEDRIVER) if not p.exists()]
    if absent:
        missing("chromium", f"needs a browser to look at pages: {' and '.join(absent)} absent")
