"""Where the records of a delimited file begin, found without holding the file.

Lines without a quote are counted many at a time; from a line with one, Python's own reader of
CSV reads on until the record ends, so that rows, lines and faults are those of `read_delimited`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np

from audit.errors import Fault
from audit.reading.delimited import BLANK, malformed, structural
from audit.reading.lines import LONGEST_LINE, Lines, too_long

Array = np.ndarray
BLOCK = 8 * 1024 * 1024  # bytes read at once


@dataclass(slots=True)
class Structure:
    """The records of one file.

    Attributes
    ----------
    rows : int
        Records after the header, malformed ones included.
    bad : dict
        What is wrong to row numbers and values, in order.
    ranges : list of (row, first byte, byte after)
        Where the malformed records are.
    cut : Fault, optional
        Why nothing was read after some line.
    """

    delimiter: str
    header: list[str] = field(default_factory=list)
    rows: int = 0
    bad: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    ranges: list[tuple[int, int, int]] = field(default_factory=list)
    cut: Fault | None = None
    _lines: Lines = field(default_factory=lambda: Lines(None))  # type: ignore[arg-type]
    _line: int = 0  # lines passed
    _byte: int = 0  # bytes passed
    _first: int = 1  # the line of the first row
    _long: list[tuple[int, int]] = field(
        default_factory=list
    )  # rows of several lines, how many more
    _header_sizes: tuple[int, ...] = ()

    def line(self, row: int) -> int:
        """Return the file line on which a row starts."""
        rows, more = self._longer()
        return int(self._first + row - 1 + more[np.searchsorted(rows, row)])

    def _longer(self) -> tuple[Array, Array]:
        """Return the rows over several lines, and how many lines more lie before each and after."""
        found = np.array(self._long, dtype=np.int64).reshape(-1, 2)
        return found[:, 0], np.concatenate([[0], np.cumsum(found[:, 1])])

    def faults(self) -> list[Fault]:
        """Return the faults of structure and encoding, as `read_delimited` says them."""
        found = [self.cut] if self.cut else []
        if self._lines.broken:
            rows = {self._row_at(line) for line in self._lines.broken}
            found.append(self._lines.fault_of(tuple(sorted(row for row in rows if row > 0))))
        return found + [structural(what, cases, self.line) for what, cases in self.bad.items()]

    @property
    def is_text(self) -> bool:
        """Return whether every byte is UTF-8 and every line short enough to be read."""
        return not self._lines.broken and self.cut is None

    def left_out(self) -> Array:
        """Return the rows that hold no readable record, ascending."""
        return np.unique(np.array([row for row, _, _ in self.ranges], dtype=np.int64))

    def _row_at(self, line: int) -> int:
        low, high = 0, self.rows
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.line(middle) <= line else (low, middle - 1)
        return low

    def walk(self, stream: BinaryIO) -> Structure:
        """Read the file through; returns itself."""
        limit = csv.field_size_limit(LONGEST_LINE)
        try:
            rest = stream.read(3)
            if rest == b"\xef\xbb\xbf":
                rest, self._byte = b"", 3
            while True:
                more = stream.read(BLOCK)
                block = rest + more
                end = block.rfind(b"\n") + 1 if more else len(block)
                if not end and more:
                    if len(block) > LONGEST_LINE:
                        self.cut = too_long(self._line + 1)
                        break
                    rest = block
                    continue
                rest = self._block(block[:end], stream, block[end:])
                if not more:
                    break
        finally:
            csv.field_size_limit(limit)
        self._forget_last_blanks()
        return self

    def _block(self, block: bytes, stream: BinaryIO, after: bytes) -> bytes:
        """Take whole lines; returns the bytes that are left of what follows them."""
        if not block:
            return after
        data = np.frombuffer(block, dtype=np.uint8)
        ends = np.flatnonzero(data == 10)
        if not len(ends) or ends[-1] != len(data) - 1:
            ends = np.append(ends, len(data) - 1)
        starts = np.concatenate([[0], ends[:-1] + 1])
        self._encoding(block, starts, ends)
        odd = self._odd(data, starts, ends)
        widths = _widths(data, ord(self.delimiter), ends)
        at = 0
        if not self.header:
            at, after = self._record(block, starts, 0, stream, after)
        for place in odd:
            if place < at:
                continue
            self._plain(block, starts, ends, widths, range(at, place))
            at, after = self._record(block, starts, int(place), stream, after)
        self._plain(block, starts, ends, widths, range(at, len(starts)))
        return after

    def _odd(self, data: Array, starts: Array, ends: Array) -> Array:
        """Return the lines that only the reader of CSV can tell: with quotes or lone returns."""
        quotes = np.flatnonzero(data == 34)
        returns = np.flatnonzero(data == 13)
        after = data[np.minimum(returns + 1, len(data) - 1)]
        lone = returns[after != 10]
        return np.unique(np.searchsorted(ends, np.concatenate([quotes, lone])))

    def _plain(self, block: bytes, starts: Array, ends: Array, widths: Array, lines: range) -> None:
        """Take lines each of which is one record."""
        if not len(lines):
            return
        here = slice(lines.start, lines.stop)
        strange = widths[here] != len(self.header)
        strange |= np.isin(ends[here] - starts[here], self._header_sizes)
        for place in np.flatnonzero(strange) + lines.start:
            text = block[starts[place] : ends[place] + 1].rstrip(b"\r\n")
            record = next(csv.reader([_text(text)], delimiter=self.delimiter), [])
            row = self.rows + int(place) - lines.start + 1
            self._judge(record, row, 1, int(starts[place]), int(ends[place]) + 1)
        self.rows += len(lines)
        self._line += len(lines)
        if lines.stop == len(starts):
            self._byte += len(block)

    def _record(
        self, block: bytes, starts: Array, place: int, stream: BinaryIO, after: bytes
    ) -> tuple[int, bytes]:
        """Read one record from a line on; returns the next line's place and what follows."""
        feed = _Feed(block, starts, place, stream, after)
        reader = csv.reader(feed, delimiter=self.delimiter, strict=True)
        problem = ""
        try:
            record = next(reader, [])
        except csv.Error as error:
            record, problem = [], f"cannot be read as CSV: {error}"
        first = int(starts[place])
        for number, raw in enumerate(feed.beyond, feed.lines - len(feed.beyond) + 1):
            self._lines.check(raw, self._line + number)
        if not self.header:
            self.header = record
            size = len(self.delimiter.join(record).encode())
            self._header_sizes = (size, size + 1)  # with a line feed, or with a return too
            self._first = self._line + feed.lines + 1
        else:
            self.rows += 1
            if feed.lines > 1:
                self._long.append((self.rows, feed.lines - 1))
            if problem:
                self.bad.setdefault(problem, []).append((self.rows, ""))
                self._leave_out(self.rows, first, first + feed.size)
            else:
                self._judge(record, self.rows, feed.lines, first, first + feed.size)
        self._line += feed.lines
        if feed.place == len(starts):
            self._byte += len(block) + sum(map(len, feed.beyond))
        return feed.place, feed.after

    def _judge(self, record: list[str], row: int, lines: int, first: int, after: int) -> None:
        if len(record) == len(self.header) and record != self.header:
            return
        what, value = malformed(record, self.header, 1, lines)
        self.bad.setdefault(what, []).append((row, value))
        self._leave_out(row, first, after)

    def _leave_out(self, row: int, first: int, after: int) -> None:
        self.ranges.append((row, self._byte + first, self._byte + after))

    def _encoding(self, block: bytes, starts: Array, ends: Array) -> None:
        try:
            block.decode("utf-8")
        except UnicodeDecodeError:
            for place, (first, last) in enumerate(zip(starts, ends, strict=True)):
                self._lines.check(block[first : last + 1], self._line + place + 1)

    def _forget_last_blanks(self) -> None:
        # Blank lines that end a file hold no row; anywhere else they may be a lost one.
        blanks = self.bad.get(BLANK, [])
        while blanks and blanks[-1][0] == self.rows:
            self.ranges = [r for r in self.ranges if r[0] != self.rows]
            blanks.pop()
            self.rows -= 1
        if not blanks:
            self.bad.pop(BLANK, None)


