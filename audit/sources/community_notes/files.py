"""The tab-separated parts of a download of Community Notes, zipped or not, read into an engine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from audit.errors import Fault, SchemaError, SourceError
from audit.origin import locate
from audit.reading.engine import line_said, pattern_of
from audit.reading.folders import Files, files_of
from audit.reading.lines import LONGEST_LINE
from audit.reading.zips import Limits, Part, Unpacking
from audit.schema import near
from audit.sources.community_notes.layout import FOLDERS, KNOWN, NEEDED, STEMS, Kind
from audit.text import visible

if TYPE_CHECKING:
    import duckdb

ENDINGS = (".tsv", ".zip")


@dataclass(slots=True)
class Download:
    """An engine into which the parts of one download are read.

    Attributes
    ----------
    engine : DuckDBPyConnection
        Afterwards with the tables notes, history and, where asked for, ratings; every cell text.
    folder : Path
        Where a zipped part lies while it is read.
    limits : Limits
        What a zip may unpack to.
    faults : list of Fault
    strange : list of str
        Columns that no guide knows; said, and not read.
    rated : bool
        Whether the ratings were read.
    """

    engine: duckdb.DuckDBPyConnection
    folder: Path
    limits: Limits
    faults: list[Fault] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    rated: bool = False

    def read(self, kind: Kind, paths: Sequence[Path], *, also: Sequence[str] = ()) -> None:
        """Read the parts of one kind into the table of its name; ratings are counted by note."""
        names = [*NEEDED[kind], *also]
        self.rated |= kind == "ratings"
        columns = ", ".join(f'"{name}" varchar' for name in names)
        last = "n bigint" if kind == "ratings" else "off bigint"
        self.engine.execute(f"create temp table {kind} ({columns}, {last})")
        for part in self._parts(paths):
            header = _header(part)
            places = self._places(kind, part, header, names)
            if places:
                self._insert(kind, part, [places[name] for name in names], len(header))

    def _parts(self, paths: Sequence[Path]) -> Iterator[Part]:
        names: set[str] = set()
        for path in paths:
            before = len(names)
            unpacking = Unpacking(self.folder, self.limits, names, ending=".tsv", deepest=1)
            yield from unpacking.parts(path)
            if len(names) != before + 1:
                what = f"holds {len(names) - before} files, and a published zip holds one part"
                raise SourceError(f"{visible(path.name)} {what}. Try: download it again.")

    def _places(
        self, kind: Kind, part: Part, header: list[str], names: Iterable[str]
    ) -> dict[str, int]:
        where = part.name
        faults = [
            Fault(f"occurs twice in {where}", visible(name))
            for name in dict.fromkeys(header)
            if header.count(name) > 1
        ]
        places = {}
        for name in names:
            theirs = NEEDED[kind].get(name, (name,))
            found = [header.index(one) for one in theirs if one in header]
            if found:
                places[name] = found[0]
            else:
                close = near(theirs[0], header)
                hint = f"{close!r} may be it" if close else "the file as published, unedited"
                faults.append(Fault(f"is missing in {where}", " or ".join(theirs), hint=hint))
        if KNOWN[kind]:
            self.strange += [name for name in header if name not in KNOWN[kind]]
        self.faults += faults
        return {} if faults else places

    def _insert(self, kind: Kind, part: Part, places: list[int], width: int) -> None:
        import duckdb

        # Each line is split here: the engine's own reader lets one empty field too many pass, and
        # quotes in texts quote nothing.
        wanted = ", ".join(f"fields[{place + 1}]" for place in places)
        last = "count(*) from" if kind == "ratings" else f"len(fields) - {width} from"
        try:
            self.engine.execute(
                f"insert into {kind} select {wanted}, {last} (select string_split(line, chr(9)) "
                "as fields from read_csv(?, columns = {'line': 'VARCHAR'}, header = true, "
                "auto_detect = false, delim = '\x01', quote = '', escape = '', strict_mode = true, "
                f"parallel = false, hive_partitioning = false, max_line_size = {LONGEST_LINE}))"
                f"{f' group by {wanted}' if kind == 'ratings' else ''}",
                [pattern_of(part.path)],
            )
        except duckdb.InvalidInputException as error:
            _unreadable(part, str(error))
        if kind != "ratings":
            self._widths(kind, part, width)

    def _widths(self, kind: Kind, part: Part, width: int) -> None:
        """Note the lines that have more or fewer fields than the header, and leave them out."""
        off = f"from {kind} where off is distinct from 0"
        lines = self.engine.execute(f"select count(*) {off}").fetchall()[0][0]
        if lines:
            what = f"{lines:,} lines of {part.name} do not have the {width} fields of it"
            self.faults.append(
                Fault(what, hint="download it again; a tab in a text shifts columns")
            )
            self.engine.execute(f"delete {off}")


def parts_of(path: str | Path, kind: Kind) -> Files | None:
    """Return the parts of one kind in a folder, in their order, or the one file `path` is.

    None where the folder has no part of that kind.

    Raises
    ------
    SourceError
        `path` is not there, a part between others is missing or there twice, or a file is called
        like a part and is none.
    """
    found = locate(path)
    if found.is_file():
        if found.suffix.lower() not in ENDINGS:
            raise SourceError(f"{visible(found.name)}: allowed are {' and '.join(ENDINGS)}.")
        return files_of(found.name, [found])
    stem = STEMS[kind]
    parts: dict[int, Path] = {}
    for folder in FOLDERS[kind]:
        for one in sorted((found / folder).glob(f"{stem}-*")):
            number = re.fullmatch(rf"{stem}-(\d{{5}})\.(tsv|zip)", one.name)
            if number is None:
                what = f"is called like a part of the {kind} and is none"
                cure = f"{stem}-00000.tsv or .zip, or move it"
                raise SourceError(f"{visible(one.name)} {what}. Try: {cure}.")
            if int(number.group(1)) in parts:
                twice = parts[int(number.group(1))].name
                raise SourceError(f"{visible(one.name)} is there twice, besides {visible(twice)}.")
            parts[int(number.group(1))] = one
    if not parts:
        return None
    gaps = sorted(set(range(max(parts) + 1)) - set(parts))
    if gaps:
        lost = ", ".join(f"{stem}-{gap:05d}" for gap in gaps[:5])
        raise SourceError(f"{lost}: missing between other parts. Try: download the part again.")
    return files_of(found.name, [parts[number] for number in sorted(parts)])


def _header(part: Part) -> list[str]:
    try:
        with part.path.open("rb") as stream:
            text = stream.readline(LONGEST_LINE).decode("utf-8-sig")
    except UnicodeDecodeError:
        text = ""
    except OSError as error:
        raise SourceError(f"{part.name} cannot be read: {error.strerror}.") from error
    header = text.rstrip("\r\n").split("\t")
    if len(header) < 2:
        what = "its first line names no columns between tabs"
        raise SourceError(f"{part.name}: {what}. Try: the published .tsv.")
    return header


def _unreadable(part: Part, says: str) -> NoReturn:
    # The engine's message quotes the row, and with it what somebody wrote: only its line is kept.
    line = line_said(says)
    where = f"file line {line:,} has " if line else "it has "
    what = "bytes that are not UTF-8, or a control character"
    raise SchemaError(part.name, [Fault(where + what, hint="download it again")])
