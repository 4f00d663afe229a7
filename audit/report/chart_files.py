"""The folder `charts/` of a report: every chart's pictures, data and words, and their index."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from audit.report.document import Document

INDEX = "charts/index.json"
FORMAT = 1
WORDS = ("id", "title", "subtitle", "note", "source", "licence", "alt", "simulated")
"""What the index says of each chart, in the order in which it says it."""


def chart_files(document: Document) -> dict[str, bytes]:
    """Return the files of `charts/` by their path in the report's folder; none without a chart.

    Per chart: `.png` and `.svg` (standalone, with title, note and source), `.phone.svg` where the
    chart was drawn for a narrow screen too, `.csv` (exactly what is drawn) and `.txt` (the
    alternative text). `index.json` holds the words of all charts, so that a chart pack can be made
    of the folder alone.
    """
    charts = document.blocks("figure")
    files: dict[str, bytes] = {}
    for chart in charts:
        stem, parts = f"charts/{chart['id']}", chart["files"]
        files[f"{stem}.png"] = base64.b64decode(parts["png"])
        files[f"{stem}.svg"] = parts["svg"].encode()
        if "phone" in parts:
            files[f"{stem}.phone.svg"] = parts["phone"].encode()
        files[f"{stem}.csv"] = parts["csv"].encode()
        files[f"{stem}.txt"] = (chart["alt"] + "\n").encode()
    if charts:
        files[INDEX] = _index(document.meta, charts)
    return files


def _index(meta: Mapping[str, Any], charts: list[dict[str, Any]]) -> bytes:
    from audit import __version__

    record = {
        "format": FORMAT,
        "report": {k: meta[k] for k in ("title", "date", "version", "authors", "simulated")},
        "audit": __version__,
        "charts": [{k: chart.get(k, "") for k in WORDS} for chart in charts],
    }
    return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode()
