"""Published numbers, the data they were computed from, and how near a computation comes to them.

Expected values and small printed tables stand in tests/golden/*.json. Larger data files are other
people's: they are read from the folder `shared/golden` beside the checkout and never copied.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.quantities import ENDS, words_of

ROOT = Path(__file__).resolve().parents[1]
OURS = ROOT / "tests" / "golden"
BESIDE = ROOT.parent / "shared" / "golden"
TOL = "_tol"
YES, NO, NOT_COMPUTED, ABSENT = "yes", "no", "not computed", "data not at hand"
ROUNDING = 1e-9
"""Share of a tolerance by which a difference may pass it: the last digit of a float."""


@dataclass(frozen=True, slots=True)
class Golden:
    """A published study: `expected` values by key, each to be met within `tolerance`."""

    id: str
    title: str
    citation: str
    tolerance: float
    expected: Mapping[str, Any]
    rows: Mapping[str, Any] | None = None


@cache
def goldens() -> Mapping[str, Golden]:
    """Return every study of tests/golden by id; parts held in several files are one study."""
    found: dict[str, Golden] = {}
    for path in sorted(OURS.glob("*.json")):
        for name, entry in json.loads(path.read_text(encoding="utf-8"))["goldens"].items():
            before = found.get(name)
            said = {key: entry[key] for key in ("title", "citation", "tolerance")}
            expected, rows = dict(entry["expected"]), entry.get("data")
            if before is not None:
                said = {key: getattr(before, key) for key in said}
                expected, rows = {**before.expected, **expected}, before.rows or rows
            found[name] = Golden(name, **said, expected=expected, rows=rows)
    return found


def golden(study: str) -> Golden:
    """Return one study; KeyError names those there are."""
    if study not in goldens():
        raise KeyError(f"no study {study!r}; there are {', '.join(goldens())}")
    return goldens()[study]


def expected(study: str) -> Mapping[str, Any]:
    """Return the published values of a study by key."""
    return golden(study).expected


def data(study: str) -> pd.DataFrame | None:
    """Return the data of a study: as printed, else from beside the checkout, else None."""
    rows = golden(study).rows
    if rows is not None:
        return pd.DataFrame(rows["rows"], columns=rows["columns"])
    index = BESIDE / "golden.json"
    if not index.exists():
        return None
    entries = json.loads(index.read_text(encoding="utf-8"))["goldens"]
    files = [file for entry in entries if entry["id"] == study for file in entry["data_files"]]
    if not files or not (BESIDE / files[0]).exists():
        return None
    return pd.read_csv(BESIDE / files[0])


def absent(study: str) -> str:
    """Return the sentence for a study whose data are not at hand."""
    return (
        f"{golden(study).title}: the data belong to others and do not ship with the package; they "
        "are not beside this checkout, so that nothing is reproduced here."
    )


def against(
    study: str,
    found: Mapping[str, Any],
    *,
    tolerances: Mapping[str, float] | None = None,
    left_out: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return published and reproduced values side by side, one row per number.

    Parameters
    ----------
    found : mapping
        What was computed, in the shape of the published values; a value left out, or None, is
        a row that says so and counts as no agreement.
    tolerances : mapping, optional
        For values printed to fewer digits than the rest: half a unit in the last place. A
        published `<key>_tol` is the tolerance of `<key>`, and no value of its own.
    left_out : mapping, optional
        Why a value was not computed, in a few words, for the column `within`.

    Raises
    ------
    ValueError
        Where something was computed that was not published, or in another shape.
    """
    published, why, own = golden(study), dict(left_out or {}), dict(tolerances or {})
    values = dict(published.expected)
    own |= {key.removesuffix(TOL): values.pop(key) for key in list(values) if key.endswith(TOL)}
    unknown = (set(found) | set(own) | set(why)) - set(values)
    if unknown:
        raise ValueError(f"{study} has no published {', '.join(sorted(unknown))}")
    silent = ABSENT if not found and data(study) is None else NOT_COMPUTED
    out = []
    for key, value in values.items():
        close = own.get(key, published.tolerance)
        for path, number, ours in _numbers(value, found.get(key), ()):
            gap = float("nan") if ours is None else float(ours) - float(number)
            within = YES if abs(gap) <= close * (1 + ROUNDING) else NO
            out.append(
                {
                    "id": study,
                    "study": published.title,
                    "quantity": words_of(study, key, path),
                    "published": float(number),
                    "reproduced": float("nan") if ours is None else float(ours),
                    "difference": gap,
                    "tolerance": close,
                    "within": why.get(key, silent) if ours is None else within,
                    "citation": published.citation,
                }
            )
    return pd.DataFrame(out)


def _numbers(value: Any, ours: Any, path: tuple[str, ...]) -> Iterator[tuple[Any, Any, Any]]:
    """Yield (path, published, computed) for every number of a nested value."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _numbers(inner, None if ours is None else ours[key], (*path, key))
    elif isinstance(value, list):
        computed = [None] * len(value) if ours is None else list(ours)
        if len(computed) != len(value):
            raise ValueError(f"{path}: {len(value)} values are published, {len(computed)} computed")
        flat = len(value) == len(ENDS) and not isinstance(value[0], list)
        for place, (inner, mine) in enumerate(zip(value, computed, strict=True)):
            name = ENDS[place] if flat else str(place + 1)
            yield from _numbers(inner, mine, (*path, name))
    else:
        missing = ours is None or not math.isfinite(float(ours))
        yield path, value, None if missing else ours
