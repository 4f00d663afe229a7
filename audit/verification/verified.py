"""One verification from end to end: read again, computed again, held against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit.errors import AuditError, VerifyError
from audit.text import visible
from audit.tokens import tokens
from audit.verification.accounts import bare_words, ordinary_accounts
from audit.verification.compared import compared
from audit.verification.defects import Check, Defect, Verification
from audit.verification.passages import Reading, read_document
from audit.verification.record import CLAIMS, RECORD, RENEW, Record, own_defects, read_record
from audit.verification.remade import files_in, from_design, from_evidence, same_files, source_of
from audit.verification.traced import untraced

if TYPE_CHECKING:
    from audit.evidence import Evidence

DOCUMENTS = ("report.pdf", "report.html")
STALE = {
    "cases": "the data",
    "cells": "the counts",
    "design": "the design",
    "notebook": "the notebook",
    "code": "the code of audit",
    "lock": "the locked versions of what audit stands on",
}
"""What a hash of the record is of, in the order in which it is said."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a verification was asked for."""

    path: Path
    folder: Path
    design: str | Path
    evidence: Evidence | None
    limits: Sequence[str]


def verify(
    path: str | Path,
    *,
    design: str | Path = "",
    record: str | Path = "",
    evidence: Evidence | None = None,
    limits: Sequence[str] = (),
) -> Verification:
    """Read a report again, compute it again, and say every place where the two disagree.

    Parameters
    ----------
    path : path
        report.pdf or report.html, or the folder of a report (then both are verified).
    design : path, optional
        The design (or the notebook without one) it was made from; by default the one its record
        names, where that is found (see `audit.verification.remade.source_of`).
    record : path, optional
        Folder of claims.json and record.json; by default the report's own.
    evidence : Evidence, optional
        For a report of `audit.compose(evidence, folder)`, which names no design.
    limits : sequence of str
        The sentences that were passed to `audit.compose`.

    Returns
    -------
    Verification
        `verified` only where the document, its record and the files beside it all agree with what
        the data give, and everything was checked. `exit_code` 0 verified, 1 faults, 2 not checked.

    Raises
    ------
    VerifyError
        When there is no report at `path`, or no record: then nothing can be said at all.
    """
    given = Path(path)
    documents = [given / n for n in DOCUMENTS if (given / n).is_file()] or [given]
    folder = Path(record) if str(record) else (given if given.is_dir() else given.parent)
    read = [(p, *read_document(p)) for p in documents]
    asked = Asked(given, folder, design, evidence, limits)
    return _Verifier(asked, read_record(folder), read).verification()


class _Verifier:
    """Gathers what one verification finds."""

    def __init__(
        self, asked: Asked, record: Record, read: Sequence[tuple[Path, bytes, Reading]]
    ) -> None:
        self.asked, self.record, self.read = asked, record, read
        self.defects: list[Defect] = []
        self.checked: list[Check] = []
        self.unchecked: list[str] = []
        self.notes: list[str] = []

    def verification(self) -> Verification:
        """Do all steps and return what was found."""
        self.defects += own_defects(self.record)
        self.checked.append(
            Check("claims", "record.json: hash and fingerprint", len(self.record.claims))
        )
        made = self._made()
        if made is None:
            self._against_record()
        else:
            self._against_made(made)
        found = tuple(dict.fromkeys(self.defects))
        return Verification(
            self.asked.path, found, tuple(self.checked), tuple(self.unchecked), tuple(self.notes)
        )

    def _made(self) -> Mapping[str, bytes] | None:
        """Return the report made anew; None, with the reason, where it cannot be."""
        from audit import __version__

        if self.record.version != __version__:
            self.unchecked.append(
                f"the report was made by audit {self.record.version or 'of no stated version'}; "
                f"this is {__version__}, which may compute or say things otherwise. {RENEW} "
                f"Or verify it with the audit it was made by."
            )
            return None
        try:
            if self.asked.evidence is not None:
                return from_evidence(self.asked.evidence, self.record, limits=self.asked.limits)
            path, root = source_of(self.record, self.asked.design)
            before = self.record.part("predecessor")
            return from_design(path, folder=root, predecessor=before)
        except AuditError as error:
            self.unchecked.append(f"the numbers were not computed again: {error}")
            return None

    def _against_made(self, made: Mapping[str, bytes]) -> None:
        fresh = _read_made(made)
        stale = list(_stale(self.record, fresh))
        self.defects += stale
        self.defects += _records(self.record, fresh, stale=bool(stale))
        self.checked.append(
            Check("numbers", "claims computed again from data and design", len(fresh.claims))
        )
        for path, content, reading in self.read:
            name = f"report.{reading.kind}"
            if content != made[name] and not stale:
                again = _reading_of(made[name], name)
                found = compared(reading, again, record=self.record)
                self.defects += [*found, *self._named(found)]
            pages = f"{reading.pages:,} pages" if reading.pages else "text, pictures, markup"
            n = sum(len(tokens(p.text)) for p in reading.passages)
            self.checked.append(Check(visible(path.name, 40), f"number tokens, {pages}", n))
        if stale:
            self._against_record()
        self._beside(made, stale)

    def _named(self, found: Sequence[Defect]) -> Iterator[Defect]:
        """Yield the ordinary accounts that an altered sentence names."""
        said = [d for d in found if d.sentence]
        try:
            names = ordinary_accounts(self.record, self.asked.design) if said else frozenset()
        except AuditError as error:
            self.unchecked.append(f"whether altered sentences name ordinary accounts: {error}")
            return
        for defect in said:
            for name in sorted(bare_words(defect.sentence) & names):
                says = f"{visible(name, 60)!r} is an ordinary account, and may not be named"
                yield Defect("named", defect.where, says, defect.sentence)

    def _against_record(self) -> None:
        for path, _, reading in self.read:
            self.defects += untraced(reading, self.record)
            n = sum(len(tokens(p.text)) for p in reading.passages)
            self.checked.append(Check(visible(path.name, 40), "number tokens, by record.json", n))

    def _beside(self, made: Mapping[str, bytes], stale: Sequence[Defect]) -> None:
        """Hold the charts and tables beside a report, and its other face, against those made."""
        kept = files_in(self.asked.folder)
        others = [n for n in DOCUMENTS if n in kept and n not in {p.name for p, _, _ in self.read}]
        found = [*same_files(kept, made), *((n, NOT_AS_MADE) for n in others if kept[n] != made[n])]
        if stale and found:
            self.notes.append(f"{len(found):,} files beside it are stale as well.")
            return
        self.defects += [Defect("file", n, says) for n, says in found]
        files = [n for n in kept if n.startswith(("charts/", "tables/"))] + others
        self.checked.append(Check("files beside it", "made anew, byte by byte", len(files)))
        if "report.ipynb" in kept:
            self.notes.append("report.ipynb is a working copy, and no part of what is verified.")
        lacking = [n for n in made if n.startswith(("charts/", "tables/")) and n not in kept]
        if lacking:
            self.notes.append(
                f"{len(lacking):,} charts and tables of the report do not lie beside it."
            )


