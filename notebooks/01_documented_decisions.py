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
design = "designs/documented-decisions.toml"

# %% tags=["hide"]
import audit
from audit import report, run
from audit.sources.registry_contrasts import ladder_among_leaders, matched_copies
from audit.sources.registry_totals import allowance_shares, platform_totals
from audit.sources.registry_views import rule_timeline, time_to_action

question = audit.Design.read(design)
registry = run.source(question)
cases = registry.load()
evidence = audit.appraise(audit.compare(audit.enroll(cases, question)))
decisions, rules = registry.decisions(), registry.rules()
source = report.source_line(cases)

# %%
display(report.cover(evidence, subtitle="Published decisions and refusals to decide, 2015 to 2025, and the rules they were taken under"))

# %%
display(*report.page_one(evidence, limits=[*registry.limits, *run.freezing(design)]))

# %% [markdown]
# # Why there is no rate here
#
# On 5 January 2018 Twitter said that it does not take down a world leader's words because of who the leader
# is. People answered that there are two standards, and asked for numbers. The public record has decisions:
# posts that were removed, labelled, put behind a notice, or left up after somebody asked. It does not have the posts
# that were never asked about. A rate needs both.
#
# So this report prints no comparison of leaders with ordinary accounts. What follows are descriptions, each
# with its own denominator and its own limits.

# %%
display(report.ledger_table(evidence.comparison))

# %% [markdown]
# # The rules, and the decisions on them
#
# Which rule was in force decides what a decision means. Rules for leaders were made, widened, narrowed and
# dropped over these years; [the exemptions](#tbl-exemptions) are listed in the appendix.

# %%
timeline = rule_timeline(rules, decisions)
display(report.chart("decision_timeline", timeline, source=source), *report.view_words(timeline))

# %% [markdown]
# # The ladder among leaders
#
# A notice in place of removal was offered to leaders only, so it cannot be compared with ordinary accounts. It can be
# compared among leaders.

# %%
ladder = ladder_among_leaders(decisions)
display(report.chart("notices", ladder, source=source), *report.view_words(ladder), report.view_table(ladder, id="tbl-notices"))

# %% [markdown]
# # The same words from an ordinary account
#
# The nearest thing to an experiment: an account with few followers posted a leader's words again.

# %%
copies = matched_copies(decisions)
display(report.chart("matched_copies", copies, source=source), *report.view_words(copies), report.view_table(copies, id="tbl-copies"))

# %% [markdown]
# # Meta's allowances
#
# Meta counts how many posts it leaves up as newsworthy, and how many of these are by politicians. Whether
# politicians are over-represented depends on a share that nobody has published: how much of all eligible
# content is theirs. So the answer is a curve and not a number.

# %%
allowances = allowance_shares(registry.platform_totals())
display(report.chart("allowance_curve", allowances, source=source), *report.view_words(allowances), report.view_table(allowances, id="tbl-allowances"))

# %% [markdown]
# # How long it took
#
# Where the record has both days, the time from a sitting head's post to the decision. The press reports what
# is decided fast; slow decisions and those never taken are missing.

# %%
times = time_to_action(decisions)
display(report.chart("time_to_action", times, source=source), *report.view_words(times), report.view_table(times, id="tbl-times"))

# %% [markdown]
# # Published exemptions {.appendix}
#
# What platforms said they would spare, as far as the record dates it. A published exemption is no double standard
# that was hidden; it is one that was announced.

# %%
keys = ["policy_id", "platform", "start", "summary", "source_tier"]
joined = {c: lambda v: ", ".join(dict.fromkeys(v.dropna().str.replace("_", " "))) for c in ("account_class", "rule")}
published = registry.exemptions().groupby(keys, as_index=False, dropna=False, sort=False).agg(joined)
display(report.table(
    published.sort_values("start"), id="tbl-exemptions", title="Published exemptions, as far as they can be dated", source=source,
    columns={"start": "From", "platform": "Platform", "account_class": "For", "rule": report.Column("Under the rules on", limit=120),
             "summary": report.Column("What was published (our summary)", limit=300)},
    notes=["“any”: not limited to a class or a rule by the source. Ends, ceilings and addresses are in the registry’s own table."],
))

# %% [markdown]
# # Enforcement at large {.appendix}
#
# What platforms publish about everybody. The method of counting changed in August 2020: figures from before and after
# never form one series.

# %%
totals = platform_totals(registry.platform_totals())
display(*report.view_words(totals))

# %%
rows = totals.frame.sort_values(["method", "platform", "period_start"], kind="stable")
display(report.table(
    rows.assign(metric=rows["metric"].str.replace("_", " "), method=rows["method"].str.replace("_", " ")),
    id="tbl-totals", title="Published platform totals", source=source, group="method",
    columns={"platform": "Platform", "period": "Period", "metric": report.Column("What is counted", limit=80), "value": ("Value", ",.10g"),
             "unit": "Unit", "value_precision": "Precision", "source_publisher": report.Column("Source", limit=40)},
))

# %% [markdown]
# # Every decision {.appendix}

# %%
display(report.table(
    decisions, id="tbl-decisions", title="Documented decisions", source=source, limit=200,
    columns={"case_id": report.Column("No.", code=True), "action_date": "Date", "platform": "Platform", "person": "Who", "topic": report.Column("About", limit=70),
             "action": "Action", "source_publisher": report.Column("Source", limit=40), "source_tier": "Citation"},
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
