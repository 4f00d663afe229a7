"""One file from a host to the disk: resumed where it broke off, named only when it is whole."""

from __future__ import annotations

import errno
import os
import re
import shutil
import tomllib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from audit.errors import FetchError
from audit.fetching.address import Reach
from audit.fetching.exchange import Answer, ask
from audit.fetching.manners import Again, Manners, retry, retry_after
from audit.fetching.store import write_whole
from audit.fetching.verify import verify
from audit.text import visible

LARGEST_TEXT = 32 * 1024**2
"""Bytes of an answer that is read into memory: a page of a list, a file of a hash."""
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class NotThereError(FetchError):
    """The host has no such file."""


@dataclass(frozen=True, slots=True)
class Item:
    """A file to fetch.

    Attributes
    ----------
    path : str
        Below the base address.
    name : str
        What it is called in the folder.
    sha1_path : str
        Of the file beside it that states its SHA-1; "" where none is published.
    """

    path: str
    name: str
    sha1_path: str = ""


@dataclass(frozen=True, slots=True)
class Client:
    """Whom is asked, and how."""

    reach: Reach
    manners: Manners

    def url(self, path: str) -> str:
        """Return the address of a path below the base."""
        return self.reach.base.rstrip("/") + "/" + path.lstrip("/")

    def text(self, path: str) -> str:
        """Return a short answer as text.

        Raises
        ------
        FetchError
            As `download`; also where it is longer than `LARGEST_TEXT` or no UTF-8.
        """
        return retry(self.manners, self.url(path), lambda: self.once(path)[0])

    def once(self, path: str) -> tuple[str, float | None]:
        """Return a short answer as text, and the wait that its host asks for; one try.

        Raises
        ------
        Again, FetchError
            As `ask`, and as `text`.
        """
        url = self.url(path)
        with ask(url, self.reach, self.manners) as answer:
            _refuse_status(answer)
            body = bytearray()
            for piece in answer.chunks():
                body += piece
                if len(body) > LARGEST_TEXT:
                    raise FetchError(f"{visible(url, 200)!r} is over {LARGEST_TEXT:,} bytes long.")
        try:
            return body.decode("utf-8"), retry_after(answer.header("Retry-After") or None)
        except UnicodeDecodeError as error:
            raise FetchError(f"{visible(url, 200)!r} is not UTF-8: {error}.") from error


def download(
    item: Item,
    folder: Path,
    client: Client,
    *,
    settle: Callable[[str, str], None],
    progress: Any = None,
) -> None:
    """Fetch a file into `folder`; what came of an earlier try is resumed.

    Until it is whole it lies beside as `.part`, with what is known of it as `.part.toml`.

    Parameters
    ----------
    item : Item
    folder : Path
    client : Client
    settle : callable
        Told the file's name and SHA-256 just before it takes its name.
    progress : tqdm bar or None

    Raises
    ------
    NotThereError
        The host has no such file.
    FetchError
        It cannot be had whole, is too large, or the disk is full.
    """
    part = folder / f"{item.name}.part"
    sha1 = _stated_sha1(item, client)
    job = _Job(client.url(item.path), part, client, progress)
    try:
        ended = retry(client.manners, job.url, job.attempt)
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise FetchError(
            f"The disk of {str(folder)!r} is full ({error.strerror}). What came is kept as .part. "
            "Try: make room, then the same command."
        ) from error
    try:
        sha256 = verify(part, item.name, client.manners, sha1=sha1, ended=ended)
    except FetchError:
        job.forget()  # it is not what it should be, and resuming would only keep it so
        raise
    settle(item.name, sha256)
    os.replace(part, folder / item.name)
    job.forget()


def _stated_sha1(item: Item, client: Client) -> str:
    if not item.sha1_path:
        return ""
    words = client.text(item.sha1_path).split()
    if not words or not re.fullmatch(r"[0-9a-fA-F]{40}", words[0]):
        raise FetchError(f"{client.url(item.sha1_path)} states no SHA-1.")
    return words[0]


