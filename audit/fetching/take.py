"""The shapes in which hosts publish: single files, numbered parts, and lists in pages."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

from audit.errors import FetchError
from audit.fetching.download import Client, Item, NotThereError, download
from audit.fetching.store import Store
from audit.progress import bar


@dataclass(frozen=True, slots=True)
class Series:
    """Files numbered from 0 up, as many as there are.

    Attributes
    ----------
    what : str
        What they hold, for the message.
    ways : tuple of callables
        Number to `Item`; the first under which number 0 is there holds for all of them.
    """

    what: str
    ways: tuple[Callable[[int], Item], ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A file made of the answers to a list that comes in pages.

    Attributes
    ----------
    name : str
    lines : callable
        Yields its lines, asking the client it is given for page after page.
    """

    name: str
    lines: Callable[[Client], Iterator[str]]


def take(one: Item | Series | Written, store: Store, client: Client) -> None:
    """Take one thing that a host publishes into the folder, unless it is there whole.

    Raises
    ------
    FetchError
        It cannot be had whole, or is there and not what was fetched.
    """
    if isinstance(one, Series):
        _take_series(one, store, client)
    elif isinstance(one, Written):
        _take_written(one, store, client)
    else:
        _take_item(one, store, client)


def _take_item(item: Item, store: Store, client: Client) -> None:
    if store.has(item.name):
        return
    with bar(item.name, unit="B", scaled=True) as shown:
        download(item, store.folder, client, settle=store.settle, progress=shown)


def _take_series(series: Series, store: Store, client: Client) -> None:
    for way in series.ways:
        try:
            _take_item(way(0), store, client)
        except NotThereError:
            continue
        with suppress(NotThereError):
            for number in count(1):
                _take_item(way(number), store, client)
        return
    paths = " nor ".join(client.url(way(0).path) for way in series.ways)
    raise NotThereError(f"there are no {series.what}: neither {paths} is there.")


def _take_written(written: Written, store: Store, client: Client) -> None:
    if store.has(written.name):
        return
    part = store.folder / f"{written.name}.part"
    digest = hashlib.sha256()
    try:
        with part.open("wb") as stream:
            for line in written.lines(client):
                stream.write(line.encode())
                digest.update(line.encode())
            size = stream.tell()
    except FetchError:
        part.unlink(missing_ok=True)  # its pages are asked for anew
        raise
    if not size:
        part.unlink()
        store.empty.append(written.name)
        return
    store.settle(written.name, digest.hexdigest())
    os.replace(part, store.folder / written.name)
