"""What counts as acted on, and which way lenience lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal, get_args

from audit.errors import DesignError
from audit.text import visible

if TYPE_CHECKING:
    from audit.schema import Ladder

PARTICIPLES = {
    "label": "labelled",
    "restrict": "restricted",
    "remove": "removed",
    "lock": "locked",
    "suspend": "suspended",
    "ban": "banned",
}
"""How the standard ladder's rungs are said of a post; a user's own rung is quoted."""
MoreIs = Literal["stricter", "lenient", "neither"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What counts as acted on.

    Parameters
    ----------
    at_least : str
        An action at this rung of the ladder or above. One of `at_least` and `any_of` is given,
        unless `reversed` is asked for.
    any_of : tuple of str
        Any of these rungs, and no other.
    acted_within_hours : float, positive
        Only actions that came within this time of the post (of the report where there is one)
        count; cases censored before that are unknown, not "no".
    reversed : bool
        Among sanctioned cases, whether the action was reversed.
    reversed_within_hours : float, positive
        Only reversals that came within this time of the action count. An action that was not
        watched for so long is unknown whatever came of it: to keep those already reversed would
        count the quick ones and leave the others out.
    more_is : {"stricter", "lenient", "neither"}
        Whether a higher rate means harsher treatment. Defaults to stricter; to neither for
        outcomes of labels alone (a label is not a finding of breach); to lenient for `reversed`.

    Raises
    ------
    DesignError
        When none or both of the rung fields are given, or a value is out of range.
    """

    at_least: str = ""
    any_of: tuple[str, ...] = ()
    acted_within_hours: float | None = None
    reversed: bool = False
    reversed_within_hours: float | None = None
    more_is: MoreIs | Literal[""] = ""

    def __post_init__(self) -> None:
        faults = []
        if isinstance(self.any_of, str) or not isinstance(self.any_of, (list, tuple)):
            raise DesignError(f"outcome: any_of is {self.any_of!r}; it must be a list of rungs.")
        object.__setattr__(self, "any_of", tuple(self.any_of))
        if not isinstance(self.at_least, str) or not isinstance(self.reversed, bool):
            faults.append("at_least must be a rung, and reversed true or false.")
        if self.at_least and self.any_of:
            faults.append("at_least and any_of are both given; give one.")
        if not (self.at_least or self.any_of or self.reversed):
            faults.append("none of at_least, any_of and reversed is given; give one.")
        hours = self.acted_within_hours
        if self.reversed and (self.at_least or self.any_of or hours is not None):
            faults.append(
                "reversed is asked among all sanctioned cases; leave out at_least, any_of and "
                "acted_within_hours."
            )
        if self.reversed_within_hours is not None and not self.reversed:
            faults.append("reversed_within_hours is given without reversed = true; give both.")
        for name in ("acted_within_hours", "reversed_within_hours"):
            given = getattr(self, name)
            if given is not None and (not isinstance(given, (int, float)) or not given > 0):
                faults.append(f"{name} is {given!r}; a number above 0.")
        if self.more_is and self.more_is not in get_args(MoreIs):
            faults.append(f"more_is is {self.more_is!r}; allowed: {', '.join(get_args(MoreIs))}.")
        if faults:
            raise DesignError("outcome: " + " ".join(faults))
        if not self.more_is:
            object.__setattr__(self, "more_is", self._default_direction())

    def _default_direction(self) -> MoreIs:
        if self.reversed:
            return "lenient"
        return "neither" if set(self.any_of) == {"label"} else "stricter"

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Outcome:
        """Make an outcome of a mapping, refusing unknown keys."""
        known = [f.name for f in fields(cls)]
        unknown = [k for k in given if k not in known]
        if unknown:
            raise DesignError(f"outcome: unknown key(s) {unknown}; allowed: {', '.join(known)}.")
        return cls(**given)

    def to_dict(self) -> dict[str, Any]:
        """Return what was given, with the direction spelled out."""
        out = {f.name: getattr(self, f.name) for f in fields(self)}
        return {k: list(v) if isinstance(v, tuple) else v for k, v in out.items() if v}

    def rungs(self, ladder: Ladder) -> tuple[str, ...]:
        """Return the rungs that count; DesignError when one is not on the ladder or is the lowest.

        The lowest rung is no action: "at least none" holds for every case. Where a label is all
        that can happen, "at least label" is an outcome of labels alone and must be asked as one.
        """
        asked = (self.at_least,) if self.at_least else self.any_of
        wrong = [r for r in asked if r not in ladder.rungs[1:]]
        if wrong:
            raise DesignError(
                f"outcome names {', '.join(map(repr, wrong))}; allowed on this ladder: "
                f"{', '.join(ladder.rungs[1:])}."
            )
        if self.at_least == "label" == ladder.rungs[-1] and self.more_is != "neither":
            raise DesignError(
                "outcome is at least 'label', and on this ladder nothing is stronger: labels alone "
                "are neither stricter nor more lenient. Try: any_of = ['label']."
            )
        if not asked:
            return ladder.rungs[1:]
        return ladder.at_least(self.at_least) if self.at_least else self.any_of

    @property
    def verb(self) -> str:
        """Return the outcome as a participle phrase: "removed or met with a stronger action"."""
        if self.reversed:
            hours = self.reversed_within_hours
            return "let back after a sanction" + (f" within {hours:g} hours" if hours else "")
        if self.at_least:
            top = self.at_least == "ban"  # of the standard ladder: nothing is stronger
            phrase = participle(self.at_least) + ("" if top else " or met with a stronger action")
        else:
            phrase = " or ".join(map(participle, self.any_of))
        hours = self.acted_within_hours
        return phrase + (f" within {hours:g} hours" if hours else "")

    @property
    def lenient_sign(self) -> int:
        """Return the sign of (focal − reference) that means lenience for the focal class, or 0."""
        return {"stricter": -1, "lenient": 1, "neither": 0}[self.more_is]


def participle(rung: str) -> str:
    """Return a rung as a participle: "remove" is "removed"; one of the user's own is quoted."""
    return PARTICIPLES.get(rung) or f"met with ‘{visible(rung, 60)}’"
