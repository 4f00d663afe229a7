"""What to ask a platform for, before any data."""

from __future__ import annotations

from audit.design import Design, words


def request(design: Design) -> str:
    """Return the wording with which to ask a platform for the data that the design needs."""
    from audit.schema import CASE_COLUMNS

    wanted = _wanted(design)
    lines = [f"  - {c.name}: {c.about}" for c in CASE_COLUMNS if c.name in wanted]
    known = {c.name for c in CASE_COLUMNS}
    lines += [f"  - {name}: as in your own records" for name in sorted(wanted - known)]
    classes = (
        f"{words(design.focal)} accounts and {' and '.join(map(words, design.references))} accounts"
    )
    return f"""Request for enforcement records

We ask for records that answer one question: {design.question}

Please provide one row for every post that was reported, reviewed or sampled, whether or not it was
acted on, for {classes}. Posts that were left up are as necessary as those
that were not: without them there is no rate.

Columns (account numbers may be replaced by pseudonyms, the same one for all posts of an account):
{chr(10).join(lines)}

Times in UTC with their zone. Numbers of posts and accounts as text, not as numbers: spreadsheets
round long ones. Please state how the rows were chosen, and over which period.
"""


def _wanted(design: Design) -> set[str]:
    """Return the columns that the design needs."""
    wanted = {"case_id", "account_id", "account_class", "action", "posted_at", "reported_at"}
    wanted |= {"acted_at", "observed_until", "violating"}
    wanted |= {*design.strata, *(design.population or {})}
    if design.outcome.reversed:
        wanted |= {"appealed", "reversed", "reversed_at"}
    return wanted
