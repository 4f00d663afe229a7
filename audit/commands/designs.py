"""Commands on designs: write one, plan its study, ask for its data, freeze and answer it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping

from audit.terminal import OK, say


def _new(args: argparse.Namespace) -> int:
    from audit.planning import write_draft

    target = write_draft(args.design)
    say(f"wrote {target}; fill it in, then: audit report {target}")
    return OK


def _plan(args: argparse.Namespace) -> int:
    from audit.design import Design
    from audit.planning import plan

    say(
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

    say(request(Design.read(args.design)))
    return OK


def _freeze(args: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from audit.design import freeze

    say(f"frozen in {freeze(args.design, today=datetime.now(UTC).date().isoformat())}")
    return OK


def _compare(args: argparse.Namespace) -> int:
    from audit.report.json import result_json
    from audit.run import evidence

    found = evidence(args.design)
    if args.json:
        # default=str: a design read from TOML may hold dates.
        print(json.dumps(result_json(found), indent=2, allow_nan=False, default=str))
    else:
        say(f"{found.comparison}\n\n{found}")
    return OK


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "new": _new,
    "plan": _plan,
    "request": _request,
    "freeze": _freeze,
    "compare": _compare,
}
