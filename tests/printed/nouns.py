"""Every noun of the package, of plain cases and of cases whose every name is hostile."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
from builders import HOSTILE, hostile_table

import audit
from audit import report
from audit.drafting.write import draft_source
from audit.exempted import split
from audit.planning import plan
from audit.sources.registry.views import View

TIMES = ("posted_at", "reported_at", "acted_at", "observed_until")


@dataclass(frozen=True)
class Names:
    """What a class, rule, language and everything else is called."""

    focal: str = "world_leader"
    reference: str = "ordinary"
    rule: str = "abuse"
    word: str = "a word"


PLAIN = Names()
BAD = Names(
    focal=HOSTILE["html"],
    reference=HOSTILE["maths"] + HOSTILE["markdown"] + HOSTILE["override"],
    rule=HOSTILE["tex"] + HOSTILE["comment"] + "|a|\n\n- b\n# c",
    word=f"{HOSTILE['formula']} {HOSTILE['typst']} {HOSTILE['nul']} http://e.org `x` @y ~z~ ^2^",
)


def cases_named(names: Names) -> audit.Cases:
    """Return a small Simuland under other names."""
    made = audit.SOURCES["simulated"](leaders=8, ordinary=40).load()
    frame = made.to_frame()
    classes = {PLAIN.focal: names.focal, PLAIN.reference: names.reference}
    frame["account_class"] = frame["account_class"].replace(classes)
    frame["rule"] = frame["rule"].replace({PLAIN.rule: names.rule})
    if names is not PLAIN:
        frame["account_id"] = names.word + frame["account_id"]
        frame["language"] = frame["language"] + names.word
    origin = replace(made.origins[0], title=names.word, producer=names.focal, limits=(names.word,))
    return audit.Cases(frame, (origin,), made.ladder)


def design_of(names: Names) -> audit.Design:
    return audit.Design(
        title=names.word,
        focal=names.focal,
        reference=names.reference,
        frame="reported",
        outcome={"at_least": "remove"},
        population={"violating": ["yes"]},
        strata=("rule", "severity"),
        families=(("rule",),),
        margin=0.05,
        severity=True,
        timing={"within_hours": [24], "restricted_mean_hours": 168},
        multiverse={"strata": [["rule"], ["rule", "severity"]]},
    )


def dated(names: Names) -> dict[str, Any]:
    day = "2021-06-01"
    spell = {"account_id": [names.word], "account_class": [names.focal], "start": [day]}
    change = {"platform": ["Simuland"], "rule": [names.rule], "start": [day], "title": [names.word]}
    spared = {
        "platform": ["simuland"],
        "rule": [names.rule],
        "account_class": [names.focal],
        "ceiling": ["label"],
        "start": [day],
        "quote": [names.word],
    }
    return {
        "roster": audit.Roster(pd.DataFrame(spell)),
        "regimes": audit.Regimes(pd.DataFrame(change)),
        "exemptions": audit.Exemptions(pd.DataFrame(spared)),
    }


def scanned(cases: audit.Cases, names: Names) -> dict[str, Any]:
    wanted = ["case_id", "account_id", "account_class", "action", "rule"]
    scan = audit.scan(cases.to_frame()[wanted], origin=cases.origins[0], checked=names.word)
    contrasts = [("account_class", names.focal, names.reference)]
    acted = audit.Outcome(at_least="label")
    terms = ["account_class", "rule"]
    fit = audit.fit(scan, model="logit", outcome=acted, terms=terms, contrasts=contrasts)
    return {"scan": scan, "fit": fit}


def view_of(names: Names) -> View:
    columns = ["figure", "value", "conf_low", "conf_high", "n", "method"]
    nan = float("nan")
    figures = pd.DataFrame([(names.word, 0.25, 0.1, nan, 12.0, names.word)], columns=columns)
    return View(names.rule, names.word, figures, figures, (names.word,))


def blocks(evidence: audit.Evidence, names: Names) -> dict[str, Any]:
    rows = pd.DataFrame(
        {"group": [names.focal, names.reference], names.rule: [0.125, float("nan")]}
    )
    table = report.table(rows, id="tbl-x", title=names.word, group="group", notes=[names.rule])
    return {
        "table block": table,
        "verdict block": report.verdict_box(evidence),
        "facts block": report.key_facts(evidence),
        "chart block": report.chart("observed_expected", evidence.comparison),
        "cover block": report.cover(evidence, subtitle=names.word),
        "provenance block": report.provenance(evidence),
        "checks block": report.checks_table(evidence),
    }


def nouns(bad: bool, folder: Path) -> dict[str, Any]:
    """Return every noun by name; `folder` takes the table that a draft is made of and a report."""
    names = BAD if bad else PLAIN
    cases, design, by_date = cases_named(names), design_of(names), dated(names)
    study = audit.enroll(cases, design, exemptions=by_date["exemptions"])
    comparison = audit.compare(study)
    evidence = audit.appraise(comparison)
    made = {
        "cases": cases,
        "design": design,
        **by_date,
        "study": study,
        "comparison": comparison,
        "evidence": evidence,
        "docket": evidence.docket(),
        "split": split(comparison),
        **scanned(cases, names),
        "view": view_of(names),
        "plan": plan(design, focal_accounts=8, posts=30, rate=0.4),
        "draft": draft_source(hostile_table(folder / "t.csv", focal=names.focal, reference="o")),
        "report": audit.compose(evidence, folder / "report"),
        **blocks(evidence, names),
    }
    made |= {f"answer on {a.question}": a for a in comparison.answers}
    made |= {f"check of {f.check}": f for f in evidence.findings}
    return made
