"""`audit.claim`: the way a number gets into prose, with its unit, baseline, rounding and words."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict, Unpack

from audit.claims import Claim, Verdict
from audit.claims.forms import (
    Forms,
    Pieces,
    decimals_for,
    forms_of,
    gap_sentence,
    join,
    out_of,
    signed,
    text_of,
)
from audit.errors import ClaimError, UnknownName
from audit.report.blocks import MIME, Block
from audit.text import escape_html, visible

if TYPE_CHECKING:
    from audit.evidence import Evidence

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,60}")
SHARES = ("share",)
HOUSE = {"share": 1, "percentage points": 1, "ratio": 2, "odds ratio": 2, "p": 3}
"""Unit to the decimals that it is said with where no error tells."""
LEVEL = re.compile(r"[=\[(].*$")
"""What a dummy adds to its factor's name: "metro[T.Leeds]", "metro=Leeds"."""
DIFFERENT = frozenset((Verdict.LENIENT, Verdict.STRICT, Verdict.MORE, Verdict.LESS, Verdict.SMALL))


class About(TypedDict, total=False):
    """What can be said of a stated number; see `claim`."""

    of: int
    unit: str
    source: str
    against: Stated
    low: float
    high: float
    confidence: float
    error: float
    decimals: int
    who: str
    did: str
    baseline: str


@dataclass(frozen=True, slots=True)
class Stated(Block):
    """A number with everything that may be said of it; shown in a cell, it enters the record.

    Attributes
    ----------
    claim : Claim
    forms : mapping
        Name of a form to its pieces; `str(stated)` and `{claim:id}` are the form "text".
    further : tuple of Claim
        The other numbers that its forms print: the whole of a share, both rates of a gap.
    who, did : str
        The class in words, and what was done to it: what a difference is said with.
    """

    kind: ClassVar[str] = "claims"
    claim: Claim
    forms: Mapping[str, Pieces] = field(default_factory=dict)
    further: tuple[Claim, ...] = ()
    who: str = ""
    did: str = ""

    def form(self, name: str) -> str:
        """Return the number in one of its forms.

        Raises
        ------
        UnknownName
            For a form that this number does not have.
        """
        if name not in self.forms:
            raise UnknownName(f"form of the claim {self.claim.id!r}", name, self.forms)
        return join(self.forms[name])

    @property
    def id(self) -> str:
        """Return the name under which Markdown finds it."""
        return self.claim.id

    @property
    def value(self) -> float:
        """Return the number at full precision."""
        return self.claim.value

    @property
    def text(self) -> str:
        """Return the number as it is printed."""
        return self.form("text")

    @property
    def points(self) -> str:
        """Return the size of a difference in percentage points, without its sign."""
        return self.form("size")

    @property
    def hundred(self) -> str:
        """Return a share, or both sides of a gap, as so many of every 100."""
        return self.form("hundred")

    @property
    def sentence(self) -> str:
        """Return the number in a sentence: who, which way, counts, points, interval."""
        return self.form("sentence")

    def payload(self) -> dict[str, Any]:
        """Return the records for the report: the number, with its forms, and those beside it."""
        first = {**self.claim.to_dict(), "forms": {k: list(v) for k, v in self.forms.items()}}
        return {"kind": self.kind, "records": [first, *(c.to_dict() for c in self.further)]}

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        shown = [f"{self.id}: {self.text}"]
        shown += [
            f"  {{claim:{self.id}.{name}}}  {join(pieces)}"
            for name, pieces in self.forms.items()
            if name != "text"
        ]
        return "\n".join(visible(line, 1000) for line in shown)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        rows = "".join(
            f"<tr><td><code>{escape_html(slot)}</code></td><td>{escape_html(join(pieces))}</td></tr>"
            for slot, pieces in (
                (f"{{claim:{self.id}{'' if name == 'text' else '.' + name}}}", pieces)
                for name, pieces in self.forms.items()
            )
        )
        table = f'<table class="tex2jax_ignore mathjax_ignore">{rows}</table>'
        return {"text/plain": repr(self), "text/html": table, MIME: self.payload()}


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
        return _recorded(subject, str(what))
    if "against" in about:
        return _compared(subject, what, about)
    return _stated(subject, what, about)


def _recorded(evidence: Evidence, name: str) -> Stated:
    known = {c.id: c for c in evidence.claims}
    if name not in known:
        raise UnknownName("claim of this evidence", name, known)
    made = known[name]
    forms, further = forms_of(made)
    if name == "gap":
        more, beside = _gap(evidence, made)
        forms, further = forms | more, (*further, *beside)
    return Stated(made, forms, further)


