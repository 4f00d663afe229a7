"""A design to fill in, before any data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from audit.errors import DesignError

DRAFT = """# A design is the question, written before the answer. Unknown keys are refused.
title     = "Are world leaders' rule-breaking posts removed less often?"

# Where the cases come from: `audit list sources` says which there are.
source    = { name = "table", path = "cases.csv" }

# How the rows came to be in the table. Required:
# reported | reviewed | random_sample | all_posts | enforced_only | amplified_by_focal
frame     = "reported"

# Every estimate is focal against reference. A list of references: the first is primary.
focal     = "world_leader"
reference = "ordinary"

# Which cases the question is about: allowed values, or { min = …, max = … }.
population = { violating = ["yes"] }

# What counts as acted on: at_least a rung of the ladder, or any_of = ["label"].
outcome   = { at_least = "remove" }

# What makes two cases comparable. Leave out what can follow from an action, such as reach.
strata    = ["rule", "severity", "language"]

# The smallest difference of rates that matters: 0.05 is five percentage points. No default.
margin    = 0.05

confidence = 0.95
primary    = "standardised"
seed       = 20180105

# What can be asked beyond that; take the sign away to ask it.
# families  = [["rule"], ["language"]]       # subgroups, corrected together
# timing    = { within_hours = [24], restricted_mean_hours = 168 }
# severity  = true                           # how far up the ladder
# reversal  = true                           # how often it was taken back
# pairs     = true                           # the same words by both classes: pair_id
# policy_change  = { at = 2021-09-01, per = "month", title = "what was announced" }
# within_account = { per = "month" }         # the same accounts in and out of the class
# exemptions     = { path = "exemptions.csv" }
# multiverse     = { strata = [["rule"], ["rule", "severity"]] }

# What the result is held to for rungs 4 and 5: your limits, and where no difference can be.
# label_error         = { sensitivity = [0.9, 1.0], specificity = [0.95, 1.0] }
# selective_reporting = { share_reported_focal = [0.5, 0.9], share_reported_reference = [0.3, 0.6] }
# negative_controls   = [{ population = { rule = ["spam"] } }]

# About the report and not the question: paths from here, within the project.
# report.reply        = { path = "answer.md", who = "a name, an office", on = 2026-01-31 }
# report.bibliography = "works.bib"          # BibTeX; the report cites [@key]
# report.previous     = "reports/removal-v1" # the earlier version: what changed is printed
"""


def draft() -> str:
    """Return a commented design to fill in."""
    return DRAFT


def write_draft(path: str | Path) -> Path:
    """Write the draft to a new file, with the folders above it; see `write_new`."""
    return write_new(path, draft)


def write_new(path: str | Path, text: Callable[[], str]) -> Path:
    """Write the text of a design to a new file, with the folders above it.

    Raises
    ------
    DesignError
        When something is there already.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with target.open("x", encoding="utf-8") as handle:
            handle.write(text())
    except FileExistsError as error:
        raise DesignError(
            f"{target} is there already; choose another name or delete it first."
        ) from error
    except OSError:
        target.unlink(missing_ok=True)  # half a draft would be in the way of the next
        raise
    return target
