"""The record of a report: what it says, number by number, and what it was made of.

Two files stand beside a report.

`claims.json` is a list. Each claim has the keys of `audit.claims.records.ORDER`: `id`, `text` as
printed, `value` (12 significant digits), `unit`, `sign`, `baseline`, `decimals`, `conf_low`,
`conf_high`, `confidence`, `estimator` (dotted name, or the source of a stated number), `cells`
(SHA-256 of the grouped counts), `design` and `code` (hashes), `rung`, `pages` (of the PDF), `kind`
(see `audit.claims.records.KINDS`) and `rounded`: why its value and limits stand no finer than they
are printed, "" for full precision (see `audit.disclosure.precision`). A share is a fraction of 1,
percentage points are points; a claim of kind "printed" or "constant" has the value that is printed,
with unit "percent" where a percent sign stands.

`record.json` is an object::

    {"format": 1,
     "report": {"title", "date", "version", "simulated"},
     "audit": version of the package,
     "hashes": {"code", "lock", "design", "cases", "cells", "notebook", "claims"},
     "made_from": {"design": relative path or "", "notebook": relative path or ""},
     "verdict": {"verdict", "rung", "sentence", "classes": [focal, reference] in words,
                 … the numbers of `audit.verdict.Reading`},
     "names": officials who may be named,
     "fingerprint": 12 hexadecimal digits,
     "tokens": [{"at", "part", "text", "tokens": [[token, kind, id of its claim or ""], …]}, …],
     "predecessor": {…} or null,
     "corrections": […]}

`tokens` has every printed text with a number in it, in reading order; `at` and `part` are those of
`audit.report.places.Part`, the tokens those of `audit.tokens.tokens(text)`, one to one, and the
kinds those of `audit.report.kinds.KINDS`. `hashes["claims"]` is the SHA-256 of claims.json as
written. Hashes that a report does not have (a notebook without a design) are "".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audit.claims.records import DIGITS, Claim
from audit.disclosure.precision import as_printed
from audit.report.document import Document
from audit.report.fingerprint import code_hash, lock_hash

FORMAT = 1
HASHES = ("code", "lock", "design", "cases", "cells", "notebook", "claims")
EMPTY: Mapping[str, Any] = Claim("", "", 0.0, "").to_dict()
"""A claim of which nothing is known: what a record leaves out stands in the file as empty."""
OWN = frozenset({"pages"})
"""Keys of a claim that depend on how it was set, and not on what it says."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a report was made from, and what went before it.

    Attributes
    ----------
    design, notebook : str
        Relative paths with forward slashes; "" where there is none.
    notebook_hash : str
        SHA-256 of the notebook's file.
    predecessor : mapping or None
    corrections : sequence of mappings
    """

    design: str = ""
    notebook: str = ""
    notebook_hash: str = ""
    predecessor: Mapping[str, Any] | None = None
    corrections: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


def claims_of(
    document: Document, *, places: Mapping[str, int] | None = None
) -> list[dict[str, Any]]:
    """Return the claims of a document as claims.json has them.

    Parameters
    ----------
    places : mapping, optional
        `at` of a text to its page in the PDF, as `Pdf.places` measures it.
    """
    code = code_hash()
    pages: dict[str, set[int]] = {}
    for entry in document.tokens:
        page = _page(entry["at"], places or {})
        for _, _, claim in entry["tokens"]:
            if claim and page:
                pages.setdefault(claim, set()).add(page)
    made = document.record.get("hashes", {})
    common = {k: made.get(k, "") for k in ("design", "cells")}
    rung = document.record.get("verdict", {}).get("rung", 0)
    why = why_rounded(document)
    cut = {t["id"]: t["rounded"] for t in document.blocks("table") if t.get("rounded")}
    out = []
    for claim in document.claims:
        computed = claim.get("kind") not in ("constant", "stated")
        stamp = {k: v for k, v in common.items() if computed and not claim.get(k)}
        at = sorted(pages.get(claim["id"], ()))
        whole = {**EMPTY, **claim, **stamp, "code": code, "pages": at, "rounded": ""}
        whole["rung"] = claim.get("rung") or rung
        table = str(claim["id"]).partition("/")[0]
        if whole["kind"] == "cell" and table in cut and not float(whole["value"]).is_integer():
            whole["rounded"] = cut[table]
        out.append(as_printed(whole) if why else whole)
    return out


def why_rounded(document: Document) -> str:
    """Return why the estimates of a document are published as printed; "" where they are not."""
    made = (*document.claims, *document.blocks("table"))
    said = (str(one.get("rounded") or "") for one in (document.record, *made))
    return next(filter(None, said), "")


def fingerprint(claims: Iterable[Mapping[str, Any]], hashes: Mapping[str, str]) -> str:
    """Return the 12 hexadecimal digits that a report prints of itself.

    They are of the canonical JSON of its claims, pages left out, and of its hashes: the same
    however the report is set, and others as soon as a number, the data, the design or the code is.
    """
    said = [{k: v for k, v in claim.items() if k not in OWN} for claim in claims]
    made = {k: hashes.get(k, "") for k in HASHES if k != "claims"}
    return hashlib.sha256(_canonical([said, made])).hexdigest()[:12]


def hashes_of(document: Document, origin: Origin) -> dict[str, str]:
    """Return the hashes of a report but that of its claims, in the order of `HASHES`."""
    made = {**document.record.get("hashes", {}), "notebook": origin.notebook_hash}
    known = {"code": code_hash(), "lock": lock_hash(), **made}
    return {k: str(known.get(k, "")) for k in HASHES if k != "claims"}


def fingerprint_of(document: Document, origin: Origin | None = None) -> str:
    """Return the fingerprint of a document before it is set: it knows no page."""
    return fingerprint(claims_of(document), hashes_of(document, origin or Origin()))


def record_of(
    document: Document, claims: Sequence[Mapping[str, Any]], written: bytes, origin: Origin
) -> dict[str, Any]:
    """Return what record.json holds.

    Parameters
    ----------
    claims : sequence of mappings
        As `claims_of` gives them.
    written : bytes
        claims.json as it will be written.
    """
    from audit import __version__

    hashes = hashes_of(document, origin)
    sha = hashlib.sha256(written).hexdigest()
    meta = document.meta
    return {
        "format": FORMAT,
        "report": {k: meta[k] for k in ("title", "date", "version", "simulated")},
        "audit": __version__,
        "hashes": {**hashes, "claims": sha},
        "made_from": {"design": origin.design, "notebook": origin.notebook},
        "verdict": document.record.get("verdict", {}),
        "names": document.record.get("names", []),
        "fingerprint": fingerprint(claims, hashes),
        "tokens": list(document.tokens),
        "predecessor": origin.predecessor,
        "corrections": list(origin.corrections),
    }


def _page(at: str, places: Mapping[str, int]) -> int:
    """Return the page of a place, or of what holds it: the row's, else the table's."""
    while at and at not in places:
        at = at.rpartition("/")[0]
    return places.get(at, 0)


def _canonical(value: Any) -> bytes:
    return json.dumps(
        rounded(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def rounded(value: Any) -> Any:
    """Return floats at 12 significant digits, so that the last bits of a machine do not show."""
    if isinstance(value, Mapping):
        return {str(k): rounded(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(v) for v in value]
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    return value
