"""What the published numbers are called: reader's words for the keys of tests/golden/*.json."""

from __future__ import annotations

from collections.abc import Mapping

ENDS = ("lower limit", "upper limit")
"""What the two numbers of a pair are, unless `PAIRS` says otherwise."""

QUANTITIES: Mapping[str, Mapping[str, str]] = {
    "G01": {
        "mh_or": "Mantel–Haenszel odds ratio",
        "mh_or_lo": "Mantel–Haenszel odds ratio, lower limit",
        "mh_or_hi": "Mantel–Haenszel odds ratio, upper limit",
        "cmh_cc": "Cochran–Mantel–Haenszel, with correction",
        "cmh_cc_p": "Cochran–Mantel–Haenszel, with correction, p",
        "cmh": "Cochran–Mantel–Haenszel, without correction",
        "breslow_day": "Breslow–Day test of homogeneity",
        "breslow_day_p": "Breslow–Day, p",
        "tarone": "Breslow–Day, Tarone’s correction",
        "woolf": "Woolf’s test of homogeneity",
        "woolf_p": "Woolf, p",
        "mh_rr": "Mantel–Haenszel risk ratio, rows and columns turned",
        "crude_or": "odds ratio as found",
        "exact_cond_or": "exact conditional odds ratio",
        "exact_lo": "exact conditional odds ratio, lower limit",
        "exact_hi": "exact conditional odds ratio, upper limit",
    },
    "G03": {
        "wilson": "Wilson, row",
        "clopper_pearson": "Clopper–Pearson, row",
        "midp_rows_2_to_4": "mid-p, rows 2 to 4, no.",
    },
    "G04": {
        "mn": "Miettinen–Nurminen, contrast",
        "mee": "Mee, contrast",
        "newcombe": "Newcombe, contrast",
    },
    "G06": {
        "fisher_less": "Fisher, one-sided p",
        "barnard_less": "Barnard, one-sided p",
        "barnard_stat": "Barnard, statistic",
        "boschloo_less": "Boschloo, one-sided p",
    },
    "G07": {
        "coef": "coefficient",
        "pl_ci": "penalised-likelihood interval",
        "lrt_p": "likelihood-ratio p",
        "penalised_loglik": "penalised log-likelihood",
        "se_logistf_1_25": "standard error, augmented information",
        "se_wald_fisher": "standard error, ordinary information",
    },
    "G09": {
        "Diet2_Time": "diet 2 by day",
        "Diet3_Time": "diet 3 by day",
        "Diet4_Time": "diet 4 by day",
    },
    "G11": {
        "b": "coefficient",
        "t": "t, CR1",
        "boot_p": "wild bootstrap p",
        "boot_ci": "wild bootstrap",
        "n": "rows",
    },
    "G12": {
        "estimate": "difference in means",
        "n_assignments": "assignments",
        "n_ge": "assignments at least as large",
        "p_one_sided": "one-sided p",
        "n_abs_ge": "assignments at least as far from zero",
        "p_two_sided": "two-sided p",
    },
    "G14": {
        "smd": "standardised mean difference",
        "var_ratio": "variance ratio",
        "cem_matched": "coarsened exact matching",
        "exact_matched": "exact matching",
    },
    "G17": {
        "ipw": "effect by inverse probability weights",
        "ipw_se_robust": "by weights, robust standard error",
        "ipw_ci": "by weights",
        "w_mean": "weights, mean",
        "w_min": "weights, least",
        "w_max": "weights, greatest",
        "sw_mean": "stabilised weights, mean",
        "sw_min": "stabilised weights, least",
        "sw_max": "stabilised weights, greatest",
        "gcomp": "effect by g-computation",
        "gcomp_y1": "mean if all quit",
        "gcomp_y0": "mean if none quit",
        "qsmk_coef": "coefficient of quitting",
        "qsmk_smokeintensity": "coefficient of quitting by intensity",
    },
    "G18": {
        "b": "coefficient",
        "se": "standard error",
        "t": "t",
        "dof": "degrees of freedom",
        "r2yd_x": "partial R² of exposure with outcome",
        "rv_q1": "robustness value",
        "rv_q1_a05": "robustness value at the 5 % level",
        "bounds_estimate": "estimate under benchmark",
        "bounds_se": "standard error under benchmark",
        "bounds_r2dz_x": "benchmark partial R² with exposure",
        "bounds_r2yz_dx": "benchmark partial R² with outcome",
    },
    "G19": {
        "rr3_9": "first ratio, point",
        "lo1_8": "first ratio, limit",
        "rr0_80": "second ratio, point",
        "hi0_91": "second ratio, limit",
    },
    "G21": {
        "coef": "coefficient",
        "se": "standard error",
        "loglik": "log partial likelihood",
        "lr": "likelihood-ratio statistic",
    },
    "G23": {
        "rmst1": "restricted mean, treated",
        "se1": "restricted mean, treated, standard error",
        "rmst0": "restricted mean, control",
        "se0": "restricted mean, control, standard error",
        "diff": "difference",
        "diff_lo": "difference, lower limit",
        "diff_hi": "difference, upper limit",
        "p": "p of the difference",
        "ratio": "ratio",
        "ratio_lo": "ratio, lower limit",
        "ratio_hi": "ratio, upper limit",
    },
    "G26": {
        "m1_rr": "rate ratio, Poisson",
        "m1_ci": "rate ratio, Poisson",
        "m2_ci": "rate ratio, overdispersed",
        "m2_dispersion": "dispersion",
        "m3_rr": "rate ratio with seasons",
        "m3_ci": "rate ratio with seasons",
        "m3_trend12": "trend in a year",
        "m3_dispersion": "dispersion with seasons",
        "m4_rr": "rate ratio with a change of slope",
        "m4_slope": "change of slope, by month",
        "m4_slope_p": "change of slope, p",
    },
    "G27": {
        "white": "call-back rate, white names",
        "black": "call-back rate, Black names",
        "diff": "difference",
        "ratio": "ratio",
        "n": "résumés",
        "p_pooled_z": "p of the difference",
        "chicago": "Chicago",
        "boston": "Boston",
        "female": "women’s names",
        "male": "men’s names",
    },
    "G30": {level: f"alpha, {level}" for level in ("nominal", "ordinal", "interval", "ratio")},
    "G31": {
        "obs_rr": "risk ratio as found",
        "obs_or": "odds ratio as found",
        "adj_rr": "risk ratio, corrected",
        "adj_or": "odds ratio, corrected",
        "adj_or_ci": "odds ratio, corrected",
    },
    "G34": {
        "bonferroni": "rejected, Bonferroni",
        "holm": "rejected, Holm",
        "bh": "rejected, Benjamini–Hochberg",
        "by": "rejected, Benjamini–Yekutieli",
    },
    "G37": {
        "temp": "temperature, coefficient",
        "temp_se": "temperature, standard error",
        "contact": "contact, coefficient",
        "contact_se": "contact, standard error",
        "thresholds": "threshold",
        "loglik": "log-likelihood",
        "nominal_test_temp": "proportional odds, temperature",
        "nominal_test_contact": "proportional odds, contact",
    },
    "G40": {
        "crude_A": "success of A, as found",
        "crude_B": "success of B, as found",
        "small_A": "success of A, small stones",
        "small_B": "success of B, small stones",
        "large_A": "success of A, large stones",
        "large_B": "success of B, large stones",
        "mh_or_A_vs_B": "Mantel–Haenszel odds ratio, A against B",
    },
    "G42": {"tango_rd": "difference, table", "midp_or_row3": "odds ratio, table 3, mid-p"},
    "G43": {
        "p_hat": "relative effect",
        "statistic": "Brunner–Munzel statistic",
        "pvalue": "Brunner–Munzel p",
    },
    "X1": {"violations": "truths outside the bounds", "sharp": "both ends attained"},
    "rabbits": {"exact_p": "exact conditional p"},
}

PAIRS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("chicago", "boston", "female", "male"), ("white names", "Black names")),
    **dict.fromkeys(("nominal_test_temp", "nominal_test_contact"), ("statistic", "p")),
}

INNER: Mapping[str, str] = {
    "b": "coefficient",
    "se_cr2": "CR2 standard error",
    "df": "Satterthwaite degrees of freedom",
    "p": "p",
    "se_cr3": "CR3 standard error",
    "df_cr3": "CR3 degrees of freedom",
    "se_cr1s": "CR1 standard error",
    "control": "controls kept",
    "treated": "treated kept",
    "ess_control": "effective controls",
}


def words_of(study: str, key: str, path: tuple[str, ...]) -> str:
    """Return the words of one number: its quantity, then where in it the number stands."""
    said = QUANTITIES.get(study, {}).get(key, key)
    for step in path:
        if step in ENDS and key in PAIRS:
            step = PAIRS[key][ENDS.index(step)]
        said += f" {step}" if step.isdigit() else f", {INNER.get(step, step)}"
    return said
