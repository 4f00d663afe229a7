"""Processes that heed an interrupt, wherever the tests were started from.

A shell that puts a command in the background makes it ignore SIGINT, and so all it starts: an
interrupt would then reach nobody.
"""

from __future__ import annotations

import signal
import subprocess


def heed() -> None:
    """Let SIGINT interrupt the process about to start (as `preexec_fn` of `subprocess.Popen`)."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def interrupted(running: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    """Interrupt a process and return what it says; again where the first fell into a clean-up.

    Python ignores an interrupt that arrives while an object is being let go of.
    """
    for _ in range(6):
        running.send_signal(signal.SIGINT)
        try:
            return running.communicate(timeout=15)
        except subprocess.TimeoutExpired:
            continue
    running.kill()
    raise AssertionError("it heeded no interrupt")
