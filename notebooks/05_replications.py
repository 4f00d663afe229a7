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
import numpy as np
import pandas as pd

import audit
from audit import report
from audit.checks.labels import agreement, misclassified_class
from audit.checks.multiplicity import adjust
from audit.checks.robustness import benchmark_bounds, robustness_value
from audit.checks.sensitivity import e_value
from audit.estimators.accounts.wild import wild_cluster_test
from audit.estimators.change import segmented_rate
from audit.estimators.duration import cox, restricted_mean, restricted_mean_contrast
from audit.estimators.paired import paired_difference
from audit.estimators.proportions import (
    exact_test,
    odds_ratio,
    proportion,
    risk_difference,
    risk_ratio,
)
from audit.estimators.regression import firth_logit, logit, ols, standardised_contrast
from audit.estimators.resampling import randomisation_test
from audit.estimators.severity import nominal_test, proportional_odds, softer_rung
from audit.estimators.strata import (
    cochran_mantel_haenszel,
    exact_odds_ratio,
    homogeneity,
    mantel_haenszel,
)
from audit.estimators.weighting import (
    balance,
    coarsen,
    coarsened_exact,
    effective_sample_size,
    propensity_weights,
)
from audit.numerals import p_value, percent, points, ratio
from benchmarks.goldens import ABSENT, NO, YES, absent, against, data, expected, goldens

SOURCE = "the publications cited in the last section, and this package"
COLUMNS = {"quantity": report.Column("Number", limit=120), "published": ("Published", ".8g"), "reproduced": ("Reproduced", ".8g"),
           "difference": ("Difference", ".1e"), "tolerance": ("Tolerance", ".2g"), "within": "Within it"}


def compared(id, title, *parts, first=400):
    shown = pd.concat(parts).groupby("id", sort=False).head(first)
    cut = len(shown) < sum(map(len, parts))
    notes = [f"The first {first} numbers of each study; all stand in the first table of the appendix."] if cut else []
    return report.table(shown, id=id, title=title, group="study", columns=COLUMNS, notes=notes, source=SOURCE)


def say_absent(*studies):
    for study in studies:
        if data(study) is None:
            display(report.prose("*{why}*", why=absent(study)))


def dummies(frame, columns):
    return pd.get_dummies(frame[columns].astype(str), drop_first=True).astype(float)


def ends(estimate):
    return [estimate.conf_low, estimate.conf_high]


# %%
display(report.Cover(
    title="Replications", subtitle="Published studies computed again with this package, number by number",
    kicker="Replication report", date="2026-11-23", keywords=("replication", "golden numbers", "statistics"),
))
front = display(report.Finding("The studies are being computed."), display_id=True)
facts = display(report.Facts((report.Fact("studies", str(len(goldens()))),)), display_id=True)
display(report.Note("", (
    "That a published number is met says that the method is computed as published. It does not say that the method suits a question about platforms.",
    "Most of these studies take their rows as independent. Posts of one account are not; the calibration report is about that.",
    "Data that belong to others do not ship with the package. Where they are not beside the checkout, the study is described and nothing is shown as reproduced.",
)))

# %% [markdown]
# # Who is in the table, and in which part of it
#
# **Admissions to Berkeley** (Bickel, Hammel and O’Connell 1975). Men were admitted to graduate study more readily than
# women over all departments, and not within them: women applied where few are admitted. An auditor of enforcement
# meets this when leaders post in the rules or languages that are enforced differently. The pooled figure then
# answers another question than the one that was asked.
#
# The calls are `mantel_haenszel(counts)`, `homogeneity(counts)`, `exact_odds_ratio(counts)` and the like. The risk ratio as
# published has rows and columns turned.

