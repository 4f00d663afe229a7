"""The claims that a notebook recorded, and the `{claim:id}` slots of its text that they fill."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from audit.errors import ClaimError
from audit.text import visible

SLOT = re.compile(r"\{claim:([^{}\n]*)\}")
SHOWN = 12  # names that are listed where none is near
NEAR = 3  # names that are offered for one that is unknown

Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Claimed:
    """Claims by id, with the forms in which each can be printed.

    Attributes
    ----------
    records : list of dict
        As claims.json has them, in the order in which they were recorded.
    forms : mapping
        Id to form to pieces: (text, id of the claim that the number in it is, "" for words).
    """

    records: list[dict[str, Any]] = field(default_factory=list)
    forms: dict[str, dict[str, list[tuple[str, str]]]] = field(default_factory=dict)

    @classmethod
    def of(cls, payloads: Iterable[Mapping[str, Any]]) -> Claimed:
        """Gather the records of blocks of claims.

        Raises
        ------
        ClaimError
            When one id was given to two different numbers.
        """
        out = cls()
        seen: dict[str, dict[str, Any]] = {}
        twice = []
        for payload in payloads:
            for given in payload["records"] if payload.get("kind") == "claims" else ():
                record = {k: v for k, v in given.items() if k != "forms"}
                name = str(record["id"])
                if name not in seen:
                    seen[name] = record
                    out.records.append(record)
                    out.forms[name] = {"text": [(str(record.get("text", "")), name)]}
                elif seen[name].get("value") != record.get("value"):
                    twice.append(f"{name!r} is {seen[name]['text']} and {record['text']}")
                out.forms[name] |= given.get("forms", {})
        if twice:
            raise ClaimError(
                f"An id stands for one number: {'; '.join(dict.fromkeys(twice))}. Rename one."
            )
        return out

    def slots(self, text: str) -> list[str]:
        """Return the slots of a text, each once."""
        return list(dict.fromkeys(m[0] for m in SLOT.finditer(text)))

    def nodes(self, slot: str) -> list[Node]:
        """Return what fills a slot: inert text, each number marked with its claim.

        Raises
        ------
        ClaimError
            For an id or a form that nobody recorded.
        """
        faults = list(self.faults(slot))
        if faults:
            raise ClaimError(" ".join(faults))
        name, form = self._asked(slot[7:-1])
        return [
            {
                "k": "t",
                "v": visible(text, 1000),
                "data": True,
                **({"claim": claim} if claim else {}),
            }
            for text, claim in self.forms[name][form]
        ]

    def faults(self, text: str) -> Iterator[str]:
        """Yield, for each slot that cannot be filled, what is wrong and what to try."""
        for match in SLOT.finditer(text):
            asked = match[1]
            name, form = self._asked(asked)
            if name not in self.forms:
                near = get_close_matches(name, self._names(), n=NEAR, cutoff=0.5)
                known = f"did you mean {' or '.join(near)}?" if near else self._known()
                yield f"{match[0]} names no recorded claim; {known}"
            elif form not in self.forms[name]:
                yield (
                    f"{match[0]} asks for the form {visible(form, 40)!r}; {name} has "
                    f"{', '.join(self.forms[name])}."
                )

    def _asked(self, said: str) -> tuple[str, str]:
        name, _, form = said.strip().partition(".")
        return name, form or "text"

    def _known(self) -> str:
        if not self.forms:
            return "no cell records any; show one with audit.claim(…) in a code cell."
        names = self._names()
        more = len(names) - SHOWN
        tail = f" and {more:,} more" if more > 0 else ""
        return f"recorded: {', '.join(names[:SHOWN])}{tail}."

    def _names(self) -> list[str]:
        """Return the ids that a slot can name; the numbers inside a form have a dot in theirs."""
        return [name for name in self.forms if "." not in name]
