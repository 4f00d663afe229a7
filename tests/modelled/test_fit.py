"""A model of a scan must be the model of its rows, whichever way its accounts are summed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scanned.platforms import table

import audit
from audit.errors import EstimationError, SchemaError, SeparationError, TooFewAccounts, UnknownName
from audit.estimators.regression import logit, ols
from audit.modelled.routes import WAYS

EQUAL = 1e-9  # to the rows as statsmodels fits them
SAME = 1e-12  # between the ways, which sum the same whole numbers or their product
TERMS = ["account_class", "rule", "language"]
LEADERS = ("account_class", "leader", "ordinary")
ACTED = audit.Outcome(at_least="label")


def rows(seed: int, **columns: bool) -> pd.DataFrame:
    return table(seed, rows=4000, **columns)


def scanned(frame: pd.DataFrame) -> audit.Scan:
    return audit.scan(frame, checked="made for a test")


def matrix(frame: pd.DataFrame) -> pd.DataFrame:
    levels = frame[TERMS].fillna("(not recorded)").astype("str")
    x = pd.get_dummies(levels, prefix_sep=": ", drop_first=True).astype(float)
    x.insert(0, "constant", 1.0)
    return x


def acted(frame: pd.DataFrame) -> pd.Series:
    return (frame["action"] != "none").astype(int)


def clustered(frame: pd.DataFrame) -> dict[str, Any]:
    groups = {"groups": pd.factorize(frame["account_id"])[0]}
    return {"cov_type": "cluster", "cov_kwds": groups}


def difference(x: pd.DataFrame) -> np.ndarray:
    at = np.zeros(x.shape[1])
    at[x.columns.get_loc("account_class: ordinary")] = -1.0
    if "account_class: leader" in x:
        at[x.columns.get_loc("account_class: leader")] = 1.0
    return at


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", [1, 2])
def test_logit_is_that_of_the_rows(seed: int, way: str) -> None:
    frame = rows(seed)
    x = matrix(frame)
    expected = sm.Logit(acted(frame), x).fit(disp=0, method="newton", tol=1e-13, **clustered(frame))
    found = audit.fit(
        scanned(frame), model="logit", outcome=ACTED, terms=TERMS, contrasts=[LEADERS], way=way
    )
    np.testing.assert_allclose(found.params[x.columns], expected.params, rtol=EQUAL, atol=1e-11)
    at, (one,) = difference(x), found.coefficients
    covariance = expected.cov_params().to_numpy()
    assert one.estimate == pytest.approx(at @ expected.params.to_numpy(), rel=EQUAL)
    assert one.std_error == pytest.approx(np.sqrt(at @ covariance @ at), rel=EQUAL)
    assert found.n == len(frame)
    assert found.n_accounts == frame["account_id"].nunique()


@pytest.mark.parametrize("over", ["level", "against", "all"])
def test_the_standardised_contrast_is_that_of_the_rows(over: str) -> None:
    frame = rows(3)
    x = matrix(frame)
    expected = sm.Logit(acted(frame), x).fit(disp=0, method="newton", tol=1e-13, **clustered(frame))
    name = {"level": "leader", "against": "ordinary"}
    kept = frame["account_class"] == name[over] if over != "all" else np.ones(len(frame), bool)

    def as_if(level: str) -> pd.DataFrame:
        changed = x[kept].copy()
        for column in [c for c in x if c.startswith("account_class: ")]:
            changed[column] = float(column == f"account_class: {level}")
        return changed

    one, other = as_if("leader"), as_if("ordinary")
    p, q = expected.predict(one), expected.predict(other)
    slope = ((p * (1 - p)) @ one - (q * (1 - q)) @ other) / len(one)
    found = audit.fit(
        scanned(frame),
        model="logit",
        outcome=ACTED,
        terms=TERMS,
        contrasts=[audit.Contrast(*LEADERS, over=over)],
    )
    (contrast,) = found.standardised
    assert contrast.estimate == pytest.approx((p - q).mean(), rel=EQUAL)
    error = np.sqrt(slope @ expected.cov_params() @ slope)
    assert contrast.std_error == pytest.approx(error, rel=EQUAL)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("outcome", ["reach", ACTED])
def test_linear_is_that_of_the_rows(outcome: Any, way: str) -> None:
    frame = rows(4)
    frame["reach"] = np.random.default_rng(4).lognormal(3, 2, len(frame))
    x = matrix(frame)
    y = frame["reach"] if outcome == "reach" else acted(frame)
    expected = sm.OLS(y, x).fit(**clustered(frame))
    found = audit.fit(
        scanned(frame), model="linear", outcome=outcome, terms=TERMS, contrasts=[LEADERS], way=way
    )
    at, (one,) = difference(x), found.coefficients
    np.testing.assert_allclose(found.params[x.columns], expected.params, rtol=EQUAL, atol=1e-10)
    assert one.estimate == pytest.approx(at @ expected.params.to_numpy(), rel=EQUAL)
    error = np.sqrt(at @ expected.cov_params().to_numpy() @ at)
    assert one.std_error == pytest.approx(error, rel=EQUAL)


def test_both_models_are_the_package_s_own_on_rows() -> None:
    frame = rows(5)
    x, at = matrix(frame), difference(matrix(frame))
    for model, own in (("logit", logit), ("linear", ols)):
        expected = own(x, acted(frame), cluster=frame["account_id"], covariance="cr1")
        found = audit.fit(
            scanned(frame), model=model, outcome=ACTED, terms=TERMS, contrasts=[LEADERS]
        )
        error = np.sqrt(at @ np.asarray(expected.vcov) @ at)
        assert found.coefficients[0].std_error == pytest.approx(error, rel=EQUAL)


@pytest.mark.parametrize("model", ["logit", "linear", "ordinal"])
@pytest.mark.parametrize("counted", [False, True])
def test_every_way_gives_one_answer(model: str, counted: bool) -> None:
    frame = rows(6, counted=counted)
    scan = scanned(frame)
    contrasts = [LEADERS, ("rule", "spam", "abuse"), ("account_class", "official", "leader")]
    outcome = "action" if model == "ordinal" else ACTED

    def asked(scan: audit.Scan, way: str) -> audit.modelled.ScanFit:
        return audit.fit(
            scan, model=model, outcome=outcome, terms=TERMS, contrasts=contrasts, way=way
        )

    packed = audit.pack(scan, [*TERMS, "action"], outcomes=[ACTED, "reach"])
    found = [asked(s, way).to_frame() for s in (scan, packed) for way in WAYS]
    columns = ["estimate", "std_error", "conf_low", "conf_high", "p_value", "df"]
    for other in found[1:]:
        np.testing.assert_allclose(other[columns], found[0][columns], rtol=SAME, atol=1e-14)


def test_a_count_stands_for_so_many_rows() -> None:
    frame = rows(7, counted=True)
    repeated = frame.loc[frame.index.repeat(frame["count"])].drop(columns="count")
    one, other = (
        audit.fit(scanned(f), model="logit", outcome=ACTED, terms=TERMS, contrasts=[LEADERS])
        for f in (frame, repeated)
    )
    assert one.n == other.n == frame["count"].sum()
    pd.testing.assert_frame_equal(one.to_frame(), other.to_frame(), rtol=SAME)


def test_swapping_levels_flips_the_sign_and_row_order_is_nothing() -> None:
    frame = rows(8)
    shuffled = frame.sample(frac=1, random_state=8)
    back = (LEADERS[0], LEADERS[2], LEADERS[1])
    one = audit.fit(
        scanned(frame), model="logit", outcome=ACTED, terms=TERMS, contrasts=[LEADERS, back]
    )
    same = audit.fit(
        scanned(shuffled), model="logit", outcome=ACTED, terms=TERMS, contrasts=[LEADERS, back]
    )
    assert one.coefficients[0].estimate == pytest.approx(-one.coefficients[1].estimate, rel=EQUAL)
    assert one.coefficients[0].std_error == pytest.approx(one.coefficients[1].std_error, rel=EQUAL)
    pd.testing.assert_frame_equal(one.to_frame(), same.to_frame(), check_exact=True)


def test_ordinal_is_at_the_likelihood_of_the_rows_and_is_judged_by_account() -> None:
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    frame = rows(9)
    x = matrix(frame).drop(columns="constant")
    level = frame["action"].map({"none": 0, "label": 1, "ban": 2})
    found = audit.fit(
        scanned(frame), model="ordinal", outcome="action", terms=TERMS, contrasts=[LEADERS]
    )
    cuts = found.params[["threshold 1", "threshold 2"]].to_numpy()
    model = OrderedModel(level, x, distr="logit")
    at = np.concatenate([found.params[x.columns], [cuts[0], np.log(np.diff(cuts)[0])]])
    assert np.abs(model.score(at)).max() / len(frame) < 1e-7
    assert model.loglike(at) == pytest.approx(likelihood(found.params, x, level).sum(), rel=EQUAL)
    # statsmodels differentiates by steps; a complex step is exact to the last digits
    params = found.params.to_numpy()
    scores = complex_step(params, x, level)
    step = 1e-5
    bread = np.linalg.inv(
        [
            (complex_step(params - e, x, level) - complex_step(params + e, x, level)).sum(0)
            / (2 * step)
            for e in step * np.eye(len(params))
        ]
    )
    by = pd.DataFrame(scores).groupby(pd.factorize(frame["account_id"])[0]).sum().to_numpy()
    many, n, p = len(by), len(frame), len(params)
    covariance = bread @ by.T @ by @ bread * many / (many - 1) * (n - 1) / (n - p)
    of = np.append([0.0, 0.0], difference(x))
    (one,) = found.coefficients
    assert one.estimate == pytest.approx(of @ params, rel=EQUAL)
    assert one.std_error == pytest.approx(np.sqrt(of @ covariance @ of), rel=1e-7)


def likelihood(params: Any, x: pd.DataFrame, level: pd.Series) -> Any:
    """Return each row's log-likelihood of a cumulative logit with two thresholds."""
    params = np.asarray(params)
    shift = x.to_numpy() @ params[2:]
    below = [1 / (1 + np.exp(shift - cut)) for cut in params[:2]]
    each = np.stack([below[0], below[1] - below[0], 1 - below[1]])
    return np.log(each[level.to_numpy(), np.arange(len(x))])


