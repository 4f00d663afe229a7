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
design = "designs/election-labels-2020.toml"

# %% tags=["hide"]
from dataclasses import replace

import audit
from audit import report, run
from audit.sources.election_labels import ElectionLabels, agreement
from audit.sources.readme import codebook_of

question = audit.Design.read(design)
study = audit.enroll(run.load(question), question)
comparison = audit.compare(study)
evidence = audit.appraise(comparison)
by_month = replace(question, strata=("month", "fraud_words"))
months = audit.compare(audit.enroll(ElectionLabels(table="cells").load(), by_month))

# %%
display(report.cover(evidence, subtitle="Posts on one timeline, 1 September to 15 December 2020, and who had written them"))

# %%
display(*report.page_one(evidence, limits=run.freezing(design)))

# %% [markdown]
# # What was asked
#
# In the autumn of 2020 Twitter put labels on posts about the US election. Was the president labelled more
# often, or less often, than the accounts that he himself chose to amplify? The table holds posts from his
# timeline, from 1 September to 15 December 2020: his own, and his retweets of others, as one public data set
# recorded them. It is not complete: it has nothing of 31 October, for example. Of each post it is known whether it
# was written before 3 November, whether it carried words of election fraud, and whether it was labelled or
# restricted.
#
# **What one leader can show.** With one account there is no second leader to tell chance from habit. The
# comparison describes what happened to his posts. It cannot say how leaders as a class were treated, in
# whichever direction the numbers point, and no test can mend that. So no interval and no *p* is printed.
#
# **Who he is compared with.** The others are accounts that he chose to amplify, in posts he chose. They are
# no sample of what ordinary people wrote, and their posts may be like, or unlike, what he wrote himself.

# %%
display(report.ledger_table(comparison))

# %% [markdown]
# # Labelled more, or less?

# %%
display(report.chart("label_rates", comparison))

# %%
display(report.family_table(evidence))

# %%
display(report.rates_table(comparison))

# %% [markdown]
# # Among like posts
#
# Most labels came from 3 November on, and most went to posts with words of election fraud. The president
# wrote more of these. The next figure sets like against like: the same period, with the same kind of words.

# %%
display(report.chart("periods", comparison))

# %%
display(report.strata_table(evidence))

# %%
display(report.chart("observed_expected", comparison))

# %%
display(report.effects_table(comparison))

# %% [markdown]
# # Month by month
#
# The same posts counted by month and words. These counts carry no accounts, so that nobody can be picked out
# of them; they give point estimates only.

# %%
display(report.effects_table(months, id="tbl-months", title="The same, within months and words"))

# %% [markdown]
# # Does it hold?

# %%
display(report.checks_table(evidence))

# %% [markdown]
# # How sure are the labels themselves?

# %%
agreed = agreement()
display(
    audit.claim("coders", set(agreed["coder_a"]) | set(agreed["coder_b"]), unit="data sets", source="tbl-agreement"),
    audit.claim("kappa_low", agreed["kappa"].min(), unit="kappa", decimals=2, source="tbl-agreement"),
    audit.claim("kappa_high", agreed["kappa"].max(), unit="kappa", decimals=2, source="tbl-agreement"),
    audit.claim("cut_at", 140, unit="characters", source="data/election_labels_2020/README.md"),
)

# %% [markdown]
# {claim:coders.Word} recorded the same outcome. Agreement runs from {claim:kappa_low.phrase} to one of {claim:kappa_high}; where
# coders disagree, mostly one of them lacks a mark that the other has.

# %%
display(report.table(
    agreed,
    id="tbl-agreement",
    title="How far the coders of one outcome agree",
    columns={
        "coder_a": "One coder", "coder_b": "The other", "scale": "Scale", "posts": ("Posts in both", ",d"),
        "both_acted": ("Acted on, both", ",d"), "only_a": ("Only the one", ",d"), "only_b": ("Only the other", ",d"),
        "kappa": ("Cohen’s kappa", ".3f"),
    },
    source=report.source_line(study.loaded),
))

# %% [markdown]
# # Limits
#
# - The comparison accounts were chosen by the focal account; which posts he retweeted may depend on the very
#   things that draw a label.
# - The class of an author is what the author was on 3 November 2020. Authors nobody could place are counted
#   among the others.
# - The posts recorded are not all that stood on the timeline, and which are missing is not known to be a matter of chance.
# - “Other authors” are everyone else he retweeted, officials, candidates and broadcasters among them: they are no
#   sample of ordinary people. Anyone who holds the original posts can recognise some of them by their counts.
# - Words of election fraud are found by a list of word stems, not by reading. The list was chosen knowing the totals
#   it had to give; other lists, in the data folder, give the same direction.
# - The texts of retweets are cut at about {claim:cut_at.phrase} and his own are not, so that words are found in his posts
#   more readily. The data folder has the counts with his posts cut as short.
# - A label may be added or taken off later than the coders looked.
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
display(report.codebook_table(study.cases))

# %%
book = codebook_of("data/election_labels_2020").query("file == 'account_counts.csv' and column in ['account_class', 'period', 'fraud_words']")
display(report.table(
    book, id="tbl-levels", title="What the classes and strata of this table mean", source="the codebook of the data",
    columns={"column": report.Column("Column", code=True), "value": report.Column("Value", code=True), "meaning": report.Column("Meaning", limit=400)},
))

# %% [markdown]
# # References {#references .appendix .unnumbered}

# %% [markdown]
# # Provenance {.appendix}

# %%
display(report.provenance(evidence))
