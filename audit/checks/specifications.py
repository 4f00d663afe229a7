"""The specifications of a multiverse: every design that a careful reader could have written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from audit.design import FRAME_WORDS, Design, words
from audit.errors import DesignError
from audit.outcome import Outcome, participle
from audit.plain import plain
from audit.text import visible

LONGEST_CHOICE = 160  # characters of a choice in a table
PRIMARY_WORDS = {"standardised": "among like posts", "raw": "as found"}
COLUMN = {"primary": "estimator"}
"""What a term is called in a table, where its own name says which one is primary."""
EXAMPLE = 'multiverse = { strata = [["rule"], ["rule", "severity"]], primary = ["raw"] }'


@dataclass(frozen=True, slots=True, eq=False)
class Specification:
    """One combination of choices.

    Attributes
    ----------
    number : int
        From 1, in the order in which the choices are written.
    choices : mapping
        Each term that varies, as its column is called, and the choice made, in words.
    design : Design or None
        None where the choices together are no design; `refused` then says why.
    primary : bool
        Whether it is the design that was asked, which is listed once.
    """

    number: int
    choices: Mapping[str, str]
    design: Design | None
    primary: bool
    refused: str = ""


def specifications(design: Design) -> tuple[Specification, ...]:
    """Return every combination of a design's multiverse, and the design itself, first if extra.

    Raises
    ------
    DesignError
        The design declares no multiverse.
    """
    if not design.multiverse:
        raise DesignError(
            "the design declares no multiverse, so there is one specification only. Write the "
            f"choices that a careful reader could have made, such as {EXAMPLE}."
        )
    bare = replace(design, multiverse=None, negative_controls=(), families=())
    terms = list(design.multiverse)
    own = tuple(getattr(bare, term) for term in terms)
    chosen = list(product(*design.multiverse.values()))
    made = [_made(bare, terms, values) for values in chosen]
    same = [isinstance(spec, Design) and _key(spec) == _key(bare) for spec in made]
    if not any(same):
        chosen, made, same = [own, *chosen], [bare, *made], [True, *same]
    first = same.index(True)
    said = [_said(term, [values[i] for values in chosen]) for i, term in enumerate(terms)]
    return tuple(
        Specification(
            number=i + 1,
            choices={COLUMN.get(t, t): said[place][i] for place, t in enumerate(terms)},
            design=spec if isinstance(spec, Design) else None,
            primary=i == first,
            refused="" if isinstance(spec, Design) else spec,
        )
        for i, spec in enumerate(made)
    )


def _made(bare: Design, terms: Sequence[str], values: Sequence[Any]) -> Design | str:
    try:
        return next(bare.vary(**{t: [v] for t, v in zip(terms, values, strict=True)}))
    except DesignError as error:
        return str(error)


def canonical(value: Any) -> str:
    """Return a term of a design as text that is equal for equal terms."""
    return json.dumps(plain(value), sort_keys=True, ensure_ascii=False, default=str)


def _key(d: Design) -> str:
    population = d.population or {}
    terms = (d.references, d.strata, d.outcome.to_dict(), population, d.primary, d.frame)
    return canonical(terms)


def _said(term: str, values: Sequence[Any]) -> list[str]:
    """Return each choice of a term in words; different choices never share their words."""
    names: dict[str, str] = {}
    keys = [canonical(v.to_dict() if isinstance(v, Outcome) else v or {}) for v in values]
    for key, value in zip(keys, values, strict=True):
        if key in names:
            continue
        said = visible(_WORDS[term](value), LONGEST_CHOICE)
        alike = sum(name == said or name.startswith(f"{said} (") for name in names.values())
        names[key] = f"{said} ({alike + 1})" if alike else said
    return [names[key] for key in keys]


def _strata(value: Sequence[str]) -> str:
    return " × ".join(map(words, value)) or "no strata"


def _outcome(value: Outcome | Mapping[str, Any]) -> str:
    """Return an outcome short enough for a label, what tells it from its like first."""
    asked = value if isinstance(value, Outcome) else Outcome.of(value)
    if asked.reversed:
        window = asked.reversed_within_hours
        return "let back" + (f" within {window:g} hours" if window else "")
    hours = f"within {asked.acted_within_hours:g} hours: " if asked.acted_within_hours else ""
    if asked.at_least:
        return f"{hours}at least {participle(asked.at_least)}"
    return hours + " or ".join(map(participle, asked.any_of))


def _population(value: Mapping[str, Any] | None) -> str:
    return "; ".join(_allowed(column, a) for column, a in (value or {}).items()) or "all cases"


def _allowed(column: str, allowed: Any) -> str:
    if not isinstance(allowed, Mapping):
        return f"{words(column)}: {', '.join(visible(a, 40) for a in allowed)}"
    ends = [("from", allowed.get("min")), ("to", allowed.get("max"))]
    return " ".join([words(column), *(f"{w} {visible(v, 40)}" for w, v in ends if v is not None)])


def _reference(value: str | Sequence[str]) -> str:
    return words(value if isinstance(value, str) else value[0])


_WORDS: Mapping[str, Any] = {
    "strata": _strata,
    "outcome": _outcome,
    "population": _population,
    "reference": _reference,
    "primary": PRIMARY_WORDS.__getitem__,
    "frame": FRAME_WORDS.__getitem__,
}
