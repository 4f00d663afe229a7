"""One table of the words that some rung of evidence does not license, and of what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DIRECTIONS: Mapping[str, int] = {
    "less often": -1,
    "less frequently": -1,
    "less likely": -1,
    "more rarely": -1,
    "more seldom": -1,
    "rarer": -1,
    "fewer": -1,
    "lower": -1,
    "below": -1,
    "smaller": -1,
    "more often": 1,
    "more frequently": 1,
    "more likely": 1,
    "less rarely": 1,
    "less seldom": 1,
    "likelier": 1,
    "higher": 1,
    "above": 1,
    "larger": 1,
}
"""Words of direction to the sign of focal − reference that they say."""
LENIENT = r"lenien\w*|soft(?:er|ly)|mild(?:er|ly)|spared"
STRICT = r"strict\w*|harsh\w*|sever(?:er|ely)|tough\w*"
_COUNT = (
    r"(?:\d[\d.,]*|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|several|many)"
)
_MORE = (
    r"(?:higher|lower|greater|larger|smaller|more|less|fewer|likelier|stricter"
    r"|as (?:likely|often|many|high|much|frequent\w*)|th(?:e|at) (?:rate|odds|risk|chance|of|for))"
)


@dataclass(frozen=True, slots=True)
class Words:
    """A family of words that goes too far.

    Attributes
    ----------
    name : str
    pattern : str
        A regular expression of whole words.
    from_rung : int
        The first rung that licenses it; 6 where none does.
    why : str
        What it says that the evidence does not.
    """

    name: str
    pattern: str
    from_rung: int
    why: str


NONE = 6  # no rung
WORDS: tuple[Words, ...] = (
    Words(
        "cause",
        r"because(?: of)?|due to|owing to|thanks to|le(?:d|ads?|ading) to|caus(?:ed|es|ing)"
        r"|causal(?:ly)?|(?:as a )?result(?:s|ed|ing)?(?: of| in| from)|driven by|attributable to"
        r"|on account of|by virtue of|brought on by|stem(?:s|med|ming)? from|aris(?:es?|ing) from"
        r"|arose from|responsible for|(?:a|the|one|direct) consequences? of|produced by|triggered"
        r"|prompted|g(?:ives?|ave|iven) rise to|owed to|(?:is|are|was|were|lies|lay) behind the"
        r"|contribut(?:es?|ed|ing) to|explain(?:s|ed|ing)?|accounts? for|accounted for"
        r"|brought about"
        r"|the reason (?:why|that|for)|(?:an|no|the|its) (?:effect|impact|influence) (?:of|on)",
        NONE,
        "it names a cause, and no comparison of records shows one",
    ),
    Words(
        "proof",
        r"pro(?:ves?|ved|ven|of)|demonstrates?|confirms?|establish(?:es|ed)|beyond doubt|certainly"
        r"|undeniabl[ey]|clearly shows?",
        NONE,
        "it claims a certainty that no rung gives",
    ),
    Words(
        "motive",
        r"bias(?:ed)?|discriminat\w+|prejudic\w+|censor\w*|deliberate\w*|intentional\w*|unfair\w*"
        r"|singled out|targeted|double standards?|got away with|above the law|immun(?:e|ity)",
        NONE,
        "it judges a motive or a right, and the records hold outcomes only",
    ),
    Words(
        "ratio",
        rf"{_COUNT}(?:[- ]times|[-]?fold|x|×| ×)\s+{_MORE}|{_COUNT}[- ]fold|times {_MORE}"
        rf"|(?:twice|thrice|half|a third|double|triple) {_MORE}|doubled|tripled|quadrupled|halved",
        NONE,
        "a ratio reads larger than its counts do; counts and percentage points come first",
    ),
    Words(
        "treatment",
        rf"{LENIENT}|{STRICT}|favou?r(?:ed|s|ing|itism|ably)?|protect(?:ed|s|ing|ion)|shield(?:ed|s)?"
        r"|privileg\w*|preferential\w*|punish\w*|went easy|easier on|harder on|better treat\w*"
        r"|worse treat\w*|treated (?:better|worse)",
        3,
        "words of treatment need inference by account, which is rung 3",
    ),
    Words(
        "like cases",
        r"than comparable|comparable posts|all else (?:being )?equal|other things (?:being )?equal",
        2,
        "it says that like was compared with like, which is rung 2",
    ),
)
"""Every family of words that some rung does not license, and the rung from which it may stand."""
ODDS = Words(
    "odds",
    r"(?:more|less|as|likelier|times) (?:likely|often|frequently)|likelier|likelihood"
    r"|probabilit(?:y|ies)|chances?|risks?|rates?|percent(?:age)?|\d\s?%",
    NONE,
    "an odds ratio is no ratio of chances or rates",
)
