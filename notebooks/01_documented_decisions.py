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
from audit.numerals import count
from audit.sources.registry.contrasts import ladder_among_leaders, matched_copies
from audit.sources.registry.totals import allowance_shares, platform_totals
from audit.sources.registry.views import published_exemptions, rule_timeline, time_to_action

question = audit.Design.read(design)
registry = run.source(question)
cases = registry.load()
evidence = audit.appraise(audit.compare(audit.enroll(cases, question)))
decisions, rules = registry.decisions(), registry.rules()
source, licence = "; ".join(f"{o.title} ({o.producer})" for o in cases.origins), report.licence_line(cases)
about_posts = int((decisions["unit"] == "post").sum())

# %%
display(report.cover(evidence, subtitle="Published decisions and refusals to decide, 2015 to 2025, and the rules they were taken under"))

# %%
display(report.verdict_box(evidence))
display(report.Facts((
    report.Fact("decisions", count(len(decisions)), "documented, with a source"),
    report.Fact("of these about posts", count(about_posts), "the others: accounts, periods, reversals"),
    report.Fact("by or about", count(decisions["person"].nunique()), "persons and bodies"),
    report.Fact("rule events", count(len(rules)), "dated"),
)))
display(report.does_not_show(evidence, run.freezing(design)))

# %% [markdown]
# # Why there is no rate here
#
# On 5 January 2018, after protests over a tweet, Twitter said that blocking a world leader or removing controversial
# tweets would hide information that people should be able to see and debate. Whether there is a double standard is a question
# of numbers. The public record has decisions: posts that were removed, labelled, put behind a notice, or left up after
# somebody asked. It does not have the posts that were never asked about. A rate needs both.
#
# So this report prints no comparison of leaders with ordinary accounts. What follows are descriptions, each
# with its own denominator and its own limits.

# %%
display(
    audit.claim("decisions", len(decisions), unit="decisions", source="the registry’s decisions.csv"),
    audit.claim("about_posts", about_posts, of=len(decisions), unit="decisions", source="the registry’s decisions.csv"),
    audit.claim("no_posts", len(decisions) - about_posts, of=len(decisions), unit="decisions", source="the registry’s decisions.csv"),
)

# %% [markdown]
# Of {claim:decisions} documented decisions, {claim:about_posts} are about posts. The other {claim:no_posts} are about whole
# accounts or periods, or are reversals; they are in the tables below and are no cases. The ledger starts from the
# {claim:about_posts}.

# %%
display(report.ledger_table(evidence.comparison))

# %% [markdown]
# # The rules, and the decisions on them
#
# Which rule was in force decides what a decision means. Rules for leaders were made, widened, narrowed and
# dropped over these years; [the exemptions](#tbl-exemptions) are listed in the appendix.

# %%
timeline = rule_timeline(rules, decisions)
display(report.chart("decision_timeline", timeline, source=source, licence=licence), *report.view_words(timeline))

# %% [markdown]
# # The ladder among leaders
#
# A notice in place of removal was open to officials and candidates with many followers, and not to ordinary accounts.
# It can be compared among those to whom it was open.

# %%
ladder = ladder_among_leaders(decisions)
display(report.chart("notices", ladder, source=source, licence=licence), *report.view_words(ladder), report.view_table(ladder, id="tbl-notices"))

# %% [markdown]
# # The same words from an ordinary account
#
# The nearest thing to an experiment: one ordinary account posted a leader's words again, and asked its followers to
# report them.

# %%
copies = matched_copies(decisions)
display(report.chart("matched_copies", copies, source=source, licence=licence), *report.view_words(copies), report.view_table(copies, id="tbl-copies"))

# %% [markdown]
# # Meta's allowances
#
# Meta counts how many allowances it grants as newsworthy, and how many of these are for politicians. Whether
# politicians are over-represented depends on a share that nobody has published: how much of all eligible
# content is theirs. So the answer is a curve and not a number.

# %%
allowances = allowance_shares(registry.platform_totals())
display(report.chart("allowance_curve", allowances, source=source, licence=licence), *report.view_words(allowances), report.view_table(allowances, id="tbl-allowances"))

# %% [markdown]
# # How long it took
#
# Where the record has both days, the time from a sitting head's post to the decision. Slow decisions
# may have been reported less; those never taken are missing.

# %%
times = time_to_action(decisions)
display(report.chart("time_to_action", times, source=source, licence=licence), *report.view_words(times), report.view_table(times, id="tbl-times"))

# %%
display(*report.right_of_reply(evidence))

# %% [markdown]
# # Published exemptions {.appendix}
#
# What platforms said they would spare, or were shown to spare, as far as the record dates it. One of these was leaked
# and not announced. A rule under “does not cover” is one the exemption itself leaves out.

# %%
display(report.table(
    published_exemptions(registry.exemptions()), id="tbl-exemptions", title="Published exemptions, as far as they can be dated", source=source,
    columns={"start": "From", "platform": "Platform", "classes": "For", "covers": report.Column("Covers", limit=120),
             "does_not_cover": report.Column("Does not cover", limit=160), "publication": "How known",
             "summary": report.Column("Our summary", limit=400)},
    notes=["“any”: not limited to a class or a rule by the source. Ends, ceilings and addresses are in the registry’s own table."],
))

# %% [markdown]
# # Enforcement at large {.appendix}
#
# What platforms, and others about them, have published. The method of counting changed in August 2020: figures from before and after
# never form one series.

# %%
totals = platform_totals(registry.platform_totals())
display(*report.view_words(totals))

# %%
methods = {"twitter_until_2020_08": "Twitter, counted as until August 2020", "twitter_from_2020_08": "Twitter, counted as since August 2020",
           "x_2024": "X, counted as in 2024", "single_figure": "Figures that stand alone"}
rows = totals.frame.sort_values(["method", "platform", "period_start"], kind="stable")
display(report.table(
    rows.assign(metric=rows["metric"].str.replace("_", " "), method=rows["method"].replace(methods)),
    id="tbl-totals", title="Published totals", source=source, group="method",
    columns={"platform": "Platform", "period": "Period", "metric": report.Column("What is counted", limit=80), "subject": report.Column("About", limit=40),
             "scope": report.Column("Of whom", limit=60), "value": ("Value", ",.10g"), "unit": "Unit", "source_publisher": report.Column("Source", limit=40)},
))

# %% [markdown]
# # Every decision {.appendix}

# %%
masked = decisions["person"].str.startswith("[withheld]")
shown = decisions.assign(source_publisher=decisions["source_publisher"].mask(masked, "in the registry"), action_date=decisions["action_date"].mask(masked, decisions["action_date"].str[:4]))
display(report.table(
    shown, id="tbl-decisions", title="Documented decisions", source=source, limit=200,
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
