"""docs/methods.md has what docstrings cite of it, and says what the code does."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

import audit
from audit.checks import CHECKS
from audit.checks.events import LARGE
from audit.checks.leave_one_out import KEPT
from audit.claims import Verdict
from audit.evidence import HIGHEST_UNCLEAR, NAMES_FROM
from audit.gates import FEW_FOCAL_ACCOUNTS, LEAST_K_EFF, REFERENCE_ACCOUNTS_FOR_SUPPORT
from audit.verdict import conclude

CITED = re.compile(r"METHODS,? ?(?:§|section )? ?(\d)")


@pytest.fixture(scope="module")
def text(root) -> str:
    return (root / "docs" / "methods.md").read_text(encoding="utf-8")


def test_every_section_that_code_cites_is_there(text, root) -> None:
    """What is cited must be at hand: the papers are public, and this page is the rest."""
    files = [p for p in (root / "audit").rglob("*.py") if "METHODS" in p.read_text("utf-8")]
    cited = {n for p in files for n in CITED.findall(p.read_text("utf-8"))}
    assert {"1", "4"} <= cited
    assert cited <= set(re.findall(r"^## §(\d)", text, re.MULTILINE))
    for path in files:
        assert "DESIGN §" not in path.read_text("utf-8")


def test_its_numbers_are_those_of_the_code(text) -> None:
    said = " ".join(text.split())
    assert f"1 to {FEW_FOCAL_ACCOUNTS} focal accounts" in said
    assert LEAST_K_EFF == 2
    assert "focal posts worth fewer than two equal accounts" in said
    assert f"at least {REFERENCE_ACCOUNTS_FOR_SUPPORT} reference accounts" in said
    assert KEPT == 0.5
    assert "keep its sign and half of its size" in said
    assert f"over {LARGE:.0%}".replace("%", " %") in said
    assert f"rung {HIGHEST_UNCLEAR} at most. Words of treatment" in said
    assert f"an estimate need rung {NAMES_FROM}" in said


def test_the_verdicts_stand_in_the_order_of_the_rule(text) -> None:
    table = text.split("| when | verdict |")[1].split("\n\n")[0].splitlines()[2:]
    ours = [row.split("|")[2].strip().split(",")[0].split(";")[0] for row in table]
    rule = re.findall(r"^ *[\d–] {2,}.*\S {2,}(\S.*)$", conclude.__doc__ or "", re.MULTILINE)
    short = {
        "different": "different",
        "treated more leniently or strictly": "more leniently / strictly",
    }
    assert [short.get(o, o.removeprefix("treated ")) for o in ours] == [
        r.split(",")[0] for r in rule
    ]
    assert all(str(v) in text for v in (Verdict.SMALL, Verdict.UNCLEAR, Verdict.ALIKE))


def test_every_function_and_check_that_it_names_exists(text) -> None:
    names = set(re.findall(r"`([a-z]\w+)`", text)) - {"counts", "enforced_only", "pre_treatment"}
    homes = [importlib.import_module(f"audit.estimators.{m.name}") for m in ESTIMATORS]
    for name in names - set(CHECKS):
        assert any(hasattr(home, name) for home in homes), name
    assert hasattr(audit.Comparison, "if_independent")


ESTIMATORS = list(pkgutil.iter_modules(importlib.import_module("audit.estimators").__path__))
