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

# %% tags=["hide"]
import sys

from audit.origin import locate

# A kernel that JupyterLab starts stands in the notebooks' own folder.
sys.path.insert(0, str(locate("benchmarks").parent))

# %% tags=["hide"]
import hashlib

import pandas as pd

import audit
from audit import report
from audit.charts import calibration as chart
from audit.claims import Verdict
from audit.estimators.accounts.clustered import clustered_proportion
from audit.estimators.proportions import proportion
from audit.gates import FEW_FOCAL_ACCOUNTS, LEAST_K_EFF
from audit.numerals import count, percent
from benchmarks.calibration import (
    CELL,
    DRAWS,
    LEAST_COVERAGE,
    LEVEL,
    MONTE_CARLO_CONFIDENCE,
    MOST_FALSE_ALARMS,
    OUT,
    REPETITIONS,
    SEED,
    missed,
)
from benchmarks.platforms import LEADER_POSTS, ORDINARY, grid, jobs

SOURCE = "benchmarks/calibration.csv, written by benchmarks/calibration.py"
NAMES = {name: ", ".join(words) for name, words in chart.METHODS.items()}
CELL_COLUMNS = {"focal_accounts": "Leaders", "icc": ("Correlation", "g"), "icc_leaders": ("of leaders", "g"), "rate": ("Rate", ".0%"),
                "volume_ratio": "Posts, ratio", "volumes": "Volumes", "strata": "Strata"}
SCENARIOS = {"alike": "no difference", "halved": "half the rate", "plus10": "ten points more"}
table = pd.read_csv(OUT)
table = table.assign(shown=table["shown"].astype(bool), cell=table.groupby(CELL, sort=False).ngroup(), name=table["method"].replace(NAMES), scene=table["scenario"].replace(SCENARIOS))
verdict = table[table["method"] == "verdict"]
shown = verdict[verdict["shown"]]
alike, gaps = shown[shown["scenario"] == "alike"], shown[shown["scenario"] != "alike"]
missing = missed(table)
kinds, wanted = verdict["cell"].nunique(), len(grid())
ready = len(alike) > 0


def shares(**columns):
    return {name: (label, ".1%") for name, label in columns.items()}


# %%
display(report.Cover(
    title="Methods and their calibration", subtitle="What the package computes, and how often it is wrong on simulated platforms",
    kicker="Methods report", date="2026-11-23", simulated=True, keywords=("calibration", "false alarms", "coverage", "cluster"),
))
goal = f"at most {percent(MOST_FALSE_ALARMS)} false alarms and at least {percent(LEAST_COVERAGE, decimals=0)} coverage"
points = [
    f"The goal, fixed before the run: {goal} in every kind of platform that is not refused, Monte Carlo limits of {percent(MONTE_CARLO_CONFIDENCE, decimals=0)} included. "
    f"Kinds that miss it: {missing['cell'].nunique()}.",
    f"All {count(len(jobs()))} runs are in." if len(verdict) == len(jobs()) else f"{count(len(verdict))} of {count(len(jobs()))} runs are in; this report speaks of these.",
]
if ready:
    worst, least = alike.nlargest(1, "rejection").iloc[0], shown.nsmallest(1, "coverage").iloc[0]
    display(report.Finding(
        f"Where nothing differed, the verdict rule found a difference on at most {percent(worst['rejection'])} of platforms, over all kinds that are answered; its intervals held the truth on at "
        f"least {percent(least['coverage'])}.", tuple(points), label="Calibration",
    ))
    display(report.Facts((
        report.Fact("runs in the table", f"{len(verdict)} of {len(jobs())}", f"{count(REPETITIONS)} platforms each"),
        report.Fact("false alarms, at most", percent(worst["rejection"]), f"upper limit {percent(worst['rejection_high'])}"),
        report.Fact("coverage, at least", percent(least["coverage"]), f"lower limit {percent(least['coverage_low'])}"),
        report.Fact("kinds refused", str(verdict.loc[~verdict["shown"], "cell"].nunique()), f"of {kinds}: no interval, no p"),
    )))
else:
    display(report.Finding("No kind of platform that is answered is in the table yet.", tuple(points), label="Calibration"))
display(report.Note("", (
    "Volumes here say nothing about rates; an account that is banned, or that posts more as it stays up, is not simulated.",
    "Nor are dependence between accounts (one event that many post about) or labels with errors.",
    "A rate of false alarms says how often the method errs where there is no difference. It does not say how likely a finding is to be right.",
)))

