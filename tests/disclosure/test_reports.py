"""The tables that reports publish: small cells hidden, and not to be had back from any of them."""

from __future__ import annotations

import inspect
import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from planted import cases, design, evidence

from audit.cells import REFERENCE
from audit.charts import CHARTS
from audit.checks.bans import Bans
from audit.comparison import compare
from audit.disclosure import HIDDEN, STRATA, TOKEN, protection, table_of
from audit.disclosure.bounds import EVENTS, POSTS, known_counts, known_rates, ranges
from audit.disclosure.closure import RATE_WIDTH
from audit.disclosure.margins import margin_of
from audit.disclosure.protection import MARGINS, family_of
from audit.evidence import Evidence, appraise
from audit.report import sections
from audit.report.robustness import subgroups_table
from audit.report.sections import ledger_table, strata_table
from audit.report.table import to_csv
from audit.sources import SOURCES
from audit.study import Study, enroll

LEAST = 10


def read(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), dtype="str", keep_default_na=False)


def simulated() -> Study:
    from audit.design import Design

    asked = Design.read("designs/simulated-platform.toml")
    return enroll(SOURCES["simulated"]().load(), asked)


def attacked(study: Study, strata: pd.DataFrame, subgroups: pd.DataFrame, love: Any = None) -> None:
    """Hold what the published CSVs say against each other, and against the class's totals.

    A trait that the love chart shows is a margin of the reference class, known like one printed.
    """
    family = family_of(study, REFERENCE)
    numbers = list(dict.fromkeys(subgroups["family"])) if len(subgroups) else []
    printed: dict[tuple[str, str], str] = {
        (STRATA, r.stratum): r.n_reference for r in strata.itertuples()
    }
    for place, name in enumerate(numbers):
        rows = subgroups[subgroups["family"] == name]
        printed |= {(table_of(place), str(k)): n for k, n in enumerate(rows["n_reference"])}
    for row in () if love is None else love.itertuples():
        printed[margin_of(row.column), row.level] = row.before
    hidden, undrawn = set(), set()
    for place, part in enumerate(family.parts):
        if part.fixed:
            continue
        if part.table.startswith(MARGINS):
            said = printed.get((part.table, part.label), "")
            if said in ("", TOKEN):
                (hidden if said else undrawn).add(place)
            else:
                assert part.accounts >= LEAST, f"{part.label} of {part.accounts} accounts is drawn"
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
        low, high = ranges(known_counts(family, gone | undrawn), wide, whole=True)
        assert (high - low >= need).all()
    rated = [a for a in aims if a.sum() == 1 and (family.weights @ a)]
    low, high = ranges(known_rates(family, gone | undrawn), rated)
    assert (high - low >= RATE_WIDTH - 1e-6).all()


def test_hidden_cells_of_a_made_up_report_do_not_come_back() -> None:
    found = evidence()
    strata = read(strata_table(found).files["csv"])
    love = read(to_csv(CHARTS["love"].data(found)))
    assert (love["before"] != TOKEN).any()
    attacked(found.comparison.study, strata, read(subgroups_table(found).files["csv"]), love)


def rare() -> Evidence:
    """Return a platform on which four ordinary accounts broke a rule that leaders broke often."""
    frame = cases().frame
    ordinary = (frame["account_class"] == "ordinary").to_numpy()
    accounts = frame.loc[ordinary & (frame["rule"] == "spam"), "account_id"].unique()[:4]
    few = ordinary & frame["account_id"].isin(accounts).to_numpy()
    spam = (frame["rule"] == "spam").to_numpy()
    frame = frame.assign(rule=frame["rule"].mask(few & spam | ~ordinary & spam, "rare"))
    frame = frame.assign(language=frame["rule"].eq("rare").map({True: "qab", False: "qaa"}))
    one = cases().__class__(frame.astype({"rule": "str", "language": "str"}), cases().origins)
    return appraise(compare(enroll(one, design())))


def test_a_trait_of_few_ordinary_accounts_is_not_drawn_and_does_not_come_back() -> None:
    found = rare()
    love = read(to_csv(CHARTS["love"].data(found)))
    gone = set(love.loc[love["before"] == TOKEN, "level"])
    assert {"rare", "qab", "qaa"} <= gone  # a language of two values: the other tells it
    assert "rare" not in CHARTS["love"].words(found).alt
    CHARTS["love"].render(found)
    strata = read(strata_table(found).files["csv"])
    attacked(found.comparison.study, strata, read(subgroups_table(found).files["csv"]), love)


