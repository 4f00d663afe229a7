"""Excel workbooks opened: which sheets they have, and what their parts hold."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

from audit.errors import SourceError
from audit.reading.zips import MALFORMED
from audit.text import visible

LARGEST = 4 * 1024**3
"""Bytes of an unpacked workbook; a larger one is refused before anything is unpacked."""
# In text, < is spelled &lt;, so that these are tags.
FORMULA = re.compile(rb"<(?:\w{1,20}:)?(f)[\s/>]")
MERGED = re.compile(rb"<(?:\w{1,20}:)?mergeCell\s+ref=\"([A-Z0-9:]{1,30})\"")
BLOCK, LONGEST_TAG = 1024**2, 128


def open_workbook(path: Path, *, data_only: bool = False) -> Any:
    """Open a workbook for reading row by row; `data_only` gives what formulas came to.

    Raises
    ------
    SourceError
        The reader is not installed, or the file is no workbook.
    """
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise SourceError(
            "Excel workbooks need a package that is not installed. Try: "
            "pip install 'audit[excel]', or save the sheet as CSV."
        ) from error
    try:
        return load_workbook(path, read_only=True, data_only=data_only, keep_links=False)
    except OSError:
        raise
    except Exception as error:  # the reader raises whatever a broken part of a workbook meets
        raise SourceError(f"{path.name!r} is no readable Excel workbook: {error}") from error


def refuse_bomb(path: Path) -> None:
    """Raise where a workbook is no archive, or would unpack to more than `LARGEST` bytes.

    Raises
    ------
    SourceError
    """
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(info.file_size for info in archive.infolist())
    except (*MALFORMED, NotImplementedError) as error:
        raise SourceError(
            f"{path.name!r} is no readable Excel workbook ({error}). Try: open it in Excel and "
            "save it as .xlsx, or as CSV."
        ) from error
    if size > LARGEST:
        raise SourceError(
            f"{path.name!r} unpacks to {size:,} bytes; at most {LARGEST:,} are read. Try: CSV."
        )


def find_tags(
    what: re.Pattern[bytes], path: Path, part: str, *, first: bool = False
) -> list[bytes]:
    """Return what a part of the workbook holds of `what`, all of it or the first."""
    found: dict[int, bytes] = {}
    start, last = 0, b""
    with zipfile.ZipFile(path) as archive, archive.open(part) as stream:
        while block := stream.read(BLOCK):
            text = last + block
            found |= {
                start + match.start(): match[match.re.groups] for match in what.finditer(text)
            }
            if first and found:
                break
            last = text[-LONGEST_TAG:]
            start += len(text) - len(last)
    return list(found.values())


def chosen_sheet(path: Path, names: list[str], sheet: str | None) -> str:
    """Return the sheet that is meant: the one there is, or the one that is named.

    Raises
    ------
    SourceError
        There are several and none is named, or none is called so.
    """
    shown = ", ".join(repr(visible(name)) for name in names)
    if sheet is None and len(names) == 1:
        return names[0]
    if sheet is None:
        raise SourceError(
            f"{path.name!r} has {len(names)} sheets: {shown}. Try: sheet = one of them "
            "(--sheet on the command line)."
        )
    if sheet not in names:
        raise SourceError(f"{path.name!r} has no sheet {sheet!r}; allowed: {shown}.")
    return sheet
