"""The notebooks that re-tell published studies and the calibration run with what is at hand."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from needs import ROOT

from audit.claims import NEVER
from audit.report.blocks import Block
from benchmarks import calibration, goldens, quantities

NOTEBOOKS = {p.stem: p for p in sorted((ROOT / "notebooks").glob("0[45]_*.py"))}
REPLICATIONS, METHODS = (NOTEBOOKS[n] for n in ("05_replications", "04_methods_and_calibration"))
LONGEST_FUNCTION = 5
HEAD = 500


class Shown:
    """Stands for a notebook's `display`: keeps blocks, and replaces one that is updated."""

    def __init__(self) -> None:
        self.blocks: list[Any] = []

    def __call__(self, *blocks: Any, display_id: bool = False) -> Any:
        assert all(isinstance(b, Block) for b in blocks)
        self.blocks += blocks
        at = len(self.blocks) - 1
        return SimpleNamespace(update=lambda block: self.blocks.__setitem__(at, block))

    def of(self, kind: str) -> list[Any]:
        return [b for b in self.blocks if b.kind == kind]

    def text(self) -> str:
        return str([b.payload() for b in self.blocks])


def ran(path: Path) -> tuple[dict[str, Any], Shown]:
    """Run a notebook's cells here; its names, and what it shows."""
    import jupytext

    shown = Shown()
    names: dict[str, Any] = {"display": shown}
    for cell in jupytext.read(path).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, path.name, "exec"), names)
    return names, shown


@pytest.mark.parametrize("path", NOTEBOOKS.values(), ids=list(NOTEBOOKS))
def test_a_notebook_has_short_functions_no_paths_up_and_no_causes(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef)]
    assert all(f.end_lineno - f.lineno <= LONGEST_FUNCTION for f in functions)
    assert "../" not in text
    assert "golden/" not in text
    assert not [w for w in NEVER if w in text.lower()]


# published numbers -----------------------------------------------------------------------------


def test_every_published_number_is_met_or_says_why_not(shared: Path) -> None:
    names, shown = ran(REPLICATIONS)
    every = names["every"]
    assert set(every["id"]) == set(goldens.goldens())
    assert set(every["within"]) - {goldens.YES, goldens.NO} == {
        *("not computed", "another convention", "given", "held by tests")
    }
    # R's root search stops short of these two; tests/estimators/test_goldens_weighting.py
    missed = every[every["within"] == goldens.NO]
    assert list(missed["quantity"]) == [
        f"exact conditional odds ratio, {end}" for end in quantities.ENDS
    ]
    met = every[every["within"] == goldens.YES]
    assert (met["difference"].abs() <= met["tolerance"] * (1 + 1e-6)).all()
    (finding,) = shown.of("finding")
    assert finding.headline.startswith(f"Of {len(met) + 2} published numbers")
    assert goldens.ABSENT not in set(every["within"])