# %% [markdown]
# # The trap: posts of one account are alike
#
# Posts by one account share an author, a subject and often a reviewer. Many posts by few accounts then say far less than as many posts by as
# many accounts, and a test that counts posts takes the luck of a few accounts for a standard. The table shows it for a small class of
# leaders, where nothing at all differs between the classes.

# %%
small = table["focal_accounts"].eq(5) & table["icc"].eq(0.1) & table["icc_leaders"].eq(0.1) & table["rate"].eq(0.2) & table["volume_ratio"].eq(1)
one = table[small & table["volumes"].eq("equal") & table["strata"].eq(1) & table["scenario"].eq("alike")]
if len(one):
    rates = one.set_index("method")["rejection"]
    display(report.prose(
        "With {leaders} leaders and {others} ordinary accounts of {posts} posts each, a rate of {rate} in both classes and an intraclass correlation of {icc}, the chi-square "
        "test on posts finds a difference on {chi} of platforms. A standard error clustered by account, read from the normal distribution, does so on {z}. The nominal level is {level}.",
        leaders=int(one["focal_accounts"].iloc[0]), others=ORDINARY, posts=LEADER_POSTS, rate=percent(one["rate"].iloc[0], decimals=0), icc=f"{one['icc'].iloc[0]:g}",
        chi=percent(rates["chi_square"]), z=percent(rates["clustered_z"]), level=percent(LEVEL, decimals=0),
    ))
    display(report.table(
        one, id="tbl-trap", title="No difference, few leaders: how often each method finds one", source=SOURCE, simulated=True,
        columns={"name": "Method", **shares(rejection="Finds one", rejection_low="Low", rejection_high="High", coverage="Interval holds the truth")},
        notes=[f"Low and high: exact Monte Carlo limits, {percent(MONTE_CARLO_CONFIDENCE, decimals=0)}. – where a method gives no interval."],
    ))

# %% [markdown]
# # What is computed
#
# **The account is the unit.** A rate has Wilson limits, as if it came from fewer posts than it did: $n_\mathrm{eff} = N / \mathrm{deff}$. The design effect is the
# largest of these: one; the variance between accounts as seen (the jackknife’s), over that of independent posts; and
# $1 + \rho\,(\sum n_g^2 / N - 1)$ with the intraclass correlation $\rho$. The last one **borrows**: $\rho$ is the larger of that among reference
# accounts and that among all, so that a class in which nothing happened is not called certain. The quantile is
# that of $t$ with $K_\mathrm{eff} - 1$ degrees of freedom, $K_\mathrm{eff} = N^2 / \sum n_g^2$: as many accounts of equal volume.

# %%
borrowed, accounts = 0.1, 5
events = {"none": [0, 0, 0, 0, 0], "one": [1, 0, 0, 0, 0], "some, spread evenly": [3, 3, 3, 3, 3], "as many, by one account": [15, 0, 0, 0, 0]}
rows = []
for what, y in events.items():
    alone, by = proportion(sum(y), accounts * LEADER_POSTS), clustered_proportion(y, [LEADER_POSTS] * accounts, icc=borrowed)
    rows.append((what, sum(y), accounts * LEADER_POSTS, alone.conf_low, alone.conf_high, by.conf_low, by.conf_high, by.deff))
columns = ["what", "events", "n", "alone_low", "alone_high", "low", "high", "deff"]
display(report.table(
    pd.DataFrame(rows, columns=columns), id="tbl-same", title="The same counts, posts alone and posts by account", source="proportion() and clustered_proportion() of this package", simulated=True,
    columns={"what": "Acted on", "events": ("Posts acted on", ",d"), "n": ("Posts", ",d"), **shares(alone_low="Low", alone_high="High", low="Low", high="High"), "deff": ("Design effect", ".1f")},
    spanners=(("", 3), ("posts alone", 2), ("by account", 3)), notes=[f"{accounts} accounts of equal volume; the correlation borrowed is {borrowed:g}. Made-up counts."],
))