NOT_AS_MADE = "it is not the one that the data give; verify it to see where"


def _read_made(made: Mapping[str, bytes]) -> Record:
    """Return the record of the report made anew."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="audit-verify-") as scratch:
        for name in (CLAIMS, RECORD):
            (Path(scratch) / name).write_bytes(made[name])
        return read_record(Path(scratch))


def _reading_of(content: bytes, name: str) -> Reading:
    from audit.verification.html import read_html
    from audit.verification.pdf import read_pdf

    read = read_pdf if name.endswith("pdf") else read_html
    return read(content, name=f"the {name} made anew")


def _stale(record: Record, fresh: Record) -> Iterator[Defect]:
    changed = [k for k in STALE if record.hashes.get(k, "") != fresh.hashes.get(k, "")]
    if "cases" in changed and "cells" in changed:
        changed.remove("cells")  # other data give other counts: that is one thing to say
    for key in changed:
        was, now = visible(record.hashes.get(key, ""), 12), visible(fresh.hashes.get(key, ""), 12)
        says = f"stale: {STALE[key]} changed since the report was made ({was} → {now})"
        yield Defect("stale", RECORD, says, instead=RENEW)


def _records(record: Record, fresh: Record, *, stale: bool) -> Iterator[Defect]:
    """Yield each claim, and each key of the record, that is not what the data give.

    Of a stale report the fingerprint and the printed hashes differ in any case: that is said once.
    """
    said = {"hashes", "verdict"} | ({"fingerprint", "tokens"} if stale else set())
    was = {str(c.get("id")): c for c in record.claims}
    now = {str(c.get("id")): c for c in fresh.claims}
    names = dict.fromkeys([*was, *now])
    found = {name: list(_claim(name, was.get(name), now.get(name))) for name in names}
    wrong = [name for name, defects in found.items() if defects]
    summed = {name for name in wrong if stale and "/" in name}
    for name in wrong:
        yield from [] if name in summed else found[name]
    if summed:
        says = f"{len(summed):,} numbers of tables, figures and text are computed otherwise"
        yield Defect("claims", CLAIMS, says, instead="audit diff lists them, once it is made again")
    for key in fresh.data:
        if key not in said and record.data.get(key) != fresh.data[key]:
            says = f"its {key!r} is not what the data and the design give"
            yield Defect("record", RECORD, says)
    old, new = record.part("verdict"), fresh.part("verdict")
    if old != new:
        yield _verdict(old, new)


def _verdict(old: Mapping[str, Any], new: Mapping[str, Any]) -> Defect:
    changed = [k for k in new if old.get(k) != new[k]] or [k for k in old if k not in new]
    shown = "; ".join(
        f"{k}: {visible(old.get(k), 80)} → {visible(new.get(k), 80)}" for k in changed[:4]
    )
    return Defect("verdict", RECORD, f"the rule gives another verdict for these data: {shown}")


def _claim(
    name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> Iterator[Defect]:
    shown = visible(name, 80)
    if old is None:
        yield Defect("claims", CLAIMS, f"the claim {shown!r}, which the data give, is not there")
    elif new is None:
        yield Defect("claims", CLAIMS, f"the claim {shown!r} is none that the data give")
    else:
        changed = [k for k in new if k not in STALE and old.get(k) != new[k]]
        if changed:
            says = "; ".join(
                f"{k} {visible(old.get(k), 80)}, computed {visible(new[k], 80)}" for k in changed
            )
            yield Defect("claims", CLAIMS, f"claim {shown!r}: {says}")


__all__ = ["VerifyError", "verify"]