# %%
found = {}
if (ucb := data("G01")) is not None:
    wide = ucb.pivot_table(index="Dept", columns=["Gender", "Admit"], values="Freq")
    men, women = wide["Male"], wide["Female"]
    counts = np.column_stack([men["Admitted"], men.sum(axis=1), women["Admitted"], women.sum(axis=1)]).astype(float)
    out = np.column_stack([men["Rejected"], women["Rejected"]])
    turned = np.column_stack([counts[:, 0], counts[:, 0] + counts[:, 2], out[:, 0], out.sum(axis=1)])
    pooled, crude, exact = mantel_haenszel(counts), odds_ratio(*counts.sum(axis=0)), exact_odds_ratio(counts)
    cmh, corrected = cochran_mantel_haenszel(counts), cochran_mantel_haenszel(counts, continuity=True)
    tests = {m: homogeneity(counts, method=m) for m in ("breslow_day", "tarone", "woolf")}
    found = {
        "mh_or": pooled.estimate, "mh_or_lo": pooled.conf_low, "mh_or_hi": pooled.conf_high, "cmh": cmh.statistic,
        "cmh_cc": corrected.statistic, "cmh_cc_p": corrected.p_value, "mh_rr": mantel_haenszel(turned, measure="risk_ratio").estimate,
        "crude_or": crude.estimate, "exact_cond_or": exact.estimate, "exact_lo": exact.conf_low, "exact_hi": exact.conf_high,
        **{m: t.statistic for m, t in tests.items()}, "breslow_day_p": tests["breslow_day"].p_value, "woolf_p": tests["woolf"].p_value,
    }
    display(report.prose(
        "As found, the odds ratio of men to women is {crude}; within the {n} departments it is {pooled}, on the other side of one. "
        "The departments differ in it (Breslow–Day {p}).",
        crude=ratio(crude.estimate), pooled=ratio(pooled.estimate), n=len(counts), p=p_value(tests["breslow_day"].p_value),
    ))
berkeley = against("G01", found, tolerances={"woolf": 0.00005})
say_absent("G01")

# %% [markdown]
# **Kidney stones** (Charig and others 1986; Julious and Mullee 1994). One operation did better on small stones and on
# large ones, and worse on both together, for it was given the harder cases. Severity of a breach plays the part of
# the stone: a class whose breaches are graver is acted on more often under one and the same standard.

# %%
stones = data("G40").pivot_table(index="stratum", columns="treatment", values=["success", "n"])
counts = np.column_stack([stones[v, t] for t in ("A", "B") for v in ("success", "n")]).astype(float)
a, n_a, b, n_b = counts.sum(axis=0)
rates = {f"{s}_{t}": stones.loc[s, ("success", t)] / stones.loc[s, ("n", t)] for s in stones.index for t in "AB"}
kidneys = against("G40", {"crude_A": a / n_a, "crude_B": b / n_b, **rates, "mh_or_A_vs_B": mantel_haenszel(counts).estimate})
shares = {"a": a / n_a, "b": b / n_b, **rates}
display(*(audit.claim(f"stones_{name}", share, unit="share", source="Charig and others 1986") for name, share in shares.items()))

# %% [markdown]
# As found, A succeeds in {claim:stones_a} and B in {claim:stones_b}; on small stones {claim:stones_small_A} against
# {claim:stones_small_B}, on large ones {claim:stones_large_A} against {claim:stones_large_B}.

# %% [markdown]
# **Rabbits and penicillin** (Mantel 1963; Agresti 1990). Small tables, some with one outcome only. The exact conditional
# test, `exact_odds_ratio(counts)`, says which strata hold no information and answers from the others.

# %%
rabbits = against("rabbits", {"exact_p": exact_odds_ratio(data("rabbits").to_numpy()).p_value})
display(compared("tbl-strata", "Strata: published and reproduced", berkeley, kidneys, rabbits))

# %%
if (berkeley["within"] == NO).any():
    display(report.prose(
        "Outside the tolerance: {names}. The published digits stop where the root search of the program that printed them stopped. The "
        "package solves the same equation further, and a test holds its limits to whole-number arithmetic.",
        names="; ".join(berkeley.loc[berkeley["within"] == NO, "quantity"]),
    ))

# %% [markdown]
# # How sure is a rate, or a difference of rates?
#
# **Newcombe’s intervals** (1998a; 1998b). Rates of few cases, or at nought and one, on which textbook intervals leave
# the range of a rate or shrink to a point. An auditor meets them in every small class: no action against any leader is
# no certainty of immunity. `proportion(events, n)`, `risk_difference(…)`.

# %%
methods = {"wilson": "wilson", "clopper_pearson": "clopper_pearson"}
one = data("G03").to_numpy()
single = against("G03", {
    **{key: [ends(proportion(x, n, method=m)) for x, n in one] for key, m in methods.items()},
    "midp_rows_2_to_4": [ends(proportion(x, n, method="midp")) for x, n in one[1:]],
})
two = data("G04")[["x1", "n1", "x2", "n2"]].to_numpy()
methods = {"mn": "miettinen_nurminen", "mee": "mee", "newcombe": "newcombe"}
pairs_of_rates = against("G04", {key: [ends(risk_difference(*row, method=m)) for row in two] for key, m in methods.items()})

# %% [markdown]
# **A vaccine trial** (Mehta and Senchaudhuri 2003). The same small table, by a test that holds both margins fixed and by others
# that do not. The conditional test is the more cautious; which was used has to be said. `exact_test(…)`.

