"""Dumps of the DSA Transparency Database in the exact published layout, made by hand."""

from __future__ import annotations

import csv
import io
import json
import uuid
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from audit.sources.dsa.schema import LAYOUTS, LISTS, Layout

DAY = "2025-07-02"


def layout(version: str = "2025-07", kind: str = "full") -> Layout:
    (found,) = (known for known in LAYOUTS if (known.version, known.kind) == (version, kind))
    return found


def statement(number: int = 0, **changes: Any) -> dict[str, Any]:
    """Return one made-up statement; lists stand for JSON arrays, None for an empty cell."""
    made = {
        "uuid": str(uuid.UUID(int=number)),
        "decision_visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"],
        "account_type": "ACCOUNT_TYPE_PRIVATE" if number % 3 else "ACCOUNT_TYPE_BUSINESS",
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": 'A rule, with "quotes"\nand a second line',
        "category": "STATEMENT_CATEGORY_VIOLENCE",
        "content_type": ["CONTENT_TYPE_TEXT"],
        "content_language": "EN",
        "content_date": "2025-06-30 00:00:00",
        "territorial_scope": ["AT", "DE"],
        "application_date": f"{DAY} 00:00:00",
        "decision_facts": "Facts",
        "source_type": "SOURCE_VOLUNTARY",
        "automated_detection": "Yes",
        "automated_decision": "AUTOMATED_DECISION_FULLY",
        "platform_name": "Examplegram",
        "platform_uid": f"uid-{number}",
        "created_at": f"{DAY} 00:03:33",
    }
    return {**made, **changes}


def csv_part(statements: Sequence[dict[str, Any]], of: Layout | None = None) -> str:
    """Return a CSV part as the export writes it: no line break at its end."""
    of = of or layout()
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(of.columns)
    for row in statements:
        writer.writerow([_cell(name, row.get(name)) for name in of.columns])
    return out.getvalue().rstrip("\n")


def _cell(name: str, value: Any) -> str:
    if isinstance(value, list):
        assert name in (*LISTS, "territorial_scope")
        return json.dumps(value, separators=(",", ":"))
    return "" if value is None else str(value)


def dump(
    folder: Path,
    parts: Sequence[Sequence[str]],
    *,
    day: str = DAY,
    kind: str = "full",
) -> Path:
    """Write a dump: one zip of zips, each of which holds CSV parts (texts)."""
    stem = f"sor-global-{day}-{kind}"
    path = folder / f"{stem}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as outer:
        for i, texts in enumerate(parts):
            inner = io.BytesIO()
            with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
                for j, text in enumerate(texts):
                    archive.writestr(f"{stem}-{i:05d}-{j:05d}.csv", text)
            outer.writestr(f"{stem}-{i:05d}.csv.zip", inner.getvalue())
    return path


def small(folder: Path, *, version: str = "2025-07", kind: str = "full") -> Path:
    """Write a dump of twelve statements in three parts, on three platforms."""
    names = ("Examplegram", "Sampletube", "Testmarket")
    rows = [statement(i, platform_name=names[i % 3]) for i in range(12)]
    of = layout(version, kind)
    texts = [csv_part(rows[4 * i : 4 * i + 4], of) for i in range(3)]
    return dump(folder, [texts[:2], texts[2:]], kind=kind)