# %% [markdown]
# **The gap among like cases** is the primary effect. Within a stratum each focal post is compared with the rate of reference posts there:
#
# $$D = \frac{1}{N_F} \sum_F (y - \hat p_{R,s})$$ {#eq-gap}
#
# over strata with reference posts of several accounts. It answers in posts: so many were acted on, so many would have been at the reference rate. Its interval joins the
# limits of the observed and of the expected rate by squaring and adding (MOVER; Newcombe 1998; Donner and Zou 2012). Both arms use variances of
# what the strata leave over, so that leaders who specialise are not charged for it.
#
# **The *p*-value** permutes accounts between the classes. The statistic is the gap over a scale that is fixed over all draws:
# the pooled rate, and the pooled intraclass correlation at the volumes drawn. A class without events has no variance of its own, and
# a scale taken from it would be nought. All assignments are listed where they can be. Beside an interval stands the larger of this
# *p* and the one at which the interval touches zero: it rejects where the verdict rule does, and the rows below show what each does alone.
#
# **Both ways of counting.** Every effect is given per post and, with every account weighted alike, per account; and again with each focal account left out. Where the sign turns,
# the verdict is unclear.
#
# **The verdict** is read from the interval, the *p* and the margin that the design set before the answer was seen. The first line that holds is the
# verdict, and unclear never means alike.

# %%
rule = [
    ("a hard gate fails: no denominator, no comparable posts, a rule that changed midway", Verdict.INADMISSIBLE),
    ("the sign turns with accounts weighted alike, or with one left out", Verdict.UNCLEAR),
    ("the interval excludes zero, the permutation rejects, and the narrower interval lies inside the margin", Verdict.SMALL),
    ("the interval excludes zero and the permutation rejects", f"{Verdict.LENIENT}, {Verdict.STRICT}; for labels {Verdict.MORE}, {Verdict.LESS}"),
    ("the narrower interval lies inside the margin, and the margin is below the expected rate", Verdict.ALIKE),
    ("anything else", Verdict.UNCLEAR),
]
display(report.table(
    pd.DataFrame(rule, columns=["when", "verdict"]).astype(str), id="tbl-verdict", title="The verdict: the first line that holds", source="audit.verdict.conclude", simulated=True,
    columns={"when": report.Column("When", limit=200), "verdict": report.Column("Verdict", limit=200)},
    notes=["The narrower interval: that of an equivalence test, at twice the error rate."],
))

# %%
display(report.prose(
    "**When nothing is claimed.** With {few} focal accounts or fewer, and where focal posts are worth fewer than {k} accounts of equal volume, neither an interval nor a *p* is given. "
    "Both can be seen before any result; the rule was fixed on other seeds than those of the table.",
    few=FEW_FOCAL_ACCOUNTS, k=f"{LEAST_K_EFF:g}",
))

# %% [markdown]
# # How it was tried

# %%
cells = pd.DataFrame([{c: getattr(cell, c) for c in CELL} for cell in grid()])
levels = {c: ", ".join(f"{v:g}" if isinstance(v, float) else str(v) for v in dict.fromkeys(cells[c])) for c in CELL}
display(
    audit.claim("halved", 0.5, unit="share", decimals=0, source="benchmarks.platforms.SCENARIOS"),
    audit.claim("plus10", 10, unit="percentage points", source="benchmarks.platforms.SCENARIOS"),
)
display(report.prose(
    "A simulated platform has {ordinary} ordinary accounts and some leaders. Every account has a luck of its own, from a beta distribution. Leaders post {posts} times on average. "
    "What varies: leaders {leaders}; intraclass correlation {icc}, the same for leaders or larger; rate {rate}; leaders’ posts over ordinary accounts’ posts {ratio}; volumes {volumes}; strata {strata}. "
    "That makes {kinds} kinds of platform, each with {n} draws of it and {draws} assignments per permutation. The classes are treated alike, or leaders at {claim:halved} of the rate, or, "
    "where the rate is high enough, {claim:plus10.size} more.",
    ordinary=ORDINARY, posts=LEADER_POSTS, leaders=levels["focal_accounts"], icc=levels["icc"], rate=", ".join(percent(r, decimals=0) for r in dict.fromkeys(cells["rate"])),
    ratio=levels["volume_ratio"], volumes=levels["volumes"], strata=levels["strata"], kinds=wanted, n=count(REPETITIONS), draws=DRAWS,
))
progress = pd.DataFrame([{"scene": words, "runs": sum(s == key for _, s in jobs()), "done": int((verdict["scenario"] == key).sum())} for key, words in SCENARIOS.items()])
display(report.table(progress, id="tbl-progress", title="Runs wanted, and runs in the table", source=SOURCE, simulated=True,
                     columns={"scene": "Leaders are treated with", "runs": ("Runs wanted", ",d"), "done": ("In the table", ",d")}))

# %% [markdown]
# # False alarms

# %%
if ready:
    display(report.chart("calibration", table, source=SOURCE, licence="The tables of this project: CC BY 4.0", simulated=True))

