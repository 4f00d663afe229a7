"""One question to one host and its answer, redirects and all."""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlunsplit

from audit.errors import FetchError
from audit.fetching.address import Reach, is_private
from audit.fetching.manners import Again, Manners, retry_after
from audit.text import visible

REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 5
PASSING = (408, 425, 429, 500, 502, 503, 504)
"""Statuses that another try may not meet."""
CHUNK = 64 * 1024
BROKEN = (OSError, http.client.HTTPException)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host answered.

    Attributes
    ----------
    url : str
        After redirects.
    response : HTTPResponse
    manners : Manners
    """

    url: str
    response: http.client.HTTPResponse
    manners: Manners

    @property
    def status(self) -> int:
        """Return the status code."""
        return self.response.status

    def header(self, name: str) -> str:
        """Return a header, "" where it is absent."""
        return self.response.getheader(name) or ""

    @property
    def length(self) -> int | None:
        """Return how many bytes the body is said to have, None where it is not said."""
        said = self.header("Content-Length")
        return int(said) if said.isdigit() else None

    @property
    def ended(self) -> bool:
        """Return whether the end of the body is marked, so that one that breaks off shows."""
        return self.length is not None or self.response.chunked

    def chunks(self) -> Iterator[bytes]:
        """Yield the body, piece by piece.

        Raises
        ------
        Again
            It breaks off, stops, or trickles.
        """
        got = since = 0
        start = time.monotonic()
        while True:
            try:
                piece = self.response.read1(CHUNK)
            except BROKEN as error:
                raise Again(
                    f"the connection broke after {got:,} bytes ({_named(error)})"
                ) from error
            got += len(piece)
            since += len(piece)
            if not piece:
                break
            yield piece
            elapsed = time.monotonic() - start
            if elapsed > self.manners.timeout:
                if since < self.manners.slowest * elapsed:
                    raise Again(f"it trickles: {since:,} bytes in {elapsed:,.1f} s")
                start, since = time.monotonic(), 0
        if self.length is not None and got < self.length:
            raise Again(f"it broke off after {got:,} of {self.length:,} bytes")


@contextmanager
def ask(
    url: str, reach: Reach, manners: Manners, headers: Mapping[str, str] | None = None
) -> Iterator[Answer]:
    """Ask for `url` and give its answer, following redirects that `reach` allows.

    Parameters
    ----------
    url : str
    reach : Reach
    manners : Manners
    headers : mapping
        Beyond those always sent. No body is asked for compressed: what is verified and kept is what
        the host has.

    Raises
    ------
    Again
        The host cannot be reached, or says that it is busy or broken.
    FetchError
        A redirect leads where it may not, or round in a circle; a certificate is not to be trusted;
        the body comes encoded though it was asked for plain.
    """
    before = ""
    for _ in range(MOST_REDIRECTS + 1):
        parts = reach.allow(url, before=before)
        connection = _connection(parts, manners)
        try:
            response = _send(connection, parts, reach, manners, headers or {})
            if response.status not in REDIRECTS:
                _refuse(response, url)
                yield Answer(url, response, manners)
                return
            before, url = url, _led(url, response.getheader("Location") or "")
        finally:
            connection.close()
        if url == before:
            raise FetchError(f"{visible(url, 200)!r} redirects to itself.")
    raise FetchError(f"{visible(before, 200)!r}: more than {MOST_REDIRECTS} redirects, a circle.")


def _led(url: str, place: str) -> str:
    try:
        return urljoin(url, place)
    except ValueError as error:
        said = f"{visible(url, 200)!r} redirects to {visible(place, 200)!r}"
        raise FetchError(f"{said}, which is no address: {error}.") from error


def _connection(parts: SplitResult, manners: Manners) -> http.client.HTTPConnection:
    host, port = parts.hostname or "", parts.port
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=manners.timeout, context=context)
    return http.client.HTTPConnection(host, port, timeout=manners.timeout)


def _send(
    connection: http.client.HTTPConnection,
    parts: SplitResult,
    reach: Reach,
    manners: Manners,
    headers: Mapping[str, str],
) -> http.client.HTTPResponse:
    path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    sent = {"User-Agent": manners.agent, "Accept-Encoding": "identity", **headers}
    try:
        connection.connect()
        peer = connection.sock.getpeername()[0]
        if reach.public and is_private(peer):
            raise FetchError(f"{parts.hostname!r} is inside a private network ({peer}); refused.")
        connection.request("GET", path, headers=sent)
        return connection.getresponse()
    except ssl.SSLCertVerificationError as error:
        raise FetchError(
            f"{parts.hostname!r} has no certificate to be trusted: {error.verify_message}."
        ) from error
    except BROKEN as error:
        raise Again(f"{parts.hostname!r} cannot be reached ({_named(error)})") from error


def _named(error: BaseException) -> str:
    said = getattr(error, "strerror", None) or str(error)
    return f"{type(error).__name__}: {visible(said, 100)}" if said else type(error).__name__


def _refuse(response: http.client.HTTPResponse, url: str) -> None:
    if response.status in PASSING:
        after = retry_after(response.getheader("Retry-After"))
        raise Again(f"the host answers {response.status} {visible(response.reason, 60)}", after)
    encoding = (response.getheader("Content-Encoding") or "identity").casefold()
    if response.status in (200, 206) and encoding != "identity":
        raise FetchError(
            f"{visible(url, 200)!r} comes encoded ({visible(encoding, 40)}) though it was asked "
            "for as it is, so neither its length nor its hash can be checked."
        )
