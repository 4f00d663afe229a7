"""What a draft says that the report concluded: its verdict, rung, margin, test and interval."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from audit.claims import Verdict

Said = Iterator[tuple[str, str]]
"""(word, why it is wrong)."""
ALPHA = 0.05  # the level of a test whose record states none
NOT = r"(?:not|never|no|n[’']t|hardly|neither|nor)"
SIGNIFICANT = re.compile(
    rf"\b(?P<no>insignifican\w+|non-?significant|{NOT}(?: [\w’'-]+){{0,2}} significan\w+)"
    r"|\b(?P<unrejected>(?:not|n[’']t|fail\w* to|never) reject\w*)"
    r"|\b(?P<rejected>rejects?|rejected)\b"
    r"|\b(?P<yes>(?:statistically )?significant(?:ly)?)\b(?! (?:level|test|number))",
    re.I,
)
ZERO = re.compile(
    r"\bintervals?\b[^.;]{0,60}?(?P<not>not |n[’']t )?(?:(?P<within>includ\w+|contain\w*|span\w*"
    r"|cover\w*|cross\w*|straddl\w+)|(?P<without>exclud\w+|leav\w+ out|rul\w+ out))"
    r" (?:a gap of )?(?:zero|nought|0(?![.\d])|no (?:difference|effect|gap))",
    re.I,
)


MARGIN = re.compile(
    r"\b(?:gap|difference)\b[^.;]{0,60}?\b(?P<not>not )?"
    r"(?:(?P<small>within|inside|smaller than|below|under|less than)"
    r"|(?P<large>larger than|bigger than|exceed\w*|greater than|beyond|above|outside|over))"
    r" (?:the |its |our |that )?margin",
    re.IGNORECASE,
)
RUNG = re.compile(
    r"\b(?:rungs? (?P<n>\d|one|two|three|four|five|six)|(?P<top>highest|top|last|fifth) rung"
    r"|(?P<low>lowest|first|bottom) rung)\b",
    re.I,
)
RUNGS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
CONCLUDED = re.compile(
    r"\b(?:verdict|conclusion|report (?:found|finds|says|said|concluded|concludes|calls|called)"
    r"|(?:data|records|result|evidence) (?:is|are|was|were))\b",
    re.I,
)
_VERDICTS = sorted((re.escape(str(v)) for v in Verdict), key=len, reverse=True)
VERDICTS = re.compile(
    rf"\b(?:{'|'.join(_VERDICTS)})\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a report found, as far as words can contradict it.

    Attributes
    ----------
    verdict : str
        One of `audit.claims.Verdict`; "" where the record has none.
    lenient : int
        1 where the focal class was treated more leniently, −1 more strictly, 0 where the verdict
        says neither.
    low, high, p : float or None
        The interval of the gap and the p-value of the test; None where there is none.
    alpha : float
        The level of the test.
    gap, margin : float or None
        In percentage points.
    rung : int
    """

    verdict: str = ""
    lenient: int = 0
    low: float | None = None
    high: float | None = None
    p: float | None = None
    alpha: float = ALPHA
    gap: float | None = None
    margin: float | None = None
    rung: int = 0

    @property
    def significant(self) -> bool | None:
        """Return whether the test rejects; None where there was none."""
        return None if self.p is None else self.p <= self.alpha


def concluded(text: str, finding: Finding) -> Said:
    """Yield words on verdict, rung, margin, test and interval that the record contradicts."""
    yield from _tested(text, finding)
    gap, margin = finding.gap, finding.margin
    for match in MARGIN.finditer(text):
        small = bool(match["small"]) != bool(match["not"])
        if gap is not None and margin is not None and small != (abs(gap) < margin):
            yield match[0], f"the gap is {gap:.1f} points, and the margin {margin:g}"
    for match in RUNG.finditer(text):
        said = match["n"] or ("5" if match["top"] else "1")
        number = RUNGS.get(said.lower()) or int(said)
        if number != finding.rung:
            yield match[0], f"the evidence stands on rung {finding.rung}"
    for match in VERDICTS.finditer(text) if CONCLUDED.search(text) else ():
        denied = re.search(rf"\b{NOT} $", text[: match.start()], re.I)
        if not denied and match[0].lower() != finding.verdict:
            yield match[0], f"the verdict of the report is: {finding.verdict or 'none'}"


def _tested(text: str, finding: Finding) -> Said:
    for match in SIGNIFICANT.finditer(text):
        said = match["yes"] is not None or match["rejected"] is not None
        if finding.significant is None:
            yield match[0], "the report has no test of which that could be said"
        elif said != finding.significant:
            yield match[0], f"p is {finding.p:.3g}, and the level {finding.alpha:g}"
    for match in (
        ZERO.finditer(text) if finding.low is not None and finding.high is not None else ()
    ):
        within = bool(match["within"]) != bool(match["not"])
        if within != (finding.low <= 0 <= finding.high):  # type: ignore[operator]
            ends = f"{100 * finding.low:.1f} to {100 * finding.high:.1f}"  # type: ignore[operator]
            yield match[0], f"the interval of the gap is {ends} points"
