"""Commands on tables of cases: check one, draft its source, fetch one, look up what there is."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from audit.errors import AuditError
from audit.terminal import OK, say


def _check(args: argparse.Namespace) -> int:
    from audit.sources.table import Table

    asked: dict[str, Any] = {
        "roster": args.roster,
        "unlisted": args.unlisted,
        "columns": _pairs("--columns", args.columns),
        "actions": _pairs("--actions", args.actions),
        "time_zone": args.time_zone,
        "sheet": args.sheet,
    }
    if args.draft:
        if args.scan:
            raise AuditError("--draft guesses from rows that are read; leave --scan out.")
        return _draft(args.data, args.draft, asked)
    given = {name: value for name, value in asked.items() if value is not None}
    try:
        say(Table(args.data, scan=args.scan, **given).load())
    except AuditError as error:
        raise AuditError(f"{error}{_from_the_shell(str(error), args.data)}") from error
    return OK


def _from_the_shell(fault: str, data: str) -> str:
    """Return how to try here what a fault says for Python; "" where it says nothing."""
    options = {
        "columns=": "--columns YOURS=OURS",
        "actions=": "--actions YOURS=OURS",
        "roster=": "--roster FILE",
        "time_zone=": "--time-zone ZONE",
    }
    wanted = [option for said, option in options.items() if said in fault]
    guess = f"audit check {shlex.quote(data)} --draft guesses what the columns mean."
    if not wanted:
        return ""
    return f"\nFrom the shell: {', '.join(wanted)}.{f' {guess}' if 'columns=' in fault else ''}"


def _draft(data: str, target: str, asked: Mapping[str, Any]) -> int:
    from audit.drafting.write import draft_source
    from audit.planning import write_new

    draft = draft_source(data, **asked)
    if target == "-":
        say(draft.to_toml().rstrip(), whole=True)
        return OK
    written = write_new(target, draft.to_toml)
    say(f"{draft}\nwrote {written}; confirm it and fill it in, then: audit report {written}")
    return OK


def _pairs(option: str, given: Sequence[str]) -> dict[str, str] | None:
    parts = [g.partition("=") for g in given]
    faults = [f"{a + s + b!r} is not YOURS=OURS" for a, s, b in parts if not (a and b) or "=" in b]
    yours = [a for a, _, _ in parts]
    faults += [f"{a!r} is given twice" for a in dict.fromkeys(yours) if yours.count(a) > 1]
    if faults:
        raise AuditError(f"{option}: {'; '.join(faults)}. Write each once, as YOURS=OURS.")
    return {a: b for a, _, b in parts} or None


def _fetch(args: argparse.Namespace) -> int:
    from audit.fetching.manners import GIB, Manners
    from audit.sources.fetch import fetch

    if not args.largest > 0:
        raise AuditError(f"--largest is {args.largest:g}; it must be above 0 GiB.")
    found = fetch(
        args.source,
        args.folder,
        since=_day("--from", args.since),
        until=_day("--to", args.until),
        base=args.mirror,
        manners=Manners(largest=int(args.largest * GIB), contact=args.contact),
    )
    say(found)
    return OK


def _day(option: str, given: str | None) -> date | None:
    try:
        return None if given is None else date.fromisoformat(given)
    except ValueError as error:
        raise AuditError(f"{option} {given!r} is no day; write it as 2024-01-31.") from error


def _list(args: argparse.Namespace) -> int:
    from importlib import import_module

    module = {"fetches": "audit.sources.fetch"}.get(args.what, f"audit.{args.what}")
    table = getattr(import_module(module), args.what.upper())
    width = max(map(len, table))
    for name, entry in table.items():
        about = getattr(entry, "about", "") or getattr(entry, "title", "")
        say(f"{name:<{width}}  {about}", indent=width + 2)
    return OK


def _codebook(args: argparse.Namespace) -> int:
    from audit.schema import codebook

    if args.source:
        say(_source_page(args.source))
        return OK
    for row in codebook().itertuples(index=False):
        need = f", {row.need}" if row.need else ""
        say(f"{row.column} ({row.kind}{need}): {row.meaning}")
    return OK


def _source_page(name: str) -> str:
    from audit.errors import UnknownName
    from audit.sources import SOURCES
    from audit.sources.pages import page, pages

    if name == "all":
        return pages().rstrip()
    if name not in SOURCES:
        raise UnknownName("source", name, [*SOURCES, "all"])
    return page(SOURCES[name])


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "check": _check,
    "fetch": _fetch,
    "list": _list,
    "codebook": _codebook,
}
