"""The tables behind the checks: subgroups, negative controls, declared limits, events and bans."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from audit.cells import FOCAL, REFERENCE
from audit.design import words
from audit.disclosure import HIDDEN, class_of, mask, protect, protect_few, table_of
from audit.disclosure.precision import why_rounded
from audit.disclosure.resting import few_hidden
from audit.report.blocks import Block, Column, Table
from audit.report.effects import short_p
from audit.report.sections import POINTS, hidden_notes, source_line
from audit.report.table import table

if TYPE_CHECKING:
    from audit.evidence import Evidence
    from audit.study import Study

Columns = Mapping[str, str | tuple[str, str] | Column]


def robustness_tables(evidence: Evidence) -> list[Block]:
    """Return the table of every check that has one to show, in the order of the checks."""
    asked = {f.check: f for f in evidence.findings}
    return [
        make(evidence)
        for name, make in TABLES.items()
        if name in asked and not evidence.table(name).empty
    ]


def subgroups_table(evidence: Evidence, *, id: str = "tbl-subgroups") -> Table:
    """Return the gap in every subgroup of the declared families, corrected within its family."""
    return _of(
        evidence,
        "subgroups",
        id=id,
        title="The gap in each declared subgroup",
        columns={
            "subgroup": Column("Subgroup", limit=120),
            "n_focal": ("Focal posts", ",d"),
            "n_reference": ("Reference posts", ",d"),
            **GAP,
            "p": Column("p", align="right"),
            "p_corrected": Column("p, corrected", align="right"),
        },
        group="family",
        notes=["Corrected within each family by Holm’s method; any other subgroup is exploratory."],
        reasons=("subgroup", "barred"),
        shield=_shielded_subgroups,
    )


def _shielded_subgroups(frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Return the subgroups with small ones hidden, and every gap that would give them away."""
    parts = []
    for place, (_, rows) in enumerate(frame.groupby("family", sort=False)):
        gap = ("estimate", "conf_low", "conf_high", "p", "p_corrected", "barred")
        columns = {FOCAL: ("n_focal", *gap), REFERENCE: ("n_reference", *gap)}
        of = table_of(place)
        labels = range(len(rows))
        shown = protect(rows, study, of=of, labels=labels, columns=columns)
        telling = few_hidden(study, of, list(labels)).set_axis(rows.index)
        parts.append(mask(shown, telling, gap))
    out = pd.concat(parts)
    return out.assign(**{HIDDEN: out[HIDDEN].fillna("")}) if HIDDEN in out else out