def complex_step(params: Any, x: pd.DataFrame, level: pd.Series) -> Any:
    """Return each row's score, shape (n, p)."""
    steps = 1e-30j * np.eye(len(params))
    return np.column_stack([likelihood(params + e, x, level).imag / 1e-30 for e in steps])


def test_two_rungs_make_the_ordinal_model_a_logit() -> None:
    frame = rows(10)
    frame["action"] = frame["action"].replace("ban", "label")
    scan = scanned(frame)
    one = audit.fit(scan, model="ordinal", outcome="action", terms=TERMS, contrasts=[LEADERS])
    other = audit.fit(scan, model="logit", outcome=ACTED, terms=TERMS, contrasts=[LEADERS])
    assert one.coefficients[0].estimate == pytest.approx(other.coefficients[0].estimate, rel=EQUAL)
    error = other.coefficients[0].std_error
    assert one.coefficients[0].std_error == pytest.approx(error, rel=EQUAL)


def test_degrees_of_freedom_are_those_of_the_smaller_level() -> None:
    frame = rows(11)
    found = audit.fit(
        scanned(frame), model="linear", outcome=ACTED, terms=TERMS, contrasts=[LEADERS]
    )
    leaders = frame.loc[frame["account_class"] == "leader", "account_id"].nunique()
    assert found.coefficients[0].df == leaders - 1


