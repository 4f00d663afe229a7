"""What was in force when: versions of the rules, published exemptions and a dated change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from audit.charts.phrases import named
from audit.text import visible

if TYPE_CHECKING:
    from audit.study import Study

MOST_LANES = 5
MOST_NAMED = 4
"""Rules of one version that are named; of more their number is said."""


@dataclass(frozen=True, slots=True)
class Span:
    """Something that was in force from `begins` to `ends`, on a lane of the strip."""

    label: str
    begins: pd.Timestamp
    ends: pd.Timestamp
    lane: int


def spans(
    study: Study, start: pd.Timestamp, end: pd.Timestamp
) -> tuple[list[Span], tuple[str, ...]]:
    """Return what was in force between two times, cut to them, and what found no lane.

    First the versions of the rules that the cases met (`regime`; rules with the same versions
    stand together), then the published exemptions of the focal class, then the change that the
    design names. Spans that do not overlap share a lane; there are at most `MOST_LANES`.
    """
    lanes: list[pd.Timestamp] = []
    out, left = [], []
    for label, begins, ends in [*_versions(study, end), *_exemptions(study), *_change(study, end)]:
        begins, ends = max(begins, start), min(ends, end)
        if begins >= ends:
            continue
        free = next((i for i, until in enumerate(lanes) if until <= begins), len(lanes))
        if free == MOST_LANES:
            left.append(label)
            continue
        lanes[free : free + 1] = [ends]
        out.append(Span(label, begins, ends, free))
    return out, tuple(left)


Found = tuple[str, pd.Timestamp, pd.Timestamp]
LONG_AGO = pd.Timestamp("1970-01-01", tz="UTC")
FOREVER = pd.Timestamp("2262-01-01", tz="UTC")


def _versions(study: Study, end: pd.Timestamp) -> list[Found]:
    """Return the versions of the rules that the compared cases met, in order of time."""
    frame = study.cases.frame
    if "regime" not in frame:
        return []
    rules = frame["rule"] if "rule" in frame else pd.Series("", frame.index)
    met = pd.DataFrame({"rule": rules.fillna("").astype(str), "regime": frame["regime"]}).dropna()
    together: dict[tuple[str, ...], list[str]] = {}
    for rule, names in met.drop_duplicates().groupby("rule")["regime"]:
        together.setdefault(_dates(names), []).append(str(rule))
    out = []
    for dates, named_rules in together.items():
        moments = [pd.Timestamp(d, tz="UTC") for d in dates]
        head = _rules(named_rules)
        if dates:
            out.append((f"{head} before {dates[0]}", LONG_AGO, moments[0]))
        for name, begins, until in zip(dates, moments, [*moments[1:], end], strict=True):
            out.append((f"{head} of {name}", begins, until))
    return out


def _dates(names: pd.Series) -> tuple[str, ...]:
    """Return the days on which versions began, in order; what is no date is no version."""
    days = {str(name).removeprefix("before ") for name in names}
    known = {d for d in days if not pd.isna(pd.to_datetime(d, errors="coerce", utc=True))}
    return tuple(sorted(known))


def _rules(names: list[str]) -> str:
    shown = [named(n) for n in names if n]
    if not shown:
        return "rules"
    if len(shown) > MOST_NAMED:
        return f"{len(shown)} rules"
    return f"{' and '.join([', '.join(shown[:-1])] * (len(shown) > 1) + shown[-1:])} rule" + (
        "s" if len(shown) > 1 else ""
    )


def _exemptions(study: Study) -> list[Found]:
    """Return the published exemptions of the focal class from the rules audited."""
    if study.exemptions is None:
        return []
    frame = study.exemptions.frame
    frame = frame[frame["account_class"] == study.design.focal]
    rules = study.cases.frame.get("rule")
    if rules is not None:
        frame = frame[frame["rule"].isna() | frame["rule"].isin(rules.dropna().unique())]
    return [
        (
            f"exempt, {'all rules' if pd.isna(r.rule) else named(r.rule)}: "
            f"at most {named(r.ceiling)}",
            r.start,
            FOREVER if pd.isna(r.end) else r.end,
        )
        for r in frame.sort_values("start").itertuples()
    ]


def _change(study: Study, end: pd.Timestamp) -> list[Found]:
    """Return the change that the design names, from its day on."""
    terms = study.design.policy_change
    if not terms:
        return []
    from audit.further import moment

    at = pd.Timestamp(moment(terms["at"]))
    title = visible(terms.get("title", ""), 120) or "the change of the design"
    return [(f"{at:%Y-%m-%d}: {title}", at, end)]