# %%
cells = data("G06").set_index(["group", "status"])["count"]
arms = [x for c in ("vaccine", "placebo") for x in (cells[c, "infected"], cells[c].sum())]
tests = {m: exact_test(*arms, method=m, alternative="less") for m in ("fisher", "barnard", "boschloo")}
vaccine = against("G06", {**{f"{m}_less": t.p_value for m, t in tests.items()}, "barnard_stat": tests["barnard"].statistic})

# %% [markdown]
# **Names on résumés** (Bertrand and Mullainathan 2004). Letters of application that differed in the name alone, sent to real
# employers: an audit by matched pairs, the design nearest to posting the same words from different accounts. Points come before
# ratios here as everywhere.

# %%
found = {}
if (resume := data("G27")) is not None:
    resume = resume.assign(called=resume["call"] == "yes")
    by = resume.groupby("ethnicity")["called"].agg(["sum", "count"])
    white, black = by.loc["cauc"], by.loc["afam"]
    gap = risk_difference(*white, *black, method="mee")
    split = {level: part.groupby("ethnicity")["called"].mean()[["cauc", "afam"]].tolist()
             for column in ("city", "gender") for level, part in resume.groupby(column)}
    found = {"white": proportion(*white).estimate, "black": proportion(*black).estimate, "diff": gap.estimate, "n": len(resume),
             "ratio": risk_ratio(*white, *black).estimate, "p_pooled_z": gap.p_value, **split}
    display(report.prose(
        "Of {n} résumés, {w} of those with white names and {b} of those with Black names were called back: {gap}.",
        n=len(resume), w=percent(found["white"], decimals=2), b=percent(found["black"], decimals=2), gap=points(gap.estimate, decimals=2),
    ))
resumes = against("G27", found)
say_absent("G27")

# %% [markdown]
# **The same case, judged again** (Tango 1998; Agresti and Min 2005; Fagerland, Lydersen and Laake 2014). Matched pairs of yes and
# no: only the pairs that disagree tell the judgements apart. Verbatim copies of a leader’s post by an ordinary account are such pairs.
# `paired_difference(both, focal_only, reference_only, neither)`.

# %%
tables = [row[1:] for row in data("G42").to_numpy().tolist()]
matched = [paired_difference(*t) for t in tables]
verbatim = against("G42", {"tango_rd": [ends(m) for m in matched], "midp_or_row3": ends(matched[2].odds_ratio)})
display(compared("tbl-rates", "Rates and differences: published and reproduced", resumes, vaccine, verbatim, single, pairs_of_rates, first=8))

# %% [markdown]
# # When cases come in bundles
#
# **Village councils** (Gerber and Green 2012). A handful of villages, a few of them treated: all assignments can be
# listed, and the *p* is a count. The package permutes accounts in the same way. `randomisation_test(values, focal)`.

# %%
villages = data("G12")
both = randomisation_test(villages["y"], villages["z"] == 1)
upper = randomisation_test(villages["y"], villages["z"] == 1, alternative="greater")
councils = against("G12", {
    "estimate": both.statistic, "n_assignments": both.n_assignments, "p_one_sided": upper.p_value, "p_two_sided": both.p_value,
    "n_ge": upper.p_value * upper.n_assignments, "n_abs_ge": both.p_value * both.n_assignments,
})
far = round(both.p_value * both.n_assignments)
display(
    audit.claim("assignments", far, of=both.n_assignments, unit="assignments", source="audit.estimators.resampling.randomisation_test"),
    audit.claim("assignments_p", both.p_value, unit="p", source="audit.estimators.resampling.randomisation_test"),
)

# %% [markdown]
# Of all assignments, {claim:assignments.of} are as far from zero as the one that was made: {claim:assignments_p}.

# %% [markdown]
# **Chicks on diets** (Crowder and Hand 1990; Bell and McCaffrey 2002; Pustejovsky and Tipton 2018). Many weights of few chicks: a standard error that
# takes weighings as independent is too small, and one by cluster needs its small-sample correction and its own degrees of
# freedom. Posts are the weighings, accounts the chicks. `ols(X, y, cluster=account, covariance="cr2")`.