def test_without_the_outside_data_nothing_is_said_to_be_reproduced(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(goldens, "BESIDE", tmp_path)
    names, shown = ran(REPLICATIONS)
    every = names["every"]
    assert set(every["id"]) == set(goldens.goldens())
    outside = [g for g, entry in goldens.goldens().items() if entry.rows is None and g != "X1"]
    away = every[every["within"] == goldens.ABSENT]
    assert set(away["id"]) == set(outside)
    assert away["reproduced"].isna().all()
    for study in outside:
        assert goldens.absent(study) in shown.text()
    assert every.loc[~every["id"].isin([*outside, "X1"]), "reproduced"].notna().sum() > 100


def test_data_are_inline_or_beside_the_checkout_or_absent(tmp_path, monkeypatch, shared) -> None:
    assert goldens.data("G27") is not None
    monkeypatch.setattr(goldens, "BESIDE", tmp_path)
    assert goldens.data("G27") is None
    assert goldens.data("G40").shape == (4, 4)
    (tmp_path / "golden.json").write_text('{"goldens": [{"id": "G27", "data_files": ["a.csv"]}]}')
    assert goldens.data("G27") is None
    (tmp_path / "a.csv").write_text("x\n1\n")
    pd.testing.assert_frame_equal(goldens.data("G27"), pd.DataFrame({"x": [1]}))


def test_every_key_has_words_and_every_word_a_key() -> None:
    for name, entry in goldens.goldens().items():
        keys = {k for k in entry.expected if not k.endswith("_tol")}
        assert set(quantities.QUANTITIES[name]) == keys, name
    assert set(quantities.QUANTITIES) == set(goldens.goldens())
    numbers = pd.concat([goldens.against(name, {}) for name in goldens.goldens()])
    assert not numbers.duplicated(["id", "quantity"]).any()


def test_agreement_is_within_the_tolerance_and_no_further() -> None:
    e = goldens.expected("G40")
    close = goldens.golden("G40").tolerance
    off = {"crude_A": e["crude_A"] + 0.99 * close, "crude_B": e["crude_B"] + 1.01 * close}
    found = goldens.against("G40", off, left_out={"small_A": "why"}).set_index("quantity")
    assert found["within"].tolist()[:4] == ["yes", "no", "why", "not computed"]
    wide = goldens.against("G40", off, tolerances={"crude_B": 2 * close})
    assert wide["within"].tolist()[:2] == ["yes", "yes"]
    assert goldens.against("G40", {"crude_A": float("nan")})["within"].iloc[0] == "not computed"
    bootstrap = goldens.against("G11", {}).set_index("quantity")["tolerance"]
    assert bootstrap["wild bootstrap p"] == goldens.expected("G11")["boot_p_tol"]


def test_what_was_not_published_is_refused() -> None:
    with pytest.raises(ValueError, match="G40 has no published crude_C"):
        goldens.against("G40", {"crude_C": 1})
    with pytest.raises(ValueError, match="4 values are published, 1 computed"):
        goldens.against("G03", {"wilson": [[0.1, 0.2]]})
    with pytest.raises(KeyError, match="no study 'G99'; there are "):
        goldens.golden("G99")


# calibration -----------------------------------------------------------------------------------


def answered(shown: Shown) -> str:
    (finding,) = shown.of("finding")
    return str(finding.headline)


def test_the_calibration_is_told_from_its_table() -> None:
    names, shown = ran(METHODS)
    table = pd.read_csv(calibration.OUT)
    verdict = table[(table["method"] == "verdict") & table["shown"]]
    worst = verdict[verdict["scenario"] == "alike"]["rejection"].max()
    assert f"at most {100 * worst:.1f} %" in answered(shown)
    assert f"at least {100 * verdict['coverage'].min():.1f} %" in answered(shown)
    assert all(b.simulated for b in [*shown.of("table"), *shown.of("figure"), *shown.of("cover")])
    assert len(shown.of("figure")) == 1
    assert {"tbl-worst-alarms", "tbl-worst-coverage"} <= {t.id for t in shown.of("table")}
    assert len(names["missing"]) == 0 or "tbl-missed" in {t.id for t in shown.of("table")}


@pytest.mark.parametrize("rows", [0, HEAD, 2500])
def test_a_table_that_is_not_finished_is_told_as_far_as_it_goes(rows, tmp_path, monkeypatch):
    part = pd.read_csv(calibration.OUT).head(rows)
    monkeypatch.setattr(calibration, "OUT", tmp_path / "calibration.csv")
    part.to_csv(calibration.OUT, index=False)
    _, shown = ran(METHODS)
    done = int((part["method"] == "verdict").sum())
    assert f"{done} of 1,000 runs are in" in shown.text()
    few = part[(part["method"] == "verdict") & part["shown"].astype(bool)].empty
    assert ("No kind of platform that is answered" in answered(shown)) == few


def test_a_table_with_misses_shows_them(tmp_path, monkeypatch) -> None:
    table = pd.read_csv(calibration.OUT)
    at = table.index[
        (table["method"] == "verdict") & table["shown"] & (table["scenario"] == "alike")
    ]
    table.loc[at[:3], ["rejection", "rejection_high"]] = 0.2, 0.25
    monkeypatch.setattr(calibration, "OUT", tmp_path / "calibration.csv")
    table.to_csv(calibration.OUT, index=False)
    _, shown = ran(METHODS)
    assert "Kinds that miss it: 3." in shown.text()
    assert "tbl-missed" in {t.id for t in shown.of("table")}
    assert "misses the goal in 3 of" in shown.of("figure")[0].title


@pytest.mark.parametrize("path", NOTEBOOKS.values(), ids=list(NOTEBOOKS))
def test_it_finds_the_checkout_from_its_own_folder(path: Path) -> None:
    """Where JupyterLab starts its kernel; the report's kernel stands at the top instead."""
    import subprocess

    import jupytext

    first = next(c.source for c in jupytext.read(path).cells if c.cell_type == "code")
    command = [sys.executable, "-c", f"{first}\nimport benchmarks.goldens"]
    subprocess.run(command, cwd=path.parent, check=True)
