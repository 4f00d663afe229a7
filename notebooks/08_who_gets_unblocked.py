# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% tags=["parameters"]
design = "designs/who-gets-unblocked.toml"

# %% tags=["hide"]
import audit
from audit import report, run
from audit.sources.wikipedia_blocks.summary import AT_ONCE_HOURS, by_burn_in, by_class, by_reason

question = audit.Design.read(design)
study = run.study(question)
comparison = audit.compare(study)
evidence = audit.appraise(comparison)
week = question.outcome.reversed_within_hours
at_once = audit.claim("at_once", 60 * AT_ONCE_HOURS, unit="minutes", source="audit.sources.wikipedia_blocks.summary.AT_ONCE_HOURS")

# %%
display(report.cover(evidence, subtitle="The public block log of the English Wikipedia, January 2009 and January to March 2012"))

# %%
display(*report.page_one(evidence, limits=(
    "A post, here, is a block: the log holds only the blocked, so nothing is said of how often a class is blocked.",
    f"Few blocks of administrators are in it, and most of those lifted were lifted within {at_once.form('word')}: slips, and not judgements.",
    *run.freezing(design),
)))

# %% [markdown]
# # What was asked
#
# Administrators of a wiki can block others from editing, each other among them, and any administrator can lift a block.
# When an administrator is blocked, is the block lifted sooner, and more often, than that of another registered account?
# The public log of blocks says who was blocked, when, for how long, and who was let back before the time was up. No
# other public record has class, severity and reversal in one table.
#
# **What a row is.** One block of one account or address. Where this report says *posts*, it means blocks; where it says
# that a post was *let back*, the block was lifted before it ran out. Only the blocked are in the log. How often
# administrators are blocked, of all they do, cannot be had from it, and nothing here says so.
#
# **Who is an administrator.** Whoever had set, changed or lifted a block earlier in this same log, as of the moment of
# being blocked: only administrators can. Whoever did so only before the log begins, or in the gap between its months,
# is counted as registered. How much hangs on that is [measured below](#tbl-burn-in).
#
# **What is compared alike.** Blocks for the same reason, as far as the summary says one. The reason is what the blocking
# administrator wrote, and so part of the decision.

# %%
display(report.ledger_table(comparison))

# %% [markdown]
# # Who is let back, class by class
#
# Every block is watched for the same week. A block set less than a week before the log ends is in no row of
# this table, whatever came of it.

# %%
display(report.table(
    by_class(study.loaded, within_hours=week),
    id="tbl-classes",
    title="Blocks of three classes, and what came of them within a week",
    columns={
        "account_class": "Blocked", "blocks": ("Blocks", ",d"), "accounts": ("Accounts", ",d"),
        "indefinite": ("Without an end", ".1%"), "lifted": ("Lifted in a week", ",d"),
        "share": ("Share lifted", ".1%"), "low": ("95 % from", ".1%"), "high": ("to", ".1%"),
        "median_hours": ("Median hours to it", ".2f"), "own": ("Lifted by the blocked", ",d"), "at_once": ("Lifted in 10 minutes", ",d"),
        "share_later": ("Share lifted, without these", ".1%"),
    },
    notes=("Limits are those of single blocks (Wilson): they take the blocks of one account as independent, and say nothing of a contrast.",),
    source=report.source_line(study.loaded),
))

# %%
display(at_once)

# %% [markdown]
# A block that is lifted within {claim:at_once.word} is mostly a slip: the wrong name, or a bot that misfired. In January 2009 one
# bot on trial blocked administrators, its own keeper among them, and each of these blocks was taken back within minutes.
# The summaries do not call them tests, so the ledger cannot take them out; the last columns show what is left without
# them. The hour of an unblock is known only afterwards, so these columns describe, and are no contrast.

# %%
display(report.chart("rates", comparison))

# %%
display(report.family_table(evidence))

# %% [markdown]
# # Among blocks for like reasons

# %%
display(report.chart("observed_expected", comparison))

# %%
display(report.effects_table(comparison))

# %%
display(report.table(
    by_reason(study.loaded, classes=(question.focal, *question.references)),
    id="tbl-reasons",
    title="Reasons given for blocks, by class",
    columns={
        "rule": report.Column("Reason", code=True), "administrator": ("Administrators", ",d"),
        "registered": ("Registered", ",d"), "ip": ("Addresses", ",d"),
    },
    source=report.source_line(study.loaded),
))

# %%
display(*report.answer_blocks(comparison))

# %% [markdown]
# # How far back the log reaches
#
# The longer the log has run, the more administrators are known by their own entries. The next table leaves out the
# blocks of the first days of each time that the log covers, and uses these days only to learn who has blocked. Were
# many administrators missed at first, their blocks for each thousand of registered accounts would rise from row to
# row. The last column counts registered accounts that act as administrators *after* they were blocked: of these it is
# certain that their class was not known yet, or not yet held.

# %%
display(report.table(
    by_burn_in(study.loaded),
    id="tbl-burn-in",
    title="Administrators found, by how many days the log had run",
    columns={
        "burn_in_days": ("Days left out", ".0f"), "administrator_blocks": ("Blocks of administrators", ",d"),
        "administrators": ("Administrators blocked", ",d"), "registered_blocks": ("Blocks of registered", ",d"),
        "per_1000": ("For each 1,000", ".2f"), "later_administrators": ("Administrators later on", ",d"),
    },
    source=report.source_line(study.loaded),
))

# %% [markdown]
# # Does it hold?

# %%
display(report.checks_table(evidence))

# %% [markdown]
# # Limits
#
# - The outcome is what other administrators did afterwards. More reversals in a class can mean that it is let off more
#   easily, that it was blocked on weaker grounds, or that someone was there to appeal: one gap has all of these readings.
# - A registered account blocked without an end is mostly one made for vandalism, spam or under a name that the rules
#   forbid, and nobody asks for it back. Few of those accounts are like an administrator in anything but being registered.
# - An administrator could, in these years, lift a block of their own account, which nobody else can. Blocks that
#   administrators set on themselves are left out; blocks by others that they lifted themselves are counted as lifted.
# - Blocks that were shortened by a reblock and not lifted are counted as standing.
# - Addresses are blocked in bulk by a bot for being open proxies, and for years at a time. They are shown, and compared with
#   administrators in one row of the family; no conclusion should rest on it.
# - Hidden targets are in the log without a name. All of them leave through the ledger. Taken for one account, they would have
#   looked like many blocks of one administrator.
# - The months were not chosen for this question. Rules on blocking, and the software, have changed since 2012.
# - All names are numbers here. Administrators hold a public role; no estimate is of one person, and none is named.

# %%
display(*report.right_of_reply(evidence))

# %% [markdown]
# # Methods {.appendix}

# %%
display(*report.methods(evidence))

# %% [markdown]
# # The design {.appendix}

# %%
display(report.design_table(comparison))

# %% [markdown]
# # Codebook {.appendix}

# %%
display(report.codebook_table(study.cases))

# %% [markdown]
# # References {#references .appendix .unnumbered}

# %% [markdown]
# # Provenance {.appendix}

# %%
display(report.provenance(evidence))
