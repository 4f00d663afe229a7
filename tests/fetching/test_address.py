from __future__ import annotations

from pathlib import Path

import pytest
from fetching.host import hosting, whole

from audit.errors import FetchError
from audit.fetching.address import Reach, is_private
from audit.fetching.download import Client, Item, download
from audit.fetching.manners import Again, Manners, retry, retry_after

PUBLIC = Reach("https://example.org/data", ("files.example.net", "10.0.0.1", "localhost"))


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "0.0.0.0"),
        *(
            "::1",
            "fe80::1%eth0",
            "fc00::1",
            "::ffff:127.0.0.1",
            "localhost",
            "a.localhost",
            "",
            "::",
        ),
    ],
)
def test_private_hosts(host: str) -> None:
    assert is_private(host)


@pytest.mark.parametrize("host", ["example.org", "8.8.8.8", "2606:4700:4700::1111", "127.example"])
def test_public_hosts(host: str) -> None:
    assert not is_private(host)


def test_what_a_public_start_allows() -> None:
    assert PUBLIC.public
    assert PUBLIC.allow("https://example.org/else").path == "/else"
    assert PUBLIC.allow("https://files.example.net/x", before="https://example.org/data")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://example.org/x", "it is not encrypted, and was"),
        ("https://10.0.0.1/x", "it is inside a private network"),
        ("https://localhost/x", "it is inside a private network"),
        ("https://evil.example.org/x", "its host is none of example.org, files.example.net"),
        ("https://example.org@evil.org/x", "its host is none of"),
        ("https://example.org:444/x", "its host is none of"),
        ("file:///etc/passwd", "allowed: https and http"),
        ("gopher://example.org/", "allowed: https and http"),
        ("https:///x", "allowed: https and http"),
    ],
)
def test_what_a_public_start_refuses(url: str, says: str) -> None:
    with pytest.raises(FetchError, match=says):
        PUBLIC.allow(url, before="https://example.org/data")


def test_a_public_name_that_leads_into_the_network_is_refused_once_connected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a name whose answer changes between two look-ups."""
    with hosting() as host:
        host.put("/x", whole(b"inside"))
        monkeypatch.setattr("audit.fetching.address.is_private", lambda name: False)
        client = Client(Reach(host.base), Manners(tries=1))
        with pytest.raises(FetchError, match=r"is inside a private network \(127\.0\.0\.1\)"):
            download(Item("x", "x"), tmp_path, client, settle=lambda name, sha: None)
        assert host.asked == []


# Waiting


def test_waits_double_vary_and_are_the_same_for_the_same_seed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def waits(seed: int) -> list[float]:
        slept: list[float] = []
        monkeypatch.setattr("time.sleep", slept.append)

        def fails() -> None:
            raise Again("no")

        with pytest.raises(FetchError, match="x: given up after 6 tries; the last: no"):
            retry(Manners(tries=6, first_wait=2, longest_wait=20, seed=seed), "x", fails)
        return slept

    first = waits(1)
    assert first == waits(1)
    assert first != waits(2)
    for wait, most in zip(first, (2, 4, 8, 16, 20), strict=True):
        assert most / 2 <= wait <= most


def test_retry_after_is_seconds_or_a_date() -> None:
    assert retry_after(None) is None
    assert retry_after("12") == 12
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    late = retry_after("Wed, 21 Oct 2099 07:28:00 GMT")
    assert late is not None
    assert late > 10**9
    assert retry_after("soon") is None
    assert retry_after("-5") is None
