"""A report made anew from its design and data, to be held against the one in question."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit.errors import AuditError, VerifyError
from audit.text import visible
from audit.verification.record import Record

if TYPE_CHECKING:
    from audit.evidence import Evidence

CHECKOUT = Path(__file__).resolve().parents[2]
TOML, NOTEBOOKS = ".toml", (".py", ".ipynb")


def from_evidence(
    evidence: Evidence, record: Record, *, limits: Sequence[str] = ()
) -> dict[str, bytes]:
    """Return the files of the report that `audit.compose` makes of an evidence.

    The record tells by which names the design and the earlier version were given.
    """
    from audit.corrections import Edition
    from audit.report import compose

    before = record.part("predecessor")
    previous = Edition.read(str(before["path"])) if before.get("path") else ""
    if isinstance(previous, Edition) and isinstance(before.get("reasons"), list):
        previous = replace(previous, reasons=tuple(before["reasons"]))
    design = str(record.part("made_from").get("design") or "")
    with tempfile.TemporaryDirectory(prefix="audit-verify-") as scratch:
        folder = Path(scratch) / "report"
        compose(evidence, folder, limits=limits, design=design, previous=previous)
        return files_in(folder)


def from_design(
    path: Path, *, folder: Path, predecessor: Mapping[str, Any] | None = None
) -> dict[str, bytes]:
    """Return the files of the report of a design or notebook, made with `folder` as working folder.

    `predecessor` is what the record says of the earlier version, whose corrections it prints.

    It is made by a program of its own, so that paths in the design mean what they meant when the
    report was made, and so that nothing of this program is changed.

    Raises
    ------
    VerifyError
        When the report cannot be made: data are missing, a cell fails; with its words.
    """
    with tempfile.TemporaryDirectory(prefix="audit-verify-") as scratch:
        out = Path(scratch) / "reports"
        asked = [sys.executable, "-P", "-m", "audit.cli", "report", shortest(path, folder)]
        more = _earlier(predecessor or {}, Path(scratch))
        done = subprocess.run(
            [*asked, "--out", str(out), *more],
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        made = [p for p in out.iterdir() if p.is_dir()] if out.is_dir() else []
        if done.returncode or len(made) != 1:
            said = [line for line in done.stderr.splitlines() if line.startswith("audit:")]
            why = visible(" ".join(said)[7:] or done.stderr[-400:], 1000)
            raise VerifyError(f"the report cannot be made again: {why}")
        return files_in(made[0])


def shortest(path: Path, folder: Path) -> str:
    """Return a path as it was given when the report was made: from the working folder."""
    whole, base = path.resolve(), folder.resolve()
    return str(whole.relative_to(base)) if whole.is_relative_to(base) else str(whole)


def _earlier(predecessor: Mapping[str, Any], scratch: Path) -> list[str]:
    """Return the options that name the earlier version and the author's reasons."""
    path, given = str(predecessor.get("path") or ""), predecessor.get("reasons") or []
    if not path:
        return []
    reasons = [r for r in given if isinstance(r, Mapping)] if isinstance(given, list) else []
    if not reasons:
        return ["--previous", path]
    tables = [
        "\n".join(["[[correction]]", *(f"{_toml(k)} = {_toml(v)}" for k, v in r.items())])
        for r in reasons
    ]
    written = scratch / "reasons.toml"
    written.write_text("\n\n".join(tables), encoding="utf-8")
    return ["--previous", path, "--reasons", str(written)]


def _toml(text: object) -> str:
    """Return a text as TOML's basic string, whose escapes JSON shares."""
    return json.dumps(str(text), ensure_ascii=False).replace("\x7f", "\\u007f")


def files_in(folder: Path) -> dict[str, bytes]:
    """Return every file under a folder, by its path in it."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def source_of(record: Record, design: str | Path = "") -> tuple[Path, Path]:
    """Return the design or notebook a report is made from, and the folder to make it in.

    A path that a record states was written by whoever made the report. A notebook is a program:
    one is run only where the caller names its design, or where the recorded path leads to it from
    the working folder (or one above it) or from the checkout that this package is part of. Beside
    a report that came from elsewhere, only a design without a notebook is taken.

    Raises
    ------
    VerifyError
        When nothing is named, nothing is there, or a notebook would be run that nobody vouched for.
    """
    if str(design):
        return _named(Path(design))
    made_from = record.part("made_from")
    asked = str(made_from.get("design") or made_from.get("notebook") or "")
    if not asked:
        raise VerifyError(
            "its record names no design, so it cannot be computed again from here. Name it: "
            "--design FILE. If it was put together in Python: "
            "audit.verify(path, evidence=evidence)."
        )
    here = Path.cwd()
    for base in (here, *here.parents, CHECKOUT):
        if _inside(base, asked):
            return base / asked, base
    for base in record.folder.resolve().parents:
        if _inside(base, asked):
            return _without_notebook(base / asked), base
    raise VerifyError(
        f"there is no {visible(asked)!r} in the working folder, in one above it, or above the "
        "report. Name the design: --design FILE."
    )


def _named(path: Path) -> tuple[Path, Path]:
    from audit.origin import locate

    found = locate(path).resolve()
    if found.suffix not in (TOML, *NOTEBOOKS):
        raise VerifyError(f"--design {visible(path)}: a design ends in .toml, a notebook in .py.")
    return found, _root(found)


def _root(design: Path) -> Path:
    """Return the folder in which the paths of a design mean something: where its notebook is."""
    here = Path.cwd()
    if here in design.parents:
        return here
    above = design.parents
    notebook = _notebook(design)
    return next((p for p in above if notebook and (p / notebook).exists()), _project(design))


def _project(design: Path) -> Path:
    return design.parents[1] if design.parent.name == "designs" else design.parent


def _notebook(design: Path) -> str:
    from audit.design import Design

    try:
        return Design.read(design).notebook or "" if design.suffix == TOML else ""
    except AuditError as error:
        raise VerifyError(f"the design {visible(design)} cannot be read: {error}") from error


def _inside(base: Path, asked: str) -> bool:
    """Return whether a recorded path leads to a file under `base`, and not out of it."""
    stated = Path(asked)
    if stated.is_absolute() or ".." in stated.parts:
        return False
    found = (base / stated).resolve()
    return found.is_file() and found.is_relative_to(base.resolve())


def _without_notebook(path: Path) -> Path:
    if path.suffix in NOTEBOOKS or _notebook(path):
        raise VerifyError(
            f"to verify the report, a notebook beside it would be run ({visible(path)}), and it is "
            "not yours by its place. If you trust it, name it: --design FILE."
        )
    return path


def same_files(found: Mapping[str, bytes], made: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """Return (name, what is wrong) of each file under charts/ and tables/ that is not as made."""
    kept = {n: b for n, b in found.items() if n.startswith(("charts/", "tables/"))}
    want = {n: b for n, b in made.items() if n.startswith(("charts/", "tables/"))}
    out = [(n, "no report of these data has it") for n in sorted(set(kept) - set(want))]
    return out + [
        (n, "it is not the one that the data give")
        for n in sorted(kept)
        if kept[n] != want.get(n) and n in want
    ]
