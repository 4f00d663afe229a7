"""The words of the command line: its commands, their options, and an example of each."""

from __future__ import annotations

import argparse
from typing import Any

EXIT_CODES = (
    "exit codes: 0 done; 1 verify found faults; 2 the input or the question is at fault, "
    "said on stderr; 3 a fault of this program; 130 interrupted"
)


def parser() -> argparse.ArgumentParser:
    """Return the parser; `command` is None when none was given."""
    from audit import __version__

    out = argparse.ArgumentParser(
        prog="audit",
        description="Compare enforcement outcomes across account classes.",
        epilog=EXIT_CODES,
    )
    out.add_argument("--version", action="version", version=f"audit {__version__}")
    out.add_argument("--debug", action="store_true", help="show the traceback of an error")
    commands = out.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for add in (_with_data, _from_hosts, _with_design, _after_writing, _before_data, _looking_up):
        add(commands)
    return out


def _command(
    commands: Any, name: str, about: str, example: str, *, codes: str = ""
) -> argparse.ArgumentParser:
    said = f"{about[0].upper()}{about[1:]}.{f' {codes}.' if codes else ''}"
    epilog = f"example: {example}"
    out: argparse.ArgumentParser = commands.add_parser(
        name, help=about, description=said, epilog=epilog
    )
    out.set_defaults(parser=out)
    hidden = argparse.SUPPRESS
    out.add_argument("--debug", action="store_true", default=hidden, help="show the traceback")
    return out


def _with_data(commands: Any) -> None:
    p = _command(
        commands,
        "check",
        "validate a case table; print its faults, or what it holds",
        "audit check cases.csv --roster leaders.csv --columns user=account_id",
    )
    pairs: dict[str, Any] = {"nargs": "+", "default": [], "metavar": "YOURS=OURS"}
    p.add_argument(
        "data", metavar="DATA", help="CSV, TSV, JSON lines (or .gz, .zst), Parquet, Excel; a folder"
    )
    p.add_argument("--sheet", metavar="NAME", help="sheet of an Excel workbook that has several")
    p.add_argument(
        "--scan", action="store_true", help="leave the rows in an engine: tables beyond memory"
    )
    p.add_argument("--roster", metavar="FILE", help="dated class membership")
    p.add_argument("--unlisted", metavar="CLASS", help="class of accounts the roster does not list")
    p.add_argument("--columns", **pairs, help="what your columns are called here")
    p.add_argument("--actions", **pairs, help="what your actions are called on the ladder")
    p.add_argument("--time-zone", metavar="ZONE", help="of times that state none: Europe/Paris")
    p.add_argument(
        "--draft",
        nargs="?",
        const="-",
        metavar="FILE",
        help="guess what the columns mean; print a design's source, or write it to a new file",
    )


def _from_hosts(commands: Any) -> None:
    p = _command(
        commands,
        "fetch",
        "fetch the files of a public source, whole or not at all, with their origin",
        "audit fetch wikipedia_blocks data/blocks --from 2024-01-01 --to 2024-01-31",
    )
    p.add_argument("source", metavar="SOURCE", help="see: audit list fetches")
    p.add_argument("folder", metavar="DIR", help="where to; the same command again resumes")
    p.add_argument("--from", dest="since", metavar="DATE", help="first day, 2024-01-01")
    p.add_argument("--to", dest="until", metavar="DATE", help="last day, inclusive")
    p.add_argument("--mirror", default="", metavar="URL", help="another address, the same layout")
    p.add_argument(
        "--largest", type=float, default=16, metavar="GIB", help="of one file, in GiB (16)"
    )
    p.add_argument("--contact", default="", metavar="WHO", help="your address, for the host's log")


def _with_design(commands: Any) -> None:
    _report(commands)
    _charts(commands)
    p = _command(
        commands,
        "compare",
        "print the estimates, the checks and the verdict",
        "audit compare designs/removal.toml --json",
    )
    p.add_argument("design", metavar="DESIGN")
    p.add_argument("--json", action="store_true", help="print one JSON object")
    p = _command(
        commands,
        "freeze",
        "write a design's hash and date into frozen.toml beside it",
        "audit freeze designs/removal.toml",
    )
    p.add_argument("design", metavar="DESIGN")