def _shielded_control(frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Return the controls with those of few posts hidden: as few accounts, or fewer, wrote them."""
    numbers = ("estimate", "conf_low", "conf_high", "p", "verdict", "why")
    for group, n in ((FOCAL, "n_focal"), (REFERENCE, "n_reference")):
        few = frame[n].astype(float)
        name, columns = class_of(study, group), (n, *numbers)
        frame = protect_few(frame, study, account_class=name, few=few, columns=columns)
    return frame


def _shielded_events(frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Return the events with shares hidden that stand for few sanctions."""
    for group in (FOCAL, REFERENCE):
        column = f"share_{group}"
        acted = study.cells.by_account(group)["events"].sum()
        few = (frame[column].astype(float) * acted).round()
        name = class_of(study, group)
        frame = protect_few(frame, study, account_class=name, few=few, columns=(column,))
    return frame


def controls_table(evidence: Evidence, *, id: str = "tbl-controls") -> Table:
    """Return what each negative control came out as."""
    return _of(
        evidence,
        "negative_controls",
        id=id,
        title="Where no double standard can be",
        columns={
            "control": Column("Control", limit=160),
            "n_focal": ("Focal posts", ",d"),
            "n_reference": ("Reference posts", ",d"),
            **GAP,
            "p": Column("p", align="right"),
            "verdict": "Came out as",
        },
        notes=["A control is null only when it comes out as treated alike."],
        reasons=("control", "why"),
        shield=_shielded_control,
    )


def label_error_table(evidence: Evidence, *, id: str = "tbl-label-error") -> Table:
    """Return the gap at every corner of the declared label error."""
    names = _classes(evidence)
    return _of(
        evidence,
        "label_error",
        id=id,
        title="The gap under the declared error of the recorded outcome",
        columns={
            "sensitivity_focal": (f"Sensitivity, {names[0]}", ".1%"),
            "specificity_focal": (f"Specificity, {names[0]}", ".1%"),
            "sensitivity_reference": (f"Sensitivity, {names[1]}", ".1%"),
            "specificity_reference": (f"Specificity, {names[1]}", ".1%"),
            "risk_focal": (f"Rate, {names[0]}", ".1%"),
            "risk_reference": (f"Rate, {names[1]}", ".1%"),
            "estimate": ("Gap, points", "+.1f"),
        },
    )


def selective_reporting_table(evidence: Evidence, *, id: str = "tbl-reporting") -> Table:
    """Return how far the gap could move under the declared shares of posts reported."""
    names = _classes(evidence)
    return _of(
        evidence,
        "selective_reporting",
        id=id,
        title="The gap under the declared shares of posts reported",
        columns={
            "share_reported_focal": (f"Reported, {names[0]}", ".0%"),
            "share_reported_reference": (f"Reported, {names[1]}", ".0%"),
            "milder": "Extra reports are milder",
            "low": ("Least gap, points", "+.1f"),
            "high": ("Greatest gap, points", "+.1f"),
        },
        group="among",
        notes=[
            "Bounds without a confidence level: both ends can be attained (Knox, Lowe & Mummolo "
            "2020). The rows that do not assume the extra reports to be milder decide."
        ],
    )


def events_table(evidence: Evidence, *, id: str = "tbl-events") -> Table:
    """Return the gap with each event left out, under numbers."""
    names = _classes(evidence)
    return _of(
        evidence,
        "events",
        id=id,
        title="The gap with each event left out",
        columns={
            "event": ("Event", "d"),
            "n": ("Posts", ",d"),
            "share_focal": (f"Share of {names[0]} sanctions", ".1%"),
            "share_reference": (f"Share of {names[1]} sanctions", ".1%"),
            "estimate": ("Gap without it, points", "+.1f"),
        },
        limit=20,
        shield=_shielded_events,
    )


GAP: Columns = {
    "estimate": ("Gap, points", "+.1f"),
    "conf_low": ("Low", "+.1f"),
    "conf_high": ("High", "+.1f"),
}
IN_POINTS = ("estimate", "conf_low", "conf_high", "low", "high")
TABLES: Mapping[str, Any] = {
    "events": events_table,
    "label_error": label_error_table,
    "selective_reporting": selective_reporting_table,
    "negative_controls": controls_table,
    "subgroups": subgroups_table,
}


def _classes(evidence: Evidence) -> tuple[str, str]:
    design = evidence.comparison.study.design
    return words(design.focal), words(design.references[0])


def _of(
    evidence: Evidence,
    check: str,
    *,
    id: str,
    title: str,
    columns: Columns,
    notes: Sequence[str] = (),
    reasons: tuple[str, str] = ("", ""),
    shield: Callable[[pd.DataFrame, Study], pd.DataFrame] | None = None,
    **more: Any,
) -> Table:
    """Return a check's table with its gaps in points and what barred a row among the notes."""
    study = evidence.comparison.study
    frame = evidence.table(check)
    if more.get("group"):
        frame = frame.sort_values(more["group"], key=_as_met, kind="stable", ignore_index=True)
    for name in IN_POINTS:
        if name in frame:
            frame[name] = frame[name].astype(float) * POINTS
    for name, of in (("p", "p_value"), ("p_corrected", "p_holm")):
        if of in frame:
            frame[name] = frame[of].astype(float).map(short_p)
            frame[f"{name}_value"] = frame[of].astype(float)
    if shield is not None:
        frame = shield(frame, study)
    row, why = reasons
    said = [f"{r[row]}: {r[why]}." for r in frame.to_dict("records") if why and _given(r[why])]
    return table(
        frame,
        id=id,
        title=title,
        columns=dict(columns),
        notes=[
            *notes,
            *dict.fromkeys(s.replace("..", ".") for s in said),
            *hidden_notes(study, frame),
        ],
        source=source_line(study.loaded),
        simulated=study.cases.simulated,
        rounded=why_rounded(study),
        **more,
    )


def _as_met(groups: pd.Series) -> pd.Series:
    """Return each group's place in the order in which the groups are first met."""
    return pd.Series(pd.factorize(groups)[0], index=groups.index)


def _given(reason: object) -> bool:
    return isinstance(reason, str) and bool(reason) and not pd.isna(reason)
