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
design = "designs/four-coders-one-outcome.toml"

# %% tags=["hide"]
import pandas as pd

import audit
from audit import report, run
from audit.sources.election_labels import (
    coders,
    disagreement,
    gap_by_coder,
    joined,
    label_error,
    pairwise_agreement,
    where_it_stops,
)

question = audit.Design.read(design)
labels = run.source(question)
cases = labels.load()
evidence = audit.appraise(audit.compare(audit.enroll(cases, question)))
comparison = evidence.comparison
where = {"path": labels.path, "rosters": labels.rosters, "archive": labels.archive}
table, joins = coders(**where), joined(**where)
gaps = gap_by_coder(labels, question)
source = report.source_line(cases)
names = {"cao": "Cao", "smapp": "SMAPP", "trump_archive": "Trump Twitter Archive", "civicmachines": "civicmachines"}
data_sets = audit.claim("coders", list(names), unit="data sets", source="tbl-joins")

# %%
display(report.cover(evidence, subtitle=f"Posts on one timeline, 1 September to 15 December 2020, as {data_sets.form('word')} recorded what was done to them"))

# %%
display(*report.page_one(evidence, limits=(
    "Only one coder looked at the posts of others. How wrong that record is for them cannot be found from these data.",
    "A label is not a removal, and not a finding of breach. Removal is never observed here.",
    "There is one leader, and no account has a volume like his: no interval and no p-value is shown for the gap.",
    *run.freezing(design),
)))

# %% [markdown]
# # What was asked
#
# {claim:coders.Word} say which of the president's posts carried a label in the autumn of 2020, or were put behind a notice.
# They were made by different people, at different times, from what each could see. Where some of them have the same post
# and do not agree, at least one is wrong. How much of the gap between his posts and those he amplified hangs on
# who kept the record?
#
# These are asked apart. How far do the coders agree on his posts? And what would the gap
# be if the record were as wrong as their disagreement allows, for his posts and for the others' alike?

# %%
display(report.ledger_table(comparison))

# %% [markdown]
# # Which posts the coders share
#
# A post is the same post where its id is the same. Ids are numbers of {claim:id_digits.phrase}; a spreadsheet keeps
# {claim:kept_digits}.

# %%
civic = joins.set_index("coder").loc["civicmachines"]
leaders = cases.frame[cases.frame["account_class"] == question.focal]
smapp = table.loc[table["smapp"].notna(), "posted_at"]
display(
    data_sets,
    audit.claim("id_digits", leaders["case_id"].str.len().max(), unit="digits", source="the ids of the leader’s posts"),
    audit.claim("kept_digits", 15, unit="digits", source="IEEE 754 double precision, as spreadsheets print it"),
    audit.claim("civic_joined", civic["joined"], of=int(civic["posts"]), unit="posts of civicmachines", source="tbl-joins"),
)
display(report.table(
    joins.assign(coder=joins["coder"].map(names)), id="tbl-joins", title="Posts of each further coder that join one of Cao’s by id", source=source,
    columns={"coder": "Coder", "posts": ("Posts coded", ",d"), "joined": ("Join", ",d"), "failed": ("Do not", ",d"), "rounded": ("Ids that are a rounded number", ",d")},
    notes=["An id that is a rounded number is what 15 digits leave of a longer one. A few whole ids look so by chance."],
))

# %%
audit.claim("smapp_months", smapp.dt.strftime("%Y-%m").nunique(), unit="months", source="the days that SMAPP has")

# %% [markdown]
# Of all, {claim:civic_joined.of} join, since every one of its ids was rounded. Its coding is shown where it joins and decides
# nothing. The archive holds posts of many years; SMAPP holds the last {claim:smapp_months.word} of 2020, and Cao nothing after
# 15 December.
#
# # How far they agree

# %%
agreed = pairwise_agreement(table)
display(report.table(
    agreed.assign(coder_a=agreed["coder_a"].map(names), coder_b=agreed["coder_b"].map(names)), id="tbl-agreement", title="How far every two coders agree, on the posts that both have", source=source,
    columns={
        "coder_a": "One coder", "coder_b": "The other", "scale": "Scale", "posts": ("Posts in both", ",d"), "both_acted": ("Acted on, both", ",d"),
        "only_a": ("Only the one", ",d"), "only_b": ("Only the other", ",d"), "kappa": ("Cohen’s kappa", ".3f"), "alpha": ("Krippendorff’s alpha", ".3f"),
    },
    notes=["The archive and civicmachines mark a flag and not which, so that they are compared on one scale only. All posts here are the leader’s."],
))

