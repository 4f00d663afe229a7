"""The functions of METHODS, section 3: each is where it says, and is called as it says."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd
import pytest

COUNTS = "events_focal, n_focal, events_reference, n_reference"

# Typed from METHODS: parameters in order, with the defaults it writes. More keyword-only
# parameters may exist where they have a default; other names, or another order, may not.
WRITTEN = {
    "estimators.proportions": (
        "proportion(events, n, *, method='wilson')",
        "clustered_proportion(events, n, *, weights=None, icc=None)",
        "intraclass_correlation(events, n)",
        f"risk_difference({COUNTS}, *, method='newcombe')",
        f"risk_ratio({COUNTS}, *, method='miettinen_nurminen')",
        f"odds_ratio({COUNTS}, *, method='miettinen_nurminen')",
        "mover_difference(focal, reference)",
        "mover_ratio(focal, reference)",
        f"exact_test({COUNTS}, *, method='boschloo', alternative='two-sided')",
    ),
    "estimators.strata": (
        "mantel_haenszel(counts, *, measure='odds_ratio')",
        "cochran_mantel_haenszel(counts, *, continuity=False)",
        "homogeneity(counts, *, method='breslow_day')",
        "standardise(counts, *, target='focal')",
        "standardised_effect(events, n, account, stratum, focal, *, target='focal', weights=None)",
        "directly_standardised_rate(events, exposure, weights, *, method='fay_feuer')",
        "decompose(counts)",
    ),
    "estimators.regression": (
        "ols(X, y, *, weights=None, cluster=None, covariance='cr2')",
        "logit(X, y, *, weights=None, cluster=None, covariance='cr2')",
        "firth_logit(X, y, *, weights=None)",
        "standardised_contrast(fit, X, focal, *, over='focal')",
        "conditional_logit(X, y, stratum)",
    ),
    "estimators.weighting": (
        "balance(X, focal, weights=None, *, sd='focal')",
        "coarsened_exact(frame, focal)",
        "entropy_balance(X, focal)",
        "overlap_weights(X, focal)",
        "propensity_att(X, focal, y)",
        "effective_sample_size(weights)",
    ),
    "estimators.resampling": (
        "randomisation_test(values, focal, *, statistic='difference_in_means', blocks=None, "
        "draws=9999, seed=0)",
        "permutation_test(events, n, account, focal, *, stratum=None, blocks=None, "
        "scale='null_model', draws=9999, seed=0)",
        "permutation_interval(events, n, account, focal, *, stratum=None, draws=9999, seed=0)",
    ),
    "estimators.paired": ("paired_difference(both, focal_only, reference_only, neither)",),
    "estimators.severity": (
        "rungs(levels_focal, levels_reference)",
        "softer_rung(levels_focal, levels_reference, *, cluster=None)",
        "proportional_odds(X, y, *, weights=None)",
    ),
    "estimators.duration": (
        "kaplan_meier(time, event, *, weights=None)",
        "log_rank(time, event, group)",
        "cox(X, time, event, *, ties='efron', cluster=None)",
        "restricted_mean(time, event, *, tau)",
        "restricted_mean_contrast(time, event, focal, *, tau, measure='difference')",
        "cumulative_incidence(time, cause, *, weights=None)",
    ),
    "estimators.change": (
        "segmented_rate(count, exposure, time, *, start, harmonics=0, period=12, "
        "slope_change=False, dispersion='pearson')",
        "difference_in_differences(frame, *, outcome, unit, time, treated, start)",
    ),
    "estimators.outcome": (
        "outcome_test(reversed_focal, n_focal, reversed_reference, n_reference)",
    ),
    "checks.sensitivity": ("e_value(ratio, conf_limit=None)",),
    "checks.robustness": (
        "robustness_value(t, df, *, q=1.0, alpha=None)",
        "benchmark_bounds(estimate, std_error, df, *, r2_dz, r2_yz)",
    ),
    "checks.hidden_bias": ("rosenbaum_bound(successes, pairs, gamma)",),
    "checks.labels": (
        f"misclassified_outcome({COUNTS}, *, sensitivity, specificity)",
        f"misclassified_class({COUNTS}, *, sensitivity, specificity)",
        f"tipping_point({COUNTS}, *, specificity=1.0)",
        "agreement(ratings, *, level='nominal')",
    ),
    "checks.bounds": (
        "worst_case(events, n_known, n_unknown)",
        "unknown_class(events, n, account, focal, unknown, *, max_focal_accounts=None)",
        "selective_reporting(rate_focal, rate_reference, *, share_reported_focal, "
        "share_reported_reference)",
    ),
    "checks.multiplicity": ("adjust(p_values, *, method='holm')",),
    "checks.equivalence": (
        f"tost({COUNTS}, *, margin, method='wald')",
        "tost_interval(estimate, margin)",
    ),
    "checks.power": (
        "two_proportions(n, p1, p2, *, alpha=0.05)",
        "sample_size(p1, p2, *, power=0.9)",
        "detectable_gap(n_focal_accounts, n_reference_accounts, posts_focal, posts_reference, *, "
        "rate, icc, power=0.8, seed=0)",
    ),
    "checks.multiverse": (
        "specification_curve(cases, design)",
        "joint_test(cases, design, *, draws=499, seed=0)",
    ),
}
LINES = [(module, line) for module, lines in WRITTEN.items() for line in lines]


def function(module: str, name: str) -> Callable[..., Any]:
    found = getattr(import_module(f"audit.{module}"), name, None)
    assert found is not None, f"METHODS: audit.{module} holds {name}"
    return found


def written(line: str) -> inspect.Signature:
    space: dict[str, Any] = {}
    exec(f"def {line}: ...", space)  # the lines above, and nothing else
    return inspect.signature(space[line.partition("(")[0]])


def parameters(signature: inspect.Signature) -> tuple[list[tuple[str, Any]], dict[str, Any]]:
    """Return positional (name, default) in order, and keyword-only defaults by name."""
    every = signature.parameters.values()
    only = {p.name: p.default for p in every if p.kind is p.KEYWORD_ONLY}
    return [(p.name, p.default) for p in every if p.kind is not p.KEYWORD_ONLY], only


@pytest.mark.parametrize(("module", "line"), LINES, ids=[f"{m}.{x}" for m, x in LINES])
def test_signature(module: str, line: str) -> None:
    ours = inspect.signature(function(module, line.partition("(")[0]))
    positional, only = parameters(ours)
    wanted_positional, wanted_only = parameters(written(line))
    assert positional == wanted_positional
    assert {name: only.get(name, "absent") for name in wanted_only} == wanted_only
    extra = {name: value for name, value in only.items() if name not in wanted_only}
    assert inspect.Parameter.empty not in extra.values(), f"needed but not in METHODS: {extra}"
    if "confidence" in only:
        assert only["confidence"] == 0.95
    if "seed" in only:
        assert only["seed"] == 0


ESTIMATE = {"estimate", "conf_low", "conf_high", "std_error", "p_value", "df", "method", "note"}
TEST = {"statistic", "df", "p_value", "method"}
FIT = {"params", "std_error", "df", "p_value", "conf_low", "conf_high"}
ARMS = {"observed", "expected", "ratio", "n_supported", "n_unsupported"}
LABELS = {"risk_focal", "risk_reference", "risk_difference", "risk_ratio", "odds_ratio"}

FOUR = (12, 40, 9, 50)
STRATA = [[8, 20, 3, 25], [4, 20, 6, 25]]
EVENTS, POSTS = [3, 2, 5, 1, 0, 2, 4, 1, 1, 2], [10, 9, 12, 8, 7, 9, 11, 6, 8, 10]
ACCOUNT, FOCAL = list("abcdefghij"), [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
LONG = (EVENTS, POSTS, ACCOUNT, FOCAL)
RNG = np.random.default_rng(1)
X = pd.DataFrame({"one": 1.0, "focal": [0.0, 1.0] * 20, "size": RNG.normal(size=40)})
Y = RNG.normal(size=40)
BINARY = (RNG.random(40) < 0.4).astype(int)
LEVELS = RNG.integers(0, 3, 40)
TIME = RNG.exponential(5, 40) + 0.1
CAUSE = RNG.integers(0, 3, 40)
PANEL = pd.DataFrame(
    [(u, t, RNG.normal(), u < 3) for u in range(8) for t in range(6)],
    columns=["unit", "time", "outcome", "treated"],
)

# a call as METHODS writes it, and what the record it returns must hold
RECORDS: list[tuple[str, str, tuple[Any, ...], dict[str, Any], set[str]]] = [
    ("estimators.proportions", "proportion", (3, 9), {}, ESTIMATE),
    (
        "estimators.proportions",
        "clustered_proportion",
        (EVENTS, POSTS),
        {},
        ESTIMATE | {"deff", "n_eff", "k_eff", "icc", "n_accounts"},
    ),
    ("estimators.proportions", "risk_difference", FOUR, {}, ESTIMATE),
    ("estimators.proportions", "risk_ratio", FOUR, {}, ESTIMATE),
    ("estimators.proportions", "odds_ratio", FOUR, {}, ESTIMATE),
    ("estimators.proportions", "exact_test", FOUR, {}, TEST),
    ("estimators.strata", "mantel_haenszel", (STRATA,), {}, ESTIMATE),
    ("estimators.strata", "cochran_mantel_haenszel", (STRATA,), {}, TEST),
    ("estimators.strata", "homogeneity", (STRATA,), {}, TEST),
    ("estimators.strata", "standardise", (STRATA,), {}, ARMS | {"difference"}),
    (
        "estimators.strata",
        "standardised_effect",
        (EVENTS, POSTS, ACCOUNT, ["s"] * 10, FOCAL),
        {},
        ESTIMATE | ARMS | {"deff", "k_eff"},
    ),
    ("estimators.strata", "directly_standardised_rate", ([3], [9], [1]), {}, ESTIMATE),
    ("estimators.regression", "ols", (X, Y), {}, FIT),
    ("estimators.regression", "logit", (X, BINARY), {}, FIT),
    ("estimators.regression", "firth_logit", (X, BINARY), {}, FIT),
    (
        "estimators.regression",
        "conditional_logit",
        (X[["focal", "size"]], BINARY, np.arange(40) // 8),
        {},
        FIT,
    ),
    ("estimators.weighting", "propensity_att", (X[["size"]], X["focal"], Y), {}, ESTIMATE),
    (
        "estimators.resampling",
        "randomisation_test",
        (Y[:10], FOCAL),
        {"blocks": [0, 1] * 5},
        TEST | {"n_assignments", "enumerated"},
    ),
    ("estimators.resampling", "permutation_test", LONG, {"draws": 99, "seed": 1}, TEST),
    ("estimators.resampling", "permutation_test", LONG, {"scale": "studentised"}, TEST),
    ("estimators.resampling", "permutation_test", LONG, {"scale": "none"}, TEST),
    ("estimators.resampling", "permutation_interval", LONG, {"draws": 99}, ESTIMATE),
    ("estimators.paired", "paired_difference", (9, 5, 2, 8), {}, ESTIMATE | {"odds_ratio"}),
    ("estimators.severity", "softer_rung", (LEVELS[:15], LEVELS[15:]), {}, ESTIMATE),
    (
        "estimators.severity",
        "proportional_odds",
        (X[["focal", "size"]], LEVELS),
        {},
        FIT | {"thresholds", "loglik"},
    ),
    ("estimators.duration", "log_rank", (TIME, BINARY, X["focal"]), {}, TEST),
    (
        "estimators.duration",
        "cox",
        (X[["focal", "size"]], TIME, BINARY),
        {},
        FIT | {"loglik"},
    ),
    ("estimators.duration", "restricted_mean", (TIME, BINARY), {"tau": 4.0}, ESTIMATE),
    (
        "estimators.duration",
        "restricted_mean_contrast",
        (TIME, BINARY, X["focal"]),
        {"tau": 4.0},
        ESTIMATE,
    ),
    (
        "estimators.change",
        "segmented_rate",
        ([3, 5, 4] * 4, [9.0] * 12, range(12)),
        {"start": 6},
        FIT,
    ),
    (
        "estimators.change",
        "difference_in_differences",
        (PANEL,),
        {
            "outcome": "outcome",
            "unit": "unit",
            "time": "time",
            "treated": "treated",
            "start": 3,
        },
        ESTIMATE | {"event_study", "placebo_p"},
    ),
    ("estimators.outcome", "outcome_test", FOUR, {}, ESTIMATE),
    (
        "checks.robustness",
        "benchmark_bounds",
        (0.1, 0.02, 700),
        {"r2_dz": 0.01, "r2_yz": 0.1},
        ESTIMATE,
    ),
    (
        "checks.labels",
        "misclassified_outcome",
        FOUR,
        {"sensitivity": 0.9, "specificity": (0.98, 0.99)},
        LABELS,
    ),
    (
        "checks.labels",
        "misclassified_class",
        FOUR,
        {"sensitivity": 0.9, "specificity": 0.98},
        LABELS,
    ),
    (
        "checks.equivalence",
        "tost",
        FOUR,
        {"margin": 0.2},
        TEST | {"p_low", "p_high", "conf_low", "conf_high"},
    ),
]


@pytest.mark.parametrize(
    ("module", "name", "arguments", "options", "held"),
    RECORDS,
    ids=[f"{m}.{n}-{sorted(o)}" for m, n, _, o, _ in RECORDS],
)
def test_record(
    module: str, name: str, arguments: Any, options: dict[str, Any], held: set[str]
) -> None:
    found = function(module, name)(*arguments, **options)
    assert is_dataclass(found)
    assert held <= {f.name for f in fields(found)}
    with pytest.raises((AttributeError, TypeError)):  # frozen
        found.method = "another"


def test_a_fit_keeps_the_columns_of_its_frame() -> None:
    fit = function("estimators.regression", "ols")(X, Y)
    for name in FIT:
        assert list(getattr(fit, name).index) == list(X.columns)


def test_what_is_no_record() -> None:
    assert isinstance(
        function("estimators.proportions", "intraclass_correlation")([1, 2], [3, 4]), float
    )
    assert len(function("checks.sensitivity", "e_value")(2.0, 1.5)) == 2
    assert isinstance(function("checks.hidden_bias", "rosenbaum_bound")(8, 10, 1.5), float)
    assert isinstance(function("checks.robustness", "robustness_value")(4.0, 700), float)
    assert isinstance(function("checks.labels", "tipping_point")(*FOUR), float)
    assert isinstance(function("checks.labels", "agreement")([[1, 2, 2], [1, 2, 1]]), float)
    assert len(function("checks.bounds", "worst_case")(3, 9, 2)) == 2
    focal = [bool(f) for f in FOCAL]
    unknown = function("checks.bounds", "unknown_class")(*LONG[:3], focal, [False] * 9 + [True])
    assert len(unknown) == 3
    assert isinstance(function("checks.multiplicity", "adjust")([0.01, 0.5]), np.ndarray)
    assert isinstance(function("estimators.weighting", "effective_sample_size")([1, 2.0]), float)


@pytest.mark.parametrize(
    ("module", "name", "arguments", "columns"),
    [
        ("estimators.strata", "decompose", (STRATA,), {"mix", "treatment"}),
        ("estimators.weighting", "balance", (X[["size"]], X["focal"]), {"smd", "variance_ratio"}),
        ("estimators.severity", "rungs", (LEVELS[:15], LEVELS[15:]), set()),
        (
            "estimators.duration",
            "kaplan_meier",
            (TIME, BINARY),
            {"time", "n_at_risk", "survival", "std_error"},
        ),
        (
            "estimators.duration",
            "cumulative_incidence",
            (TIME, CAUSE),
            {"time", "cause", "incidence", "std_error"},
        ),
    ],
)
def test_frame(module: str, name: str, arguments: Any, columns: set[str]) -> None:
    found = function(module, name)(*arguments)
    assert isinstance(found, pd.DataFrame)
    assert columns <= set(found.columns)


def test_the_contract_bites() -> None:
    assert parameters(written("f(a, *, b=1)")) == ([("a", inspect.Parameter.empty)], {"b": 1})
    with pytest.raises(AssertionError, match="holds no_such_test"):
        function("estimators.strata", "no_such_test")
