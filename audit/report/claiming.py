"""`audit.claim`: the way a number gets into prose, with its unit, baseline, rounding and words."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Unpack

from audit.claims import Claim, Verdict
from audit.claims.forms import (
    Forms,
    Pieces,
    forms_of,
    gap_sentence,
    out_of,
    signed,
    text_of,
)
from audit.claims.refusals import (
    About,
    decimals_of,
    did_faults,
    interval_faults,
    name_faults,
    number_of,
    of_faults,
    refuse,
    stated_faults,
    unit_faults,
)
from audit.errors import ClaimError, UnknownName
from audit.report.stated import Stated

if TYPE_CHECKING:
    from audit.evidence import Evidence

DIFFERENT = frozenset((Verdict.LENIENT, Verdict.STRICT, Verdict.MORE, Verdict.LESS, Verdict.SMALL))


def claim(subject: Evidence | str, what: Any = None, /, **about: Unpack[About]) -> Stated:
    """Return a number with the words that may be said of it.

    Three ways::

        audit.claim(evidence, "gap")                           # a number of the evidence
        audit.claim("coders", 4, unit="coders", source="…")    # a number that the author states
        audit.claim("difference", leaders, against=ordinary)   # two claims of so many of so many

    Show it in a code cell, and write `{claim:gap}`, or a form as `{claim:gap.sentence}`, anywhere
    in the notebook's Markdown. Its face lists the forms it has.

    Parameters
    ----------
    subject : Evidence or str
        An evidence, or the id of a stated number: a letter, then letters, digits, "-" or "_".
    what : str, number, collection or Stated
        Of an evidence: the id of one of `evidence.claims`. Else the number. Of several names (the
        columns of a model, say) the number of different ones: the levels of one factor,
        "metro[T.Leeds]" and "metro[T.York]", are one.
    of : int, at least 1
        What a count is out of.
    unit : str
        "share" (0 to 1), "percentage points", "ratio", "odds ratio", "p", or a plural: "posts".
    source : str
        Where a stated number comes from; in claims.json as its estimator.
    against : Stated
        What a claim of so many of so many is compared with.
    low, high, confidence : float
        The interval, in the unit of the number, and its level (0.95).
    error : float, above 0
        Half the width of an interval or a Monte Carlo standard error: it sets the rounding.
    decimals : int, 0 to 6
        The rounding, where neither interval nor error sets it.
    who, did : str
        Whose number it is and what was done: "leaders' posts", "labelled".
    baseline : str
        What the number is against.
    name : str
        Another id for a number of an evidence, where a notebook has two.

    Raises
    ------
    ClaimError
        For a number that cannot be said, with every fault: no number, not finite, a part larger
        than its whole, no unit or no rounding for a number that is not whole.
    UnknownName
        For an id that the evidence does not record, with the nearest.
    """
    strange = sorted(set(about) - set(About.__annotations__))
    if strange:
        allowed = ", ".join(About.__annotations__)
        raise ClaimError(f"claim has no {', '.join(map(repr, strange))}; allowed: {allowed}.")
    if not isinstance(subject, str):
        return _recorded(subject, str(what), about)
    if "against" in about:
        return _compared(subject, what, about)
    return _stated(subject, what, about)


def _recorded(evidence: Evidence, name: str, about: About) -> Stated:
    known = {c.id: c for c in evidence.claims}
    if name not in known:
        raise UnknownName("claim of this evidence", name, known)
    given = about.get("name", name)
    extra = sorted(set(about) - {"name"})
    faults = [f"{key} is the evidence's own; only name can be given" for key in extra]
    refuse(name, faults + name_faults(given))
    made = replace(known[name], id=given)
    forms, further = forms_of(made)
    if name == "gap":
        more, beside = _gap(evidence, made)
        forms, further = forms | more, (*further, *beside)
    return Stated(made, forms, further)


def _gap(evidence: Evidence, gap: Claim) -> tuple[Forms, tuple[Claim, ...]]:
    """Return the gap of an evidence in full, as far as its verdict and rung let it be said."""
    from audit.estimators.accounts.contrasts import no_inference
    from audit.sentences import who

    e, study = evidence.comparison.primary(), evidence.comparison.study
    focal, reference = who(evidence.comparison)
    described = no_inference(study)
    forms, further = gap_sentence(
        gap,
        rates=(e.observed, e.expected),
        who=(f"{focal} posts", f"{reference} posts"),
        participle=study.design.outcome.verb,
        rung=1 if described else max(evidence.rung, 1),
        more_is=str(study.design.outcome.more_is),
    )
    if described:
        first, *rest = forms["sentence"]
        start = f"In these records, {first[0][:1].lower()}{first[0][1:]}"
        end = (" That says nothing about the class.", "")
        forms["sentence"] = ((start, ""), *rest, end)
    elif evidence.verdict not in DIFFERENT:
        forms["sentence"] = _undecided(evidence, gap, forms["hundred"])
    return forms, further


def _undecided(evidence: Evidence, gap: Claim, hundred: Pieces) -> Pieces:
    """Return the gap where the verdict gives it no direction."""
    from audit.sentences import who

    focal, reference = who(evidence.comparison)
    says = {Verdict.ALIKE: "fared alike, within the margin"}.get(
        evidence.verdict, "cannot be told apart by these data"
    )
    ends = forms_of(gap)[0].get("interval", ())
    tail = ((", ", ""), *ends) if ends else ()
    start = (f"{focal} and {reference} posts {says}: ", "")
    return (start, *hundred, (" (gap ", ""), (gap.text, gap.id), *tail, (").", ""))


def _stated(id: str, what: Any, about: About) -> Stated:
    value, faults = number_of(what)
    faults += name_faults(id)
    faults += (
        ["name is for a number of an evidence; this one has its id"] if "name" in about else []
    )
    unit, of = about.get("unit", ""), about.get("of")
    faults += unit_faults(value, unit) + of_faults(value, of, unit)
    faults += interval_faults(value, about)
    decimals = None if faults else decimals_of(value, unit, about)
    if decimals is None and not faults:
        faults.append(
            f"{what!r} has no rounding; say the interval (low, high), the error or the decimals"
        )
    faults += stated_faults(value, unit, about)
    refuse(id, faults)
    made = Claim(
        id,
        text_of(value, unit, decimals or 0),
        value,
        unit,
        sign=signed(value, decimals or 0) if unit == "percentage points" else 0,
        baseline=about.get("baseline", ""),
        decimals=decimals or 0,
        conf_low=about.get("low"),
        conf_high=about.get("high"),
        confidence=about.get("confidence", 0.95) if "low" in about else None,
        estimator=about.get("source", ""),
        kind="stated",
    )
    forms, further = forms_of(made)
    if of is not None:
        more, beside = out_of(made, of, unit)
        forms, further = forms | more, (*further, *beside)
    return Stated(made, forms, further, about.get("who", ""), about.get("did", ""))


def _compared(id: str, what: Any, about: About) -> Stated:
    other = about["against"]
    faults = name_faults(id)
    shares = []
    for said, one in (("it", what), ("against", other)):
        found = next((c for c in getattr(one, "further", ()) if c.id.endswith(".share")), None)
        if found is None:
            faults.append(f"{said} is no claim of so many of so many; make it with of=…")
        shares.append(found.value if found else math.nan)
    for key in set(about) - {"against", "decimals", "error", "did", "who", "source", "baseline"}:
        faults.append(f"{key} belongs to the claims compared, not to their difference")
    faults += did_faults(str(getattr(what, "did", "")), str(getattr(other, "did", "")), about)
    refuse(id, faults)
    value = 100 * (shares[0] - shares[1])
    unit = "percentage points"
    decimals = decimals_of(value, unit, about) or 0
    who = (what.who or what.id.replace("_", " "), other.who or other.id.replace("_", " "))
    made = Claim(
        id,
        text_of(value, unit, decimals),
        value,
        unit,
        sign=signed(value, decimals),
        baseline=about.get("baseline", "") or who[1],
        decimals=decimals,
        estimator=about.get("source", "") or "audit.report.claiming.claim",
    )
    forms, further = forms_of(made)
    more, beside = gap_sentence(
        made,
        rates=(shares[0], shares[1]),
        who=(who[0][:1].upper() + who[0][1:], who[1]),
        participle=about.get("did", "") or what.did or "counted",
        rung=1,
    )
    return Stated(made, forms | more, (*further, *beside))