# %% [markdown]
# Of those that share many posts, the archive and SMAPP agree least, and the next table shows why. Until 10 December
# they say much the same. After that day the archive flags nothing at all, while SMAPP goes on marking: the archive's flags
# stop there and the platform's labels do not. They are used here up to the end of November.

# %%
stretches = where_it_stops(table[table["posted_at"] >= "2020-11-01"])
display(report.table(
    stretches, id="tbl-stops", title="Posts that both the archive and SMAPP have, by stretches of ten days", source=source,
    columns={"since": "From", "posts": ("Posts in both", ",d"), "by_coder": ("Flagged by the archive", ",d"), "by_against": ("Marked by SMAPP", ",d")},
    notes=["The last stretch of a month runs to its end."],
))

# %% [markdown]
# # Where they disagree, by class
#
# Taking each further coder in turn as the truth gives a sensitivity and a specificity of Cao's record. Neither is the truth.
# And no further coder has looked at anybody's posts but the leader's, so that for every other class the error is
# not identified: its rows are empty, and no care in counting can fill them.

# %%
fresh = table[table["posted_at"] < "2020-12-01"]
errors = pd.concat([disagreement(fresh, "cao", other) for other in ("smapp", "trump_archive")], ignore_index=True)
display(report.table(
    errors.assign(account_class=errors["account_class"].str.replace("_", " "), against=errors["against"].map(names)), id="tbl-errors",
    title="Cao’s record against two others, posts before December", source=source, group="against",
    columns={
        "account_class": "Class", "posts": ("Posts in both", ",d"), "only_coder": ("Only Cao", ",d"), "only_against": ("Only the other", ",d"),
        "sensitivity": ("Sensitivity", ".1%"), "sensitivity_low": ("at least", ".1%"), "specificity": ("Specificity", ".1%"), "specificity_low": ("at least", ".1%"),
        "why": report.Column("Why not", limit=60),
    },
    notes=["“at least”: the lower Wilson limit at 95 %, which takes posts as independent."],
))

# %%
limits = label_error(table, before="2020-12-01")
display(*(
    audit.claim(name, limits[name][0], unit="share", source="audit.sources.election_labels.label_error")
    for name in ("sensitivity", "specificity")
))

# %% [markdown]
# The lowest of these limits, rounded down, are {claim:sensitivity} for the sensitivity and {claim:specificity} for the specificity.
# The design declares them for both classes. For the leader they come from other coders. For the others they are an assumption that
# nothing here can test: their posts may have been watched less closely.

# %% [markdown]
# # The gap, coder by coder

# %%
display(report.table(
    gaps.assign(coder=gaps["coder"].map(names), estimate=100 * gaps["estimate"], estimate_by_cao=100 * gaps["estimate_by_cao"]), id="tbl-gaps", title="The gap with the leader’s posts as each coder recorded them", source=source,
    columns={
        "coder": "Leader’s posts by", "first_day": "From", "last_day": "To", "n_focal": ("Leader’s posts", ",d"), "acted_focal": ("Acted on", ",d"),
        "acted_focal_by_cao": ("The same by Cao", ",d"), "n_reference": ("Other authors’", ",d"), "acted_reference": ("Acted on", ",d"),
        "estimate": ("Gap, points", "+.1f"), "estimate_by_cao": ("The same by Cao", "+.1f"), "tipping": ("Gap is 0 at", ".1%"),
    },
    notes=["Gap among like posts: same period, same kind of words. Other authors’ posts are as Cao recorded them in every row. “Gap is 0 at”: the share of actions "
           "on other authors’ posts that would have to be on record, every one on the leader’s being so, for the gap to be nothing."],
))

# %% [markdown]
# Between the rows the posts differ, as each coder has other days. Within a row they are the same, and so is the gap or nearly so:
# whether Cao or another coder kept the record of the leader's posts moves it little.

# %%
display(report.chart("periods", comparison))

# %% [markdown]
# # The gap under label error

# %%
display(*report.robustness_tables(evidence))

# %%
display(report.checks_table(evidence))

# %% [markdown]
# # Limits
#
# - That coders agree does not make them right: all of them saw the same page, and a label that nobody saw is missed by
#   all.
# - Only Cao coded the posts of others. The gap between the leader and the others rests on that one record, and the last table takes for it
#   an error that was measured on the leader.
# - The comparison accounts were chosen by the leader, and so were the posts of theirs.
# - A coder who looked later could see a label that was not there when another looked.
# - No post was removed in these records, and none could have been seen if it was.

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
display(report.codebook_table(evidence.comparison.study.cases))

# %% [markdown]
# # References {#references .appendix .unnumbered}

# %% [markdown]
# # Provenance {.appendix}

# %%
display(report.provenance(evidence))
