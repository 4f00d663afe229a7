"""The appendix of every report: methods, the design, the codebook, and where it all came from."""

from __future__ import annotations

import math
from dataclasses import asdict
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pandas as pd

from audit.design import words
from audit.disclosure import OFFICIALS, shields
from audit.disclosure.precision import DECIMALS, why_rounded
from audit.docket.names import NOT_STATED
from audit.evidence import NAMES_FROM
from audit.gates import LEAST_K_EFF
from audit.numerals import level, margin_points, setting
from audit.page_claims import cells_hash
from audit.plain import is_number
from audit.report.blocks import Block, Column, Provenance, Table, prose
from audit.report.table import table
from audit.scanned import Scan, facts
from audit.text import visible
from audit.utterances import uttered
from audit.verdict import Reading, conclude

NUMBERS_FROM = ("numpy", "pandas", "scipy", "matplotlib", "typst")
SHOWN = 20  # unexplained columns named in the note; the rest are counted

if TYPE_CHECKING:
    from audit.cases import Cases
    from audit.comparison import Comparison
    from audit.design import Design
    from audit.evidence import Evidence
SHARES = ("low", "high", "tight_low", "tight_high", "expected")
"""Of what a verdict is read from, the numbers that rest on the cells."""
FULL = 12
"""Decimals at which a number is no longer rounded for anybody's protection."""


def codebook_table(cases: Cases, design: Design | None = None) -> Table:
    """Return what every column of the case table means, in the source's own words.

    Parameters
    ----------
    cases : Cases
        Columns beyond `CASE_COLUMNS` are explained by its `extra_columns`. A `raw_` column holds
        the words that the column of the same name was read from.
    design : Design, optional
        Where given, columns that no codebook describes are listed only if the design names them,
        and the note names the others.
    """
    from audit.schema import CASE_COLUMNS, codebook

    extra = () if isinstance(cases, Scan) else cases.extra_columns
    frame = codebook((*CASE_COLUMNS, *extra), ladder=cases.ladder)
    levels = frame["levels"].map(lambda said: f" ({said})" if said else "")
    frame["meaning"] = frame["meaning"] + levels
    given = list(cases.names if isinstance(cases, Scan) else cases.frame.columns)
    here = frame[frame["column"].isin(given)]
    others = [name for name in given if name not in set(frame["column"])]
    named = set(others) if design is None else _texts(design.to_dict())
    rows = [_unexplained(name) for name in others if name in named or name[:4] == "raw_"]
    here = pd.concat([here, pd.DataFrame(rows, columns=here.columns, dtype="str")])
    left = [name for name in others if name not in set(here["column"])]
    return table(
        here,
        id="tbl-codebook",
        title="What the columns mean",
        columns={
            "column": Column("Column", code=True),
            "kind": "Kind",
            "unit": "Unit",
            "meaning": Column("Meaning", limit=400),
        },
        notes=[_left(left)] if left else [],
        source="the package’s own case table and the source’s words for what it adds",
    )


def _unexplained(name: str) -> tuple[str, ...]:
    if name.startswith("raw_"):
        return (name, "text", "no", "", "", f"what {name[4:]} was read from, as the table has it")
    meaning = "the table’s own; nobody has said what it means"
    return (name, "not stated", "no", "", "", meaning)


def _left(names: list[str]) -> str:
    shown = ", ".join(visible(name, 60) for name in names[:SHOWN])
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    left = "Columns of the table that the design does not name and no codebook describes"
    return f"{left}: {shown}{more}."


def _texts(value: Any) -> set[str]:
    """Return every text in a design, names of columns among them."""
    if isinstance(value, dict):
        return set().union(*(_texts(part) for part in (*value, *value.values())))
    if isinstance(value, list | tuple):
        return set().union(*(_texts(part) for part in value))
    return {value} if isinstance(value, str) else set()


def design_table(comparison: Comparison) -> Table:
    """Return the design as it was asked, term by term."""
    given = comparison.study.design.to_dict()
    frame = pd.DataFrame([{"term": k, "value": _shown(v)} for k, v in given.items()])
    return table(
        frame,
        id="tbl-design",
        title="The question as it was put",
        columns={"term": Column("Term", code=True), "value": Column("Value", limit=400)},
        source=f"design {comparison.study.design.hash[:12]}",
    )


def provenance(evidence: Evidence) -> Provenance:
    """Return where everything came from; nothing in it changes when the content does not."""
    from audit import __version__
    from audit.report.fingerprint import code_hash, frame_hash, lock_hash

    study = evidence.comparison.study
    scan = study.loaded if isinstance(study.loaded, Scan) else None
    hashes = {
        "code": code_hash(),
        "lock": lock_hash(),
        "design": study.design.hash,
        "cases": facts.digest(scan) if scan else frame_hash(study.loaded.frame),
        "cells": cells_hash(study.cells),
    }
    rows = [("Package", f"audit {__version__}"), ("With", _versions())]
    shown = (("Code", "code"), ("Lock file", "lock"), ("Design", "design"), ("Cases", "cases"))
    rows += [(label, hashes[key][:16]) for label, key in shown if hashes[key]]
    rows += _files(scan) if scan else []
    for origin in study.cases.origins:
        said = (origin.title, origin.producer, origin.url, origin.licence, str(origin.accessed))
        rows.append(("Data", "; ".join(s for s in said if s)))
    record = {
        "hashes": hashes,
        "verdict": verdict_numbers(evidence),
        "names": names(evidence),
        "rounded": why_rounded(study),
        "smallest_cell": study.design.smallest_cell * shields(study, study.design.references[0]),
    }
    return Provenance(tuple(rows), record=record)


