"""A few decisions made up in the format of the Oversight Board's published ones."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

HEAD = (
    "slug",
    "title",
    "url",
    "date",
    "year",
    "month",
    "topics",
    "category",
    "outcome",
    "Geographic Region",
    "summary",
    "text_length",
    "word_count",
    "body",
)


def decision(slug: str, outcome: str, summary: str, body: str = "", **more: str) -> dict[str, str]:
    page = f"{outcome}\nMay 15, 2025\n{body or summary}"
    made = {"slug": slug, "title": slug, "date": "May 15, 2025", "category": "Hate speech"}
    return {**made, "outcome": outcome, "summary": summary, "body": page, **more}


MADE = (
    decision("fb-1", "Overturned", "The Board has overturned Meta’s decision to remove a post."),
    decision("fb-2", "Overturned", "A user appealed Meta's decision to leave up a comment."),
    decision("ig-3", "Upheld", "The Board has upheld Facebook’s decision to keep up two posts."),
    decision("th-4", "Upheld", "The Board upheld Meta’s original decision to take down a reply."),
    decision(
        "bun-5",
        "Overturned",
        "The Board reviewed two posts.",
        "Upheld\nThe Board upholds Meta’s decision to remove one.",
    ),
    decision("fb-6", "Overturned", "The company reversed its original decision and restored it."),
    decision("fb-7", "Overturned", "The company reversed its earlier decisions and removed both."),
    decision(
        "fb-8", "Overturned", "A cartoon.", "The Board overturns Meta's decision to delete it."
    ),
    decision("fb-9", "Overturned", "A poem was the subject of debate."),
    decision("fb-10", "", "Withdrawn by its author."),
    decision(
        "fb-11",
        "Upheld",
        "The Board upheld Meta’s decision to restrict President Someone’s access to posting.",
        "Meta chose to restrict President Someone’s access.",
    ),
)


def write(folder: Path, rows: Iterable[Mapping[str, str]] = MADE, head: tuple[str, ...] = HEAD):
    path = folder / "decisions.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, head, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path
