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
design = "designs/one-leader-over-time.toml"

# %% tags=["hide"]
from dataclasses import replace

import pandas as pd

import audit
from audit import report, run
from audit.numerals import count
from audit.sources.trump_archive.dates import measures, spells
from audit.sources.trump_archive.file import off_by_more_than_a_minute, read_archive
from audit.sources.trump_archive.views import by_role, flags_by_month

question = audit.Design.read(design)
archive = run.source(question)
posts, layout = read_archive(archive.path)
cases = archive.load()
evidence = audit.appraise(audit.compare(audit.enroll(cases, question)))
roles, months = by_role(cases), flags_by_month(archive)
source = report.source_line(cases)
frame = cases.frame
office = frame[frame["in_office"] == "yes"]
labelling = office[office["regime"] == "2020-03-05"]
flagged = int((labelling["action"] == "label").sum())

# %%
display(report.cover(evidence, subtitle="One account from 2009 to 2020, before and in office, by its own public archive"))

# %%
display(report.verdict_box(evidence))
display(report.Facts((
    report.Fact("posts", count(len(frame)), "in the cases, of one account"),
    report.Fact("in office", count(len(office)), "of these, from 20 January 2017"),
    report.Fact("since labels began", count(len(labelling)), "from 5 March 2020, every one in office"),
    report.Fact("seen flagged", count(flagged), "of these, until 30 November 2020"),
)))
display(report.does_not_show(evidence, [*archive.limits, *run.freezing(design)]))

# %% [markdown]
# # What was asked
#
# The same person wrote from the same account before he held an office and while he held it. If an account were
# treated differently once its owner is a leader, its own history would seem the fairest comparison: one writer,
# one audience, one platform. The design asks for it. It takes posts written since the platform put labels on
# posts, and compares those written in office with those written as a candidate or before.
#
# There are none of the second kind. The measures came when he was already in office, so that no post of
# his was ever both written out of office and open to a flag. A rate of flags before office is zero by
# construction. Set beside the rate in office it would show when a rule was made and not how
# an account was treated. The comparison is refused.

# %%
display(report.ledger_table(evidence.comparison))

# %% [markdown]
# # The account in and out of office
#
# What can be had is a description. The table sets beside one another what the account was when a post was written
# and which measures there were on that day.

# %%
display(report.table(
    roles.frame.assign(account_class=roles.frame["account_class"].str.replace("_", " ")), id="tbl-roles", title="Posts, flags and deletions by role and measures", source=source,
    columns={"account_class": "Written as", "regime": "Measures since", "posts": ("Posts", ",d"), "flagged": ("Seen flagged", ",d"), "deleted": ("Deleted by the author", ",d")},
    notes=["Measures since: the day from which the latest kind of flag could be put on a post; before 27 June 2019 there was none."],
), *report.view_words(roles))

# %% [markdown]
# # Flags over time
#
# Among the posts in office, the share seen flagged moved from month to month. The archive's flags stop being complete
# at the end of 2020: the shaded months show what the archive holds, and not what was flagged. A reader who took
# the end of the line for a change of treatment would be reading the archive's last update.

# %%
display(report.chart("flags_over_time", months, source=source, licence=report.licence_line(cases)), *report.view_words(months))

# %%
display(report.view_table(months, id="tbl-months", source=source))

# %% [markdown]
# # How far the record itself can be trusted

# %%
off, timed = off_by_more_than_a_minute(posts), posts["off_clock"].notna()
twelve = (posts["off_clock"].abs() - pd.Timedelta(hours=12)).abs() < pd.Timedelta(minutes=1)
moved = int((replace(archive, times="id").load().frame["account_class"] != frame["account_class"]).sum())
zero = (posts["raw_favorites"] == 0) & (posts["raw_retweets"] == 0) & posts["is_flagged"].astype(bool)
said_by = {"unit": "posts", "source": "the archive’s own file"}
display(
    audit.claim("off_clock", off.sum(), of=int(timed.sum()), **said_by),
    audit.claim("half_a_day", 12, unit="hours", source="the error looked for: morning taken for evening"),
    audit.claim("off_half_a_day", twelve.sum(), **said_by),
    audit.claim("another_role", moved, **said_by),
    audit.claim("rounded_ids", posts["case_id"].isna().sum(), **said_by),
    audit.claim("no_counts", zero.sum(), **said_by),
)

# %% [markdown]
# Every id given out since November 2010 holds the moment of posting. Of the posts whose id has this clock, {claim:off_clock.of}
# are recorded more than a minute away from it, {claim:off_half_a_day} of them by {claim:half_a_day.word}, as where morning was
# taken for evening. They stay as recorded and are marked; by the clock in their ids, {claim:another_role} would have another role. Of
# {claim:rounded_ids.phrase} only a rounded id is left; they leave by the ledger, as a rounded id can name another post.
#
# Of the flagged posts, {claim:no_counts} have neither a favorite nor a retweet. On an account with this audience that does not mean
# that nobody cared: a post behind a notice could not be passed on, and its counts were not shown. Such counts follow the measure,
# so that the package refuses them as strata.

# %% [markdown]
# # Limits
#
# - One account describes itself. It says nothing about leaders, and nothing about how anybody else was treated.
# - A flag is what the archive saw when it looked. It does not tell a label from a notice, and a flag added or
#   taken off later is not in it.
# - Being a candidate and being in office differ in much more than the platform's attention: what was written,
#   about what, and who read it.
# - Deletions are the author's, and the archive noticed next to none before 2017; more of them in office
#   can be a matter of better watching.
# - No removal by the platform is recorded. The account's suspension in January 2021 comes after these cases.

# %%
display(*report.right_of_reply(evidence))

# %% [markdown]
# # What the account was, and when {.appendix}

# %%
display(report.table(
    spells().frame.assign(account_class=lambda f: f["account_class"].str.replace("_", " "), start=lambda f: f["start"].dt.strftime("%Y-%m-%d"), end=lambda f: f["end"].dt.strftime("%Y-%m-%d")),
    id="tbl-spells", title="The roster of the account", source="the sources in the table",
    columns={"account_class": "Class", "start": "From", "end": "Until", "source": report.Column("Recorded in", limit=300)},
))

# %%
display(report.table(
    measures().frame.assign(start=lambda f: f["start"].dt.strftime("%Y-%m-%d")), id="tbl-measures", title="From when a post could be flagged at all", source="the sources in the table",
    columns={"start": "From", "title": report.Column("What began", limit=120), "source": report.Column("Recorded in", limit=300)},
))

# %% [markdown]
# # The design {.appendix}

# %%
display(report.design_table(evidence.comparison))

# %% [markdown]
# # Codebook {.appendix}

# %%
display(report.codebook_table(cases))

# %% [markdown]
# # Provenance {.appendix}

# %%
display(report.provenance(evidence))