def _report(commands: Any) -> None:
    p = _command(
        commands,
        "report",
        "write the report of one or more designs or notebooks",
        "audit report designs/removal.toml",
    )
    p.add_argument(
        "designs",
        nargs="+",
        metavar="DESIGN",
        help="path of a design's TOML file, or of a notebook that answers no design",
    )
    p.add_argument("--out", default="reports", metavar="DIR", help="folder (default: reports)")
    p.add_argument(
        "--previous",
        metavar="DIR",
        help="folder of the earlier version, whose changed numbers are printed as corrections "
        "(default: the one the design names)",
    )
    p.add_argument(
        "--reasons", metavar="FILE", help="TOML of [[correction]] why, claim, date; with --previous"
    )


def _charts(commands: Any) -> None:
    p = _command(
        commands,
        "charts",
        "pack a report's charts for a newsroom: four sizes, data, words and licence",
        "audit charts reports/removal --out charts.zip",
    )
    p.add_argument("report", metavar="REPORT", help="folder of a report that was written")
    p.add_argument("--out", required=True, metavar="FILE", help="the zip to write")
    p.add_argument(
        "--licence", default="", metavar="TEXT", help="of the charts (default: none is stated)"
    )


def _after_writing(commands: Any) -> None:
    p = _command(
        commands,
        "verify",
        "read a report again, compute it again, and say where the two disagree",
        "audit verify reports/removal/report.pdf",
        codes="Exit codes: 0 verified; 1 faults; 2 cannot be verified, or not all was checked",
    )
    p.add_argument(
        "report", nargs="?", metavar="REPORT", help="report.pdf, report.html, or a report's folder"
    )
    p.add_argument("--design", default="", metavar="FILE", help="the design it was made from")
    p.add_argument(
        "--record", default="", metavar="DIR", help="where claims.json and record.json are"
    )
    p.add_argument(
        "--draft", metavar="FILE", help="verify an article (Markdown, text) against the report"
    )
    p = _command(
        commands,
        "diff",
        "print every number that two versions of a report print otherwise",
        "audit diff reports/removal-v1 reports/removal --csv",
    )
    for name, which in (("before", "earlier"), ("after", "later")):
        p.add_argument(name, metavar=name.upper(), help=f"folder or claims.json of the {which} one")
    p.add_argument("--csv", action="store_true", help="print CSV: claim, was, is, why, date")
    p.add_argument("--reasons", metavar="FILE", help="TOML of [[correction]] why, claim, date")


def _before_data(commands: Any) -> None:
    p = _command(
        commands, "new", "write a commented design to fill in", "audit new designs/removal.toml"
    )
    p.add_argument("design", metavar="DESIGN")
    p = _command(
        commands,
        "plan",
        "before any data: the smallest gap a study of this size could see",
        "audit plan designs/removal.toml --focal-accounts 20 --posts 50 --rate 0.2 --icc 0.1",
    )
    p.add_argument("design", metavar="DESIGN")
    p.add_argument("--focal-accounts", type=int, required=True, metavar="N")
    p.add_argument("--posts", type=float, required=True, metavar="N", help="per account")
    p.add_argument(
        "--rate", type=float, required=True, metavar="SHARE", help="of reference posts: 0.2"
    )
    p.add_argument(
        "--icc", type=float, default=0.1, metavar="RHO", help="likeness within accounts (0.1)"
    )
    p.add_argument("--reference-accounts", type=int, default=300, metavar="N", help="(300)")
    p = _command(
        commands,
        "request",
        "print the wording with which to ask a platform for the data",
        "audit request designs/removal.toml",
    )
    p.add_argument("design", metavar="DESIGN")


def _looking_up(commands: Any) -> None:
    p = _command(commands, "list", "list what there is", "audit list checks")
    p.add_argument("what", choices=("sources", "estimators", "checks", "charts", "fetches"))
    p = _command(
        commands,
        "codebook",
        "print what every column of a case table means, or what a source answers and cannot",
        "audit codebook election_labels",
    )
    p.add_argument(
        "source", nargs="?", metavar="SOURCE", help="a source (see: audit list sources), or all"
    )
