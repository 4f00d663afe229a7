"""Whether a sentence says a number as what was seen, or as what would have been expected."""

from __future__ import annotations

import re

from audit.verification.candidates import Claim

SEEN = re.compile(
    r"\b(?:remov(?:ed|al|als)|taken down|took down|deleted|acted on|label+ed|flagged|suspended"
    r"|sanctioned|blocked|banned|demoted|met with|came down|observed|actual(?:ly)?|in fact)\b",
    re.IGNORECASE,
)
EXPECTED = re.compile(
    r"\b(?:would(?: have)?|expect(?:ed|s|ation)?|predicted|hypothetical\w*|counterfactual\w*"
    r"|comparable|like (?:posts|cases)|on the same terms"
    r"|at (?:the|an?|that) (?:[\w’'-]+ ){1,3}rate)\b",
    re.IGNORECASE,
)
NO_FACT = re.compile(r"\b(?:would have been|would be|expect(?:ed|ation)|predicted)\b", re.I)
SUPPOSED = re.compile(
    r"^(?:(?:even|and|but|so) )?(?:had|if|were|suppose|at the|on the same terms)\b", re.IGNORECASE
)
"""How a sentence begins that supposes something: "Had ordinary accounts posted the same, …"."""
SPLIT = re.compile(
    r"[;:—–](?= )|, (?:and|but|while|whereas|or)\b|\b(?:and|but|while|whereas)\b|,(?= )"
    r"|(?=\b(?:against|instead of|rather than|versus|vs|compared (?:with|to)|than)\b)",
    re.IGNORECASE,
)
OF_EXPECTED = ("expected", "expected_rate")
OF_SEEN = re.compile(r"observed(?:_rate)?|(?:events|rate)_(?:focal|reference)")


def contradicts(claim: Claim, text: str, start: int, about: str = "") -> str:
    """Return why a claim is not what a sentence says its number is; "" where it may be.

    Parameters
    ----------
    text : str
        The sentence.
    start : int
        Where the number stands in it.
    about : str
        The heading of its column and the label of its row, for a cell of a table.
    """
    name = str(claim.get("id"))
    clause = f"{about} {_clause(text, start)}"
    if name in OF_EXPECTED:
        supposed = EXPECTED.search(clause) or SUPPOSED.match(text)
        if SEEN.search(clause) and not supposed:
            return f"nobody saw it: it is what would be expected (claim {name})"
    elif OF_SEEN.fullmatch(name) and NO_FACT.search(clause):
        return f"it is what was seen, and not what would be expected (claim {name})"
    return ""


def _clause(text: str, start: int) -> str:
    """Return the clause of a sentence in which a number stands."""
    cuts = [0, *(m.end() for m in SPLIT.finditer(text)), len(text)]
    first = max(c for c in cuts if c <= start)
    last = min((c for c in cuts if c > start), default=len(text))
    return text[first:last]