@dataclass(slots=True)
class _Feed:
    """Lines as text for one record: those of a block, then those that follow it."""

    block: bytes
    starts: Array
    place: int
    stream: BinaryIO
    after: bytes
    lines: int = 0
    size: int = 0
    beyond: list[bytes] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        while raw := self._next():
            self.lines += 1
            self.size += len(raw)
            yield _text(raw)

    def _next(self) -> bytes:
        if self.place < len(self.starts):
            first = int(self.starts[self.place])
            self.place += 1
            last = int(self.starts[self.place]) if self.place < len(self.starts) else None
            return self.block[first:last]
        end = self.after.find(b"\n") + 1
        if end:
            raw, self.after = self.after[:end], self.after[end:]
        else:
            raw, self.after = self.after + self.stream.readline(LONGEST_LINE), b""
        if raw:
            self.beyond.append(raw)
        return raw


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _widths(data: Array, delimiter: int, ends: Array) -> Array:
    """Return the number of fields of each line without quotes; 0 where it is empty."""
    between = np.flatnonzero(data == delimiter)
    before = np.searchsorted(between, ends, side="right")
    widths = np.diff(before, prepend=0) + 1
    starts = np.concatenate([[0], ends[:-1] + 1])
    size = ends - starts + (data[ends] != 10)  # the last line may have no end
    only_return = (size == 1) & (data[starts] == 13)
    return np.where((size == 0) | only_return, 0, widths)
