"""The tables that reports publish: small cells hidden, and not to be had back from any of them."""

from __future__ import annotations

import inspect
import io
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from planted import cases, design

from audit.cells import REFERENCE
from audit.charts import CHARTS
from audit.comparison import compare
from audit.disclosure import HIDDEN, STRATA, TOKEN, protection, table_of
from audit.disclosure.bounds import EVENTS, POSTS, known_counts, known_rates, ranges
from audit.disclosure.closure import RATE_WIDTH
from audit.disclosure.protection import family_of
from audit.evidence import Evidence, appraise
from audit.report import sections
from audit.report.robustness import subgroups_table
from audit.report.sections import ledger_table, strata_table
from audit.sources import SOURCES
from audit.study import Study, enroll

LEAST = 10


@cache
def evidence() -> Evidence:
    return appraise(compare(enroll(cases(), design())))


def read(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), dtype="str", keep_default_na=False)


def simulated() -> Study:
    from audit.design import Design

    asked = Design.read("designs/simulated-platform.toml")
    return enroll(SOURCES["simulated"]().load(), asked)


def attacked(study: Study, strata: pd.DataFrame, subgroups: pd.DataFrame) -> None:
    """Hold what the two published CSVs say against each other, and against the class's totals."""
    family = family_of(study, REFERENCE)
    numbers = list(dict.fromkeys(subgroups["family"])) if len(subgroups) else []
    printed: dict[tuple[str, str], str] = {
        (STRATA, r.stratum): r.n_reference for r in strata.itertuples()
    }
    for place, name in enumerate(numbers):
        rows = subgroups[subgroups["family"] == name]
        printed |= {(table_of(place), str(k)): n for k, n in enumerate(rows["n_reference"])}
    hidden = set()
    for place, part in enumerate(family.parts):
        if part.fixed:
            continue
        said = printed[part.table, part.label]
        if said == TOKEN:
            hidden.add(place)
        else:
            assert int(said) == part.n
            assert part.accounts >= LEAST, f"{part.label} of {part.accounts} accounts is printed"
    assert hidden, "nothing is hidden, so nothing is attacked"
    gone = frozenset(hidden)
    k = family.atoms
    aims = np.zeros((len(gone), k))
    for row, place in enumerate(sorted(gone)):
        aims[row, list(family.parts[place].atoms)] = 1
    for measure, need in ((POSTS, LEAST), (EVENTS, 1)):
        wide = np.zeros((len(gone), 3 * k))
        wide[:, measure * k : (measure + 1) * k] = aims
        low, high = ranges(known_counts(family, gone), wide, whole=True)
        assert (high - low >= need).all()
    rated = [a for a in aims if a.sum() == 1 and (family.weights @ a)]
    low, high = ranges(known_rates(family, gone), rated)
    assert (high - low >= RATE_WIDTH - 1e-6).all()


def test_hidden_cells_of_a_made_up_report_do_not_come_back() -> None:
    found = evidence()
    strata = read(strata_table(found).files["csv"])
    attacked(found.comparison.study, strata, read(subgroups_table(found).files["csv"]))


def test_hidden_cells_of_the_simulated_platform_do_not_come_back() -> None:
    study = simulated()
    family, gone = family_of(study, REFERENCE), protection(study)
    strata = pd.DataFrame({"stratum": [p.label for p in family.parts if p.table == STRATA]})
    counts = {p.label: p.n for p in family.parts if p.table == STRATA}
    flags = gone.rows(STRATA, REFERENCE, strata["stratum"])
    strata["n_reference"] = [
        TOKEN if f else str(counts[s]) for s, f in zip(strata["stratum"], flags, strict=True)
    ]
    rows = []
    for place in range(len(study.design.families)):
        parts = sorted((p for p in family.parts if p.table == table_of(place)), key=_number)
        flags = gone.rows(table_of(place), REFERENCE, [p.label for p in parts])
        rows += [(str(place), TOKEN if f else str(p.n)) for p, f in zip(parts, flags, strict=True)]
    attacked(study, strata, pd.DataFrame(rows, columns=["family", "n_reference"]))


def _number(part: object) -> int:
    return int(part.label)  # type: ignore[attr-defined]


def test_subgroups_stand_in_the_order_in_which_they_are_hidden() -> None:
    """Labels are numbers of levels: the rows must be those levels, in that order."""
    found = evidence()
    family = family_of(found.comparison.study, REFERENCE)
    frame = found.table("subgroups")
    for place, (_, rows) in enumerate(frame.groupby("family", sort=False)):
        for k, n in enumerate(rows["n_reference"]):
            (part,) = (p for p in family.parts if (p.table, p.label) == (table_of(place), str(k)))
            assert part.n == n


