"""Phrases that charts share, each built from the data it speaks of."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from audit import numerals
from audit.design import words
from audit.errors import ClaimError, RowsNeeded
from audit.numerals import count, interval, percent
from audit.text import visible

if TYPE_CHECKING:
    from audit.comparison import Comparison
    from audit.design import Design
    from audit.study import Study

NAME = 28
"""Characters of a class or rule name inside a sentence."""
NO_INTERVAL = "no interval"


def named(name: object, limit: int = NAME) -> str:
    """Return a class, rule or column name as words fit for a sentence."""
    return visible(words(str(name)), limit)


def sentence(text: str) -> str:
    """Return a text with its first letter a capital."""
    return text[:1].upper() + text[1:]


def number(n: float, noun: str) -> str:
    """Return a count with its noun: "1 post", "2,343 posts"."""
    return f"{count(n)} {noun}" + ("" if round(n) == 1 else "s")


def share(value: float, *, decimals: int = 1) -> str:
    """Return a share as a percentage with no more decimals than asked; "–" for none."""
    return percent(value, decimals=decimals) if math.isfinite(value) else "–"


def pair(low: float, high: float, *, decimals: int = 1) -> str:
    """Return the ends of an interval of shares, in per cent: "8.1 to 16.2"; or "no interval"."""
    found = interval(low, high, decimals=decimals)
    return found.split("interval ")[1] if found else NO_INTERVAL


def comparison_of(stage: Any, chart: str) -> Comparison:
    """Return the comparison of a stage, refusing one whose audit is inadmissible.

    Raises
    ------
    ClaimError
        A hard gate failed: no contrast may be drawn, as none may be printed.
    """
    found = getattr(stage, "comparison", stage)
    if not found.study.admissible:
        reasons = " ".join(g.says for g in found.study.gates if g.kind == "hard")
        raise ClaimError(
            f"the chart {chart!r} is a contrast, and this audit is inadmissible: {reasons} "
            "Try: the chart 'flow', which shows who is in and who is out."
        )
    return found


def acted(design: Design) -> str:
    """Return the outcome as a short participle; the subtitle spells it out in full."""
    if design.outcome.reversed:
        return "let back"
    return "labelled" if design.outcome.any_of == ("label",) else "acted on"


def spelled(design: Design) -> str:
    """Return what the short participle means, "" where it says all there is to say."""
    full, short = visible(design.outcome.verb, 160), acted(design)
    return "" if full == short else f"“{short}” means {full}"


def measured(text: str, design: Design) -> str:
    """Return a measure followed by what its participle means."""
    return "; ".join(part for part in (text, spelled(design)) if part)


def direction(difference: float) -> str:
    """Return the words of a difference's sign: "less often", "more often", "as often"."""
    if difference == 0:
        return "as often"
    return "less often" if difference < 0 else "more often"


def apart(low: float, high: float) -> bool | None:
    """Return whether an interval excludes zero; None where there is no interval."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return None
    return bool(low > 0 or high < 0)


def setting(study: Study) -> str:
    """Return place and period as far as the cases record them, "twitter, 1 May to 3 June 2020".

    Nothing is known of those of a scan: the rows enrolled are not kept apart from the others.
    """
    try:
        frame = study.cases.frame
    except RowsNeeded:
        return ""
    parts = []
    if "platform" in frame and frame["platform"].notna().any():
        found = sorted(frame["platform"].dropna().astype(str).unique())
        parts.append(
            ", ".join(named(p) for p in found) if len(found) <= 3 else f"{len(found)} platforms"
        )
    if "posted_at" in frame and frame["posted_at"].notna().any():
        first, last = frame["posted_at"].min(), frame["posted_at"].max()
        parts.append(spell(first, last))
    return ", ".join(parts)


def subtitle(study: Study, measure: str) -> str:
    """Return measure, place, period and classes as one line."""
    design = study.design
    classes = f"{named(design.focal)} and {named(design.references[0])} accounts"
    head = "Simulated data. " if study.cases.simulated else ""
    return head + "; ".join(p for p in (measure, setting(study), classes) if p) + "."


def sizes(study: Study) -> str:
    """Return posts and accounts of both classes."""
    cells, design = study.cells, study.design
    out = []
    for name, group in ((design.focal, "focal"), (design.references[0], "reference")):
        text = f"{sentence(named(name))}: {number(cells.total(group), 'post')}"
        if study.has_accounts:
            text += f" by {number(cells.accounts(group), 'account')}"
        out.append(text)
    return "; ".join(out)


def hiding(least: int) -> str:
    """Say what is not drawn, and why."""
    return f"Not drawn: cells behind which stand fewer than {numerals.setting(least)} accounts."


def told(study: Study) -> str:
    """Return the prefix of an alternative text: whether the data are simulated."""
    return "Simulated data. " if study.cases.simulated else ""


def level(design: Design) -> str:
    """Return the confidence in words: "95 %"."""
    return numerals.level(design.confidence)


def hollow(study: Study) -> str:
    """Say what a hollow mark is, and why it has no interval where the study bears none."""
    from audit.estimators.accounts.contrasts import no_inference

    why = no_inference(study)
    return "Hollow: no interval." + (f" {sentence(why)}." if why else "")


def within_shares(limit: float) -> float:
    """Return a limit of a share cut to what a share can be, 0 to 1; NaN as it is.

    Cutting an interval to the values that are possible takes nothing from its coverage.
    """
    return min(1.0, max(0.0, limit)) if math.isfinite(limit) else limit


def missing_intervals(frame: pd.DataFrame) -> bool:
    """Return whether any row lacks its limits."""
    return bool((frame["conf_low"].isna() | frame["conf_high"].isna()).any())


def spell(first: pd.Timestamp, last: pd.Timestamp) -> str:
    """Return a period in words, what its days share said once: "1 May to 3 June 2020".

    The names of months are English whatever the machine's locale is.
    """
    end = f"{last.day} {last.month_name()} {last.year}"
    if first.date() == last.date():
        return end
    begin = f"{first.day} {first.month_name()}"
    return f"{begin} to {end}" if first.year == last.year else f"{begin} {first.year} to {end}"