def _gap(evidence: Evidence, gap: Claim) -> tuple[Forms, tuple[Claim, ...]]:
    """Return the gap of an evidence in full, as far as its verdict and rung let it be said."""
    from audit.sentences import who

    e, design = evidence.comparison.primary(), evidence.comparison.study.design
    focal, reference = who(evidence.comparison)
    if not math.isfinite(e.conf_low):
        gap = replace(gap, conf_low=None, conf_high=None)
    forms, further = gap_sentence(
        gap,
        rates=(e.observed, e.expected),
        who=(f"{focal} posts", f"the {reference} rate"),
        participle=design.outcome.verb,
        rung=max(evidence.rung, 1),
        more_is=str(design.outcome.more_is),
    )
    if evidence.verdict not in DIFFERENT:
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
    value, faults = _number(what, about)
    faults += _name_faults(id)
    unit, of = about.get("unit", ""), about.get("of")
    whole = isinstance(what, int) or (math.isfinite(value) and value.is_integer() and bool(unit))
    if not whole and not unit and not faults:
        faults.append(f"{what!r} has no unit; say unit='share', 'percentage points', 'posts', …")
    faults += _unit_faults(value, unit) + _of_faults(value, of, unit)
    decimals = _decimals(value, unit, about)
    if decimals is None and not faults:
        faults.append(
            f"{what!r} has no rounding; say the interval (low, high), the error or the decimals"
        )
    _refuse(id, faults)
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
    faults = _name_faults(id)
    shares = []
    for said, one in (("it", what), ("against", other)):
        found = next((c for c in getattr(one, "further", ()) if c.id.endswith(".share")), None)
        if found is None:
            faults.append(f"{said} is no claim of so many of so many; make it with of=…")
        shares.append(found.value if found else math.nan)
    for key in set(about) - {"against", "decimals", "error", "did", "who", "source", "baseline"}:
        faults.append(f"{key} belongs to the claims compared, not to their difference")
    _refuse(id, faults)
    value = 100 * (shares[0] - shares[1])
    unit = "percentage points"
    decimals = _decimals(value, unit, about) or 0
    who = (what.who or what.id.replace("_", " "), other.who or other.id.replace("_", " "))
    made = Claim(
        id,
        text_of(value, unit, decimals),
        value,
        unit,
        sign=signed(value, decimals),
        baseline=about.get("baseline", "") or who[1],
        decimals=decimals,
        estimator=about.get("source", "") or "audit.report.stated.claim",
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


def _number(what: Any, about: About) -> tuple[float, list[str]]:
    if isinstance(what, Collection) and not isinstance(what, str | bytes):
        if not all(isinstance(name, str) for name in what):
            return math.nan, [f"{what!r} is no number and no collection of names"]
        return float(len({LEVEL.sub("", name).strip() for name in what})), []
    if isinstance(what, bool) or not hasattr(what, "__float__"):
        return math.nan, [f"{what!r} is no number; round nothing, give the value itself"]
    value = float(what)
    if not math.isfinite(value):
        return value, [f"{what!r} is not finite; say in words that it is not known"]
    return value, []


def _name_faults(id: str) -> list[str]:
    if NAME.fullmatch(id):
        return []
    allowed = "a letter, then up to 60 letters, digits, hyphens or underscores"
    return [f"the id {visible(id, 60)!r} cannot stand in {{claim:…}}; allowed: {allowed}"]


def _unit_faults(value: float, unit: str) -> list[str]:
    if unit in SHARES and not 0 <= value <= 1:
        return [f"a share lies between 0 and 1, and this is {value:g}; 28 % is 0.28"]
    if unit in ("ratio", "odds ratio") and value < 0:
        return [f"a ratio is not negative, and this is {value:g}"]
    if unit == "p" and not 0 <= value <= 1:
        return [f"a p-value lies between 0 and 1, and this is {value:g}"]
    if re.search(r"\d", unit):
        return [f"the unit {unit!r} holds a number, which is a claim of its own"]
    return []


def _of_faults(value: float, of: Any, unit: str) -> list[str]:
    if of is None:
        return []
    if isinstance(of, bool) or not hasattr(of, "__index__"):
        return [f"of={of!r} is no whole number"]
    faults = [] if of >= 1 else [f"of={of!r} is nothing to count out of"]
    if not unit:
        faults.append("of needs a unit: what is counted, as a plural")
    if value < 0 or value > of or not float(value).is_integer():
        faults.append(f"{value:g} is no count out of {of!r}")
    return faults


def _decimals(value: float, unit: str, about: About) -> int | None:
    """Return the rounding that the interval or the error bears; None where nothing says it."""
    if "decimals" in about:
        return max(0, min(6, int(about["decimals"])))
    scale = 100 if unit in SHARES else 1
    if "error" in about:
        return decimals_for(about["error"] * scale)
    if "low" in about and "high" in about:
        return decimals_for((about["high"] - about["low"]) / 2 * scale)
    if unit in HOUSE:
        return HOUSE[unit]
    return 0 if math.isfinite(value) and float(value).is_integer() else None


def _refuse(id: str, faults: list[str]) -> None:
    if faults:
        raise ClaimError(f"claim {visible(id, 60)!r}: {'; '.join(faults)}.")
