"""Linear and logistic models with standard errors by cluster."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import t as student

from audit.errors import EstimationError, SeparationError, TooFewAccounts, UnknownName
from audit.estimators.base import Fit
from audit.estimators.regression import logit, ols

FITS = (ols, logit)
COVARIANCES = ("cr1", "cr2", "cr3")
FIELDS = ("params", "std_error", "df", "p_value", "conf_low", "conf_high", "vcov")
CLOSE = {"rel": 1e-9, "abs": 1e-9}


def table(seed=0, n=90, groups=12):
    """Return columns, a 0/1 outcome and clusters of unequal size, some smaller than p."""
    rng = np.random.default_rng(seed)
    cluster = rng.choice(groups, size=n, p=rng.dirichlet(np.full(groups, 2.0)))
    cluster[:groups] = np.arange(groups)
    X = np.column_stack([np.ones(n), cluster % 3 == 0, rng.normal(size=n), rng.normal(size=n)])
    linear = X @ [-0.3, 0.4, 0.5, 0.0] + 0.5 * rng.normal(size=groups)[cluster]
    return X, (rng.random(n) < expit(linear)).astype(float), cluster


def same(one, other, fields=FIELDS, **close):
    for name in fields:
        here, there = (np.asarray(getattr(fit, name)) for fit in (one, other))
        assert here == pytest.approx(there, **(close or CLOSE), nan_ok=True), name


def textbook(fit, X, y, cluster, covariance):
    """Return standard errors and df by n × n matrices, as the papers write them."""
    n, p = X.shape
    params = np.asarray(fit.params)
    mean, slope, target = X @ params, np.ones(n), np.ones(n)
    if "logistic" in fit.method:
        mean = expit(X @ params)
        slope = target = mean * (1 - mean)
    D, W = X * slope[:, None], np.diag(1 / target)
    bread = np.linalg.inv(D.T @ W @ D)
    phi = np.diag(target)
    left = np.eye(n) - D @ bread @ D.T @ W
    spread = left @ phi @ left.T
    meat, columns = np.zeros((p, p)), []
    for g in np.unique(cluster):
        at = np.flatnonzero(cluster == g)
        if covariance == "cr2":
            u = np.diag(np.sqrt(target[at]))
            value, vector = np.linalg.eigh(u @ spread[np.ix_(at, at)] @ u)
            power = np.where(value > 1e-10, np.maximum(value, 1e-10) ** -0.5, 0)
            adjust = u @ (vector * power) @ vector.T @ u
        elif covariance == "cr3":
            adjust = np.linalg.inv(left[np.ix_(at, at)])
        else:
            adjust = np.eye(len(at))
        lever = bread @ (D.T @ W)[:, at] @ adjust
        score = lever @ (y - mean)[at]
        meat += np.outer(score, score)
        columns.append(lever @ left[at])
    if covariance == "cr1":
        groups = len(columns)
        meat *= groups / (groups - 1) * (n - 1) / (n - p)
    df = []
    for j in range(p):
        lines = np.array([c[j] for c in columns])
        inner = lines @ phi @ lines.T
        df.append(np.trace(inner) ** 2 / (inner**2).sum())
    return np.sqrt(np.diag(meat)), np.array(df)


# against others -----------------------------------------------------------------------------


@pytest.mark.parametrize("covariance", COVARIANCES)
@pytest.mark.parametrize("fitter", FITS)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_formulas_of_the_papers(fitter, covariance, seed):
    X, y, cluster = table(seed)
    fit = fitter(X, y, cluster=cluster, covariance=covariance)
    std_error, df = textbook(fit, X, y, cluster, covariance)
    assert fit.std_error == pytest.approx(std_error, rel=1e-8)
    assert fit.df == pytest.approx(df, rel=1e-7)
    rows = fitter(X, y, covariance=covariance)
    std_error, df = textbook(rows, X, y, np.arange(len(y)), covariance)
    assert rows.std_error == pytest.approx(std_error, rel=1e-8)
    assert rows.df == pytest.approx(df, rel=1e-7)


def test_the_formulas_of_the_papers_with_large_clusters():
    # past 20 rows the inverse roots come from resolvents and not from eigenvalues
    X, y, cluster = table(9, n=700, groups=5)
    X[:, 1] = X[:, 2] ** 2
    fit = logit(X, y, cluster=cluster)
    std_error, df = textbook(fit, X, y, cluster, "cr2")
    assert fit.std_error == pytest.approx(std_error, rel=1e-8)
    assert fit.df == pytest.approx(df, rel=1e-7)
    dummies = (cluster[:, None] == np.arange(5)).astype(float)
    X = np.column_stack([X[:, 2:], dummies])
    fit = logit(X, y, cluster=cluster)
    std_error, df = textbook(fit, X, y, cluster, "cr2")
    assert fit.std_error[:2] == pytest.approx(std_error[:2], rel=1e-7)
    assert fit.df[:2] == pytest.approx(df[:2], rel=1e-6)


@pytest.mark.parametrize("covariance", COVARIANCES)
@pytest.mark.parametrize("fitter", FITS)
def test_accounts_with_one_row_each(fitter, covariance):
    X, y, cluster = table(3)
    own = np.array([f"account {i}" for i in range(len(y))])
    alone, rows = (
        fitter(X, y, cluster=own, covariance=covariance),
        fitter(X, y, covariance=covariance),
    )
    same(alone, rows)
    # most accounts have one row, some have several
    mixed = np.where(np.arange(len(y)) % 3 == 0, cluster, 100 + np.arange(len(y)))
    fit = fitter(X, y, cluster=mixed, covariance=covariance)
    std_error, df = textbook(fit, X, y, mixed, covariance)
    assert fit.std_error == pytest.approx(std_error, rel=1e-8)
    assert fit.df == pytest.approx(df, rel=1e-7)


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_a_row_so_certain_that_it_says_nothing(covariance):
    # its probability rounds to 1, and 1 less that to 0
    X, y, cluster = table(4)
    fit = logit(X, y, cluster=cluster, covariance=covariance)
    at = np.flatnonzero(cluster == 5)[0]
    far = X[at] + [0, 0, np.sign(fit.params[2]) * 3e3, 0]
    more = np.vstack([X, far]), np.r_[y, 1.0], np.r_[cluster, 5]
    certain = logit(*more[:2], cluster=more[2], covariance=covariance)
    factor = (89 / 86 * 87 / 90) ** 0.5 if covariance == "cr1" else 1.0  # of one more row
    assert certain.params == pytest.approx(fit.params, rel=1e-9)
    assert certain.std_error * factor == pytest.approx(fit.std_error, rel=1e-6)
    assert certain.df == pytest.approx(fit.df, rel=1e-6)
    assert np.isfinite(logit(*more[:2], covariance=covariance).std_error).all()


def test_least_squares_of_statsmodels():
    X, y, cluster = table()
    theirs = sm.OLS(y, X)
    for covariance, kind in (("cr1", "HC1"), ("cr2", "HC2"), ("cr3", "HC3")):
        ours = ols(X, y, covariance=covariance)
        assert ours.params == pytest.approx(theirs.fit().params, **CLOSE)
        assert ours.std_error == pytest.approx(theirs.fit(cov_type=kind).bse, **CLOSE)
    by = theirs.fit(cov_type="cluster", cov_kwds={"groups": cluster})
    assert ols(X, y, cluster=cluster, covariance="cr1").std_error == pytest.approx(by.bse, **CLOSE)


def test_logistic_regression_of_statsmodels():
    X, y, cluster = table()
    rng = np.random.default_rng(1)
    weights = rng.integers(1, 5, size=len(y))
    theirs = sm.GLM(y, X, family=sm.families.Binomial(), freq_weights=weights).fit(tol=1e-14)
    ours = logit(X, y, weights=weights)
    assert ours.params == pytest.approx(theirs.params, **CLOSE)
    assert ours.loglik == pytest.approx(theirs.llf, **CLOSE)
    by = sm.Logit(y, X).fit(
        disp=0, tol=1e-14, cov_type="cluster", cov_kwds={"groups": cluster, "use_correction": False}
    )
    groups, n, p = len(np.unique(cluster)), *X.shape
    scale = sqrt(groups / (groups - 1) * (n - 1) / (n - p))
    ours = logit(X, y, cluster=cluster, covariance="cr1")
    assert ours.std_error == pytest.approx(by.bse * scale, **CLOSE)


def test_two_classes_of_independent_rows_are_welchs():
    # the CR2 error of a difference of means is Welch's; the df are Bell and McCaffrey's
    rng = np.random.default_rng(2)
    y = np.r_[rng.normal(size=7), rng.normal(size=11, scale=3)]
    focal = np.r_[np.ones(7), np.zeros(11)]
    fit = ols(np.column_stack([np.ones(18), focal]), y)
    error = sqrt(y[:7].var(ddof=1) / 7 + y[7:].var(ddof=1) / 11)
    assert fit.std_error[1] == pytest.approx(error)
    equal = (1 / 7 + 1 / 11) ** 2 / (1 / 7**2 / 6 + 1 / 11**2 / 10)
    assert fit.df[1] == pytest.approx(equal)
    assert fit.params[1] == pytest.approx(y[:7].mean() - y[7:].mean())
    half = student.ppf(0.95, equal) * error
    narrow = ols(np.column_stack([np.ones(18), focal]), y, confidence=0.9)
    assert narrow.conf_high[1] - narrow.params[1] == pytest.approx(half)


def test_effect_within_clusters_that_have_their_own_dummies():
    # the generalised inverse: dummies and demeaned columns give the same treatment
    X, y, cluster = table(3, n=120, groups=6)
    dummies = (cluster[:, None] == np.arange(6)).astype(float)
    fit = ols(np.column_stack([X[:, 2], dummies]), y, cluster=cluster)
    std_error, df = textbook(fit, np.column_stack([X[:, 2], dummies]), y, cluster, "cr2")
    assert (fit.std_error[0], fit.df[0]) == pytest.approx((std_error[0], df[0]), rel=1e-7)
    assert np.isnan(fit.std_error[1:]).all()
    assert "alone determines" in fit.note


# properties ---------------------------------------------------------------------------------


@pytest.mark.parametrize("covariance", COVARIANCES)
@pytest.mark.parametrize("fitter", FITS)
def test_weights_are_repeated_rows(fitter, covariance):
    X, y, cluster = table()
    weights = np.random.default_rng(3).integers(0, 4, size=len(y))
    again = np.repeat(np.arange(len(y)), weights)
    for by in (cluster, None):
        kwargs = {"covariance": covariance}
        short = fitter(X, y, weights=weights, cluster=by, **kwargs)
        long = fitter(X[again], y[again], cluster=None if by is None else by[again], **kwargs)
        same(short, long)
        assert short.n == long.n == weights.sum()


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10**6),
    st.sampled_from(FITS),
    st.sampled_from(COVARIANCES),
    st.randoms(use_true_random=False),
)
def test_order_names_and_units_are_nothing(seed, fitter, covariance, random):
    X, y, cluster = table(seed % 50)
    fit = fitter(X, y, cluster=cluster, covariance=covariance)
    order = np.array(random.sample(range(len(y)), len(y)))
    names = np.array([f"account {g * 7 % 101}" for g in cluster])
    same(fit, fitter(X[order], y[order], cluster=names[order], covariance=covariance), rel=1e-7)
    units = np.array([1, 1, 1e6, 1e-6])
    scaled = fitter(X * units, y, cluster=cluster, covariance=covariance)
    assert scaled.params * units == pytest.approx(fit.params, rel=1e-7)
    assert scaled.std_error * units == pytest.approx(fit.std_error, rel=1e-7)
    assert scaled.df == pytest.approx(fit.df, rel=1e-6)


@pytest.mark.parametrize("fitter", FITS)
def test_swapping_classes_or_outcomes_turns_the_sign(fitter):
    X, y, cluster = table(4)
    fit = fitter(X, y, cluster=cluster)
    swapped = X.copy()
    swapped[:, 1] = 1 - X[:, 1]
    back = fitter(swapped, y, cluster=cluster)
    assert back.params[1] == pytest.approx(-fit.params[1])
    assert (back.std_error[1], back.df[1]) == pytest.approx((fit.std_error[1], fit.df[1]))
    other = fitter(X, 1 - y, cluster=cluster)
    assert other.params[1:] == pytest.approx(-fit.params[1:])
    assert other.conf_low[1:] == pytest.approx(-fit.conf_high[1:])


@pytest.mark.parametrize("fitter", FITS)
def test_frames_lists_and_series(fitter):
    X, y, cluster = table()
    frame = pd.DataFrame(X, columns=["one", "focal", "a", "b"], index=np.arange(len(y))[::-1] * 3)
    named = fitter(frame, pd.Series(y, index=frame.index), cluster=pd.Series(cluster))
    same(named, fitter(X.tolist(), y.tolist(), cluster=cluster.tolist()))
    assert list(named.params.index) == list(named.df.index) == ["one", "focal", "a", "b"]
    assert named.columns == ("one", "focal", "a", "b")
    assert named.vcov.loc["a", "a"] == pytest.approx(named.std_error["a"] ** 2)
    assert isinstance(fitter(X, y).params, np.ndarray)


def test_simulated_coverage_with_six_focal_clusters():
    rng = np.random.default_rng(6)
    groups, size, draws = 30, 10, 400
    cluster = np.repeat(np.arange(groups), size)
    focal = (cluster < 6).astype(float)
    X = np.column_stack([np.ones(len(focal)), focal])
    hits = []
    for _ in range(draws):
        y = focal + rng.normal(size=groups)[cluster] + rng.normal(size=len(focal))
        fit = ols(X, y, cluster=cluster)
        hits.append(fit.conf_low[1] <= 1 <= fit.conf_high[1])
    # binomial: 400 draws at 95 % leave 92.2 to 97.8 % in all but 1 of 100 runs
    assert 0.922 <= np.mean(hits) <= 0.978


def test_simulated_coverage_of_the_logistic_model():
    rng = np.random.default_rng(7)
    groups, size, draws = 24, 20, 250
    cluster = np.repeat(np.arange(groups), size)
    focal = (cluster < 8).astype(float)
    X = np.column_stack([np.ones(len(focal)), focal])
    hits = []
    for _ in range(draws):
        # beta rates: the log odds of the mean rates are the truth, equal in both classes
        y = (rng.random(len(focal)) < rng.beta(2, 3, size=groups)[cluster]).astype(float)
        fit = logit(X, y, cluster=cluster)
        hits.append(fit.conf_low[1] <= 0 <= fit.conf_high[1])
    # 250 draws at 95 % leave 91.4 to 98.6 % in all but 1 of 100 runs
    assert 0.914 <= np.mean(hits) <= 0.986


# separation ---------------------------------------------------------------------------------


def test_separation_is_named():
    X = pd.DataFrame({"one": 1.0, "focal": [0, 0, 0, 0, 1, 1, 1], "age": [1, 2, 3, 4, 1, 2, 3]})
    y = np.array([0, 1, 0, 1, 1, 1, 1])
    with pytest.raises(
        SeparationError, match=r"3 of 7 rows \(quasi-complete.*\) 'focal' have.*firth"
    ):
        logit(X, y)
    with pytest.raises(SeparationError, match=r"7 of 7 rows \(complete separation\)"):
        logit(X, X["focal"])
    for outcome in (np.zeros(7), np.ones(7)):
        with pytest.raises(SeparationError, match=r"complete separation.*'one'"):
            logit(X[["one"]], outcome)
    # one row of each kind is enough to be finite
    logit(X, [0, 1, 0, 1, 1, 1, 0])
    # what weights of 0 leave out does not help
    with pytest.raises(SeparationError, match="'focal'"):
        logit(X, [0, 1, 0, 1, 1, 1, 0], weights=[1, 1, 1, 1, 1, 1, 0])


def test_separation_by_a_combination_and_by_large_counts():
    rng = np.random.default_rng(8)
    X = np.column_stack([np.ones(300), rng.normal(size=(300, 3))])
    y = (X @ [0.1, 1, -2, 0.5] > 0).astype(float)
    with pytest.raises(SeparationError, match="300 of 300 rows"):
        logit(X, y)
    cells = [[1, 0], [1, 0], [1, 1], [1, 1]]
    with pytest.raises(SeparationError, match=r"10,000,000 of 20,000,000 .* 1 have no"):
        logit(cells, [0, 1, 0, 1], weights=[5 * 10**6, 5 * 10**6, 10**7, 0])
    # one event in ten million is far from 0, and finite
    fit = logit(cells, [0, 1, 0, 1], weights=[10**7 - 100, 100, 10**7 - 1, 1])
    assert fit.params[1] == pytest.approx(np.log(1 / (10**7 - 1)) - np.log(100 / (10**7 - 100)))
    plain = sqrt(1 / 100 + 1 / (10**7 - 100) + 1 + 1 / (10**7 - 1))
    assert fit.std_error[1] == pytest.approx(plain, rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.booleans()), min_size=4, max_size=14)
)
def test_separation_exactly_where_a_cell_has_one_outcome(rows):
    # a saturated model is finite exactly where every cell holds both outcomes
    levels = sorted({level for level, *_ in rows})
    X = np.array([[float(level == k) for k in levels] for level, *_ in rows])
    y = np.array([float(acted) for _, acted, _ in rows])
    cells = [y[X[:, j] == 1] for j in range(len(levels))]
    if all(0 < cell.mean() < 1 for cell in cells) and len(y) > len(levels):
        rates = np.array([cell.mean() for cell in cells])
        assert logit(X, y).params == pytest.approx(np.log(rates / (1 - rates)), abs=1e-9)
    else:
        with pytest.raises(SeparationError):
            logit(X, y)


# edges --------------------------------------------------------------------------------------


@pytest.mark.parametrize("fitter", FITS)
def test_one_cluster_and_one_focal_cluster(fitter):
    X, y, cluster = table()
    with pytest.raises(TooFewAccounts, match=r"one cluster \('a'\); allowed: at least 2"):
        fitter(X, y, cluster=["a"] * len(y))
    X[:, 1] = cluster == 5
    y[np.flatnonzero(cluster == 5)[0]] = 1 - y[np.flatnonzero(cluster == 5)[1]]
    fit = fitter(pd.DataFrame(X), y, cluster=cluster)
    assert np.isnan([fit.std_error[1], fit.df[1], fit.p_value[1], fit.conf_low[1]]).all()
    assert np.isfinite(fit.params).all()
    assert np.isfinite(fit.std_error[[0, 2, 3]]).all()
    assert fit.note == "no standard error for 1: cluster 5 alone determines a part of it"


def test_rows_without_spread_have_no_error():
    # no reference post was acted on: 0 of 20 is not certainty
    focal = np.r_[np.ones(20), np.zeros(20)]
    y = np.r_[np.arange(20) % 2, np.zeros(20)]
    fit = ols(np.column_stack([np.ones(40), focal]), y, cluster=np.arange(40) // 4)
    assert fit.params == pytest.approx([0, 0.5], abs=1e-12)
    assert np.isnan(fit.p_value[0])
    assert "no spread" in fit.note
    for constant in (0.0, 1.0):
        with pytest.raises(EstimationError, match="without any residual"):
            ols(np.column_stack([np.ones(40), focal]), np.full(40, constant))


@pytest.mark.parametrize("fitter", FITS)
def test_counts_of_ten_million(fitter):
    X = [[1, 0], [1, 0], [1, 1], [1, 1]] * 2
    y, counts = [0, 1, 0, 1] * 2, [6 * 10**6, 4 * 10**6, 7 * 10**6, 3 * 10**6] * 2
    fit = fitter(X, y, weights=counts)
    if fitter is ols:
        plain = sqrt(0.24 / 2e7 + 0.21 / 2e7)
        assert fit.params[1] == pytest.approx(-0.1, abs=1e-10)
    else:
        plain = sqrt(1 / (2e7 * 0.24) + 1 / (2e7 * 0.21))
        assert fit.params[1] == pytest.approx(np.log(3 / 7) - np.log(4 / 6), abs=1e-10)
    assert fit.std_error[1] == pytest.approx(plain, rel=1e-6)


@pytest.mark.parametrize("fitter", FITS)
def test_columns_that_others_determine(fitter):
    X, y, _ = table()
    frame = pd.DataFrame(X, columns=["one", "focal", "a", "b"])
    with pytest.raises(
        EstimationError, match=r"column 'c' is a sum of multiples of 'one', 'focal'"
    ):
        fitter(frame.assign(c=2 - frame["focal"]), y)
    with pytest.raises(EstimationError, match=r"'five' is a sum of multiples of 'one'"):
        fitter(frame.assign(five=5), y)
    with pytest.raises(EstimationError, match=r"'none' hold 0 in every row that counts"):
        fitter(frame.assign(none=0), y)
    with pytest.raises(EstimationError, match=r"more rows than columns"):
        fitter(np.eye(2), [0, 1], weights=[1, 1]) if fitter is ols else ols(np.eye(2), [0, 1])


@pytest.mark.parametrize("fitter", FITS)
def test_faults_in_words(fitter):
    X, y, cluster = table()
    X[3, 2], X[5, 2] = np.nan, np.inf
    with pytest.raises(EstimationError) as found:
        fitter(X, y[:-1], weights=-np.ones(len(y)), cluster=[None, *cluster[1:]], confidence=95)
    for words in (
        "confidence is 95",
        r"2 place(s) of column 2, first at row 3",
        "y has shape (89,); allowed: (90,)",
        "weights is negative in 90",
        "cluster is missing in 1 place(s), first at 0",
    ):
        assert words in str(found.value)
    X, y, cluster = table()
    for kwargs, words in (
        ({"weights": np.full(90, 1.5)}, "weights hold 1.5; allowed: whole numbers"),
        ({"weights": np.zeros(90)}, "weights are all 0"),
        ({"weights": [1]}, r"weights have shape \(1,\)"),
        ({"cluster": [1, 2]}, r"cluster has shape \(2,\)"),
    ):
        with pytest.raises(EstimationError, match=words):
            fitter(X, y, **kwargs)
    for empty in ([], np.empty((0, 2)), np.empty((3, 0)), [1, 2, 3]):
        with pytest.raises(EstimationError, match=r"X has shape"):
            fitter(empty, y)
    with pytest.raises(EstimationError, match="X must hold numbers"):
        fitter([["a"]], [1])
    with pytest.raises(EstimationError, match="'a' occurs twice"):
        fitter(pd.DataFrame(X, columns=["one", "a", "a", "b"]), y)
    with pytest.raises(EstimationError, match="y is missing or infinite in 1 place"):
        fitter(X, np.r_[np.nan, y[1:]])
    with pytest.raises(UnknownName, match="is called 'hc9'"):
        fitter(X, y, covariance="hc9")
    days = pd.DataFrame({"one": 1.0, "day": pd.date_range("2020-01-01", periods=4)})
    with pytest.raises(
        EstimationError, match=r"X must be numbers: dates or durations in day\. Try"
    ):
        fitter(days, [0, 1, 0, 1])


def test_logistic_outcome_is_0_or_1():
    X, y, _ = table()
    with pytest.raises(EstimationError, match=r"y holds 0.5; allowed: 0 and 1"):
        logit(X, y / 2)


def test_the_record_is_frozen():
    X, y, _ = table()
    fit = ols(X, y)
    assert isinstance(fit, Fit)
    with pytest.raises(AttributeError):
        fit.n = 3


@pytest.mark.parametrize("fit", FITS)
def test_the_same_row_labels_in_another_order_are_refused(fit) -> None:
    """They would be paired by position, and the coefficients would be of other rows."""
    X, y, cluster = table()
    X, y, cluster = pd.DataFrame(X), pd.Series(y), pd.Series(cluster)
    said = (
        r"y has the row labels of X in another order.*y\.loc\[X\.index\].*"
        r"cluster has the row labels"
    )
    with pytest.raises(EstimationError, match=said):
        fit(X, y.iloc[::-1], cluster=cluster.iloc[::-1])
    turned = X.iloc[::-1]
    same(
        fit(X, y, cluster=cluster),
        fit(turned, y.loc[turned.index], cluster=cluster.loc[turned.index]),
    )
    # Labels of another kind say nothing of an order.
    same(fit(X, y, cluster=cluster), fit(X, y.set_axis(y.index + 1000), cluster=cluster.to_numpy()))
