"""The command line: it reads arguments, calls one function, and prints.

Exit codes: 0 done · 1 a verification found faults · 2 the input or the question is at fault, said
on stderr · 3 a fault of this program · 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TextIO

from audit.errors import AuditError
from audit.text import visible

OK, FAULT, OWN_FAULT, INTERRUPTED = 0, 2, 3, 130
LONGEST_LINE = 4000  # characters of one printed line, in which data may be quoted


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; errors are words on stderr."""
    from audit.arguments import parser

    known = parser()
    args = known.parse_args(argv)
    if not args.command:
        known.print_help()
        return OK
    if argv is None:  # a program that is told to end clears up as one that is interrupted
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    _write_anything(sys.stdout, sys.stderr)
    try:
        code = COMMANDS[args.command](args)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("interrupted; what was written before is whole.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Python flushes stdout once more at exit; see its documentation of SIGPIPE.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except AuditError as error:
        return _said(str(error), FAULT, debug=args.debug)
    except OSError as error:
        where = error.filename2 or error.filename
        says = f"{where}: " * bool(where) + f"{error.strerror or error}."
        return _said(says, FAULT, debug=args.debug)
    except Exception as error:
        says = (
            f"a fault of audit itself: {type(error).__name__}: {error}. Try --debug to see where."
        )
        return _said(says, OWN_FAULT, debug=args.debug)
    return code


def _write_anything(*streams: Any) -> None:
    """Let a terminal that lacks a letter show its number, instead of stopping."""
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _said(message: str, code: int, *, debug: bool) -> int:
    """Print an error, and its traceback where asked for; return the exit code."""
    if debug:
        traceback.print_exc()
    _say(f"audit: {message}", to=sys.stderr)
    return code


def _say(what: object, *, to: TextIO | None = None) -> None:
    """Print `what` line by line with nothing hidden in it."""
    lines = (visible(line, LONGEST_LINE) for line in str(what).split("\n"))
    print("\n".join(lines), file=to or sys.stdout)


def _report(args: argparse.Namespace) -> int:
    from audit.run import report

    if (args.previous or args.reasons) and len(args.designs) > 1:
        raise AuditError("--previous is of one report; name one design with it.")
    if args.reasons and not args.previous:
        raise AuditError("--reasons says why numbers changed: it needs --previous DIR.")
    before = _edition(args.previous, args.reasons) if args.previous else ""
    for path in args.designs:
        _say(path, to=sys.stderr)
        _say(report(path, out=args.out, previous=before))
    return OK


def _edition(path: str, reasons: str | None) -> Any:
    from audit.corrections import Edition

    return Edition.read(path, reasons=reasons or "")


def _verify(args: argparse.Namespace) -> int:
    from audit.verification import verify, verify_draft

    if args.draft:
        folder = args.record or args.report
        if not folder:
            raise AuditError("--draft needs the report: --record DIR, the folder of its claims.")
        found, traced = verify_draft(args.draft, record=folder, design=args.design)
        _say("\n".join(["traced:", *(f"  {t}" for t in traced), ""] if traced else []) + str(found))
        return found.exit_code
    if not args.report:
        raise AuditError("nothing to verify: name report.pdf, report.html or a report's folder.")
    if not os.path.exists(args.report):
        raise AuditError(f"there is no {args.report}: name report.pdf, report.html or its folder.")
    _say("computing it again takes as long as making it …", to=sys.stderr)
    found = verify(args.report, design=args.design, record=args.record)
    _say(found)
    return found.exit_code


def _diff(args: argparse.Namespace) -> int:
    from audit.corrections import Edition, corrected

    found = corrected(_edition(args.before, args.reasons), Edition.read(args.after))
    if args.csv:
        sys.stdout.write(found.to_csv())
    else:
        _say(found)
    return OK


def _charts(args: argparse.Namespace) -> int:
    from audit.report import chart_pack

    _say(chart_pack(args.report, args.out, licence=args.licence))
    return OK


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
    _say(Table(args.data, scan=args.scan, **given).load())
    return OK


def _draft(data: str, target: str, asked: Mapping[str, Any]) -> int:
    from audit.drafting.write import draft_source
    from audit.planning import write_new

    draft = draft_source(data, **asked)
    if target == "-":
        _say(draft.to_toml().rstrip())
        return OK
    written = write_new(target, draft.to_toml)
    _say(f"{draft}\nwrote {written}; confirm it and fill it in, then: audit report {written}")
    return OK


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
    _say(found)
    return OK


def _day(option: str, given: str | None) -> date | None:
    try:
        return None if given is None else date.fromisoformat(given)
    except ValueError as error:
        raise AuditError(f"{option} {given!r} is no day; write it as 2024-01-31.") from error


def _pairs(option: str, given: Sequence[str]) -> dict[str, str] | None:
    parts = [g.partition("=") for g in given]
    faults = [f"{a + s + b!r} is not YOURS=OURS" for a, s, b in parts if not (a and b) or "=" in b]
    yours = [a for a, _, _ in parts]
    faults += [f"{a!r} is given twice" for a in dict.fromkeys(yours) if yours.count(a) > 1]
    if faults:
        raise AuditError(f"{option}: {'; '.join(faults)}. Write each once, as YOURS=OURS.")
    return {a: b for a, _, b in parts} or None


def _compare(args: argparse.Namespace) -> int:
    from audit.report.json import result_json
    from audit.run import evidence

    found = evidence(args.design)
    if args.json:
        # default=str: a design read from TOML may hold dates.
        print(json.dumps(result_json(found), indent=2, allow_nan=False, default=str))
    else:
        _say(f"{found.comparison}\n\n{found}")
    return OK


def _freeze(args: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from audit.design import freeze

    _say(f"frozen in {freeze(args.design, today=datetime.now(UTC).date().isoformat())}")
    return OK


def _list(args: argparse.Namespace) -> int:
    from importlib import import_module

    module = {"fetches": "audit.sources.fetch"}.get(args.what, f"audit.{args.what}")
    table = getattr(import_module(module), args.what.upper())
    width = max(map(len, table))
    for name, entry in table.items():
        about = getattr(entry, "about", "") or getattr(entry, "title", "")
        print(f"{name:<{width}}  {about}")
    return OK


def _codebook(args: argparse.Namespace) -> int:
    from audit.schema import codebook

    if args.source:
        _say(_source_page(args.source))
        return OK
    for row in codebook().itertuples(index=False):
        need = f", {row.need}" if row.need else ""
        print(f"{row.column} ({row.kind}{need}): {row.meaning}")
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


def _new(args: argparse.Namespace) -> int:
    from audit.planning import write_draft

    target = write_draft(args.design)
    _say(f"wrote {target}; fill it in, then: audit report {target}")
    return OK


def _plan(args: argparse.Namespace) -> int:
    from audit.design import Design
    from audit.planning import plan

    _say(
        plan(
            Design.read(args.design),
            focal_accounts=args.focal_accounts,
            reference_accounts=args.reference_accounts,
            posts=args.posts,
            rate=args.rate,
            icc=args.icc,
        )
    )
    return OK


def _request(args: argparse.Namespace) -> int:
    from audit.design import Design
    from audit.planning import request

    _say(request(Design.read(args.design)))
    return OK


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "report": _report,
    "charts": _charts,
    "verify": _verify,
    "diff": _diff,
    "check": _check,
    "fetch": _fetch,
    "compare": _compare,
    "freeze": _freeze,
    "list": _list,
    "codebook": _codebook,
    "new": _new,
    "plan": _plan,
    "request": _request,
}

if __name__ == "__main__":
    sys.exit(main())
