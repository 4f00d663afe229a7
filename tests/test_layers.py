"""Imports point down one list only."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

LAYERS = [
    "deferred",
    "memory",
    "errors",
    "text",
    "tokens",
    "utterances",
    "numerals",
    "progress",
    "pandoc",
    "printed",
    "schema",
    "consistency",
    "origin",
    "ledger",
    "cases",
    "reading",
    "roster",
    "regimes",
    "plain",
    "outcome",
    "population",
    "telling",
    "asked",
    "further",
    "frozen",
    "design",
    "fitting",
    "influence",
    "engine",
    "tallied",
    "scanned",
    "cells",
    "gates",
    "enrolled",
    "study",
    "disclosure",
    "estimators",
    "modelled",
    "questions",
    "comparison",
    "exempted",
    "docket",
    "checks",
    "claims",
    "corrections",
    "sentences",
    "page_claims",
    "verdict",
    "evidence",
    "charts",
    "report",
    "fetching",
    "sources",
    "verify",
    "planning",
    "drafting",
    "run",
    "verification",
    "arguments",
    "terminal",
    "commands",
    "cli",
]
"""The design's list, with the small modules that its nouns needed put where they belong."""

PACKAGE = Path(__file__).resolve().parents[1] / "audit"


def modules() -> list[Path]:
    return sorted(p for p in PACKAGE.rglob("*.py") if p.parent != PACKAGE or p.stem[0] != "_")


def layer(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Return the top modules of the package that a file imports, type-only imports left out."""
    out: set[str] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typed = [
        n for n in ast.walk(tree) if isinstance(n, ast.If) and "TYPE_CHECKING" in ast.dump(n.test)
    ]
    skipped = {id(child) for n in typed for child in ast.walk(n)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.ImportFrom) and node.module == "audit":
            out |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("audit."):
            out.add(str(node.module).split(".")[1])
        elif isinstance(node, ast.Import):
            out |= {a.name.split(".")[1] for a in node.names if a.name.startswith("audit.")}
    return out


def test_every_module_has_a_layer() -> None:
    assert {layer(p) for p in modules()} <= set(LAYERS)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    mine = LAYERS.index(layer(path))
    up = {name for name in imported(path) if name in LAYERS and LAYERS.index(name) > mine}
    assert not up, f"{path.name} is below {sorted(up)} and must not import from there"


def test_the_layer_test_bites(tmp_path: Path) -> None:
    bad = tmp_path / "schema.py"
    bad.write_text("from audit.evidence import appraise\n")
    assert imported(bad) == {"evidence"}


def test_import_loads_nothing_heavy() -> None:
    code = (
        "import sys, audit; "
        "heavy = ('matplotlib', 'statsmodels', 'duckdb', 'pandas', 'scipy'); "
        "print([m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_engine_is_there_before_anything_is_scanned() -> None:
    code = "import audit; audit.engine.Duck(memory='1GB').close(); print('ok')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "ok"


def test_every_public_name_is_there() -> None:
    import audit

    missing = [n for n in audit.__all__ if getattr(audit, n, None) is None]
    assert missing == []
    with pytest.raises(AttributeError, match="audit has no 'nothing'"):
        _ = audit.nothing
