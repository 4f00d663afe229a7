"""The command line: it reads arguments, calls one command, and prints.

Exit codes: 0 done · 1 a verification found faults · 2 the input or the question is at fault, said
on stderr · 3 a fault of this program · 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from difflib import get_close_matches

from audit.errors import AuditError

FAULT, OWN_FAULT, INTERRUPTED = 2, 3, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; errors are words on stderr."""
    debug = False
    try:
        from audit.arguments import parser
        from audit.commands import COMMANDS
        from audit.terminal import write_anything

        known = parser()
        args, unknown = known.parse_known_args(argv)
        debug = args.debug
        if unknown:
            command = getattr(args, "parser", known)
            command.error(_unknown(unknown, command))
        if not args.command:
            known.print_help()
            return 0
        if argv is None:  # a program that is told to end clears up as one that is interrupted
            signal.signal(signal.SIGTERM, signal.default_int_handler)
        write_anything(sys.stdout, sys.stderr)
        code = COMMANDS[args.command](args)
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        print("interrupted; what was written before is whole.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Python flushes stdout once more at exit; see its documentation of SIGPIPE.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except AuditError as error:
        return _said(str(error), FAULT, debug=debug)
    except OSError as error:
        return _said(_of_a_file(error), FAULT, debug=debug)
    except Exception as error:
        says = (
            f"a fault of audit itself: {type(error).__name__}: {error}. Try --debug to see where."
        )
        return _said(says, OWN_FAULT, debug=debug)
    return code


def _unknown(given: Sequence[str], command: argparse.ArgumentParser) -> str:
    options = [o for action in command._actions for o in action.option_strings]
    near = [get_close_matches(g.split("=")[0], options, n=1) for g in given]
    guesses = [f"did you mean {found[0]}?" for found in near if found]
    return f"not known here: {' '.join(given)}; {' '.join(guesses) or 'see --help'}"


def _of_a_file(error: OSError) -> str:
    where = error.filename2 or error.filename
    if isinstance(error, IsADirectoryError):
        return f"{where} is a folder; name a file in it."
    return f"{where}: " * bool(where) + f"{error.strerror or error}."


def _said(message: str, code: int, *, debug: bool) -> int:
    """Print an error, and its traceback where asked for; return the exit code."""
    from audit.terminal import say

    if debug:
        traceback.print_exc()
    say(f"audit: {message}", to=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
