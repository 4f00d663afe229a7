"""What can be asked of a source: its fields, with what the docstring of its class says of each."""

from __future__ import annotations

import inspect
import json
import re
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any

from audit.sources.base import Source

ENTRY = re.compile(r"(?P<names>\w+(?:, \w+)*) : (?P<kind>.+)")
RULE = re.compile(r"-{3,}")
MUST_BE_GIVEN = "must be given"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One field of a source.

    Attributes
    ----------
    name : str
    kind : str
        What it may be, in the words of the docstring: "path, optional".
    default : str
        As a design would write it; or "not given", or `MUST_BE_GIVEN`.
    meaning : str
    """

    name: str
    kind: str
    default: str
    meaning: str


def parameters_of(kind: type[Source]) -> tuple[Parameter, ...]:
    """Return the parameters of a source, in the order of its fields.

    Raises
    ------
    ValueError
        The section Parameters of the docstring and the fields are not of the same names.
    """
    said = _section(inspect.getdoc(kind) or "")
    known = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    if set(said) != set(known):
        odd = sorted(set(said) ^ set(known))
        raise ValueError(f"{kind.__name__}: its docstring and its fields differ in {odd}")
    found = fields(kind)  # type: ignore[arg-type]
    return tuple(
        Parameter(one.name, said[one.name][0], _default(one), said[one.name][1]) for one in found
    )


def _section(text: str) -> dict[str, tuple[str, str]]:
    """Return name to kind and meaning of the entries under Parameters."""
    lines = text.splitlines()
    if "Parameters" not in lines:
        return {}
    out: dict[str, tuple[str, list[str]]] = {}
    names: list[str] = []
    start = lines.index("Parameters") + 2
    for place, line in enumerate(lines[start:], start):
        if RULE.fullmatch("".join(lines[place + 1 : place + 2])):
            break
        entry = ENTRY.fullmatch(line)
        if entry:
            names = entry["names"].split(", ")
            out |= {name: (entry["kind"], []) for name in names}
        elif line.strip():
            for name in names:
                out[name][1].append(line.strip())
    return {name: (kind, " ".join(words)) for name, (kind, words) in out.items()}


def _default(field: Field[Any]) -> str:
    """Return the default as a design would write it (TOML)."""
    if field.default is not MISSING:
        return _written(field.default)
    return "not given" if field.default_factory is not MISSING else MUST_BE_GIVEN


def _written(value: Any) -> str:
    if value is None or value == "":
        return "not given"
    return json.dumps(value, ensure_ascii=False)