def test_balance_says_no_difference_of_a_hidden_trait() -> None:
    """The largest of all is of the trait of four accounts; what is said is of those shown."""
    found = rare()
    table = found.table("balance")
    largest = table.loc[table["smd"].abs().idxmax()]
    love = read(to_csv(CHARTS["love"].data(found)))
    gone = set(love.loc[love["before"] == TOKEN, "level"])
    assert largest["level"] in gone
    said = found.finding("balance").says
    assert "difference of those shown is" in said
    assert f"{abs(largest['smd']):.2f}" not in said


@pytest.mark.parametrize("banned", [3, 12])
def test_bans_of_a_few_ordinary_accounts_are_a_symbol_and_those_of_officials_a_count(
    banned: int,
) -> None:
    frame = cases().frame
    for name, n in (("ordinary", banned), ("world_leader", 2)):
        rows = frame[frame["account_class"] == name].drop_duplicates("account_id")
        frame.loc[rows.index[:n], "action"] = "ban"
    one = cases().__class__(frame, cases().origins)
    said = Bans()(compare(enroll(one, design()))).says
    assert "2 banned of 14 world leader accounts" in said
    assert ("▒ banned of 48 ordinary accounts" in said) == (banned < LEAST)
    assert ("12 banned of 48 ordinary accounts" in said) == (banned >= LEAST)
    assert "0 were suspended" in said  # none is none, and no symbol


def test_a_trait_drawn_in_full_would_give_a_hidden_stratum_away() -> None:
    """The attack bites: with every margin of the balance known, hidden strata come back."""
    study = rare().comparison.study
    family = family_of(study, REFERENCE)
    small = family.small(LEAST)
    margins = {i for i, p in enumerate(family.parts) if p.table.startswith(MARGINS)}
    others = frozenset(range(len(family.parts))) - margins
    others = frozenset(i for i in others if not family.parts[i].fixed)
    rare_one = next(i for i in sorted(small) if family.parts[i].table == margin_of("rule"))
    aim = np.zeros((1, 3 * family.atoms))
    aim[0, list(family.parts[rare_one].atoms)] = 1
    low, high = ranges(known_counts(family, others | small), aim, whole=True)
    assert high[0] == low[0] == family.parts[rare_one].n


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
    margins = [p for p in family.parts if p.table.startswith(MARGINS)]
    drawn = [(p.table.removeprefix(MARGINS), p.label, p) for p in margins]
    love = pd.DataFrame(drawn, columns=["column", "level", "before"])
    flags = [gone.rows(p.table, REFERENCE, [p.label])[0] for p in margins]
    love["before"] = [TOKEN if f else "0.1" for f in flags]
    attacked(study, strata, pd.DataFrame(rows, columns=["family", "n_reference"]), love)


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
    drawn = r"\rule{.8ex}{1.2ex}"  # plain TeX has no letter for it
    assert printed.files["tex"].count(drawn) > len(hidden)


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


COUNTS = (
    "n_reference_accounts",
    "smd",
    "n_reference",
    "events_reference",
    "cases_removed",
    "n_at_risk",
    "posts",
    "events",
)
SEAM = (
    "protect(",
    "protect_parts(",
    "protect_few(",
    "pooled(",
    "mask(",
    "shield",
    "protect_traits(",
)
TOTALS = {
    "rates": "the totals of the two classes, which rates and gaps of the whole give away anyway",
    "label_rates": "the totals of the reference classes",
    "rungs": "the totals of the two classes, by what was done: no stratum",
    "still_visible": "posts at risk of the whole class, at round hours (`shown_curve`): no stratum",
    "observed_expected": "the focal class's posts",
    "exemption_split": "the focal class's posts",
    "selection_sensitivity": "bounds on the gap of the whole classes, by an assumed ratio",
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
        "effects.py": "estimates and totals of the whole classes",
        "exempted.py": "the focal class's posts",
        "claiming.py": "what an author claims in words, held against rows by the guard",
        "reply.py": "the numbers of page one: totals of the whole classes",
    }
    for path in sorted(Path(package.__file__).parent.glob("*.py")):
        text = path.read_text(encoding="utf-8")
        if any(f'"{c}"' in text for c in COUNTS) and path.name not in totals:
            assert any(call in text for call in SEAM), f"{folder}/{path.name}"
