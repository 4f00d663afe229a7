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
design = "designs/simulated-platform.toml"

# %% tags=["hide"]
import audit
from audit import report, run

question = audit.Design.read(design)
cases = run.load(question)
study = audit.enroll(cases, question, exemptions=run.exemptions(question))
comparison = audit.compare(study)
evidence = audit.appraise(comparison)
truth = run.source(question).truth()

# %%
display(report.cover(evidence, subtitle="A worked example on simulated data, its truth printed beside the estimates"))

# %%
display(*report.page_one(evidence, limits=run.freezing(design)))

# %% [markdown]
# # What was simulated
#
# Simuland is a platform whose double standard is a number in its source code. Its leaders are few and
# write much, its ordinary accounts are many and write little. Posts of one account are alike. Leaders'
# posts differ from ordinary ones in rule, severity and language, so that the raw gap is not the double
# standard. Breaches by leaders are reported more readily. Some authors delete. One exemption is
# published. A few accounts are of unknown class. In one rule, spam, there is no double standard at all.
#
# An audit that works must find the truth below without having been told it.

# %%
display(report.truth_table(truth, comparison, population="coded violating", rule="audited rules"))

# %% [markdown]
# # Who is in, and who is out
#
# The question is about posts that independent coders called a breach, under {claim:rules.word}. Every row that
# leaves is counted, by class.

# %%
display(audit.claim("rules", set(study.cases.frame["rule"]), unit="rules", source="the cases that answer the design"))
display(report.chart("flow", comparison))

# %%
display(report.ledger_table(comparison))

# %% [markdown]
# # Are the cases alike?
#
# Before any effect: how far the posts of the classes can be compared. A post is compared with posts under
# the same rule, of the same severity, in the same language.

# %%
display(report.chart("love", evidence))

# %%
display(report.strata_table(evidence))

# %%
display(report.coverage_table(evidence))

# %% [markdown]
# # What happened
#
# First in posts, then in percentage points, ratios after that.

# %%
display(report.chart("observed_expected", comparison))

# %%
display(report.chart("rates", comparison))

# %%
display(report.rates_table(comparison))

# %%
display(report.chart("forest", comparison))

# %%
display(report.chart("gap_over_time", comparison))

# %%
display(report.effects_table(comparison))

# %%
display(*report.exemption_blocks(evidence))

# %%
display(*report.answer_blocks(comparison))

# %%
display(*report.docket_blocks(evidence))

# %% [markdown]
# # Does it hold?
#
# Checks lower the rung of the evidence and never change the verdict, save where the sign turns.

# %%
display(report.checks_table(evidence))

# %%
display(report.chart("leave_one_out", evidence))

# %%
display(report.chart("multiverse", evidence))

# %%
display(report.chart("selection_sensitivity", comparison))

# %%
display(*report.robustness_tables(evidence))

# %%
display(report.independent_table(comparison))

# %% [markdown]
# # Limits
#
# The coders' label of a breach is itself in error now and then; what the declared limits bound is error
# of the recorded action. Posts that their authors deleted carry no time of deletion. The negative
# control is too small to show that nothing is there, and the declared shares of posts reported leave the
# sign of the gap open: neither can be mended by another estimate, only by more data.

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
display(report.codebook_table(cases))

# %% [markdown]
# # Provenance {.appendix}

# %%
display(report.provenance(evidence))
