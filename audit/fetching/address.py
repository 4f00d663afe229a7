"""Which addresses may be asked: the hosts that were named, and none inside the user's network."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from audit.errors import FetchError
from audit.text import visible

SCHEMES = ("https", "http")


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a fetch may go.

    Attributes
    ----------
    base : str
        The address it starts from: scheme, host, perhaps a port and a folder.
    hosts : tuple of str
        Hosts besides that of `base` to which a redirect may lead.
    """

    base: str
    hosts: tuple[str, ...] = ()

    @property
    def public(self) -> bool:
        """Return whether it starts from a public host, and so may not end at a private one."""
        return not is_private(urlsplit(self.base).hostname or "")

    def allow(self, url: str, *, before: str = "") -> SplitResult:
        """Return `url` in its parts, or raise.

        Parameters
        ----------
        url : str
        before : str
            The address that led here.

        Raises
        ------
        FetchError
            The scheme is not http or https, or falls from https to http; the host is none of those
            allowed, or a private one where the start was public; or the address is malformed.
        """
        shown = visible(url, 200)
        led = f" ({visible(before, 200)} led there)" if before else ""
        try:
            parts = urlsplit(url)
            _ = parts.port
        except ValueError as error:
            raise FetchError(f"{shown!r} is no address: {error}{led}.") from error
        if parts.scheme not in SCHEMES or not parts.hostname:
            raise FetchError(f"{shown!r} is refused{led}; allowed: {' and '.join(SCHEMES)}.")
        if urlsplit(before).scheme == "https" and parts.scheme == "http":
            raise FetchError(f"{shown!r} is refused{led}: it is not encrypted, and was.")
        start = urlsplit(self.base)
        if parts.netloc != start.netloc and parts.hostname not in self.hosts:
            allowed = ", ".join(filter(None, (start.netloc, *self.hosts)))
            raise FetchError(f"{shown!r} is refused{led}: its host is none of {allowed}.")
        if self.public and is_private(parts.hostname):
            raise FetchError(f"{shown!r} is refused{led}: it is inside a private network.")
        return parts


def is_private(host: str) -> bool:
    """Return whether a host is this machine or inside a private network, as far as its name says.

    A name that must be looked up first is not private by itself; the address that answers is tested
    again once connected.
    """
    if host.casefold().rstrip(".") in ("", "localhost") or host.casefold().endswith(".localhost"):
        return True
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return not (mapped or found).is_global
