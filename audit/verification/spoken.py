"""What a draft says in words alone: who was treated how, what is alike, what is proven."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from audit.claims import Fault
from audit.claims.spoken import disclaimed, speaks
from audit.claims.words import LENIENT, STRICT
from audit.verification.classes import Classes, class_first

Said = Iterator[tuple[str, str]]
"""(word, why it is wrong)."""
ALPHA = 0.05  # the level of a test whose record states none
NOT = r"(?:not|never|no|n[’']t|hardly|neither|nor)"
TREATED = re.compile(
    rf"(?P<not>(?:{NOT}|less)(?: treated| judged| dealt with)? )?(?:any |the )?(?:more )?"
    rf"\b(?:(?P<lenient>{LENIENT})|(?P<strict>{STRICT}))\b",
    re.I,
)
FAVOUR = re.compile(r"\bin favou?r of (?P<whom>[^.;,]{0,60})", re.I)
JUDGED = re.compile(
    r"\b(?:guilty|guilt|favou?ritism|(?:went|go(?:es|ing)?) easy on|shield(?:s|ed|ing)?"
    r"|protect(?:s|ed|ing)|lets? \w* ?off|letting \w* ?off|free pass(?:es)?|perks?"
    r"|gets? away with|rewarded)\b",
    re.I,
)
CAUSED = re.compile(
    r"\b(?:prevent(?:s|ed|ing)|saved|rescued|helped|enabled|buys|bought|g(?:ives?|ave|rants?|ranted)"
    r" (?:[\w’'-]+ ){1,4}(?:advantages?|benefits?|bonus|discount|cover|pass)"
    r"|ma(?:kes?|de|king) (?:[\w’'-]+ ){1,2}(?:safe|safer|harder|easier|less|more|fewer)"
    r"|(?:benefit(?:s|ed|ing)?|profit(?:s|ed|ing)?|gain(?:s|ed)?) from)\b",
    re.I,
)
MISREAD = re.compile(
    r"\b\d[\d.]* ?(?:%|percent|per cent) (?:chance|probability|likelihood|sure|certain)\b", re.I
)
EQUAL = re.compile(
    r"\b(?:as (?:often|likely|frequently|strictly|leniently|rarely|seldom) (?:as|to be)"
    r"|equally (?:often|likely|frequently|strict\w*|lenient\w*|harsh\w*|rarely)"
    r"|treat(?:s|ed|ing|ment)?(?: them| both| everyone| everybody| all)?(?: was| is)?"
    r"(?: exactly| just| much| about| broadly| largely)? (?:alike|the same|equally|equal"
    r"|identical(?:ly)?|similarly|evenly|fairly)"
    r"|no (?:(?:real|significant|meaningful|measurable|detectable|statistically|notable|clear) )"
    r"{0,2}"
    r"(?:differences?|gap|disparity)"
    r"|d(?:id|oes|o)(?: not|n[’']t) differ"
    r"|(?:the|at|about the|exactly the) same (?:rates?|treatment)"
    r"|equal treatment|on a par|parity|even-?handed(?:ly|ness)?"
    r"|(?:fared|fare) (?:alike|the same))\b",
    re.I,
)
"""Words that say that two classes do not differ."""
SUPPOSED = re.compile(
    r"\b(?:if|whether|had|would|should|suppose|imagine|asks?|asked|question|ought|must)\b[^.;:]*$",
    re.I,
)
"""Before a word: it is asked or supposed, and not said."""
TIMES = re.compile(
    r"(?:\btwice|\bhalf|\bthrice|\btimes|thirds?|quarters?|\bfold|\d ?[%x×]) $", re.I
)
DENIED = re.compile(rf"(?:\b{NOT}|n[’']t)(?: [\w’'-]+){{0,2}} $", re.I)
SIGNIFICANT = re.compile(
    rf"\b(?P<no>insignifican\w+|non-?significant|{NOT}(?: [\w’'-]+){{0,2}} significan\w+)"
    r"|\b(?P<yes>(?:statistically )?significant(?:ly)?)\b(?! (?:level|test|number))",
    re.I,
)
ZERO = re.compile(
    r"\bintervals?\b[^.;]{0,60}?(?P<not>not |n[’']t )?(?:(?P<within>includ\w+|contain\w*|span\w*"
    r"|cover\w*|cross\w*|straddl\w+)|(?P<without>exclud\w+|leav\w+ out|rul\w+ out))"
    r" (?:a gap of )?(?:zero|nought|0(?![.\d])|no (?:difference|effect|gap))",
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
    """

    verdict: str = ""
    lenient: int = 0
    low: float | None = None
    high: float | None = None
    p: float | None = None
    alpha: float = ALPHA

    @property
    def significant(self) -> bool | None:
        """Return whether the test rejects; None where there was none."""
        return None if self.p is None else self.p <= self.alpha


def treatments(text: str, classes: Classes, lenient: int) -> Said:
    """Yield words of treatment that say otherwise than the verdict."""
    subject = class_first(text, classes)
    for match in TREATED.finditer(text) if subject else ():
        before = text[: match.start()]
        said = (1 if match["lenient"] else -1) * (-1 if match["not"] else 1)
        said = -said if DENIED.search(before) and not match["not"] else said
        said = -said if subject == "reference" else said
        if said != lenient and not SUPPOSED.search(before):
            yield match[0].strip(), "the verdict of the report is another"
    for match in FAVOUR.finditer(text):
        whom = class_first(match["whom"], classes)
        if whom and (1 if whom == "focal" else -1) != lenient:
            yield match[0].strip(), "the report finds no such advantage of that class"


def equalities(text: str, finding: Finding, sign: int | None = None) -> Said:
    """Yield words that say that the classes do not differ, where that is not the verdict.

    "Not as often as" says that they do, and which way; an unclear verdict never means that they do
    not.

    Parameters
    ----------
    sign : int, optional
        Of the gap, turned to the subject of the sentence.
    """
    if not speaks(text):
        return
    for match in EQUAL.finditer(text):
        before = text[: match.start()]
        if TIMES.search(before) or SUPPOSED.search(before):
            continue
        different = bool(DENIED.search(before)) and not match[0].lower().startswith(("no ", "did"))
        if finding.verdict == "unclear":
            yield match[0], "the report is unclear, and does not say whether they differ"
        elif different == (finding.verdict == "treated alike"):
            yield match[0], f"the verdict of the report is: {finding.verdict or 'none'}"
        elif different and sign == 1 and match[0].lower().startswith("as "):
            yield match[0], "the number's sign is +1, and the words say −1"


def tests(text: str, finding: Finding) -> Said:
    """Yield words on significance and on nought in the interval that the numbers contradict."""
    for match in SIGNIFICANT.finditer(text):
        said = match["yes"] is not None
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


def judged(text: str) -> Said:
    """Yield words of a draft that no rung licenses."""
    motive = "it judges a motive or a person, and the records hold outcomes only"
    cause = "it names a cause, and no comparison of records shows one"
    about = speaks(text) or bool(re.search(r"\b(?:gap|posts?)\b", text))
    for pattern, why in ((JUDGED, motive), (CAUSED, cause)):
        for match in pattern.finditer(text) if about or pattern is JUDGED else ():
            if not disclaimed(text, Fault(match[0], *match.span(), why, "")):
                yield match[0], why
    for match in MISREAD.finditer(text):
        yield match[0], "an interval or a p-value is no chance that something is so"


__all__ = ["Finding", "equalities", "judged", "tests", "treatments"]
