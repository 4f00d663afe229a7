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
# # Bring your own table
#
# From a CSV as a platform might send it to a verdict: check it, say what its columns mean, say who was what and when,
# ask, and report. The table is written here and made up; put the path of your own in its place.

# %% tags=["hide"]
import random
import tempfile
from pathlib import Path

import pandas as pd

import audit
from audit import report
from audit.drafting.write import draft_source

folder = Path(tempfile.mkdtemp(prefix="audit-own-table-"))
path = folder / "decisions.csv"

# %% [markdown]
# ## The table
#
# A row is a decision, or the chance of a decision. What was spared must be in it too, or no rate can be made of it.

# %%
made = random.Random(20180105)
lines = ["post,user,measure,topic,written"]
for user in range(1, 61):
    chance = 0.2 if user <= 12 else 0.55
    for post in range(1, 9):
        measure = "taken down" if made.random() < chance else "left up"
        topic, month = made.choice(["abuse", "spam"]), made.randint(1, 12)
        lines.append(f"u{user:02d}-{post},u{user:02d},{measure},{topic},2021-{month:02d}-10T12:00:00Z")
path.write_text("\n".join(lines) + "\n", encoding="utf-8")
pd.read_csv(path).head()

# %% [markdown]
# Where a table comes from belongs beside it, in a file named `origin.toml`. Every table and chart made of it then names its
# source, and what is made up is marked on all of them.

# %%
origin = path.with_name("origin.toml")
origin.write_text(
    """name = "own table"
title = "A table made up in this notebook"
producer = "this notebook"
url = ""
accessed = "2026-01-01"
licence = "CC0 1.0"
simulated = true
""",
    encoding="utf-8",
)
print(origin.read_text(encoding="utf-8"))

# %% [markdown]
# ## Check it
#
# Nothing is guessed when a table is loaded, and nothing is repaired. Read as it is, it is refused, with every fault at once
# and what to try. `audit check decisions.csv` says the same from the shell.

# %%
try:
    audit.read_cases(path)
except audit.AuditError as refused:
    print(refused)

# %% [markdown]
# ## What the columns mean
#
# A draft guesses the roles and gives its reason for each. It is for you to confirm: what follows uses only what is written
# out in the call. `audit check decisions.csv --draft mine.toml` writes the draft as a design to fill in.

# %%
draft_source(path)

# %% [markdown]
# ## Who was what, and when
#
# The package does not know who is a leader. A roster says it, with dates; a post by someone who has left the office is
# no leader's post. Start is inclusive, end exclusive, and an empty end is open.

# %%
leaders = folder / "leaders.csv"
pd.DataFrame(
    {
        "account_id": [f"u{user:02d}" for user in range(1, 13)],
        "account_class": "world_leader",
        "start": "2020-01-01",
        "end": "",
    }
).to_csv(leaders, index=False)
audit.Roster.read(leaders)

# %%
columns = {"post": "case_id", "user": "account_id", "measure": "action", "topic": "rule", "written": "posted_at"}
actions = {"left up": "none", "taken down": "remove"}
cases = audit.read_cases(path, columns=columns, actions=actions, roster=leaders, unlisted="ordinary")
cases

# %% [markdown]
# ## Ask
#
# Every term is a decision of yours, and all of them go into the report. The margin is the smallest gap that would matter. The
# source says in the design what was said to `read_cases`, so that the design alone leads from the table to the report.

# %%
design = audit.Design(
    title="Were leaders' posts taken down less often?",
    focal="world_leader",
    reference="ordinary",
    frame="reported",
    outcome={"at_least": "remove"},
    strata=("rule",),
    margin=0.10,
    source={
        "name": "table",
        "path": str(path),
        "columns": columns,
        "actions": actions,
        "roster": str(leaders),
        "unlisted": "ordinary",
    },
)
study = audit.enroll(cases, design)
study

# %%
day = cases.origins[0].accessed
display(report.Cover(design.title, subtitle="From a CSV to a verdict", date=day, simulated=True))

# %% [markdown]
# ## The answer

# %%
evidence = audit.appraise(audit.compare(study))
evidence

# %%
report.chart("observed_expected", evidence.comparison)

# %%
report.checks_table(evidence)

# %% [markdown]
# ## The report
#
# Keep the design as a file: `audit report mine.toml` then says the same numbers again, from the shell and for whoever has the
# table.

# %% tags=["hide"]
written = audit.compose(evidence, folder / "report")
written

# %% tags=["hide"]
design.write(folder / "mine.toml")