# %%
if ready:
    by_leaders = alike.groupby("focal_accounts").agg(kinds=("cell", "nunique"), median=("rejection", "median"), most=("rejection", "max"), limit=("rejection_high", "max"), refused=("refusal_rate", "max"))
    parts = table[table["shown"] & (table["scenario"] == "alike") & table["cell"].isin(alike["cell"])].groupby("method")["rejection"].max()
    display(report.table(
        by_leaders.reset_index(), id="tbl-alarms", title="False alarms of the verdict rule, by number of leaders", source=SOURCE, simulated=True,
        columns={"focal_accounts": "Leaders", "kinds": ("Kinds shown", ",d"), **shares(median="Median", most="Worst kind", limit="Its upper limit, at most", refused="Most often refused")},
        notes=["Among platforms that are not refused. " + "; ".join(f"{NAMES[m]}: at most {percent(parts[m])}" for m in ("interval", "permutation") if m in parts) + "."],
    ))

# %% [markdown]
# # Coverage, width and power

# %%
if ready:
    by = shown.groupby(["focal_accounts", "rate"]).agg(runs=("cell", "size"), least=("coverage", "min"), limit=("coverage_low", "min"), median=("coverage", "median"), width=("median_width", "median"))
    by = by.reset_index().assign(width=lambda f: 100 * f["width"])
    display(report.table(
        by, id="tbl-coverage", title="How often the interval holds the true gap, and how wide it is", source=SOURCE, simulated=True,
        columns={"focal_accounts": "Leaders", "rate": ("Rate", ".0%"), "runs": ("Runs shown", ",d"), **shares(least="Least coverage", limit="Its lower limit, at least", median="Median coverage"), "width": ("Median width, points", ".1f")},
        notes=["The truth is the gap at the focal mix as observed. Coverage well above the nominal level is the price of few accounts."],
    ))

# %%
power = gaps.groupby(["focal_accounts", "scene", "rate"]).agg(kinds=("cell", "nunique"), least=("rejection", "min"), median=("rejection", "median"), most=("rejection", "max")).reset_index()
if len(power):
    strongest = power.nlargest(1, "median").iloc[0]
    few = power[power["focal_accounts"] == power["focal_accounts"].min()]
    display(report.prose(
        "Power is low where leaders are few: with {few} of them the median over kinds is at most {best}, and with {many} it reaches {top}. “Unclear” is then the honest answer, and the reports print the "
        "smallest gap that the study could have seen beside it.",
        few=int(few["focal_accounts"].iloc[0]), best=percent(few["median"].max()), many=int(strongest["focal_accounts"]), top=percent(strongest["median"]),
    ))
    display(report.table(
        power, id="tbl-power", title="How often the verdict rule finds a true gap", source=SOURCE, simulated=True,
        columns={"focal_accounts": "Leaders", "scene": "Leaders are treated with", "rate": ("Rate of the others", ".0%"), "kinds": ("Kinds", ",d"), **shares(least="Hardest kind", median="Median", most="Easiest kind")},
    ))
else:
    display(report.prose("Runs with a true gap are not in the table yet, so that no power is shown."))

# %% [markdown]
# # What is refused
#
# A kind of platform that is refused more than half of the time is shown as refused, and no error rate is claimed for it. The last columns say what would have happened without the rule.
# The rule does not buy the error rates above: with few leaders the interval is wide enough to be right nearly always, and then says nothing. It is there since a
# handful of accounts is no sample of a class.

# %%
reason = {True: f"{FEW_FOCAL_ACCOUNTS} leaders or fewer", False: f"posts worth fewer than {LEAST_K_EFF:g} equal accounts"}
null = verdict[verdict["scenario"] == "alike"]
silent = null.groupby(["focal_accounts", "volumes"]).agg(
    kinds=("cell", "nunique"), gone=("shown", lambda s: int((~s).sum())), mean=("refusal_rate", "mean"), most=("refusal_rate", "max"), alarms=("rejection_ungated", "max"), covered=("coverage_ungated", "min"),
).reset_index()
silent["why"] = [reason[bool(k <= FEW_FOCAL_ACCOUNTS)] if most else "nothing" for k, most in zip(silent["focal_accounts"], silent["most"], strict=True)]
display(report.table(
    silent, id="tbl-refused", title="Which platforms are refused, and by what", source=SOURCE, simulated=True,
    columns={"focal_accounts": "Leaders", "volumes": "Volumes", "kinds": ("Kinds", ",d"), "gone": ("Shown as refused", ",d"), **shares(mean="Refused, mean", most="at most"),
             "why": report.Column("Refused by", limit=80), **shares(alarms="False alarms", covered="Coverage")},
    spanners=(("", 4), ("share of platforms", 2), ("", 1), ("worst kind, if not refused", 2)),
))

