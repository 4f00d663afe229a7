"""Commands on reports: write, verify, compare two versions, pack the charts."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from audit.errors import AuditError
from audit.terminal import OK, say


def _report(args: argparse.Namespace) -> int:
    from audit.run import report

    if (args.previous or args.reasons) and len(args.designs) > 1:
        raise AuditError("--previous is of one report; name one design with it.")
    if args.reasons and not args.previous:
        raise AuditError("--reasons says why numbers changed: it needs --previous DIR.")
    before = _edition(args.previous, args.reasons) if args.previous else ""
    for path in args.designs:
        say(path, to=sys.stderr)
        say(report(path, out=args.out, previous=before))
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
        say("\n".join(["traced:", *(f"  {t}" for t in traced), ""] if traced else []) + str(found))
        return found.exit_code
    if not args.report:
        raise AuditError("nothing to verify: name report.pdf, report.html or a report's folder.")
    if not os.path.exists(args.report):
        raise AuditError(f"there is no {args.report}: name report.pdf, report.html or its folder.")
    say("computing it again takes as long as making it …", to=sys.stderr)
    found = verify(args.report, design=args.design, record=args.record)
    say(found)
    return found.exit_code


def _diff(args: argparse.Namespace) -> int:
    from audit.corrections import Edition, corrected

    found = corrected(_edition(args.before, args.reasons), Edition.read(args.after))
    if args.csv:
        sys.stdout.write(found.to_csv())
    else:
        say(found)
    return OK


def _charts(args: argparse.Namespace) -> int:
    from audit.report import chart_pack

    say(chart_pack(args.report, args.out, licence=args.licence))
    return OK


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "report": _report,
    "verify": _verify,
    "diff": _diff,
    "charts": _charts,
}