def asked(frame: pd.DataFrame, **changes: Any) -> Any:
    terms: dict[str, Any] = {"model": "logit", "outcome": ACTED, "terms": TERMS}
    return audit.fit(scanned(frame), **{**terms, "contrasts": [LEADERS], **changes})


def test_what_cannot_be_fitted_is_refused() -> None:
    frame = rows(12)
    with pytest.raises(EstimationError, match=r"unknown in [\d,]+ row"):
        asked(frame.assign(reach=np.nan), outcome="reach", model="linear")
    for endless in (np.inf, -np.inf):
        odd = frame["reach"].mask(frame.index == 7, endless)
        with pytest.raises(EstimationError, match="reach is not finite in some row"):
            asked(frame.assign(reach=odd), outcome="reach", model="linear")
    with pytest.raises(EstimationError, match="account_id is missing in 1 row"):
        asked(frame.assign(account_id=frame["account_id"].mask(frame.index == 3), count=1))
    with pytest.raises(EstimationError, match=r"weight is missing in 3 row"):
        asked(frame.assign(sampling_weight=np.where(frame.index < 3, np.nan, 2.0)))
    with pytest.raises(EstimationError, match="weight is not above 0"):
        asked(frame.assign(sampling_weight=np.where(frame.index < 3, 0.0, 2.0)))
    with pytest.raises(EstimationError, match="neither 0 nor 1"):
        asked(frame, outcome="reach")
    with pytest.raises(EstimationError, match="factors repeat one another"):
        asked(frame.assign(surface=frame["rule"]), terms=[*TERMS, "surface"])
    with pytest.raises(EstimationError, match="one level of language"):
        asked(frame.assign(language="en"))
    with pytest.raises(SeparationError, match="predict the outcome perfectly"):
        asked(frame.assign(action=frame["action"].mask(frame["rule"] == "spam", "ban")))
    few = frame["account_class"].mask(frame["account_class"] == "leader", "ordinary")
    with pytest.raises(TooFewAccounts, match="fewer than two accounts"):
        asked(frame.assign(account_class=few.mask(frame["account_id"] == "a3", "leader")))
    with pytest.raises(UnknownName, match="liders"):
        asked(frame, contrasts=[("account_class", "liders", "ordinary")])
    with pytest.raises(UnknownName, match="colour"):
        asked(frame, terms=["account_class", "colour"])
    with pytest.raises(UnknownName, match="probit"):
        asked(frame, model="probit")
    with pytest.raises(EstimationError, match="no order"):
        asked(frame, model="ordinal", outcome="rule", terms=["account_class", "language"])


