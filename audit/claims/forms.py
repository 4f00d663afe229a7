"""The forms in which a claim can be printed, each put together with the ids of its numbers.

A form is a tuple of pieces (text, id): the id names the claim that the number in the text is, ""
stands for words. Sign, direction word, baseline and rounding come out of one value together, so
that none can disagree with another.
"""

from __future__ import annotations

import math
from dataclasses import replace

from audit.claims.lexicon import verb
from audit.claims.records import Claim
from audit.numerals import MINUS, count, interval, p_value, percent, plain, points, ratio

Pieces = tuple[tuple[str, str], ...]
Forms = dict[str, Pieces]
NUMBER_WORDS = (
    *("no", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
MOST_DECIMALS = 6
SHARE, POINTS, RATIO, ODDS, P = "share", "percentage points", "ratio", "odds ratio", "p"


def decimals_for(error: float) -> int:
    """Return how many decimals a number bears, by the size of its error.

    An error that begins with 100 to 354 has two digits that matter, any other one; the number is
    printed as far as they reach.

    Parameters
    ----------
    error : float, above 0
        Half the width of its interval, or its Monte Carlo standard error, in the number's unit:
        7.5 bears none, 0.8 and 1.1 bear one, 0.004 bears three.

    References
    ----------
    Particle Data Group, *Review of Particle Physics*, Introduction, 5.3 "Rounding".
    """
    if not (math.isfinite(error) and error > 0):
        return 0
    power = math.floor(math.log10(error))
    digits = round(error / 10.0**power, 2)
    kept = 1 if digits < 3.55 or digits >= 9.5 else 0
    power += digits >= 9.5
    return min(MOST_DECIMALS, max(0, kept - power))


def text_of(value: float, unit: str, decimals: int) -> str:
    """Return a number as its unit is said: "8.7 %", "−12.6 percentage points", "p = 0.041"."""
    if unit == SHARE:
        return percent(value, decimals=decimals)
    if unit == POINTS:
        return points(value / 100, decimals=decimals)
    if unit == P:
        return p_value(value)
    if unit in (RATIO, ODDS):
        return ratio(value, decimals=decimals)
    if decimals == 0 and float(value).is_integer():
        return count(value)
    return plain(value, decimals=decimals, unit=unit)


def noun(n: float, unit: str) -> str:
    """Return a unit with its number: 1 post, 2 posts, 1 country, 1 class."""
    if n != 1 or unit.endswith("ss"):
        return unit
    if unit.endswith("ies"):
        return f"{unit[:-3]}y"
    if unit.endswith(("sses", "xes", "ches", "shes")):
        return unit[:-2]
    return unit.removesuffix("s")


def per_hundred(share: float, id: str) -> tuple[Pieces, tuple[Claim, ...]]:
    """Return a share as so many of every 100, or of every 1,000 below one in two hundred.

    A share that is not 0 is never said as 0, nor one short of 1 as all.
    """
    base = 1000 if 0 < share < 0.005 else 100
    n = round(share * base)
    bound = ""
    if n == 0 < share:
        bound, n = "fewer than ", 1
    elif n == base and share < 1:
        bound, n = "more than ", base - 1
    said = Claim(f"{id}.hundred", count(n), share * base, f"of every {base}", kind="estimate")
    of = Claim(f"{id}.base", count(base), base, "of every", kind="constant")
    pieces = ((bound, ""), (said.text, said.id), (" of every ", ""), (of.text, of.id))
    return tuple(p for p in pieces if p[0]), (said, of)


def forms_of(claim: Claim) -> tuple[Forms, tuple[Claim, ...]]:
    """Return the forms that every claim has, and the claims of the numbers in them besides.

    text
        As recorded.
    number
        Without its unit.
    phrase
        With its unit in words: "4 coders".
    word, Word
        As a number word up to twelve, with its unit: "four coders".
    size, direction
        Of a difference: "12.6 percentage points", and "less often", "more often" or "as often".
    interval
        With level and ends, where there is one.
    hundred
        Of a share: "28 of every 100".
    """
    out: Forms = {"text": ((claim.text, claim.id),)}
    more: tuple[Claim, ...] = ()
    if claim.unit == SHARE:
        out["hundred"], more = per_hundred(claim.value, claim.id)
    elif claim.unit == POINTS:
        out["number"] = ((claim.text.removesuffix(f" {POINTS}"), claim.id),)
        size = points(abs(claim.value) / 100, decimals=claim.decimals, signed=False)
        out["size"] = ((size, f"{claim.id}.size"),)
        out["direction"] = ((direction(claim.value, claim.decimals), ""),)
        more = (replace(claim, id=f"{claim.id}.size", text=size, value=abs(claim.value), sign=0),)
    elif claim.unit in (RATIO, ODDS, P, "rung"):
        name = {P: "", "rung": "rung "}.get(claim.unit, f"{_article(claim.unit)} of ")
        out["phrase"] = tuple(p for p in ((name, ""), (claim.text, claim.id)) if p[0])
    else:
        out |= _counted(claim)
    if has_interval(claim):
        out["interval"] = _interval(claim)
    return out, more


def direction(value: float, decimals: int) -> str:
    """Return the word for the sign of a difference of rates, as it is printed.

    A difference that is printed as 0.0 has no direction: the sentence says "as often".
    """
    if not float(f"{value:.{decimals}f}"):
        return "as often"
    return "less often" if value < 0 else "more often"


def out_of(claim: Claim, whole: float, unit: str) -> tuple[Forms, tuple[Claim, ...]]:
    """Return the forms of a number of so many: "299 of 3,423 posts", "8.7 %", "9 of every 100"."""
    share = claim.value / whole
    parts = replace(claim, id=f"{claim.id}.of", text=count(whole), value=float(whole))
    decimals = 0 if whole < 100 else 1
    of_all = replace(
        claim,
        id=f"{claim.id}.share",
        text=percent(share, decimals=decimals),
        value=share,
        unit=SHARE,
        decimals=decimals,
    )
    hundred, more = per_hundred(share, claim.id)
    of = ((claim.text, claim.id), (" of ", ""), (parts.text, parts.id), (f" {unit}", ""))
    tail = ((" (", ""), (of_all.text, of_all.id), (")", ""))
    forms: Forms = {
        "of": of,
        "percent": ((of_all.text, of_all.id),),
        "hundred": (*hundred, (f" {unit}", "")),
        "sentence": (*of, *tail, (".", "")),
    }
    return forms, (parts, of_all, *more)


def gap_sentence(
    gap: Claim,
    *,
    rates: tuple[float, float],
    who: tuple[str, str],
    participle: str,
    rung: int,
    more_is: str = "neither",
) -> tuple[Forms, tuple[Claim, ...]]:
    """Return a gap said in full: who, which way, so many of every 100 against so many, the points.

    Parameters
    ----------
    rates : (float, float), each 0 to 1
        Of the class that is spoken of, and of the one it is held against.
    who : (str, str)
        The two in words, the first with a capital: "World leader posts", "ordinary posts".
    rung : int, 1 to 5
        Whose verbs may be used.

    Raises
    ------
    ClaimError
        At rung 0.
    """
    one, more = per_hundred(rates[0], gap.id)
    other, further = per_hundred(rates[1], f"{gap.id}.baseline")
    against = (*one, (" against ", ""), *other)
    way = direction(gap.value, gap.decimals)
    if way == "as often":
        did = f"were {participle} as often as {who[1]}"
    else:
        did = verb(gap.value, rung=rung, participle=participle, more_is=more_is)
        did += "" if rung >= 2 else f" than {who[1]}"
        did += f" (baseline: {who[1]})" if rung >= 2 else ""
    tail = ((", ", ""), *_interval(gap)) if has_interval(gap) else ()
    said = ((f"{who[0]} {did}: ", ""), *against, (" (gap ", ""), (gap.text, gap.id), *tail)
    return {"hundred": against, "sentence": (*said, (").", ""))}, (*more, *further)


def explained(raw: Claim, adjusted: Claim) -> str:
    """Say what comparing like with like does to a gap, and never that a share of it is explained.

    Where the gap among like cases is as large or larger, or of the other sign, there is no part of
    the raw gap that the strata could stand for; where it is smaller, the difference goes with the
    strata, which is no reason for it.

    References
    ----------
    The fault it keeps out: a report that said how much was "explained" where the adjusted
    difference was larger than the raw one.
    """
    ends = f"the raw gap is {raw.text}, and among like cases it is {adjusted.text}"
    if adjusted.value * raw.value < 0:
        return f"{_capital(ends)}: it has the other sign."
    if abs(adjusted.value) >= abs(raw.value):
        return f"{_capital(ends)}: no smaller, so that no part of it goes with the strata."
    less = points((abs(raw.value) - abs(adjusted.value)) / 100, signed=False)
    return f"{_capital(ends)}: {less} of it go with the strata."


def join(pieces: Pieces) -> str:
    """Return the text of pieces."""
    return "".join(text for text, _ in pieces)


def has_interval(claim: Claim) -> bool:
    """Return whether a claim has both ends of an interval."""
    ends = (claim.conf_low, claim.conf_high)
    return all(end is not None and math.isfinite(end) for end in ends)


def _counted(claim: Claim) -> Forms:
    n, unit = claim.value, noun(claim.value, claim.unit)
    out: Forms = {"number": ((claim.text, claim.id),)}
    if not unit:
        return out
    if claim.decimals and not unit.endswith("s"):  # the name of a measure, and no plural
        out["phrase"] = ((f"{_article(unit)} of ", ""), (claim.text, claim.id))
        return out
    tail = ((f" {unit}", ""),)
    out["phrase"] = ((claim.text, claim.id), *tail)
    small = n == int(n) and 0 < n < len(NUMBER_WORDS)
    word = NUMBER_WORDS[int(n)] if small else claim.text
    out["word"] = ((word, claim.id), *tail)
    out["Word"] = ((_capital(word), claim.id), *tail)
    return out


def _interval(claim: Claim) -> Pieces:
    level = 0.95 if claim.confidence is None else claim.confidence
    low, high = claim.conf_low or 0.0, claim.conf_high or 0.0
    if claim.unit in (POINTS, SHARE):
        scale = 100 if claim.unit == POINTS else 1
        ends = (low / scale, high / scale)
        return ((interval(*ends, decimals=claim.decimals, confidence=level), claim.id),)
    said = " to ".join(text_of(v, claim.unit, claim.decimals) for v in (low, high))
    return ((f"{100 * level:g} % interval {said}", claim.id),)


def _article(unit: str) -> str:
    return f"an {unit}" if unit[0] in "aeiou" else f"a {unit}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def signed(value: float, decimals: int) -> int:
    """Return the sign of a number as it is printed: 0 where only noughts are."""
    shown = float(f"{value:.{decimals}f}")
    return (shown > 0) - (shown < 0)


__all__ = [
    "MINUS",
    "NUMBER_WORDS",
    "Forms",
    "Pieces",
    "decimals_for",
    "direction",
    "explained",
    "forms_of",
    "gap_sentence",
    "has_interval",
    "join",
    "noun",
    "out_of",
    "per_hundred",
    "signed",
    "text_of",
]