# %%
found = {}
if (chicks := data("G09")) is not None:
    X = dummies(chicks, ["Diet"]).assign(one=1.0, Time=chicks["Time"])
    X = X.assign(**{f"Diet{k}_Time": X[f"Diet_{k}"] * X["Time"] for k in (2, 3, 4)})
    fits = {c: ols(X, chicks["weight"], cluster=chicks["Chick"], covariance=c) for c in ("cr1", "cr2", "cr3")}
    where = {"b": ("cr2", "params"), "se_cr2": ("cr2", "std_error"), "df": ("cr2", "df"), "p": ("cr2", "p_value"),
             "se_cr3": ("cr3", "std_error"), "df_cr3": ("cr3", "df"), "se_cr1s": ("cr1", "std_error")}
    found = {name: {key: getattr(fits[c], field)[name] for key, (c, field) in where.items()} for name in expected("G09")}
diets = against("G09", found)
say_absent("G09")

# %% [markdown]
# **Voters in groups** (Roodman, MacKinnon, Nielsen and Webb 2019). The wild cluster bootstrap: residuals change their sign group by
# group. It is no cure where one class has a handful of accounts, which the calibration report shows; here it has many.
# `wild_cluster_test(X, y, cluster, column)`.

# %%
found = {}
if (voters := data("G11")) is not None:
    X = dummies(voters, ["Q1_immigration", "Q2_defense"]).assign(one=1.0, treatment=voters["treatment"], log_income=voters["log_income"])
    fit = ols(X, voters["proposition_vote"], cluster=voters["group_id1"], covariance="cr1")
    wild = wild_cluster_test(X, voters["proposition_vote"], voters["group_id1"], "treatment")
    found = {"b": fit.params["treatment"], "t": fit.params["treatment"] / fit.std_error["treatment"], "n": fit.n, "boot_p": wild.p_value, "boot_ci": ends(wild)}
voted = against("G11", found)
say_absent("G11")
display(compared("tbl-bundles", "Bundles: published and reproduced", councils, voted, diets))

# %% [markdown]
# # Like with like, by weights and models
#
# **A training programme** (LaLonde 1986, in the table that Ho, Imai, King and Stuart 2011 use). Trainees and a comparison group from a
# survey have little in common, which a table of balance shows before any effect is looked at. Reports of this package
# put comparability before effects for the same reason. `balance(X, focal)`, `coarsened_exact(frame, focal)`.

# %%
def sturges(x):
    return coarsen(x, np.linspace(x.min(), x.max(), int(np.ceil(np.log2(len(x)) + 1)) + 1)[1:-1])


def kept(weights, focal):
    return {"control": int((weights[~focal] > 0).sum()), "treated": int((weights[focal] > 0).sum()), "ess_control": effective_sample_size(weights[~focal])}


found = {}
if (trained := data("G14")) is not None:
    focal = trained["treat"] == 1
    X = trained[["age", "educ", "married", "nodegree", "re74", "re75"]].astype(float)
    X = X.assign(**{f"race{r}": (trained["race"] == r).astype(float) for r in ("black", "hispan", "white")})
    model = X.drop(columns="racewhite").assign(one=1.0)
    X = X.assign(distance=1 / (1 + np.exp(-(model @ logit(model, trained["treat"]).params))))
    table = balance(X, focal)
    names = ["age", "educ", "race", "married", "nodegree", "re74", "re75"]
    coarse = trained[names].assign(**{c: sturges(trained[c]) for c in names if c != "race"})
    found = {"smd": table["smd"], "var_ratio": table["variance_ratio"], "exact_matched": kept(coarsened_exact(trained[names], focal), focal),
             "cem_matched": kept(coarsened_exact(coarse, focal), focal)}
    found |= {key: {name: table.loc[name, column] for name in expected("G14")[key]} for key, column in (("smd", "smd"), ("var_ratio", "variance_ratio"))}
training = against("G14", found)
say_absent("G14")

# %% [markdown]
# **Stopping to smoke** (Hernán and Robins, *Causal Inference: What If*). One effect by weights and by a model of the outcome; where they
# part, one of the models is wrong. `propensity_weights(X, focal)`, `standardised_contrast(fit, X, focal)`.

