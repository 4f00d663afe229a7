"""What documented decisions show when no rate can be had: counts with their own limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from audit.printed import Face, Shown, grid
from audit.printed.grid import Form
from audit.text import visible

NAN = float("nan")
HEADS = ("head_of_state", "head_of_government")
CHOSEN = "The press chose these decisions; they are no sample."


FIGURES: Mapping[str, tuple[str, Form]] = {
    "figure": ("Figure", "text"),
    "value": ("Value", "number"),
    "conf_low": ("Low", "number"),
    "conf_high": ("High", "number"),
    "n": ("n", "whole"),
}


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class View(Shown):
    """One descriptive table with the sentences that must stand beside it.

    Attributes
    ----------
    title : str
    selection : str
        Which rows were taken, as a rule anyone can apply.
    frame : DataFrame
        The rows, as drawn.
    figures : DataFrame
        Columns figure, value, conf_low, conf_high, n, method; empty limits where none apply.
    limits : tuple of str
        What the table cannot show.
    """

    title: str
    selection: str
    frame: pd.DataFrame
    figures: pd.DataFrame
    limits: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the rows."""
        return self.frame.copy()

    def face(self) -> Face:
        """Return which rows were taken, what they cannot show, and the figures."""
        says = (f"Which rows: {visible(self.selection, 1000)}", *self.limits)
        return Face(self.title, says, (grid(self.figures, FIGURES, title="The figures"),))


def figure(name: str, value: float, n: float = NAN, method: str = "count") -> tuple[object, ...]:
    """Return one row of figures without limits."""
    return name, value, NAN, NAN, n, method


def figures_of(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    """Return rows of figures as the frame a `View` holds."""
    columns = ["figure", "value", "conf_low", "conf_high", "n", "method"]
    return pd.DataFrame(rows, columns=columns)


def rule_timeline(rules: pd.DataFrame, decisions: pd.DataFrame) -> View:
    """Return rules and decisions on one line of time.

    Parameters
    ----------
    rules, decisions : DataFrame
        As `Registry.rules()` and `Registry.decisions()`.

    Returns
    -------
    View
        `frame`: kind (rule, decision, reversal), id, platform, earliest, latest (days the date may
        mean), title, what (effect or action), group, source_tier; in order of time. Decisions
        without a date of action are placed by no invented day: they are left out and counted.
    """
    dated = decisions[decisions["action_earliest"].notna()]
    kind = np.where(dated["unit"] == "reversal", "reversal", "decision")
    parts = [
        _line(rules, "rule", ("policy_id", "date_earliest", "date_latest", "title"))
        .assign(what=rules["regime_effect"], group=rules["applies_to"]),
        _line(dated, kind, ("case_id", "action_earliest", "action_latest", "topic"))
        .assign(what=dated["action"], group=dated["office_class"]),
    ]  # fmt: skip
    frame = pd.concat(parts).sort_values(["earliest", "kind", "id"], kind="stable")
    counts = frame["kind"].value_counts()
    rows = [figure(k, counts.get(k, 0)) for k in ("rule", "decision", "reversal")]
    rows.append(figure("decisions without a date", len(decisions) - len(dated)))
    limits = (
        CHOSEN,
        "That a decision follows a rule in time does not show that the rule brought it about.",
        "A date known to the week, month or year is drawn as the span it may mean.",
    )
    selection = "all rules and all decisions with a date of action"
    frame = frame.reset_index(drop=True)
    return View("Rules and documented decisions", selection, frame, figures_of(rows), limits)


def _line(frame: pd.DataFrame, kind: object, columns: tuple[str, str, str, str]) -> pd.DataFrame:
    names = dict(zip(columns, ("id", "earliest", "latest", "title"), strict=True))
    chosen = frame[[*columns, "platform", "source_tier"]].rename(columns=names)
    return chosen.assign(kind=kind)


def time_to_action(decisions: pd.DataFrame) -> View:
    """Return how long decisions about sitting heads took, in days.

    Parameters
    ----------
    decisions : DataFrame
        As `Registry.decisions()`.

    Returns
    -------
    View
        `frame`: one row per decision with `days`, and `days_low`, `days_high`: hours are taken as
        given, a difference of d calendar days lies between d − 1 and d + 1 days (0: up to 1).
        `figures`: medians, whose limits are those of the reporting and not of sampling.
    """
    head = decisions["office_class"].isin(HEADS) & (decisions["in_office_at_action"] == "yes")
    timed = decisions["days_to_action"].notna() & (decisions["unit"] == "post")
    legal = decisions["violation_acknowledged"] == "legal_ground"
    columns = ["case_id", "person", "platform", "rung", "days_to_action", "days_basis"]
    rows = decisions.loc[head & timed, columns].rename(columns={"days_to_action": "days"})
    whole = rows["days"] % 1 == 0
    rows["days_low"] = rows["days"].where(~whole, (rows["days"] - 1).clip(lower=0))
    rows["days_high"] = rows["days"].where(~whole, rows["days"] + 1)
    rows["legal_ground"] = legal[head & timed]
    speech = rows[~rows["legal_ground"]]
    one = rows["person"].mode().iloc[0] if len(rows) else ""
    figures = figures_of(
        [
            _median("median, rules on speech", speech),
            _median("median, with decisions on legal grounds", rows),
            _median(f"median without {one}", speech[speech["person"] != one]),
        ]
    )
    limits = (
        CHOSEN,
        "Only decisions that were taken have a time: posts never acted on are not in it, so it "
        "says nothing on how often or how soon a post is acted on.",
        "Most times are differences of calendar days; the limits are those of the reporting.",
        "There is no ordinary account to compare with.",
    )
    selection = "decisions about posts of sitting heads with a known time; reversals left out"
    frame = rows.sort_values(["days", "case_id"]).reset_index(drop=True)
    return View("Time from post to decision", selection, frame, figures, limits)


def _median(name: str, rows: pd.DataFrame) -> tuple[object, ...]:
    values = [float(rows[c].median()) for c in ("days", "days_low", "days_high")]
    return (name, *values, len(rows), "median of days; limits from whole days")


def published_exemptions(exemptions: pd.DataFrame) -> pd.DataFrame:
    """Return one row per policy that exempts somebody: what it covers, and what it does not.

    A row with the ceiling `ban` names a rule that the policy does not cover; a policy with no
    other rows says that nobody is exempt, and is left out.

    Parameters
    ----------
    exemptions : DataFrame
        As `Registry.exemptions()` returns it: one row per policy × rule × class.

    Returns
    -------
    DataFrame
        start, platform, classes, covers, does_not_cover, publication, summary, source_tier.
    """
    rows = exemptions.assign(
        rule=exemptions["rule"].fillna("any rule"),
        classes=exemptions["account_class"].fillna("anyone").str.replace("_", " "),
    )
    carved = rows["ceiling"].eq("ban")
    rows["covers"] = rows["rule"].where(~carved)
    rows["does_not_cover"] = rows["rule"].where(carved)
    keys = ["policy_id", "start", "platform", "publication", "summary", "source_tier"]
    named = ("classes", "covers", "does_not_cover")
    out = rows.groupby(keys, as_index=False, dropna=False, sort=False).agg(
        dict.fromkeys(named, _joined)
    )
    out = out[out["covers"].ne("")].sort_values("start", kind="stable")
    order = ["start", "platform", *named, "publication", "summary", "source_tier"]
    return out[order].reset_index(drop=True)


def _joined(values: pd.Series) -> str:
    return ", ".join(dict.fromkeys(values.dropna().astype("str")))
