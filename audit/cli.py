"""The command line: it reads arguments, calls one function, and prints.

Exit codes: 0 done · 1 a check was made and failed · 2 the input or the question is at fault, said
on stderr · 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from audit.errors import AuditError

OK, FAILED, FAULT, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; errors are words on stderr."""
    parser = _parser()
    args = parser.parse_args(argv)
    if not hasattr(args, "run"):
        parser.print_help()
        return OK
    try:
        return args.run(args)
    except KeyboardInterrupt:
        print("interrupted; what was written before is whole.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return OK
    except (AuditError, OSError) as error:
        if args.debug:
            raise
        print(f"audit: {error}", file=sys.stderr)
        return FAULT


def _parser() -> argparse.ArgumentParser:
    from audit import __version__

    parser = argparse.ArgumentParser(
        prog="audit",
        description="Compare enforcement outcomes across account classes.",
        epilog=__doc__.split("\n\n")[1] if __doc__ else "",
    )
    parser.add_argument("--version", action="version", version=f"audit {__version__}")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    sub = parser.add_subparsers(title="commands", metavar="COMMAND")

    p = _command(
        sub,
        "report",
        _report,
        "write the report of one or more designs",
        "audit report designs/removal.toml",
    )
    p.add_argument("designs", nargs="+", metavar="DESIGN", help="path of a design's TOML file")
    p.add_argument(
        "--out",
        default="reports",
        metavar="DIR",
        help="where reports are written (default: reports)",
    )

    p = _command(
        sub,
        "check",
        _check,
        "validate a case table; print its faults, or what it holds",
        "audit check cases.csv --roster leaders.csv --columns user=account_id",
    )
    p.add_argument("data", metavar="DATA", help="CSV, TSV, Parquet or JSON lines")
    p.add_argument("--roster", metavar="FILE", help="dated class membership")
    p.add_argument(
        "--unlisted", metavar="CLASS", help="class of accounts that the roster does not list"
    )
    p.add_argument(
        "--columns",
        nargs="*",
        default=[],
        metavar="YOURS=OURS",
        help="what your columns are called here",
    )
    p.add_argument(
        "--time-zone", metavar="ZONE", help="of times that state none, as UTC or Europe/Paris"
    )

    p = _command(
        sub,
        "compare",
        _compare,
        "print the estimates, the checks and the verdict",
        "audit compare designs/removal.toml --json",
    )
    p.add_argument("design", metavar="DESIGN")
    p.add_argument("--json", action="store_true", help="print one JSON object")

    p = _command(
        sub,
        "freeze",
        _freeze,
        "write a design's hash and date into frozen.toml beside it",
        "audit freeze designs/removal.toml",
    )
    p.add_argument("design", metavar="DESIGN")

    p = _command(sub, "list", _list, "list what there is", "audit list checks")
    p.add_argument("what", choices=("sources", "estimators", "checks", "charts"))

    _command(
        sub,
        "codebook",
        _codebook,
        "print what every column of a case table means",
        "audit codebook",
    )

    p = _command(
        sub, "new", _new, "write a commented design to fill in", "audit new designs/removal.toml"
    )
    p.add_argument("design", metavar="DESIGN")

    p = _command(
        sub,
        "plan",
        _plan,
        "before any data: the smallest gap a study of this size could see",
        "audit plan designs/removal.toml --focal-accounts 20 --posts 50 --rate 0.2 --icc 0.1",
    )
    p.add_argument("design", metavar="DESIGN")
    p.add_argument("--focal-accounts", type=int, required=True, metavar="N")
    p.add_argument("--posts", type=float, required=True, metavar="N", help="posts per account")
    p.add_argument(
        "--rate",
        type=float,
        required=True,
        metavar="SHARE",
        help="expected among reference accounts, 0.2 for a fifth",
    )
    p.add_argument(
        "--icc",
        type=float,
        default=0.1,
        metavar="RHO",
        help="how alike posts of one account are (default: 0.1)",
    )
    p.add_argument(
        "--reference-accounts", type=int, default=300, metavar="N", help="(default: 300)"
    )

    p = _command(
        sub,
        "request",
        _request,
        "print the wording with which to ask a platform for the data",
        "audit request designs/removal.toml",
    )
    p.add_argument("design", metavar="DESIGN")
    return parser


def _command(
    sub: Any, name: str, run: Callable[[argparse.Namespace], int], about: str, example: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = sub.add_parser(
        name,
        help=about,
        description=about[0].upper() + about[1:] + ".",
        epilog=f"example: {example}",
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "--debug",
        action="store_true",
        default=argparse.SUPPRESS,
        help="show the traceback of an error",
    )
    return parser


def _report(args: argparse.Namespace) -> int:
    from audit.run import report

    for path in args.designs:
        print(f"{path}", file=sys.stderr)
        print(report(path, out=args.out))
    return OK


def _check(args: argparse.Namespace) -> int:
    from audit.errors import SchemaError
    from audit.sources.table import read_cases

    wrong = [c for c in args.columns if c.count("=") != 1]
    if wrong:
        raise AuditError(f"--columns {' '.join(wrong)}: write each as YOURS=OURS, user=account_id.")
    columns = dict(c.split("=") for c in args.columns)
    try:
        cases = read_cases(
            args.data,
            roster=args.roster,
            unlisted=args.unlisted,
            columns=columns or None,
            time_zone=args.time_zone,
        )
    except SchemaError as error:
        print(f"audit: {error}", file=sys.stderr)
        return FAULT
    print(cases)
    return OK


def _compare(args: argparse.Namespace) -> int:
    from audit.report.json import result_json
    from audit.run import evidence

    found = evidence(args.design)
    if args.json:
        print(json.dumps(result_json(found), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        print(found.comparison, found, sep="\n\n")
    return OK


def _freeze(args: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from audit.design import freeze

    print(f"frozen in {freeze(args.design, today=datetime.now(UTC).date().isoformat())}")
    return OK


def _list(args: argparse.Namespace) -> int:
    from importlib import import_module

    table = getattr(import_module(f"audit.{args.what}"), args.what.upper())
    width = max(map(len, table))
    for name, entry in table.items():
        about = getattr(entry, "about", "") or getattr(entry, "title", "")
        print(f"{name:<{width}}  {about}")
    return OK


def _codebook(args: argparse.Namespace) -> int:
    from audit.schema import codebook

    for row in codebook().itertuples(index=False):
        need = f", {row.need}" if row.need else ""
        print(f"{row.column} ({row.kind}{need}): {row.meaning}")
    return OK


def _new(args: argparse.Namespace) -> int:
    from pathlib import Path

    from audit.planning import draft

    target = Path(args.design)
    if target.exists():
        raise AuditError(f"{target} is there already; choose another name or delete it first.")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(draft(), encoding="utf-8")
    print(f"wrote {target}; fill it in, then: audit report {target}")
    return OK


def _plan(args: argparse.Namespace) -> int:
    from audit.design import Design
    from audit.planning import plan

    print(
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

    print(request(Design.read(args.design)))
    return OK


if __name__ == "__main__":
    sys.exit(main())