# %% [markdown]
# # The worst kinds that are shown

# %%
if ready:
    display(report.table(
        alike.nlargest(10, "rejection"), id="tbl-worst-alarms", title="Most false alarms of the verdict rule", source=SOURCE, simulated=True,
        columns={**CELL_COLUMNS, **shares(refusal_rate="Refused", rejection="False alarms", rejection_high="Upper limit")},
    ))
    display(report.table(
        shown.nsmallest(10, "coverage"), id="tbl-worst-coverage", title="Least coverage of the interval", source=SOURCE, simulated=True,
        columns={**CELL_COLUMNS, "scenario": "Scenario", **shares(refusal_rate="Refused", coverage="Coverage", coverage_low="Lower limit")},
    ))
if len(missing):
    display(report.table(
        missing, id="tbl-missed", title="Kinds that miss the goal", source=SOURCE, simulated=True,
        columns={**CELL_COLUMNS, "scenario": "Scenario", **shares(rejection="Finds one", rejection_high="Upper limit", coverage="Coverage", coverage_low="Lower limit")},
    ))

# %% [markdown]
# # What others would have done
#
# The same platforms, by methods in common use. They are shown as a warning and never as a result. The first columns are of the kinds that this package answers, the last ones of all kinds that the method answers: where
# leaders are one or a few, most methods still print a number.

# %%
null = table[table["scenario"] == "alike"].dropna(subset=["rejection"])
answered = null[null["cell"].isin(alike["cell"])]
if len(answered):
    others = answered.groupby("name", sort=False).agg(kinds=("cell", "nunique"), median=("rejection", "median"), most=("rejection", "max"), least=("coverage", "min"))
    others = others.join(null[null["shown"]].groupby("name").agg(every=("cell", "nunique"), worst=("rejection", "max")))
    display(report.table(
        others.reset_index(), id="tbl-others", title="False alarms and coverage of other methods", source=SOURCE, simulated=True,
        columns={"name": "Method", "kinds": ("Kinds", ",d"), **shares(median="Median alarms", most="Most alarms", least="Least coverage"), "every": ("Kinds", ",d"), **shares(worst="Most alarms")},
        spanners=(("", 1), ("kinds that the package answers", 4), ("all kinds answered", 2)),
        notes=["The permutation alone is valid where accounts could swap classes. Where leaders’ posts are more alike than others’, or volumes barely overlap, it is not; the rule needs the interval too."],
    ))

# %% [markdown]
# # Limits
#
# - The simulated lucks are independent between accounts. One event that many accounts post about breaks this; a design can name the event.
# - More leaders than the largest number here, or volumes more uneven than these, were not tried.
# - The interval is for the gap at the focal posts as observed. It does not speak of posts that leaders might have written.
# - The refusal looks at accounts and volumes. It cannot see that leaders’ posts are more alike than others’.

# %% [markdown]
# # Provenance {.appendix}

# %%
written = OUT.read_bytes()
display(report.Provenance((("Package", f"audit {audit.__version__}"), ("Runs in the table", f"{len(verdict)} of {len(jobs())}"), ("Seed", str(SEED))),
                          ((OUT.name, len(written), hashlib.sha256(written).hexdigest()),)))

# %% [markdown]
# # Sources {.appendix}
#
# - Bell RM, McCaffrey DF (2002). Bias reduction in standard errors for linear regression with multi-stage samples. *Survey Methodology* 28:169–181.
# - Cameron AC, Gelbach JB, Miller DL (2008). Bootstrap-based improvements for inference with clustered errors. *Review of Economics and Statistics* 90:414–427.
# - Donner A, Zou GY (2012). Closed-form confidence intervals for functions of the normal mean and standard deviation. *Statistical Methods in Medical Research* 21:347–359.
# - Newcombe RG (1998). Interval estimation for the difference between independent proportions: comparison of eleven methods. *Statistics in Medicine* 17:873–890.
# - Pustejovsky JE, Tipton E (2018). Small-sample methods for cluster-robust variance estimation and hypothesis testing in fixed effects models. *Journal of Business and Economic Statistics* 36:672–683.
# - Wilson EB (1927). Probable inference, the law of succession, and statistical inference. *Journal of the American Statistical Association* 22:209–212.
