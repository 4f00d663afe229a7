"""A journalist's draft held against a report: which numbers trace, which words go too far."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from audit.errors import VerifyError
from audit.text import visible
from audit.verification.defects import Check, Defect, Verification
from audit.verification.matched import Book
from audit.verification.passages import read_bytes
from audit.verification.read_draft import DraftReader, Traced
from audit.verification.record import own_defects, read_record
from audit.verification.sentences import code_lines, sentences

LONGEST = 500_000  # characters of a draft


def verify_draft(
    path: str | Path, *, record: str | Path, design: str | Path = ""
) -> tuple[Verification, tuple[Traced, ...]]:
    """Hold the numbers and the words of an article against a report's record.

    Parameters
    ----------
    path : path
        Markdown or plain text, UTF-8.
    record : path
        Folder of the report (claims.json and record.json).
    design : path, optional
        Its design; with it, names of ordinary accounts are looked for. Without, the design that the
        record names is taken where it is found.

    Returns
    -------
    Verification
        Defects: numbers that trace to no claim, words that the rung does not license, words of the
        other direction, "times" of an odds ratio, accounts that may not be named. Dates are no
        claims: one in a year that the report covers passes, another is noted as not checked.
        Numbers inside names that the report does not print are left unchecked.
    tuple of Traced
        Each number that traces, with its claim.

    Raises
    ------
    VerifyError
        When the draft or the record cannot be read.
    """
    text = _text(Path(path))
    found = read_record(Path(record))
    reader = DraftReader(Book(found))
    for sentence in sentences(text):
        reader.read(sentence)
    reader.unchecked += [f"line {line}: a block of code is not read" for line in code_lines(text)]
    unchecked = [*reader.unchecked, *_names(reader, text, found.folder, design)]
    checked = (
        Check("sentences", f"words licensed at rung {found.rung}", reader.sentences),
        Check("numbers", "claims of the report", reader.numbers),
    )
    defects = tuple(dict.fromkeys(reader.defects))
    wrong = tuple(own_defects(found))
    out = Verification(
        Path(path), (*wrong, *defects), checked, tuple(unchecked), tuple(reader.notes)
    )
    return out, tuple(reader.traced)


def _text(path: Path) -> str:
    content = read_bytes(path)
    if b"\0" in content[:4096] or content.startswith((b"%PDF", b"PK\x03\x04")):
        raise VerifyError(
            f"{visible(path)} is no text. A draft is Markdown or plain text; a report is verified "
            "without --draft."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise VerifyError(
            f"{visible(path)} is not UTF-8 at byte {error.start:,}; save it as UTF-8."
        ) from error
    if len(text) > LONGEST:
        raise VerifyError(f"{visible(path)} has {len(text):,} characters; at most {LONGEST:,}.")
    return text


def _names(reader: DraftReader, text: str, folder: Path, design: str | Path) -> Iterator[str]:
    """Look for ordinary accounts by name; yield why where that cannot be done."""
    from audit.verification.accounts import bare_words, ordinary_accounts

    try:
        names = ordinary_accounts(reader.book.record, design)
    except VerifyError as error:
        yield f"names of ordinary accounts: {error}"
        return
    for number, line in enumerate(text.splitlines(), 1):
        for name in sorted(bare_words(line) & names):
            says = f"{visible(name, 60)!r} is an ordinary account, and may not be named"
            reader.defects.append(
                Defect("named", f"line {number}", says, line.strip(), "leave the name out.")
            )