# %%
found = {}
if (nhefs := data("G17")) is not None:
    focal, gained = nhefs["qsmk"] == 1, nhefs["wt82_71"]
    X = nhefs[["sex", "race"]].astype(float)
    for name in ("age", "smokeintensity", "smokeyrs", "wt71"):
        X[name], X[f"{name}_squared"] = nhefs[name], nhefs[name] ** 2
    chosen = X.join(dummies(nhefs, ["education", "exercise", "active"])).assign(one=1.0)
    weights = {"w": propensity_weights(chosen.drop(columns="one"), focal), "sw": propensity_weights(chosen.drop(columns="one"), focal, stabilised=True)}
    w = weights["w"]
    model = chosen.assign(qsmk=nhefs["qsmk"]).assign(**{"qsmk:smokeintensity": nhefs["qsmk"] * nhefs["smokeintensity"]})
    fit = ols(model, gained)
    if_all = (model.assign(qsmk=1, **{"qsmk:smokeintensity": nhefs["smokeintensity"]}) @ fit.params).mean()
    if_none = (model.assign(qsmk=0, **{"qsmk:smokeintensity": 0}) @ fit.params).mean()
    found = {
        "ipw": np.average(gained[focal], weights=w[focal]) - np.average(gained[~focal], weights=w[~focal]),
        **{f"{k}_{stat}": getattr(v, stat)() for k, v in weights.items() for stat in ("mean", "min", "max")},
        "gcomp": standardised_contrast(fit, model, "qsmk", over="all").estimate, "gcomp_y1": if_all, "gcomp_y0": if_none,
        "qsmk_coef": fit.params["qsmk"], "qsmk_smokeintensity": fit.params["qsmk:smokeintensity"],
    }
quitting = against("G17", found)
say_absent("G17")

# %% [markdown]
# The published error of the weighted effect takes the weights as known. The package does not, so it prints none to set beside it.
#
# **Separation** (Heinze and Schemper 2002). A column that almost settles the outcome sends ordinary logistic regression off towards
# infinity; the penalised likelihood has an answer. A rule that no leader was ever sanctioned under is such a column.
# `firth_logit(X, y)`.

# %%
found = {}
if (infections := data("G07")) is not None:
    fit = firth_logit(infections[["age", "oc", "vic", "vicl", "vis", "dia"]].assign(intercept=1), infections["case"])
    found = {
        "coef": fit.params, "pl_ci": {name: [fit.conf_low[name], fit.conf_high[name]] for name in expected("G07")["pl_ci"]},
        "lrt_p": fit.p_value, "penalised_loglik": fit.loglik, "se_logistf_1_25": fit.std_error,
    }
firth = against("G07", found, tolerances={"penalised_loglik": 0.00005}, left_out={"se_wald_fisher": "another convention"})
say_absent("G07")
display(compared("tbl-models", "Weights and models: published and reproduced", training, quitting, firth, first=8))

# %% [markdown]
# # How severe, how long, and what changed
#
# **Bitter wine** (Randall 1989; Christensen, *ordinal*) and **pain after surgery** (Lumley 1996; Neubert and Brunner 2007). Ordered
# answers, by a model and without one. A ladder of sanctions is ordered in the same way: from a label to a ban is no number of
# steps. `proportional_odds(X, y)`, `softer_rung(focal, reference)`.

# %%
found = {}
if (wine := data("G37")) is not None:
    X = pd.DataFrame({"temp": wine["temp"] == "warm", "contact": wine["contact"] == "yes"}).astype(float)
    fit = proportional_odds(X, wine["rating"])
    tests = {c: nominal_test(X, wine["rating"], c) for c in X}
    found = {**{c: fit.params[c] for c in X}, **{f"{c}_se": fit.std_error[c] for c in X}, "thresholds": fit.thresholds, "loglik": fit.loglik,
             **{f"nominal_test_{c}": [t.statistic, t.p_value] for c, t in tests.items()}}
bitter = against("G37", found, tolerances={"nominal_test_temp": 0.0005})
say_absent("G37")
scores = data("G43").groupby("group")["score"].apply(list)
softer = softer_rung(scores["x"], scores["y"])
pain = against("G43", {"p_hat": softer.estimate, "statistic": (softer.estimate - 0.5) / softer.std_error, "pvalue": softer.p_value})

# %% [markdown]
# **Released prisoners** (Rossi, Berk and Lenihan 1980; Fox 2002) and **a trial in liver disease** (Fleming and Harrington 1991; Uno and others). Time to an
# event that some never reach while watched. A post still up when watching ends is such a case. The hazard ratio needs hazards
# in proportion, the restricted mean does not. `cox(X, time, event)`, `restricted_mean_contrast(…, tau=…)`.

# %%
found = {}
if (rossi := data("G21")) is not None:
    fit = cox(rossi[list(expected("G21")["coef"])], rossi["week"], rossi["arrest"])
    found = {"coef": fit.params, "se": fit.std_error, "loglik": fit.loglik, "lr": 2 * (fit.loglik - fit.loglik_null)}