def _files(scan: Scan) -> list[tuple[str, str]]:
    """Return the files that were counted, or that the rows are in none that could be hashed."""
    found = facts.files_read(scan)
    said = [f"{visible(f.name, 60)}; {f.size:,} bytes; SHA-256 {f.sha256[:16]}" for f in found]
    if len(said) > SHOWN:
        said = [*said[:SHOWN], f"and {len(said) - SHOWN:,} more, all of them in the hash of cases"]
    return [("File", text) for text in said] or [
        ("Cases", f"a table in {scan.engine.name}, of which no hash can be taken")
    ]


def _versions() -> str:
    """Return the versions of the packages that numbers and pages come from, as installed."""
    return ", ".join(f"{name} {version(name)}" for name in NUMBERS_FROM)


def verdict_numbers(evidence: Evidence) -> dict[str, Any]:
    """Return the verdict, rung, sentence, classes, and every number that the rule reads it from.

    Where the study hides cells, shares are rounded to as few decimals, from those printed on, as
    give the same verdict by the rule.
    """
    read = asdict(evidence.reading)
    if why_rounded(evidence.comparison.study):
        read = _coarsest(read, str(evidence.verdict))
    numbers = {
        k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in read.items()
    }
    design = evidence.comparison.study.design
    return {
        "verdict": str(evidence.verdict),
        "rung": evidence.rung,
        "sentence": evidence.sentence,
        "classes": [words(design.focal), words(design.references[0])],
        **numbers,
    }


def _coarsest(read: dict[str, Any], verdict: str) -> dict[str, Any]:
    for decimals in range(DECIMALS, FULL):
        cut = read | {k: round(read[k], decimals) for k in SHARES if math.isfinite(read[k])}
        if str(conclude(Reading(**cut)).verdict) == verdict:
            return cut
    return read


def names(evidence: Evidence) -> list[str]:
    """Return the officials whom the report may single out: the focal accounts, from rung 3 on.

    Accounts of any other class are in no record.
    """
    from audit.docket.names import focal_names

    study = evidence.comparison.study
    if evidence.rung < NAMES_FROM or not study.has_accounts:
        return []
    if study.design.focal not in OFFICIALS:
        return []
    return sorted(set(focal_names(study, named=True).values()) - {NOT_STATED})


def methods(evidence: Evidence) -> list[Block]:
    """Return how the numbers were made, with the papers."""
    design = evidence.comparison.study.design
    return [
        prose(
            _METHODS,
            level=level(design.confidence),
            margin=margin_points(design.margin),
            least=setting(LEAST_K_EFF),
        )
    ]


def _shown(value: Any, *, inside: bool = False) -> str:
    """Return a term's value as its file has it, without quotes; brackets tell what is `inside`."""
    if isinstance(value, dict):
        said = (f"{k} = {_shown(v, inside=True)}" for k, v in value.items())
        return f"{{{', '.join(said)}}}" if inside else "; ".join(said)
    if isinstance(value, list):
        listed = ", ".join(_shown(v, inside=True) for v in value)
        return f"[{listed}]" if inside else listed
    if isinstance(value, bool):
        return str(value).lower()
    if is_number(value):
        return uttered(str(value), value, "setting", len(str(value).partition(".")[2]))
    return str(value)


_METHODS = """
**The unit is the account.** Posts by one account are alike, so that a thousand posts by five
accounts say less than a thousand posts by a thousand. Every interval and every *p* here is made by
account.

**Rounding.** Each number is rounded by itself, from its full precision: the difference of two
printed numbers may differ in its last digit from the difference that is printed.

**Rates.** A class's rate has Wilson limits [@wilson1927] at the effective number of posts,
$n_\\mathrm{eff} = N / \\mathrm{deff}$, with the $t$ quantile at $K_\\mathrm{eff} - 1$ degrees of
freedom, where $K_\\mathrm{eff} = N^2 / \\sum n_g^2$ is the number of accounts of equal volume that
the class amounts to. The design effect is the larger of the jackknife's and of
$1 + \\rho\\,(\\sum n_g^2/N - 1)$, where the intraclass correlation $\\rho$ may be borrowed from the
reference class or from all accounts, so that a class without any action is not called certain.

**The gap among like cases.** Within each stratum a focal post is compared with the rate of the
reference posts there, and the differences are averaged over the focal posts:
$D = \\sum_F (y - \\hat p_{R,s}) / N_F$, over strata with at least two reference accounts. Its
{level} interval combines the two classes' residual variances by squaring and adding (the method
of variance estimates recovery, MOVER) [@newcombe1998; @zou2008; @donner2012]. Like is compared
with like first: even-handed rules give unequal sanctions to groups that behave differently
[@mosleh2024].

**The *p*-value** is the larger of two: that of permuting accounts between the classes, holding
each stratum's pooled rate fixed, weighted by the variance that the intraclass correlation implies;
and that at which the interval touches zero. Permuting alone rejects too often where leaders' posts
are more alike than others' [@berger1982].

**No interval and no *p*** stand for one to four focal accounts, nor for focal posts that are worth
fewer than {least} equal accounts.

**The verdict** is read from the interval, the *p*-value and the margin of {margin} that
the design set before the answer was seen. “Unclear” never means “alike”.
"""
