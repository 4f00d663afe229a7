"""The claims of page 1 in words, with the two classes by their names."""

from __future__ import annotations

from collections.abc import Mapping

CLASSES = ("focal", "reference")
"""What the classes of a report are called whose record does not name them."""
NAMES: Mapping[str, str] = {
    "observed": "compared posts of the {focal} class acted on",
    "n_compared": "posts of the {focal} class compared",
    "expected": "posts expected to be acted on at the {reference} rate",
    "observed_rate": "rate of the compared posts of the {focal} class",
    "expected_rate": "share of posts expected to be acted on at the {reference} rate",
    "gap_tight": "gap, at the margin's level",
    "p": "p-value",
    "rung": "rung of the evidence",
    "detectable_gap": "smallest visible gap",
}
PARTS: Mapping[str, str] = {
    "n": "posts of the {} class",
    "accounts": "accounts of the {} class",
    "events": "posts of the {} class acted on",
    "rate": "rate of the {} class",
}


def named(claim: str, classes: tuple[str, str] = CLASSES) -> str:
    """Return the id of a claim of page 1 in words; another id as it is.

    Parameters
    ----------
    claim : str
        "events_focal".
    classes : (str, str)
        The focal class and the reference class in words: "world leader", "ordinary".
    """
    of = dict(zip(CLASSES, classes, strict=True)) | {"unknown": "unknown"}
    part, _, which = claim.rpartition("_")
    if which in of and part in PARTS:
        return PARTS[part].replace("{}", of[which])
    said = NAMES.get(claim, claim)
    for key in CLASSES if claim in NAMES else ():
        said = said.replace(f"{{{key}}}", of[key])
    return said