def test_a_table_that_nobody_checked_is_checked_first() -> None:
    frame = rows(13)
    frame.loc[5, "action"] = "vaporise"
    with pytest.raises(SchemaError, match="vaporise"):
        audit.fit(audit.scan(frame), model="logit", outcome=ACTED, terms=TERMS, contrasts=[LEADERS])


def test_levels_are_text_and_never_a_query() -> None:
    frame = rows(14)
    hostile = "'; drop table cases; --\"`\u202e<b>{x}"
    frame["rule"] = frame["rule"].replace("spam", hostile)
    found = asked(frame, contrasts=[LEADERS, ("rule", hostile, "abuse")])
    assert hostile in [c.level for c in found.contrasts]
    assert "\u202e" not in found.summary()
    assert "<b>" not in found._repr_html_()


@pytest.mark.filterwarnings("ignore:cov_type not fully supported with var_weights")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("model", ["logit", "linear"])
def test_weighted_models_are_those_of_the_weighted_rows(model: str, way: str) -> None:
    frame = rows(8)
    frame["sampling_weight"] = np.random.default_rng(8).lognormal(1, 1, len(frame))
    x, at = matrix(frame), difference(matrix(frame))
    y, weights = acted(frame), frame["sampling_weight"]
    if model == "linear":
        expected = sm.WLS(y, x, weights=weights).fit(**clustered(frame))
        plain = sm.OLS(y, x).fit()
    else:
        given = {"tol_criterion": "params", "tol": 1e-13}
        family = sm.families.Binomial()
        expected = sm.GLM(y, x, family=family, var_weights=weights).fit(**given, **clustered(frame))
        plain = sm.GLM(y, x, family=family).fit(**given)
    (one,) = audit.fit(
        scanned(frame), model=model, outcome=ACTED, terms=TERMS, contrasts=[LEADERS], way=way
    ).coefficients
    error = np.sqrt(at @ expected.cov_params().to_numpy() @ at)
    assert one.estimate == pytest.approx(at @ expected.params.to_numpy(), rel=EQUAL)
    assert one.std_error == pytest.approx(error, rel=EQUAL)
    assert one.estimate != pytest.approx(at @ plain.params.to_numpy(), rel=1e-3)


def test_only_ratios_of_weights_count() -> None:
    frame = rows(9)
    frame["sampling_weight"] = np.random.default_rng(9).uniform(0.2, 3, len(frame))
    twice = frame.assign(sampling_weight=frame["sampling_weight"] * 37.5)
    one, other = (
        audit.fit(
            scanned(f), model="logit", outcome=ACTED, terms=TERMS, contrasts=[LEADERS]
        ).to_frame()
        for f in (frame, twice)
    )
    pd.testing.assert_frame_equal(one, other, rtol=SAME)


def test_a_level_against_itself_and_no_model_to_come_are_refused() -> None:
    asked: dict[str, Any] = {"model": "logit", "outcome": ACTED, "terms": TERMS}
    itself = [("account_class", "leader", "leader")]
    with pytest.raises(
        EstimationError, match=r"'account_class' sets the level 'leader' against it"
    ):
        audit.fit(scanned(rows(1)), **asked, contrasts=itself)
    with pytest.raises(EstimationError, match="models is 0; allowed: 1 and more"):
        audit.fit(scanned(rows(1)), **asked, contrasts=[LEADERS], models=0)