@dataclass(frozen=True, slots=True)
class _Job:
    """The file on its way."""

    url: str
    part: Path
    client: Client
    progress: Any

    @property
    def note(self) -> Path:
        return self.part.with_name(self.part.name + ".toml")

    def forget(self) -> None:
        for path in (self.part, self.note):
            path.unlink(missing_ok=True)

    def attempt(self) -> bool:
        """Fetch what is missing; return whether the end of the file is known to be its end."""
        have, known = self._kept()
        headers = {"Range": f"bytes={have}-", "If-Range": known["validator"]} if have else {}
        with ask(self.url, self.client.reach, self.client.manners, headers) as answer:
            if answer.status == 416 or (answer.status == 206 and not _fits(answer, have, known)):
                self.forget()
                raise Again("the file changed since the last try, which is begun anew")
            _refuse_status(answer)
            have = 0 if answer.status == 200 else have
            size = int(known["size"]) if have else answer.length
            self._refuse_size(size, have)
            if not have:
                # In this order: a note must never speak of bytes that came of another version.
                self.part.unlink(missing_ok=True)
                write_whole(self.note, _noted(self.url, answer, size))
            self._write(answer, have, size)
            got = self.part.stat().st_size
            if size is not None and got != size:
                raise Again(f"{got:,} bytes came, not the {size:,} of the file")
            return answer.ended

    def _kept(self) -> tuple[int, dict[str, Any]]:
        """Return how much is there and what is known of it; nothing, where it is not certain."""
        try:
            known = tomllib.loads(self.note.read_text(encoding="utf-8"))
            have = self.part.stat().st_size
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
            return 0, {}
        if known.get("url") != self.url or not known.get("validator") or not known.get("size"):
            return 0, {}
        # All of it may be there and unverified: its last byte is asked for again.
        return min(have, max(0, int(known["size"]) - 1)), known

    def _refuse_size(self, size: int | None, have: int) -> None:
        if size is None:
            return
        if size > self.client.manners.largest:
            self.forget()
            raise FetchError(_too_large(self.url, f"has {size:,}", self.client.manners))
        free = shutil.disk_usage(self.part.parent).free
        if size - have > free:
            raise FetchError(
                f"{self.url} needs {size - have:,} bytes more and the disk of "
                f"{str(self.part.parent)!r} has {free:,}. Try: another folder, or make room."
            )

    def _write(self, answer: Answer, have: int, size: int | None) -> None:
        bar = self.progress
        if bar is not None:
            bar.reset(total=size)
            bar.update(have)
        with self.part.open("r+b" if have else "wb") as stream:
            stream.seek(have)
            stream.truncate()
            self._copy(answer, stream, have)

    def _copy(self, answer: Answer, stream: BinaryIO, have: int) -> None:
        for piece in answer.chunks():
            have += len(piece)
            if have > self.client.manners.largest:
                stream.close()
                self.forget()
                raise FetchError(_too_large(self.url, "has more than", self.client.manners))
            stream.write(piece)
            stream.flush()  # what a killed fetch had got is there for the next
            if self.progress is not None:
                self.progress.update(len(piece))


def _too_large(url: str, says: str, manners: Manners) -> str:
    return (
        f"{visible(url, 200)} {says} bytes; at most {manners.largest:,} are fetched. "
        "Try: --largest with more GiB."
    )


def _fits(answer: Answer, have: int, known: dict[str, Any]) -> bool:
    """Return whether a part is of the very file, and begins where ours ends."""
    said = RANGE.fullmatch(answer.header("Content-Range"))
    if said is None or not have or int(said[1]) != have or int(said[3]) != known["size"]:
        return False
    return _validator(answer) in ("", known["validator"])


def _validator(answer: Answer) -> str:
    """Return what tells one version of a file from the next, "" where nothing strong does.

    References
    ----------
    RFC 9110, section 13.1.5: If-Range takes no weak validator,
    https://www.rfc-editor.org/rfc/rfc9110#section-13.1.5
    """
    etag = answer.header("ETag")
    return etag if etag.startswith('"') else answer.header("Last-Modified")


def _noted(url: str, answer: Answer, size: int | None) -> bytes:
    import tomli_w

    note = {"url": url, "validator": _validator(answer), "size": size or 0}
    return tomli_w.dumps(note).encode()


def _refuse_status(answer: Answer) -> None:
    if answer.status in (200, 206):
        return
    said = f"{visible(answer.url, 200)}: the host answers {answer.status}"
    with suppress(AttributeError):
        said += f" {visible(answer.response.reason, 60)}"
    if answer.status in (404, 410):
        raise NotThereError(f"{said}; there is no such file.")
    hint = "; storage hosts say so of what is not there, too" if answer.status == 403 else ""
    raise FetchError(f"{said}{hint}.")
