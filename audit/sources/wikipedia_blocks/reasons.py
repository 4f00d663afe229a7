"""What a block was set for, and whether it was a test, read off the summary by named patterns."""

from __future__ import annotations

import re

import pandas as pd

NOT_GIVEN, OTHER = "not_given", "other"

REASONS: tuple[tuple[str, str], ...] = (
    ("proxy", r"blocked ?proxy|open proxy|\bprox(?:y|ies)\b|\{\{ ?tor|\btor (?:exit|node)"),
    ("username", r"user ?name|softerblock|uw-u?h?block|ublock\b|causeblock|one person"),
    ("vandalism", r"vand|vaublock|\babuse\b of editing|edit filter|attack ip"),
    ("spam", r"spam|advertis|promotion"),
    ("evasion", r"sock|multiple accounts|evasion|evading|checkuser|long[ -]term abuse|\blta\b"),
    ("edit_war", r"edit[ -]?war|revert rule|\b3rr\b"),
    ("attack", r"personal attack|harass|attack (?:page|account)|threat|outing|\bnpa\b"),
    ("living_people", r"\bblp\b|living persons"),
    ("copyright", r"copyright|copyvio"),
    ("shared_address", r"schoolblock|anonblock|rangeblock|school"),
    ("disruption", r"disrupt|nonsense|\babuse\b|not here|troll"),
)
"""Reason and pattern, in the order they are tried: a summary has the first reason that it meets."""

TEST = (
    r"(?:(?:this|that|it) (?:is|was) |was )?(?:an? |just |only |whoops |woops |script |block )*"
    r"test(?:s|ing|ed)?(?: (?:block|script|autoblock|is over|done|succe\w*|fail\w*|complete\w*|"
    r"something|of (?:the )?block\w*|http\S*)\b.*)?[\s.,:;!?()-]*"
)
WILL_GO = r"\bthis is a test\b|\b(?:block|done) testing\b|\btest (?:failed|succeeded|is over)\b"


def reason_of(summaries: pd.Series) -> pd.Series:
    """Return the reason of each summary: a name in `REASONS`, "other", or "not_given" if empty."""
    words = summaries.fillna("").str.lower().str.strip()
    levels = {text: _reason(text) for text in words.unique()}
    return words.map(levels).astype("str")


def _reason(text: str) -> str:
    if not text:
        return NOT_GIVEN
    return next((name for name, pattern in REASONS if re.search(pattern, text)), OTHER)


def is_test(summaries: pd.Series) -> pd.Series:
    """Return whether a summary says that the block is a test of blocking itself.

    It does where it says little else than "test" ("Test block", "testing autoblock", "was a script
    test"), or in so many words. "Vandalism: test" names test edits, and is no such summary.
    """
    words = summaries.fillna("").str.lower().str.strip()
    return words.str.fullmatch(TEST) | words.str.contains(WILL_GO, regex=True)
