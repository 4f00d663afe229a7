"""How a client behaves: how often it asks, how long it waits, and when it gives up."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from audit.errors import FetchError

T = TypeVar("T")
GIB = 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """What a client may do to a host, and what it puts up with.

    Parameters
    ----------
    tries : int, at least 1
        How often one file is asked for before it is given up; what came of it is kept.
    first_wait, longest_wait : float, seconds
        The wait after the first failure, which doubles with each, and the longest. A host that asks
        for more (Retry-After) is left alone, and the error says until when.
    timeout : float, seconds
        Of silence, after which a connection is given up.
    slowest : float, bytes per second
        Of a file, over any `timeout` seconds: a host that trickles is given up too.
    largest : int, bytes
        Of one file.
    ratio : int
        Of an archive, the most that its contents may be larger than itself.
    seed : int
        Of the random part of the waits, up to half of each: clients that failed together do not
        come back together.
    contact : str
        An address or page of whoever runs this, for the host's log; some ask for one.
    """

    tries: int = 6
    first_wait: float = 2.0
    longest_wait: float = 300.0
    timeout: float = 60.0
    slowest: float = 512.0
    largest: int = 16 * GIB
    ratio: int = 200
    seed: int = 20180105
    contact: str = ""

    @property
    def agent(self) -> str:
        """Return the User-Agent, by which a host can tell who asks.

        References
        ----------
        https://foundation.wikimedia.org/wiki/Policy:Wikimedia_Foundation_User-Agent_Policy
        """
        from audit import __version__

        shown = "".join(
            c for c in self.contact if c.isprintable() and c.isascii() and c not in "()"
        )
        return f"audit/{__version__} (research on platform enforcement{'; ' * bool(shown)}{shown})"


class Again(Exception):
    """This try failed and another may not; `after` is the wait the host asked for, in seconds."""

    def __init__(self, why: str, after: float | None = None) -> None:
        super().__init__(why)
        self.after = after


def retry(manners: Manners, what: str, attempt: Callable[[], T]) -> T:
    """Return what `attempt` returns, trying again as often as manners allow.

    Parameters
    ----------
    manners : Manners
    what : str
        What is asked for, for the message.
    attempt : callable
        Raises `Again` where another try could help.

    Raises
    ------
    FetchError
        Every try failed, or the host asks for a longer wait than `manners.longest_wait`.

    References
    ----------
    Exponential backoff and jitter, https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    draw = random.Random(f"{manners.seed} {what}")
    for number in range(1, manners.tries + 1):
        try:
            return attempt()
        except Again as failure:
            if number == manners.tries:
                raise FetchError(
                    f"{what}: given up after {number} tries; the last: {failure}. What came is "
                    "kept as .part. Try: the same command later."
                ) from failure
            wait = min(manners.first_wait * 2 ** (number - 1), manners.longest_wait)
            wait *= 1 - draw.random() / 2
            if failure.after is not None and failure.after > manners.longest_wait:
                raise FetchError(
                    f"{what}: {failure}, and the host asks for {failure.after:,.0f} s before the "
                    f"next try; at most {manners.longest_wait:,.0f} s are waited. Try: the same "
                    "command after that."
                ) from failure
            time.sleep(max(wait, failure.after or 0))
    raise FetchError(f"{what}: no try was allowed; allowed: tries of 1 or more.")


def retry_after(said: str | None) -> float | None:
    """Return the seconds that a Retry-After header asks for; None where it says nothing legible.

    References
    ----------
    RFC 9110, section 10.2.3, https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
    """
    if said is None:
        return None
    if said.strip().isdigit():
        return float(said)
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