prisoners = against("G21", found)
found = {}
if (liver := data("G23")) is not None:
    columns, arm = (liver["time"], liver["status"], liver["arm"]), dict(list(liver.groupby("arm")))
    means = {k: restricted_mean(part["time"], part["status"], tau=10) for k, part in arm.items()}
    gap, share = (restricted_mean_contrast(*columns, tau=10, measure=m) for m in ("difference", "ratio"))
    found = {**{f"rmst{k}": m.estimate for k, m in means.items()}, **{f"se{k}": m.std_error for k, m in means.items()}, "diff": gap.estimate,
             "diff_lo": gap.conf_low, "diff_hi": gap.conf_high, "p": gap.p_value, "ratio": share.estimate, "ratio_lo": share.conf_low, "ratio_hi": share.conf_high}
trial = against("G23", found)
say_absent("G21", "G23")

# %% [markdown]
# **The smoking ban in Sicily** (Lopez Bernal, Cummins and Gasparrini 2017). Admissions to hospital before and after a law, with trend and seasons. A rule that
# changes on a day is such a law; the interval must allow for more spread than counts alone would have.
# `segmented_rate(count, exposure, time, start=…)`.

# %%
found = {}
if (sicily := data("G26")) is not None:
    series, start = (sicily["aces"], sicily["stdpop"], sicily["time"]), int(sicily.loc[sicily["smokban"] == 1, "time"].min())
    plain, quasi = (segmented_rate(*series, start=start, dispersion=d) for d in ("none", "pearson"))
    waves, bent = (segmented_rate(*series, start=start, harmonics=2, slope_change=s) for s in (False, True))
    level, limits = (lambda fit: np.exp(fit.params["level"])), (lambda fit: np.exp([fit.conf_low["level"], fit.conf_high["level"]]))
    found = {"m1_rr": level(plain), "m1_ci": limits(plain), "m2_ci": limits(quasi), "m2_dispersion": quasi.dispersion, "m3_rr": level(waves), "m3_ci": limits(waves),
             "m3_trend12": np.exp(12 * waves.params["trend"]), "m3_dispersion": waves.dispersion, "m4_rr": level(bent),
             "m4_slope": np.exp(bent.params["slope_change"]), "m4_slope_p": bent.p_value["slope_change"]}
    display(report.prose("Without allowance for overdispersion the ratio has limits {a} to {b}; with it, {c} to {d}.",
                         a=ratio(limits(plain)[0]), b=ratio(limits(plain)[1]), c=ratio(limits(quasi)[0]), d=ratio(limits(quasi)[1])))
ban = against("G26", found)
say_absent("G26")
display(compared("tbl-time", "Severity and time: published and reproduced", bitter, pain, prisoners, trial, ban, first=8))

# %% [markdown]
# # What could overturn it
#
# **E-values** (VanderWeele and Ding 2017) and **violence in Darfur** (Hazlett 2020; Cinelli and Hazlett 2020). How strong an unmeasured cause must be, in
# both of its ties, to explain a finding away. Severity that nobody coded is the first candidate in an audit. `e_value(ratio, limit)`,
# `robustness_value(t, df)`, `benchmark_bounds(…)`.

# %%
ratios = data("G19")
(first, low), (second, high) = e_value(ratios["rr"][0], ratios["lo"][0]), e_value(ratios["rr"][1], ratios["hi"][1])
strength = against("G19", {"rr3_9": first, "lo1_8": low, "rr0_80": second, "hi0_91": high})
found, e = {}, expected("G18")
if (darfur := data("G18")) is not None:
    X = darfur[["directlyharmed", "age", "farmer_dar", "herder_dar", "pastvoted", "hhsize_darfur", "female"]].join(dummies(darfur, ["village"])).assign(one=1.0)
    bounds = [benchmark_bounds(e["b"], e["se"], e["dof"], r2_dz=d, r2_yz=y) for d, y in zip(e["bounds_r2dz_x"], e["bounds_r2yz_dx"], strict=True)]
    found = {"b": ols(X, darfur["peacefactor"], covariance="cr1").params["directlyharmed"], "dof": len(X) - X.shape[1], "rv_q1": robustness_value(e["t"], e["dof"]),
             "rv_q1_a05": robustness_value(e["t"], e["dof"], alpha=0.05), "bounds_estimate": [b.estimate for b in bounds], "bounds_se": [b.std_error for b in bounds]}
given = dict.fromkeys(("se", "t", "r2yd_x", "bounds_r2dz_x", "bounds_r2yz_dx"), "given")
harmed = against("G18", found, left_out=given if found else None)
say_absent("G18")

