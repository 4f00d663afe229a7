"""The files in a zip, taken out one at a time, of zips that nobody has to trust."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, NoReturn

from audit.errors import SourceError
from audit.text import visible

BLOCK = 1 << 20
MALFORMED = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OverflowError, struct.error)
"""What the standard library raises on a zip whose bytes are not those of a zip."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a zip may unpack to, each measured on what comes out and not on what the zip says.

    Parameters
    ----------
    part : int, bytes
        Of one member, be it an inner zip.
    total : int, bytes
        Of everything that one file unpacks to, inner zips included.
    ratio : float
        Bytes out per byte in, of one member; text of this kind reaches about 40, deflate 1,032.
    members : int
        Files in one zip.
    """

    part: int = 4 * 2**30
    total: int = 2 * 2**40
    ratio: float = 250.0
    members: int = 10_000

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Limits:
        """Return the limits that a source's parameter `unzip` names.

        Raises
        ------
        SourceError
            One is not known, is no number, or lets nothing through.
        """
        try:
            return cls(**given)
        except TypeError as error:
            known = ", ".join(f.name for f in fields(cls))
            raise SourceError(f"unzip is {dict(given)!r}; numbers named {known}.") from error

    def __post_init__(self) -> None:
        """Refuse a limit that lets nothing through."""
        given = {f.name: getattr(self, f.name) for f in fields(self)}
        wrong = [f"{name} is {value!r}" for name, value in given.items() if not value > 0]
        if wrong:
            raise SourceError(f"the limits of a zip: {'; '.join(wrong)}; allowed: above 0.")


@dataclass(frozen=True, slots=True)
class Part:
    """One file: what the zip calls it, and where it is for as long as it is looked at."""

    name: str
    path: Path


@dataclass(slots=True)
class Unpacking:
    """How much of one file has come out, and under which names.

    Attributes
    ----------
    folder : Path
        Where parts lie while they are looked at.
    limits : Limits
    names : set of str
        Of the parts so far; shared by files that are read as one table.
    ending : str
        Of the parts, ".csv"; a file that ends so is its own part.
    deepest : int
        How deep zips may be nested: 2 is a zip of zips.
    """

    folder: Path
    limits: Limits
    names: set[str]
    ending: str = ".csv"
    deepest: int = 2
    out: int = 0
    files: int = 0

    def parts(self, path: Path) -> Iterator[Part]:
        """Yield the parts in a zip, or the file itself where it is one.

        A part is there until the next one is asked for. Nothing is written outside `folder`, and
        no name that the zip holds is ever used as a path.

        Raises
        ------
        SourceError
            The zip is broken, encrypted, nested too deep, too large, or holds anything else.
        """
        if path.suffix.lower() == self.ending:
            self._once(path.name, path.name)
            yield Part(visible(path.name), path)
            return
        yield from self._members(path, visible(path.name), depth=1)

    def _members(self, path: Path, where: str, depth: int) -> Iterator[Part]:
        with _opened(path, where) as archive:
            members = archive.infolist()
            self._refuse(members, where)
            for member in members:
                inner = f"{where} › {visible(member.filename)}"
                zipped = member.filename.lower().endswith(".zip")
                if zipped and depth >= self.deepest:
                    _no(inner, f"zips are nested more than {self.deepest} deep")
                self._once(member.filename, inner)
                taken = self._take(archive, member, inner)
                try:
                    if zipped:
                        yield from self._members(taken, inner, depth + 1)
                    else:
                        yield Part(visible(member.filename), taken)
                finally:
                    taken.unlink(missing_ok=True)

    def _refuse(self, members: list[zipfile.ZipInfo], where: str) -> None:
        if not members:
            _no(where, "the zip is empty", "download it again")
        if len(members) > self.limits.members:
            most = self.limits.members
            _no(where, f"it holds {len(members):,} files (limit: members, {most:,})")
        seen: set[str] = set()
        for member in members:
            inner = f"{where} › {visible(member.filename)}"
            if member.filename.casefold() in seen:
                _no(inner, "the zip holds two files of this name")
            seen.add(member.filename.casefold())
            _refuse_member(member, inner)
            if not member.filename.lower().endswith((self.ending, ".zip")):
                _no(inner, f"it is neither a {self.ending} part nor a zip of them")

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
            _no(where, f"the file unpacks to more than {self.limits.total:,} bytes (total)", hint)


def _opened(path: Path, where: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except MALFORMED:
        _no(where, "it is no zip, or was cut short", "download it again")
    except NotImplementedError as error:
        _no(where, f"it cannot be unpacked ({visible(error, 80)})", "download it again")
    except OSError as error:
        raise SourceError(f"{where} cannot be read: {error.strerror or error}.") from error


def _refuse_member(member: zipfile.ZipInfo, inner: str) -> None:
    if member.flag_bits & 1:
        _no(inner, "it is encrypted", "the files are published in the clear")
    if leads_out(member.filename):
        _no(inner, "its name leads out of the folder it is unpacked to")
    if stat.S_ISLNK(member.external_attr >> 16):
        _no(inner, "it is a link to another file")


def leads_out(name: str) -> bool:
    """Return whether the name of a member would lead out of the folder it is unpacked to."""
    steps = name.replace("\\", "/").split("/")
    return ".." in steps or steps[0] == "" or ":" in steps[0] or "\0" in name


def _no(where: str, what: str, hint: str = "") -> NoReturn:
    raise SourceError(f"{where}: {what}." + (f" Try: {hint}." if hint else ""))
