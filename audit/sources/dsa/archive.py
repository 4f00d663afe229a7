"""The CSV parts of a dump, taken one at a time out of zips that nobody has to trust."""

from __future__ import annotations

import hashlib
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NoReturn

from audit.errors import SourceError
from audit.text import visible

BLOCK = 1 << 20
MALFORMED = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OverflowError, struct.error)
"""What the standard library raises on a zip whose bytes are not those of a zip."""
DEEPEST = 2  # a dump is a zip of zips of CSV files
SHA1 = re.compile(r"\b[0-9a-fA-F]{40}\b")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a zip may unpack to, each measured on what comes out and not on what the zip says.

    Parameters
    ----------
    part : int, bytes
        Of one member, CSV or inner zip. A part holds 100,000 statements, about 200 MB when full.
    total : int, bytes
        Of everything that one dump unpacks to, inner zips included.
    ratio : float
        Bytes out per byte in, of one member; text of this kind reaches about 40, deflate 1,032.
    members : int
        Files in one zip.
    """

    part: int = 4 * 2**30
    total: int = 2 * 2**40
    ratio: float = 250.0
    members: int = 10_000

    def __post_init__(self) -> None:
        """Refuse a limit that lets nothing through."""
        given = {f.name: getattr(self, f.name) for f in fields(self)}
        wrong = [f"{name} is {value!r}" for name, value in given.items() if not value > 0]
        if wrong:
            raise SourceError(f"the limits of a zip: {'; '.join(wrong)}; allowed: above 0.")


@dataclass(frozen=True, slots=True)
class Part:
    """One CSV file: what the dump calls it, and where it is for as long as it is looked at."""

    name: str
    path: Path


@dataclass(slots=True)
class Unpacking:
    """How much of one dump has come out, and under which names."""

    folder: Path
    limits: Limits
    names: set[str]
    out: int = 0
    files: int = 0

    def parts(self, path: Path) -> Iterator[Part]:
        """Yield the CSV parts of a dump, or the file itself where it is a CSV.

        A part is there until the next one is asked for. Nothing is written outside `folder`, and
        no name that the zip holds is ever used as a path.

        Raises
        ------
        SourceError
            The zip is broken, encrypted, nested too deep, too large, or holds what no dump does.
        """
        if path.suffix.lower() == ".csv":
            self._once(path.name, path.name)
            yield Part(path.name, path)
            return
        yield from self._members(path, visible(path.name), depth=1)

    def _members(self, path: Path, where: str, depth: int) -> Iterator[Part]:
        with _opened(path, where) as archive:
            members = archive.infolist()
            _refuse(members, where, self.limits)
            for member in members:
                inner = f"{where} › {visible(member.filename)}"
                zipped = member.filename.lower().endswith(".zip")
                if zipped and depth >= DEEPEST:
                    _no(inner, f"zips are nested more than {DEEPEST} deep")
                self._once(member.filename, inner)
                taken = self._take(archive, member, inner)
                try:
                    if zipped:
                        yield from self._members(taken, inner, depth + 1)
                    else:
                        yield Part(visible(member.filename), taken)
                finally:
                    taken.unlink(missing_ok=True)

    def _once(self, name: str, where: str) -> None:
        if name.casefold() in self.names:
            _no(where, "a file of this name was read before, and its rows would count twice")
        self.names.add(name.casefold())

    def _take(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, where: str) -> Path:
        self.files += 1
        target = self.folder / f"part-{self.files:06d}"
        written, most = 0, self.limits.ratio * max(member.compress_size, 1)
        try:
            with archive.open(member) as stream, target.open("xb") as file:
                while block := stream.read(BLOCK):
                    written += len(block)
                    self.out += len(block)
                    self._hold(written, most, where)
                    file.write(block)
        except SourceError:
            raise  # said by `_hold`; an AuditError is a ValueError too
        except MALFORMED as error:
            _no(where, f"it is broken or cut short ({visible(error, 80)})", "download it again")
        except (NotImplementedError, RuntimeError) as error:
            _no(where, f"it cannot be unpacked ({visible(error, 80)})")
        except OSError as error:
            raise SourceError(f"{where} cannot be unpacked: {error.strerror or error}.") from error
        return target

    def _hold(self, written: int, most: float, where: str) -> None:
        hint = "a larger limit, if the producer can be trusted"
        if written > self.limits.part:
            _no(where, f"it unpacks to more than {self.limits.part:,} bytes (limit: part)", hint)
        if written > most and written > BLOCK:
            what = f"it unpacks to more than {self.limits.ratio:g} times its size (limit: ratio)"
            _no(where, what, hint)
        if self.out > self.limits.total:
            _no(where, f"the dump unpacks to more than {self.limits.total:,} bytes (total)", hint)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a dump, after holding it against the `.sha1` beside it, if any.

    Raises
    ------
    SourceError
        The published checksum is another one, or the file beside the dump holds none.
    """
    beside = path.with_name(path.name + ".sha1")
    digests = (hashlib.sha256(), hashlib.sha1(usedforsecurity=False))
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            for digest in digests:
                digest.update(block)
    if beside.exists():
        published = SHA1.search(beside.read_text(encoding="utf-8", errors="replace"))
        if published is None:
            _no(visible(beside.name), "it holds no SHA-1 checksum", "download it again")
        if published.group().lower() != digests[1].hexdigest():
            what = "its SHA-1 checksum is not the published one beside it"
            _no(visible(path.name), what, "download it again")
    return digests[0].hexdigest()


def _opened(path: Path, where: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except MALFORMED:
        _no(where, "it is no zip, or was cut short", "download it again")
    except NotImplementedError as error:
        _no(where, f"it cannot be unpacked ({visible(error, 80)})", "download it again")
    except OSError as error:
        raise SourceError(f"{where} cannot be read: {error.strerror or error}.") from error


def _refuse(members: list[zipfile.ZipInfo], where: str, limits: Limits) -> None:
    if not members:
        _no(where, "the zip is empty", "download it again")
    if len(members) > limits.members:
        _no(where, f"it holds {len(members):,} files (limit: members, {limits.members:,})")
    seen: set[str] = set()
    for member in members:
        inner = f"{where} › {visible(member.filename)}"
        if member.flag_bits & 1:
            _no(inner, "it is encrypted", "the dumps are published in the clear")
        if member.filename.casefold() in seen:
            _no(inner, "the zip holds two files of this name")
        seen.add(member.filename.casefold())
        if _leads_out(member.filename):
            _no(inner, "its name leads out of the folder it is unpacked to")
        if stat.S_ISLNK(member.external_attr >> 16):
            _no(inner, "it is a link to another file")
        if not member.filename.lower().endswith((".csv", ".zip")):
            _no(inner, "it is neither a CSV part nor a zip of them")


def _leads_out(name: str) -> bool:
    steps = name.replace("\\", "/").split("/")
    return ".." in steps or steps[0] == "" or ":" in steps[0] or "\0" in name


def _no(where: str, what: str, hint: str = "") -> NoReturn:
    raise SourceError(f"{where}: {what}." + (f" Try: {hint}." if hint else ""))