# %% [markdown]
# **Coders who disagree** (Krippendorff 2011) and **classes that are mistaken** (Fink and Lash 2003). Agreement of several coders with gaps, and what
# a known share of mistaken classes does to a ratio. `agreement(ratings, level=…)`, `misclassified_class(…)`.
#
# **Many questions at once** (Benjamini and Hochberg 1995): how many of a family of *p*-values stand after correction. `adjust(p_values, method=…)`.
#
# **Selective reporting** (Knox, Lowe and Mummolo 2020): bounds where one class is reported more. What was published is a
# proposition and not a table; the tests hold the package’s bounds to simulated worlds.

# %%
ratings = data("G30").iloc[:, 1:].to_numpy(dtype=float)
coders = against("G30", {level: agreement(ratings, level=level) for level in expected("G30")})
row = data("G31").iloc[0]
arms = (row["exp_case"], row["exp_case"] + row["exp_noncase"], row["unexp_case"], row["unexp_case"] + row["unexp_noncase"])
as_found, corrected = (misclassified_class(*arms, sensitivity=a, specificity=b) for a, b in ((1, 1), (row["sens"], row["spec"])))
mistaken = against("G31", {"obs_rr": as_found.risk_ratio, "obs_or": as_found.odds_ratio, "adj_rr": corrected.risk_ratio, "adj_or": corrected.odds_ratio})
family = against("G34", {m: int((adjust(data("G34")["p"], method=m) <= 0.05).sum()) for m in ("bonferroni", "holm", "bh")})
reported = against("X1", {}, left_out=dict.fromkeys(expected("X1"), "held by tests"))
display(compared("tbl-overturn", "Sensitivity: published and reproduced", strength, harmed, coders, mistaken, family, reported))

# %%
every = pd.concat([berkeley, kidneys, rabbits, resumes, vaccine, verbatim, single, pairs_of_rates, councils, voted, diets, training, quitting, firth,
                   bitter, pain, prisoners, trial, ban, strength, harmed, coders, mistaken, family, reported])
said = every["within"].value_counts()
met, missed = int(said.get(YES, 0)), int(said.get(NO, 0))
away = every[every["within"] == ABSENT]["id"].nunique()
points_ = [f"{missed} are not: {'; '.join(dict.fromkeys(every.loc[every['within'] == NO, 'quantity']))}." if missed else "None is missed."]
points_ += [f"{len(every) - met - missed} published numbers were not computed, each with its reason in the appendix."]
front.update(report.Finding(f"Of {met + missed} published numbers computed again, {met} are met within their tolerance.", tuple(points_), label="Result"))
facts.update(report.Facts((
    report.Fact("studies", str(every.loc[every["within"] == YES, "id"].nunique()),
                f"with a number met; {away} without their data here" if away else "with a number met"),
    report.Fact("published numbers", str(len(every)), f"{met + missed} computed again"),
    report.Fact("within tolerance", str(met), f"{missed} not"),
)))

# %% [markdown]
# # Every number {.appendix}
#
# Each tolerance stands with the published values and is not set here; where a value was printed to fewer digits, it is as far as rounding
# moves the last of them. “given”: taken from the publication as an input. “another convention”, “not computed”:
# the package has no such number. Columns are named as in the data files.

# %%
every["about"] = every["id"] + ". " + every["study"]
display(report.table(
    every, id="tbl-every", title="Every published number, and what the package finds", group="about", limit=len(every), source=SOURCE,
    columns={key: COLUMNS[key] for key in ("quantity", "published", "reproduced", "tolerance", "within")},
))

# %%
display(report.table(
    every.drop_duplicates("id"), id="tbl-cited", title="Where each study’s numbers were published", source=SOURCE, limit=len(every),
    columns={"id": report.Column("Id", code=True), "study": report.Column("Study", limit=120), "citation": report.Column("As cited", limit=200)},
))

