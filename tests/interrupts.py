"""Processes that heed an interrupt, wherever the tests were started from.

A shell that puts a command in the background makes it ignore SIGINT, and so all it starts: an
interrupt would then reach nobody.
"""

from __future__ import annotations

import signal


def heed() -> None:
    """Let SIGINT interrupt the process about to start (as `preexec_fn` of `subprocess.Popen`)."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
