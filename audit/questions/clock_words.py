"""What a clock counts to, in words: an action on a post, or the taking back of an action."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClockWords:
    """How the rows, sentences and notes of a clock name what it counts to.

    Attributes
    ----------
    title : str
    within : str
        A row: "acted on within {hours}".
    were_within : str
        The same as a predicate of posts.
    median_of_met, median_of_all, mean : str
        Rows; `mean` takes {hours}.
    stood : str
        What a post did for so many hours on average, after "stood".
    half : str
        Begins the sentence on medians.
    none_met, half_not_met : str
        Of a class {name}, where nothing or less than half met it.
    left_out : str
        Why posts are left out of a window.
    notes : dict
        What was left out or supposed, by what it is; each takes {} posts.
    """

    title: str
    within: str
    were_within: str
    median_of_met: str
    median_of_all: str
    mean: str
    stood: str
    half: str
    none_met: str
    half_not_met: str
    left_out: str
    notes: dict[str, str]


ACTION = ClockWords(
    title="How long it took",
    within="acted on within {hours}",
    were_within="were acted on within {hours}",
    median_of_met="median hours to action, of the posts acted on",
    median_of_all="hours by which half of all posts were acted on",
    mean="mean hours without action in the first {hours}",
    stood="without action",
    half="Where an action came, half had come within",
    none_met="No {name} post was acted on at a known time.",
    half_not_met="Half of {name} posts acted on: not reached while they were watched.",
    left_out="not watched for so long or acted on at an unknown time",
    notes={
        "unstarted": "{} left out: neither report nor post has a time.",
        "untimed": "{} acted on at a time that is not recorded, left out: both classes' waits then "
        "look longer than they were.",
        "before": "{} acted on before the report; counted as acted on at hour 0.",
        "unseen": "{} last looked at before the clock started; watched for no time.",
        "open": "{} not acted on, without a last look; taken as watched to the last time in the "
        "table{day}.",
        "deleted": "{} deleted by the author at a time that is not recorded: counted as not "
        "acted on up to the last look (Fine & Gray 1999).",
    },
)

REVERSAL = ClockWords(
    title="How soon it was taken back",
    within="taken back within {hours}",
    were_within="had the action taken back within {hours}",
    median_of_met="median hours to reversal, of the actions taken back",
    median_of_all="hours by which half of all actions were taken back",
    mean="mean hours not taken back in the first {hours}",
    stood="without being taken back",
    half="Where an action was taken back, half were within",
    none_met="No action on a {name} post was taken back at a known time.",
    half_not_met="Half of the actions on {name} posts taken back: not reached while watched.",
    left_out="not watched for so long or taken back at an unknown time",
    notes={
        "unstarted": "{} left out: the action has no time.",
        "untimed": "{} with the action taken back at a time that is not recorded, left out: waits "
        "then look longer than they were.",
        "before": "{} with the action taken back before it was taken; counted at hour 0.",
        "unseen": "{} last looked at before the action; watched for no time.",
        "open": "{} with the action not taken back, without a last look; taken as watched to the "
        "last time in the table{day}.",
        "deleted": "{} deleted by the author, counted as not taken back up to the last look "
        "(Fine & Gray 1999).",
    },
)

RAN_OUT = (
    "An action that ran out of itself is counted as not taken back, up to the last look: what is "
    "given is the share taken back by an hour, of all (Fine & Gray 1999)."
)