# %% [markdown]
# # Sources {.appendix}
#
# - Agresti A (1990). *Categorical Data Analysis*. Wiley.
# - Agresti A, Min Y (2005). Simple improved confidence intervals for comparing matched proportions. *Statistics in Medicine* 24:729–740.
# - Bell RM, McCaffrey DF (2002). Bias reduction in standard errors for linear regression with multi-stage samples. *Survey Methodology* 28:169–181.
# - Benjamini Y, Hochberg Y (1995). Controlling the false discovery rate: a practical and powerful approach to multiple testing. *Journal of the Royal Statistical Society B* 57:289–300.
# - Bertrand M, Mullainathan S (2004). Are Emily and Greg more employable than Lakisha and Jamal? A field experiment on labor market discrimination. *American Economic Review* 94:991–1013.
# - Bickel PJ, Hammel EA, O’Connell JW (1975). Sex bias in graduate admissions: data from Berkeley. *Science* 187:398–404.
# - Charig CR, Webb DR, Payne SR, Wickham JEA (1986). Comparison of treatment of renal calculi by open surgery, percutaneous nephrolithotomy, and extracorporeal shockwave lithotripsy. *BMJ* 292:879–882.
# - Christensen RHB. *Cumulative link models for ordinal regression with the R package ordinal* (tutorial).
# - Cinelli C, Hazlett C (2020). Making sense of sensitivity: extending omitted variable bias. *Journal of the Royal Statistical Society B* 82:39–67.
# - Crowder M, Hand D (1990). *Analysis of Repeated Measures*. Chapman and Hall. Corrected errors as printed in the documentation of clubSandwich.
# - Fagerland MW, Lydersen S, Laake P (2014). Recommended tests and confidence intervals for paired binomial proportions. *Statistics in Medicine* 33:2850–2875.
# - Fink AK, Lash TL (2003). A null association between smoking during pregnancy and breast cancer using Massachusetts registry data. *Cancer Causes and Control* 14:497–503.
# - Fleming TR, Harrington DP (1991). *Counting Processes and Survival Analysis*. Wiley. Restricted means as in Uno and others, survRM2.
# - Fox J (2002). Cox proportional-hazards regression for survival data. Appendix to *An R and S-PLUS Companion to Applied Regression*.
# - Gerber AS, Green DP (2012). *Field Experiments: Design, Analysis, and Interpretation*. Norton.
# - Hazlett C (2020). Angry or weary? How violence impacts attitudes toward peace among Darfurian refugees. *Journal of Conflict Resolution* 64:844–870.
# - Heinze G, Schemper M (2002). A solution to the problem of separation in logistic regression. *Statistics in Medicine* 21:2409–2419.
# - Hernán MA, Robins JM. *Causal Inference: What If*. Chapman and Hall/CRC.
# - Ho D, Imai K, King G, Stuart E (2011). MatchIt: nonparametric preprocessing for parametric causal inference. *Journal of Statistical Software* 42(8).
# - Julious SA, Mullee MA (1994). Confounding and Simpson’s paradox. *BMJ* 309:1480–1481.
# - Knox D, Lowe W, Mummolo J (2020). Administrative records mask racially biased policing. *American Political Science Review* 114:619–637.
# - Krippendorff K (2011). *Computing Krippendorff’s alpha-reliability*. University of Pennsylvania.
# - LaLonde RJ (1986). Evaluating the econometric evaluations of training programs with experimental data. *American Economic Review* 76:604–620.
# - Lopez Bernal J, Cummins S, Gasparrini A (2017). Interrupted time series regression for the evaluation of public health interventions: a tutorial. *International Journal of Epidemiology* 46:348–355, with its correction.
# - Lumley T (1996). Generalized estimating equations for ordinal data: a note on working correlation structures. *Biometrics* 52:354–361.
# - Mantel N (1963). Chi-square tests with one degree of freedom; extensions of the Mantel–Haenszel procedure. *Journal of the American Statistical Association* 58:690–700.
# - Mehta CR, Senchaudhuri P (2003). *Conditional versus unconditional exact tests for comparing two binomials*. Cytel.
# - Neubert K, Brunner E (2007). A studentized permutation test for the non-parametric Behrens–Fisher problem. *Computational Statistics and Data Analysis* 51:5192–5204.
# - Newcombe RG (1998). Two-sided confidence intervals for the single proportion: comparison of seven methods. *Statistics in Medicine* 17:857–872.
# - Newcombe RG (1998). Interval estimation for the difference between independent proportions: comparison of eleven methods. *Statistics in Medicine* 17:873–890.
# - Pustejovsky JE, Tipton E (2018). Small-sample methods for cluster-robust variance estimation and hypothesis testing in fixed effects models. *Journal of Business and Economic Statistics* 36:672–683.
# - Randall JH (1989). The analysis of sensory data by generalized linear model. *Biometrical Journal* 31:781–793.
# - Roodman D, MacKinnon JG, Nielsen MØ, Webb MD (2019). Fast and wild: bootstrap inference in Stata using boottest. *Stata Journal* 19:4–60.
# - Rossi PH, Berk RA, Lenihan KJ (1980). *Money, Work, and Crime: Experimental Evidence*. Academic Press.
# - Tango T (1998). Equivalence test and confidence interval for the difference in proportions for the paired-sample design. *Statistics in Medicine* 17:891–908.
# - VanderWeele TJ, Ding P (2017). Sensitivity analysis in observational research: introducing the E-value. *Annals of Internal Medicine* 167:268–274.
