"""The tables of what happened: rates, gaps, ratios, and what they would be if posts were alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.design import opening, words
from audit.disclosure.precision import why_rounded
from audit.estimators.accounts.contrasts import no_inference
from audit.numerals import level, p_value
from audit.report.blocks import Column, Table
from audit.report.sections import POINTS, source_line
from audit.report.table import table

if TYPE_CHECKING:
    from audit.comparison import Comparison
    from audit.evidence import Evidence


def rates_table(comparison: Comparison, *, id: str = "tbl-rates") -> Table:
    """Return each class's rate with its account-level interval."""
    study = comparison.study
    frame = comparison.rates()
    frame["account_class"] = frame["account_class"].map(words)
    return table(
        frame,
        id=id,
        title=f"Posts {study.design.outcome.verb}, by class",
        columns={
            "account_class": "Class",
            "events": ("Posts acted on", ",d"),
            "n": ("Posts", ",d"),
            "accounts": ("Accounts", ",d"),
            "rate": ("Rate", ".1%"),
            "conf_low": ("Low", ".1%"),
            "conf_high": ("High", ".1%"),
            "deff": ("Design effect", ".1f"),
            "k_eff": ("Effective accounts", ".1f"),
        },
        notes=[_level(comparison) + ", by account; – where none may stand."],
        source=source_line(study.loaded),
        simulated=study.cases.simulated,
    )


def effects_table(
    comparison: Comparison, *, id: str = "tbl-effects", title: str = "All estimates, side by side"
) -> Table:
    """Return every estimate: gaps in percentage points first, then ratios, odds ratios last."""
    from audit.estimators import ESTIMATORS

    study = comparison.study
    frame = comparison.to_frame()
    ran = set(frame["estimator"])
    scaled = frame["scale"] == "difference"
    for column in ("estimate", "conf_low", "conf_high"):
        frame[column] = frame[column].where(~scaled, frame[column] * POINTS)
    frame["p"] = frame["p_value"].map(short_p)
    order = {"difference": 0, "ratio": 1, "odds_ratio": 2}
    frame = frame.sort_values("scale", key=lambda s: s.map(order), kind="stable")
    heads = {
        "difference": "Gap, percentage points (focal − reference)",
        "ratio": "Ratio of rates (focal / reference)",
        "odds_ratio": "Odds ratio (not a ratio of rates)",
    }
    frame["scale"] = frame["scale"].map(heads)
    frame["estimator"] = frame["estimator"].map(estimator_name)
    why = why_rounded(study)
    form = ",.4g" if why else ".2f"
    for column in ("estimate", "conf_low", "conf_high") if why else ():
        frame[column] = frame[column].round(1).where(scaled, frame[column].round(2))
    return table(
        frame,
        id=id,
        title=title,
        group="scale",
        columns={
            "estimator": "Estimator",
            "weighting": "Weight per",
            "estimate": ("Estimate", form),
            "conf_low": ("Low", form),
            "conf_high": ("High", form),
            "p": Column("p", align="right"),
        },
        notes=[
            f"No interval or p: {silent}."
            if (silent := no_inference(study))
            else _level(comparison) + ", by account; p: the larger of that of the permutation over "
            "accounts and that at which the interval touches zero.",
            *(f"{estimator_name(n)}: {e.about}." for n, e in ESTIMATORS.items() if n in ran),
        ],
        source=source_line(study.loaded),
        simulated=study.cases.simulated,
        rounded=why,
    )


def independent_table(comparison: Comparison) -> Table:
    """Return the textbook intervals, under the one heading that they may stand under."""
    frame = comparison.if_independent()
    for column in ("estimate", "conf_low", "conf_high"):
        frame[column] = frame[column] * POINTS
    frame["estimator"] = frame["estimator"].map(estimator_name)
    why = why_rounded(comparison.study)
    form = ".1f" if why else ".2f"
    return table(
        frame,
        id="tbl-independent",
        title="If every post were independent",
        subtitle="A warning, not a result: posts of one account are alike",
        columns={
            "estimator": "Estimator",
            "estimate": ("Gap, points", form),
            "conf_low": ("Low", form),
            "conf_high": ("High", form),
            "method": "Method",
        },
        notes=[
            "With few focal accounts such intervals exclude zero in up to six of ten audits "
            "without any difference."
        ],
        source=source_line(comparison.study.loaded),
        simulated=comparison.study.cases.simulated,
        rounded=why,
    )


def family_table(evidence: Evidence) -> Table:
    """Return the primary contrast against every reference class, with corrected p-values."""
    study = evidence.comparison.study
    frame = evidence.table("family")
    frame["reference"] = frame["reference"].map(words)
    frame["estimate"] = frame["estimate"] * POINTS
    for column in ("p_value", "p_holm"):
        frame[column] = frame[column].map(short_p)
    return table(
        frame,
        id="tbl-family",
        title=f"{opening(study.design.focal)} posts against each reference class",
        columns={
            "reference": "Against",
            "n_reference": ("Posts", ",d"),
            "n_reference_accounts": ("Accounts", ",d"),
            "n_supported": ("Focal posts compared", ",.0f"),
            "n_unsupported": ("Without like", ",.0f"),
            "observed": ("Observed", ".1%"),
            "expected": ("Expected", ".1%"),
            "estimate": ("Gap, points", "+.1f"),
            "p_value": Column("p", align="right"),
            "p_holm": Column("p, corrected", align="right"),
        },
        notes=[
            "Each row rests on the focal posts that have a like in that class, so the observed "
            "rate differs between rows. Corrected over the classes by Holm’s method.",
            *(f"{r.reference}: {r.barred}" for r in frame.itertuples() if r.barred),
        ],
        source=source_line(study.loaded),
        simulated=study.cases.simulated,
        rounded=why_rounded(study),
    )


def estimator_name(name: str) -> str:
    """Return an estimator's name as words; those of people keep their capitals."""
    return {"mantel_haenszel": "Mantel–Haenszel"}.get(name, words(name))


def _level(comparison: Comparison) -> str:
    return f"{level(comparison.study.design.confidence)} intervals"


def short_p(p: float) -> str:
    """Return a p-value for a column: never "0.000"."""
    return p_value(p).removeprefix("p = ").removeprefix("p ").replace(" ", "\u00a0") or "–"
