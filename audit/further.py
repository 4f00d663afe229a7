"""What a design may ask beyond its main comparison, and how each such term is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from audit.asked import CAN_FOLLOW, FOLLOWS_ACTION, NO_COVARIATE
from audit.errors import DesignError
from audit.plain import is_number, plain

if TYPE_CHECKING:
    from audit.design import Design

FLAGS = ("pairs", "severity", "reversal")
"""Questions without terms: true or false."""
PERIODS = ("week", "month", "quarter", "year")
SHARES = {
    "label_error": ("sensitivity", "specificity"),
    "selective_reporting": ("share_reported_focal", "share_reported_reference"),
}
"""Declared limits of step 4: each a range [lowest, highest] of a share."""
TERMS: Mapping[str, tuple[str, ...]] = {
    "timing": ("within_hours", "restricted_mean_hours"),
    "policy_change": ("at", "per", "harmonics", "title"),
    "within_account": ("per",),
    **SHARES,
    "exemptions": ("path", "name"),
}
"""The keys that each further table takes."""
CAN_VARY = ("strata", "outcome", "population", "primary", "reference", "frame")
"""Terms of a design that a multiverse may vary: choices that a careful reader could have made."""
CONTROL_TERMS = ("population", "outcome", "strata", "focal", "reference", "title")
"""Terms of a design that a negative control may replace."""

NOTHING_FURTHER: Mapping[str, Any] = {
    "families": (),
    "multiverse": None,
    "negative_controls": (),
    **dict.fromkeys(FLAGS, False),
    **dict.fromkeys(TERMS),
}
"""Every further term, at what asks none."""


def alone(design: Design, **changes: Any) -> Design:
    """Return a design of the first reference class that asks nothing further, with changes."""
    return replace(design, **{**NOTHING_FURTHER, "reference": design.references[0], **changes})


def further_faults(d: Design) -> list[str]:
    """Return what is wrong with the further questions of a design, one sentence each."""
    out = [
        f"{name} is {getattr(d, name)!r}; it must be true or false."
        for name in FLAGS
        if not isinstance(getattr(d, name), bool)
    ]
    for name, keys in TERMS.items():
        given = getattr(d, name)
        if given is None:
            continue
        if not isinstance(given, Mapping):
            out.append(f"{name} is {plain(given)!r}; it must be a table of {', '.join(keys)}.")
            continue
        unknown = [k for k in given if k not in keys]
        if unknown:
            out.append(f"{name} has unknown key(s) {unknown}; allowed: {', '.join(keys)}.")
        out += _RULES[name](name, given)
    return out + _families(d) + _multiverse(d) + _controls(d)


def moment(value: object) -> datetime | None:
    """Return the start of a policy, or None where it cannot be read: a date is midnight UTC."""
    from datetime import UTC

    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return None


def _timing(name: str, given: Mapping[str, Any]) -> list[str]:
    hours = given.get("within_hours", ())
    out = []
    if not _listed(hours) or not all(is_number(h) and 0 < h < float("inf") for h in hours):
        out.append(f"{name}: within_hours is {plain(hours)!r}; a list of hours above 0.")
    elif len(set(hours)) != len(hours):
        out.append(f"{name}: within_hours is {plain(hours)!r}; each number of hours once.")
    tau = given.get("restricted_mean_hours")
    if tau is not None and (not is_number(tau) or not 0 < tau < float("inf")):
        out.append(f"{name}: restricted_mean_hours is {tau!r}; a number of hours above 0.")
    return out


def _policy_change(name: str, given: Mapping[str, Any]) -> list[str]:
    out = _per(name, given)
    if moment(given.get("at")) is None:
        out.append(f"{name}: at is {given.get('at')!r}; a date such as 2019-06-27.")
    pairs = given.get("harmonics", 0)
    if isinstance(pairs, bool) or not isinstance(pairs, int) or not 0 <= pairs <= 6:
        out.append(f"{name}: harmonics is {pairs!r}; a whole number from 0 to 6.")
    if not isinstance(given.get("title", ""), str):
        out.append(f"{name}: title is {given.get('title')!r}; it must be a text.")
    return out


def _per(name: str, given: Mapping[str, Any]) -> list[str]:
    per = given.get("per", "month")
    return [] if per in PERIODS else [f"{name}: per is {per!r}; allowed: {', '.join(PERIODS)}."]


def _shares(name: str, given: Mapping[str, Any]) -> list[str]:
    out = []
    for key in SHARES[name]:
        value = given.get(key)
        ends: Any = value if _listed(value) else ()
        if (
            len(ends) != 2
            or not all(is_number(v) and 0 <= v <= 1 for v in ends)
            or ends[0] > ends[1]
        ):
            out.append(
                f"{name}: {key} is {plain(value)!r}; the lowest and the highest share it could "
                "be, such as [0.8, 1.0]."
            )
    if out:
        return out
    if name == "label_error" and given["sensitivity"][0] + given["specificity"][0] <= 1:
        out.append(
            f"{name}: the lowest sensitivity {given['sensitivity'][0]} and specificity "
            f"{given['specificity'][0]} add up to 1 or less, which says that the labels may know "
            "nothing; raise one."
        )
    out += [
        f"{name}: {key} starts at 0, which says that nothing may have been reported; raise it."
        for key in SHARES["selective_reporting"]
        if name == "selective_reporting" and given[key][0] == 0
    ]
    return out


def _file(name: str, given: Mapping[str, Any]) -> list[str]:
    one = [k for k in ("path", "name") if isinstance(given.get(k), str) and given[k]]
    if len(one) == 1 and len(given) == 1:
        return []
    return [f'{name} is {plain(given)!r}; write {{ path = "{name}.csv" }} or {{ name = "…" }}.']


_RULES = {
    "timing": _timing,
    "policy_change": _policy_change,
    "within_account": _per,
    **dict.fromkeys(SHARES, _shares),
    "exemptions": _file,
}


def _families(d: Design) -> list[str]:
    good = all(
        _listed(f) and f and all(isinstance(c, str) and c for c in f) and len(set(f)) == len(f)
        for f in d.families
    )
    if good and len({tuple(f) for f in d.families}) == len(d.families):
        return _no_subgroups(d)
    return [
        f"families is {plain(d.families)!r}; a list of lists of column names, each once, such as "
        '[["rule"], ["language"]].'
    ]


def _no_subgroups(d: Design) -> list[str]:
    """Return which columns of the families cannot tell subgroups apart, one sentence each."""
    why = {**FOLLOWS_ACTION, **NO_COVARIATE}
    why |= {
        c: f"known to follow from an action, unless pre_treatment = [{c!r}] is declared"
        for c in CAN_FOLLOW
        if c not in d.pre_treatment
    }
    return [
        f"families: {c!r} is {why[c]}, so its levels are no subgroups; leave it out."
        for c in dict.fromkeys(c for family in d.families for c in family)
        if c in why
    ]


def _multiverse(d: Design) -> list[str]:
    out = []
    for term, choices in (d.multiverse or {}).items():
        if term not in CAN_VARY:
            out.append(f"multiverse varies {term!r}; allowed: {', '.join(CAN_VARY)}.")
        elif not _listed(choices) or not choices:
            out.append(f"multiverse of {term!r} is {plain(choices)!r}; a list of choices.")
        elif len({repr(plain(c)) for c in choices}) < len(choices):
            out.append(f"multiverse of {term!r} names a choice twice; each once.")
    return out


def _controls(d: Design) -> list[str]:
    out = []
    for number, control in enumerate(d.negative_controls, 1):
        where = f"negative control {number}"
        if not isinstance(control, Mapping) or not control:
            out.append(f"{where} is {plain(control)!r}; a table such as {{ population = … }}.")
            continue
        if not set(control) - {"title"}:
            out.append(f"{where} replaces no term of the design, so it is the main question again.")
        unknown = [k for k in control if k not in CONTROL_TERMS]
        if unknown:
            out.append(f"{where} has unknown key(s) {unknown}; allowed: {CONTROL_TERMS}.")
    return out


def variant_faults(d: Design) -> list[str]:
    """Return which choices of the multiverse and which controls are no designs themselves."""
    alone: dict[str, Any] = {"multiverse": None, "negative_controls": (), "families": ()}
    varied = [
        (f"multiverse of {term!r}, choice {number}", {term: choice})
        for term, choices in (d.multiverse or {}).items()
        for number, choice in enumerate(choices, 1)
    ]
    varied += [(f"negative control {n}", dict(c)) for n, c in enumerate(d.negative_controls, 1)]
    out = []
    for where, terms in varied:
        try:
            replace(d, **{**alone, **terms})
        except DesignError as error:
            out.append(f"{where}: {error}")
    return out


def _listed(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
