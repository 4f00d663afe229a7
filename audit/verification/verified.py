"""One verification from end to end: read again, computed again, held against each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from audit.errors import AuditError
from audit.text import visible
from audit.tokens import flattened, tokens
from audit.verification.accounts import bare_words, ordinary_accounts
from audit.verification.compared import AS_WRITTEN, compared
from audit.verification.defects import Check, Defect, Verification
from audit.verification.passages import Reading, read_document
from audit.verification.pdf import rewritten
from audit.verification.record import CLAIMS, RECORD, RENEW, Record, own_defects, read_record
from audit.verification.remade import files_in, from_design, from_evidence, same_files, source_of
from audit.verification.renewed import other_bytes, renewed, stale_parts
from audit.verification.traced import untraced
from audit.verification.worded import unlicensed

if TYPE_CHECKING:
    from audit.evidence import Evidence

DOCUMENTS = ("report.pdf", "report.html")


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
        for _, content, reading in self.read:
            self.defects += _fingerprints(reading, self.record)
            if reading.kind == "pdf":
                self.defects += [Defect("drawing", "the PDF", s) for s in rewritten(content)]
            self.defects += unlicensed(reading, self.record)
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
        stale = list(stale_parts(self.record, fresh))
        self.defects += stale
        of_record = list(renewed(self.record, fresh, stale=bool(stale)))
        if not stale and not of_record:
            of_record += other_bytes(files_in(self.record.folder), made)
        self.defects += of_record
        self.checked.append(
            Check("numbers", "claims computed again from data and design", len(fresh.claims))
        )
        for path, content, reading in self.read:
            name = f"report.{reading.kind}"
            if content != made[name] and not stale:
                again = _reading_of(made[name], name)
                found = compared(reading, again, record=self.record)
                self.defects += [*found, *self._named(found)]
                if reading.kind == "pdf" and not found:
                    self.defects.append(Defect("drawing", "the PDF", OTHER_BYTES, "", AS_WRITTEN))
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


FINGERPRINT = re.compile(r"[Ff]ingerprint:? ?([0-9a-f]{12})(?![0-9a-f])")


def _fingerprints(reading: Reading, record: Record) -> Iterator[Defect]:
    """Yield each fingerprint that a document prints and that is not its record's."""
    for passage in reading.passages:
        for printed in FINGERPRINT.findall(flattened(passage.text)):
            if printed != record.fingerprint:
                stated = visible(record.fingerprint, 12)
                says = f"prints the fingerprint {printed}; its record has {stated!r}"
                yield Defect("fingerprint", passage.where, says)


OTHER_BYTES = (
    "altered: the same words, other bytes. Only equal bytes show that every program shows what "
    "audit drew"
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