def test_a_hidden_number_is_a_symbol_in_print_a_word_in_the_csv_and_never_nought() -> None:
    printed = strata_table(evidence())
    frame = read(printed.files["csv"])
    hidden = frame[frame[HIDDEN] != ""]
    assert len(hidden)
    for row in hidden.itertuples():
        names = getattr(row, HIDDEN).split()
        assert {"n_reference", "events_reference", "accounts_reference", "supported"} <= set(names)
        assert all(getattr(row, name) == TOKEN for name in names)
    shown = [row for row in printed.cells if "▒" in row]
    assert len(shown) == len(hidden)
    assert any(note.startswith("▒ hidden: fewer than 10 accounts") for note in printed.notes)
    assert "▒" in printed.files["tex"]


def test_the_officials_side_is_shown_whatever_its_size() -> None:
    frame = read(strata_table(evidence()).files["csv"])
    assert (frame["accounts_focal"].astype(int) < LEAST).any()


def test_a_class_declared_as_officials_is_shown_and_any_other_is_not() -> None:
    frame = cases().frame.assign(
        account_class=lambda f: f["account_class"].replace("world_leader", "staff")
    )
    found = cases().__class__(frame.astype({"account_class": "str"}), cases().origins)
    kept = protection(enroll(found, design(focal="staff")))
    shown = protection(enroll(found, design(focal="staff", officials=["staff"])))
    assert kept.hidden["focal"][STRATA]
    assert "focal" not in shown.hidden
    assert shown.hidden["reference"] == kept.hidden["reference"]


def test_a_declared_public_aggregate_hides_nothing_and_says_why() -> None:
    from dataclasses import replace

    (origin,) = cases().origins
    said = replace(origin, disclosure="public aggregate: anyone can count it.")
    found = protection(enroll(cases().__class__(cases().frame, (said,)), design()))
    assert found.hidden == {}
    assert found.says == "Small counts are shown in full (public aggregate: anyone can count it)."
    one_of_two = cases().__class__(cases().frame, (said, origin))
    assert protection(enroll(one_of_two, design())).hidden


def test_a_higher_threshold_hides_more() -> None:
    few = protection(enroll(cases(), design())).cells
    assert protection(enroll(cases(), design(smallest_cell=25))).cells > few > 0


def test_the_ledger_hides_steps_of_few_posts_with_what_would_tell_them() -> None:
    frame = cases().frame.assign(violating="yes", language="qaa")
    ordinary = frame.index[frame["account_class"] == "ordinary"]
    frame.loc[ordinary[:4], "violating"] = "no"
    frame.loc[ordinary[10:90], "language"] = "qab"
    one = cases().__class__(frame.astype({"violating": "str", "language": "str"}), cases().origins)
    asked = design(population={"violating": ["yes"], "language": ["qaa"]})
    table = ledger_table(compare(enroll(one, asked)))
    shown = read(table.files["csv"])
    mine = shown[(shown["account_class"] == "ordinary") & (shown["cases_before"] != "0")]
    assert list(mine["cases_removed"]) == [TOKEN, TOKEN]
    assert mine["cases_after"].iloc[0] == mine["cases_before"].iloc[1] == TOKEN


COUNTS = ("n_reference", "events_reference", "cases_removed", "n_at_risk", "posts", "events")
SEAM = ("protect(", "protect_parts(", "protect_few(", "pooled(", "mask(", "shield")
TOTALS = {
    "rates": "the totals of the two classes, which rates and gaps of the whole give away anyway",
    "label_rates": "the totals of the reference classes",
    "rungs": "the totals of the two classes, by what was done: no stratum",
    "still_visible": "posts at risk of the whole class, by hours: no stratum",
    "observed_expected": "the focal class's posts",
    "exemption_split": "the focal class's posts",
    "multiverse": "specifications; no counts of parts of a class",
    "notices": "rows of the public registry",
    "flags_over_time": "posts of one official's account",
}
"""Charts with counts and without the seam, each with the reason."""


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_that_publishes_counts_uses_the_seam_or_says_why_not(name: str) -> None:
    source = Path(inspect.getfile(CHARTS[name].data)).read_text(encoding="utf-8")
    counts = any(f'"{c}"' in source or f"{c}_" in source for c in COUNTS)
    if counts and name not in TOTALS:
        assert any(call in source for call in SEAM), f"{name} publishes counts past the seam"


TABLES = [f for f in vars(sections).values() if inspect.isfunction(f)]


@pytest.mark.parametrize("folder", ["report"])
def test_every_table_with_counts_of_parts_uses_the_seam_or_says_why_not(folder: str) -> None:
    import audit.report as package

    totals = {
        "answers.py": "measures of the whole classes",
        "effects.py": "estimates and totals of the whole classes",
        "exempted.py": "the focal class's posts",
    }
    for path in sorted(Path(package.__file__).parent.glob("*.py")):
        text = path.read_text(encoding="utf-8")
        if any(f'"{c}"' in text for c in COUNTS) and path.name not in totals:
            assert any(call in text for call in SEAM), f"{folder}/{path.name}"
