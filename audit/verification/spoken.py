"""What a draft says in words alone: who was treated how, what is alike, what is proven."""

from __future__ import annotations

import re

from audit.claims import Fault
from audit.claims.spoken import disclaimed, speaks
from audit.claims.words import LENIENT, STRICT
from audit.verification.classes import Classes, class_first
from audit.verification.conclusions import NOT, Finding, Said

BETTER = (
    r"(?:fare|fared|did|came off|come off|treated) better|got off light\w*|g(?:et|ot) a better deal"
    r"|punished (?:less|fewer)|hit less"
)
WORSE = (
    r"(?:fare|fared|did|came off|come off|treated) worse|g(?:et|ot) a (?:raw|worse|rough) deal"
    r"|punished more|hit (?:harder|more)|suffered more"
)
TREATED = re.compile(
    rf"(?P<not>(?:{NOT}|less)(?: treated| judged| dealt with)? )?(?:any |the )?(?:more )?"
    rf"\b(?:(?P<lenient>{LENIENT}|{BETTER})|(?P<strict>{STRICT}|{WORSE}))\b",
    re.I,
)
ON = re.compile(
    r"\b(?:(?P<strict>hard(?:er)?|tough(?:er)?|strict(?:er)?|rough(?:er)?|severe)"
    r"|(?P<lenient>eas(?:y|ier)|soft(?:er)?|lenient|gentler?|lighter)) on "
    r"(?P<whom>[^.;,]{0,60})",
    re.I,
)
"""Treatment said of the one who is treated and not of the subject: "harder on leaders"."""
FAVOUR = re.compile(r"\bin favou?r of (?P<whom>[^.;,]{0,60})", re.I)
JUDGED = re.compile(
    r"\b(?:guilty|guilt|favou?ritism|(?:went|go(?:es|ing)?) easy on|shield(?:s|ed|ing)?"
    r"|protect(?:s|ed|ing)|lets? \w* ?off|letting \w* ?off|free pass(?:es)?|perks?"
    r"|gets? away with|rewarded|(?:turn\w*|looked) (?:a blind eye|the other way)|untouchables?"
    r"|plays? favou?rites|rigged|for who they are|cover(?:s|ed|ing)? for"
    r"|exempt(?:ed)? from (?:removal|moderation|enforcement|sanctions?|the rules?|punishment))\b",
    re.I,
)
CAUSED = re.compile(
    r"\b(?:prevent(?:s|ed|ing)|saved|rescued|helped|enabled|buys|bought|g(?:ives?|ave|rants?|ranted)"
    r" (?:[\w’'-]+ ){1,4}(?:advantages?|benefits?|bonus|discount|cover|pass)"
    r"|ma(?:kes?|de|king) (?:[\w’'-]+ ){1,2}(?:safe|safer|harder|easier|less|more|fewer)"
    r"|(?:lower|reduc|cut|rais|increas|boost|decreas|shr[aiu]nk|curb)(?:e?s|e|ed|s|ing)?"
    r" (?:the |its |their |his )?(?:[\w’'-]+ ){0,2}(?:rates?|risks?|odds|chances?|removals?)"
    r"|(?:\w+[’']s|its|their) (?:effect|impact|influence)|(?:that|which) did it|(?:is|are|was|were)"
    r" (?:to blame|why)|made the difference"
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
    r"|d(?:id|oes|o)(?: not|n[’']t) differ|no different(?:ly)?|neither (?:class|group|side)"
    r"|nothing between (?:them|the|leaders|officials)"
    r"|(?:are|were|is|was)(?: roughly| about| very| broadly| much| almost| nearly| exactly)?"
    r" (?:similar|the same|equal|identical)"
    r"|(?:gap|difference) (?:vanish\w*|disappear\w*|evaporat\w*|(?:is|was)(?: almost| nearly)?"
    r" (?:zero|nil|nought|negligible|trivial|an? (?:statistical )?art[ei]fact))"
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
    for match in ON.finditer(text):
        whom = class_first(match["whom"], classes)
        said = 1 if match["lenient"] else -1
        said = -said if whom == "reference" else said
        if whom and said != lenient and not SUPPOSED.search(text[: match.start()]):
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
    for match in EQUAL.finditer(text):
        if not (speaks(text) or "gap" in match[0].lower()):
            continue
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


__all__ = ["equalities", "judged", "treatments"]
