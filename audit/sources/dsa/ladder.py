"""How each decision of the DSA is placed on a ladder, value by value."""

from __future__ import annotations

from collections.abc import Iterable

from audit.schema import Ladder

DSA_LADDER = Ladder(
    (
        "none",
        "label",
        "demonetise",
        "other",
        "restrict",
        "remove",
        "lock",
        "suspend",
        "ban",
    )
)
"""Measures against a post, then against its author, mildest first.

`none` never occurs: a statement of reasons states a measure. Money touches the author and leaves
the post where it is, so it stands below every limit on being seen. `other` is a limit whose kind is
only told in free text; it stands below `restrict`, so that "at least restrict" counts what is known
to be one and "at least other" counts it too. The rungs of the author stand above those of the post.
"""

RUNG = {
    # Art. 17(1)(a) DSA: the visibility of the post
    "DECISION_VISIBILITY_CONTENT_LABELLED": "label",
    "DECISION_VISIBILITY_CONTENT_DEMOTED": "restrict",
    "DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED": "restrict",
    "DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED": "restrict",
    "DECISION_VISIBILITY_OTHER": "other",
    "DECISION_VISIBILITY_CONTENT_DISABLED": "remove",  # nobody in the territory can see it
    "DECISION_VISIBILITY_CONTENT_REMOVED": "remove",
    # (b): payments to the author
    "DECISION_MONETARY_OTHER": "demonetise",
    "DECISION_MONETARY_SUSPENSION": "demonetise",
    "DECISION_MONETARY_TERMINATION": "demonetise",
    # (c): the service to the author; part of it is a lock, all of it what an account's end is
    "DECISION_PROVISION_PARTIAL_SUSPENSION": "lock",
    "DECISION_PROVISION_PARTIAL_TERMINATION": "lock",
    "DECISION_PROVISION_TOTAL_SUSPENSION": "suspend",
    "DECISION_PROVISION_TOTAL_TERMINATION": "ban",
    # (d): the account
    "DECISION_ACCOUNT_SUSPENDED": "suspend",
    "DECISION_ACCOUNT_TERMINATED": "ban",
}
"""Every value of the four decision columns, and its rung."""

DECISIONS = ("decision_visibility", "decision_monetary", "decision_provision", "decision_account")
NOT_STATED = "not stated"
"""What the action of a statement is called that states no decision at all."""


def strictest(values: Iterable[str]) -> str:
    """Return the strictest rung of several decisions; `NOT_STATED` where there is none."""
    rungs = [RUNG[value] for value in values]
    return max(rungs, key=DSA_LADDER.rungs.index, default=NOT_STATED)
