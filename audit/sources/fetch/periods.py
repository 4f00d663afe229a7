"""Which files of a public source there are for a period, and how a host lays them out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from audit.errors import FetchError
from audit.fetching.download import Client, Item
from audit.fetching.manners import Again, retry
from audit.fetching.take import Series, Written
from audit.text import visible


def days(since: date, until: date) -> Iterator[date]:
    """Yield every day from `since` to `until`, both inclusive."""
    for number in range((until - since).days + 1):
        yield since + timedelta(days=number)


def trump_archive(since: date | None, until: date | None) -> list[Item]:
    """Return the one file of the Trump Twitter Archive: its last export, of 8 January 2021.

    The archive's own page (https://www.thetrumparchive.com/faq) offers the export through a file
    sharing service that has no stable address; this is a copy of it in a public repository, pinned
    to one commit, with the columns id, text, isRetweet, isDeleted, device, favorites, retweets,
    date, isFlagged and with ids that kept their digits. Layout read from
    https://github.com/sebstier/ma_css25/tree/57ececfd6e8b28d14d3ade990dcdb497f9d2f703/data
    """
    commit = "57ececfd6e8b28d14d3ade990dcdb497f9d2f703"
    name = "tweets_01-08-2021.csv"
    return [Item(f"sebstier/ma_css25/{commit}/data/{name}", name)]


def dsa(since: date, until: date) -> list[Item]:
    """Return the daily dumps of the DSA Transparency Database, all platforms, full version.

    One zip a day, `sor-global-YYYY-MM-DD-full.zip`, from 25 September 2023 on, and beside it
    `….zip.sha1` in the format of `sha1sum`. Within are zips of CSV parts, which are checked as
    members and not opened. A day has about 2 GiB, some up to 35. Layout: the download page
    https://transparency.dsa.ec.europa.eu/explore-data/download and, for the address of the files,
    https://github.com/transparency-in-content-moderation/eu-dsa-transparency-db-sor-data-downloader
    """
    names = [f"sor-global-{day.isoformat()}-full.zip" for day in days(since, until)]
    return [Item(name, name, sha1_path=f"{name}.sha1") for name in names]


NOTE_FILES = {
    "notes": "notes",
    "noteStatusHistory": "noteStatusHistory",
    "noteRatings": "ratings",
}
"""Folder of a Community Notes snapshot to how its files' names begin."""


def community_notes(since: date, until: date) -> list[Series]:
    """Return the parts of a daily snapshot of Community Notes: notes, their status, ratings.

    A folder a day, `YYYY/MM/DD/notes/notes-00000.zip` and so on: parts are numbered from 00000 and
    end where the next is not there; .tsv until 2025, .zip since. A snapshot holds everything up to
    its day, and old ones are taken away: take a late day, and one. Layout: the page
    https://communitynotes.x.com/guide/en/under-the-hood/download-data and, for the address,
    https://github.com/bpettis/birdwatch-scraper
    """
    return [
        Series(f"{folder} of {day}", tuple(_notes(folder, day, kind) for kind in (".zip", ".tsv")))
        for day in days(since, until)
        for folder in NOTE_FILES
    ]


def _notes(folder: str, day: date, kind: str) -> Callable[[int], Item]:
    def part(number: int) -> Item:
        name = f"{NOTE_FILES[folder]}-{number:05}{kind}"
        return Item(f"{day:%Y/%m/%d}/{folder}/{name}", name)

    return part


def wikipedia_blocks(since: date, until: date) -> list[Written]:
    """Return the block log of English Wikipedia, a file of JSON lines a day, one entry a line.

    Asked of the MediaWiki API, `action=query&list=logevents&letype=block`, oldest first, in pages
    of 500 that `continue` leads through, with maxlag=5 and one request at a time. Entries are kept
    as they come, so names that were hidden since are marked as the API marks them. Documentation:
    https://www.mediawiki.org/wiki/API:Logevents, https://www.mediawiki.org/wiki/API:Continue,
    https://www.mediawiki.org/wiki/API:Etiquette and
    https://www.mediawiki.org/wiki/Manual:Maxlag_parameter
    """
    return [Written(f"blocks-{day}.jsonl", _entries_of(day)) for day in days(since, until)]


LOG = {
    "action": "query",
    "list": "logevents",
    "letype": "block",
    "ledir": "newer",
    "lelimit": "max",
    "leprop": "ids|title|type|user|userid|timestamp|comment|details|tags",
    "format": "json",
    "formatversion": "2",
    "maxlag": "5",
}
BUSY = ("maxlag", "ratelimited", "readonly", "internal_api_error_DBQueryTimeoutError")
"""Errors of the API that another try may not meet."""


def _entries_of(day: date) -> Callable[[Client], Iterator[str]]:
    def lines(client: Client) -> Iterator[str]:
        asked = {**LOG, "lestart": f"{day}T00:00:00Z", "leend": f"{day}T23:59:59Z"}
        seen: set[int] = set()
        place: dict[str, str] = {}
        while True:
            page = _page(client, {**asked, **place})
            for entry in _events(page, day, seen):
                yield json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n"
            following = page.get("continue")
            if not following:
                return
            if following == place:
                raise FetchError(f"the list of {day} leads round in a circle at {following!r}.")
            place = {str(key): str(value) for key, value in following.items()}

    return lines


def _page(client: Client, asked: dict[str, str]) -> dict[str, Any]:
    path = "w/api.php?" + urlencode(asked)

    def attempt() -> dict[str, Any]:
        text, after = client.once(path)
        try:
            found = json.loads(text)
        except ValueError as error:
            raise Again(f"the answer is no JSON ({error})") from error
        wrong = found.get("error") if isinstance(found, dict) else {"code": "no object"}
        if wrong:
            code, info = str(wrong.get("code")), visible(wrong.get("info"), 200)
            if code in BUSY:
                raise Again(f"the wiki is busy ({code}: {info})", after)
            raise FetchError(f"the wiki answers {visible(code, 60)}: {info}.")
        return dict(found)

    return retry(client.manners, client.url("w/api.php"), attempt)


def _events(page: dict[str, Any], day: date, seen: set[int]) -> Iterator[dict[str, Any]]:
    events = page.get("query", {}).get("logevents")
    if not isinstance(events, list):
        raise FetchError(f"the wiki's answer for {day} holds no list of entries.")
    for entry in events:
        number, moment = entry.get("logid"), str(entry.get("timestamp"))
        if not isinstance(number, int) or not moment.startswith(day.isoformat()):
            raise FetchError(f"the wiki's answer for {day} holds an entry of {visible(moment)!r}.")
        if number in seen:
            raise FetchError(f"the wiki's answer for {day} holds entry {number} twice.")
        seen.add(number)
        yield entry
