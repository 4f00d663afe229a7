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

# %% [markdown]
# # Quickstart: from a table to a verdict
#
# *Choose Run, then Run All Cells. It takes about a minute and needs no network.*
#
# A platform decided about posts. Some were by leaders, most by ordinary people. Were the leaders' posts treated
# as ordinary posts like them were? This page asks that of Simuland, a platform that does not
# exist. Its double standard is a number in its source code, so at the end the answer can be held against the
# truth. Nothing below is about any real platform or person.
#
# The steps are a line of values, each made of the value before it: cases, study, comparison, evidence,
# report. Show any of them, as the cells below do, and it says its question above its numbers.

# %% tags=["hide"]
import tempfile
from pathlib import Path

import audit
from audit import report

# %% [markdown]
# ## The cases
#
# A row is a decision about a post, or the chance of a decision: a post that was reported and left alone belongs
# in the table as much as a post that was removed. What the data cannot support stands first.

# %%
simuland = audit.SOURCES["simulated"]()
cases = simuland.load()
cases

# %% [markdown]
# ## The question
#
# It is a value, fixed before its answer is seen. It says who is compared with whom, what counts as acted on,
# what must be alike for posts to be compared, and the smallest gap that would matter. The margin has no default:
# only the asker can say it.

# %%
design = audit.Design(
    title="Were leaders' posts removed less often on Simuland?",
    focal="world_leader",
    reference="ordinary",
    frame="reported",
    population={"violating": ["yes"], "rule": ["abuse", "threats", "elections"]},
    outcome={"at_least": "remove"},
    strata=("rule", "severity", "language"),
    margin=0.05,
)
design

# %%
day = cases.origins[0].accessed
display(report.Cover(design.title, subtitle="A first audit, step by step", date=day, simulated=True))

# %% [markdown]
# ## Who can answer it
#
# Rows leave for a reason or not at all, and every reason is counted by class.

# %%
study = audit.enroll(cases, design)
study

# %%
study.cases.ledger_frame()[["because", "account_class", "cases_removed", "cases_after"]]

# %% [markdown]
# ## The estimates
#
# The raw gap compares all posts. The standardised gap compares each leader's post with ordinary posts under the same
# rule, of the same severity, in the same language. Intervals are by account, since posts of the same account are alike.

# %%
comparison = audit.compare(study)
comparison

# %% [markdown]
# ## The verdict
#
# It comes from a closed list. The rung says how much stands behind it, and which verbs it may use. Every check says
# what it found; a check that failed lowers the rung.

# %%
evidence = audit.appraise(comparison)
evidence

# %% [markdown]
# ## A chart
#
# How many of the leaders' posts were acted on, beside how many would have been under the treatment of ordinary ones.

# %%
report.chart("observed_expected", comparison)

# %% [markdown]
# ## A table of your own
#
# `.to_frame()` gives the numbers of any step as a pandas data frame. What you make of it prints as a table of the report.

# %%
rates = comparison.rates()
rates["account_class"] = rates["account_class"].str.replace("_", " ")
mine = report.table(
    rates,
    id="tbl-mine",
    title="Posts acted on, by class",
    columns={
        "account_class": "Class",
        "events": "Acted on",
        "n": "Posts",
        "accounts": "Accounts",
        "rate": ("Rate", ".1%"),
    },
    notes=["All posts, before like is compared with like."],
    source=report.source_line(cases),
    simulated=True,
)
mine

# %% [markdown]
# ## Take it with you
#
# Any step exports its tables: as Markdown, as LaTeX that needs `booktabs` and nothing else, or as a Word file. Notes and
# source go along.

# %%
print(mine.to_markdown())

# %%
print(mine.to_latex())

# %% tags=["hide"]
folder = Path(tempfile.mkdtemp(prefix="audit-quickstart-"))
comparison.to_docx(folder / "estimates.docx")

# %% [markdown]
# The whole report, as PDF, HTML, charts and tables, takes a line. It is written whole or not at all.

# %% tags=["hide"]
written = audit.compose(evidence, folder / "report")
written

# %% [markdown]
# ## Was it right?
#
# Simuland's own numbers, beside what the audit found without being told them.

# %%
report.truth_table(simuland.truth(), comparison, population="coded violating", rule="audited rules")

# %% [markdown]
# ## From here
#
# `09_bring_your_own_table.py` starts from a CSV of your own. `03_simulated_platform.py` asks many more questions of the
# same platform. `README.md` beside them lists all notebooks with their charts.
