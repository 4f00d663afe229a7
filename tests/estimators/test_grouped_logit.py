"""A model on counts must be the model on rows: statsmodels on the rows is the outside number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scanned.platforms import design, table

import audit
from audit.errors import EstimationError, SeparationError
from audit.estimators.accounts.account_strata import tabulate
from audit.estimators.duration import kaplan_meier
from audit.estimators.models.grouped_logit import GroupedLogit, grouped_logit
from audit.estimators.models.ordinal import proportional_odds
from audit.estimators.regression import logit
from audit.estimators.strata import mantel_haenszel
from audit.influence import Tallies
from audit.scanned.by_row import meet_by_row
from audit.scanned.enrolment import meet

EQUAL = 1e-9


def rows(seed: int) -> pd.DataFrame:
    """Return rows of two classes, one class per account, with three factors."""
    frame = table(seed, rows=4000)
    frame = frame[frame["account_class"].isin(["leader", "ordinary"])]
    leaders = frame.loc[frame["account_class"] == "leader", "account_id"].unique()
    both = frame["account_id"].isin(leaders) & (frame["account_class"] == "ordinary")
    return frame[~both].fillna({"rule": "(none)", "language": "(none)"}).reset_index(drop=True)


def matrix(frame: pd.DataFrame) -> pd.DataFrame:
    x = pd.get_dummies(frame[["rule", "language"]], drop_first=True).astype(float)
    x.insert(0, "const", 1.0)
    x.insert(1, "focal", (frame["account_class"] == "leader").astype(float))
    return x


def in_arrays(frame: pd.DataFrame) -> tuple[Tallies, Any]:
    stratum, names = pd.factorize(frame["rule"] + "|" + frame["language"])
    levels = (
        pd.Series(names).str.split("|", expand=True).apply(lambda c: pd.factorize(c, sort=True)[0])
    )
    acted, one = (frame["action"] != "none").astype(int), np.ones(len(frame))
    focal = frame["account_class"] == "leader"
    cells = tabulate("test", acted, one, frame["account_id"], stratum, focal)
    return cells, levels.to_numpy()


def in_the_engine(frame: pd.DataFrame) -> tuple[Tallies, Any]:
    terms = design(reference="ordinary", strata=["rule", "language"])
    met = meet(audit.scan(frame, checked="made for a test"), audit.Design.of(terms))
    return met.cells.tallies(by="post", stratified=True), met.cells.levels


def by_row(frame: pd.DataFrame) -> tuple[Tallies, Any]:
    terms = design(reference="ordinary", strata=["rule", "language"])
    met = meet_by_row(audit.scan(frame, checked="made for a test"), audit.Design.of(terms))
    assert met is not None
    return met.tallies, met.levels


@pytest.mark.parametrize("counted", [in_arrays, in_the_engine, by_row])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_coefficient_contrast_and_clustered_errors_are_those_of_the_rows(
    counted: Any, seed: int
) -> None:
    frame = rows(seed)
    y, x = (frame["action"] != "none").astype(int), matrix(frame)
    groups = pd.factorize(frame["account_id"])[0]
    expected = sm.Logit(y, x).fit(
        disp=0, method="newton", tol=1e-13, cov_type="cluster", cov_kwds={"groups": groups}
    )
    found = grouped_logit(*counted(frame), over="all")
    assert found.n == len(frame)
    assert found.coefficient.estimate == pytest.approx(expected.params["focal"], rel=EQUAL)
    assert found.coefficient.std_error == pytest.approx(expected.bse["focal"], rel=EQUAL)
    margin = expected.get_margeff(at="overall", dummy=True).summary_frame().loc["focal"]
    assert found.contrast.estimate == pytest.approx(margin["dy/dx"], rel=EQUAL)
    assert found.contrast.std_error == pytest.approx(margin["Std. Err."], rel=EQUAL)


@pytest.mark.parametrize("over", ["focal", "reference", "all"])
def test_both_keepers_of_counts_give_one_answer(over: str) -> None:
    frame = rows(4)
    one, other = (grouped_logit(*c(frame), over=over) for c in (in_arrays, in_the_engine))
    for name in ("coefficient", "contrast"):
        a, b = getattr(one, name), getattr(other, name)
        assert [a.estimate, a.std_error, a.p_value] == pytest.approx(
            [b.estimate, b.std_error, b.p_value], rel=1e-11
        )


def test_swapping_the_classes_flips_the_sign() -> None:
    frame = rows(5)
    swapped = frame.assign(
        account_class=frame["account_class"].map({"leader": "ordinary", "ordinary": "leader"})
    )
    one, other = (grouped_logit(*in_arrays(f), over="all") for f in (frame, swapped))
    assert one.coefficient.estimate == pytest.approx(-other.coefficient.estimate, rel=EQUAL)
    assert one.contrast.estimate == pytest.approx(-other.contrast.estimate, rel=EQUAL)
    assert one.contrast.std_error == pytest.approx(other.contrast.std_error, rel=EQUAL)


def test_separation_and_repeated_factors_are_refused() -> None:
    frame = rows(6)
    frame.loc[frame["rule"] == "spam", "action"] = "ban"
    with pytest.raises(SeparationError, match="predict the outcome perfectly in some posts"):
        grouped_logit(*in_arrays(frame))
    cells, levels = in_arrays(rows(6))
    with pytest.raises(EstimationError, match=r"repeat one another|do not settle"):
        grouped_logit(cells, np.column_stack([levels, levels[:, 0]]))
    with pytest.raises(EstimationError, match="levels have shape"):
        grouped_logit(cells, levels[:2])
    with pytest.raises(SeparationError, match="every post has the same outcome"):
        grouped_logit(*in_arrays(rows(6).assign(action="none")))


def grouped(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return distinct rows and how many there are of each."""
    return frame.groupby(list(columns), as_index=False, dropna=False).size()


def test_cr2_of_account_cells_is_that_of_the_rows() -> None:
    frame = rows(7).assign(y=lambda f: (f["action"] != "none").astype(int))
    counts = grouped(frame, "account_id", "account_class", "rule", "language", "y")
    row = logit(matrix(frame), frame["y"], cluster=frame["account_id"], covariance="cr2")
    cell = logit(
        matrix(counts),
        counts["y"],
        weights=counts["size"],
        cluster=counts["account_id"],
        covariance="cr2",
    )
    assert len(counts) < len(frame)
    np.testing.assert_allclose(cell.params, row.params, rtol=EQUAL)
    np.testing.assert_allclose(cell.std_error, row.std_error, rtol=EQUAL)
    np.testing.assert_allclose(cell.df, row.df, rtol=1e-6)


def test_mantel_haenszel_and_kaplan_meier_of_counts_are_those_of_the_rows() -> None:
    from statsmodels.duration.survfunc import SurvfuncRight
    from statsmodels.stats.contingency_tables import StratifiedTable

    frame = rows(8).assign(y=lambda f: (f["action"] != "none").astype(int))
    frame["focal"] = (frame["account_class"] == "leader").astype(int)
    tables = [
        pd.crosstab(1 - part["focal"], 1 - part["y"]).to_numpy()
        for _, part in frame.groupby(["rule", "language"])
    ]
    met = meet(
        audit.scan(frame, checked="made for a test"),
        audit.Design.of(design(reference="ordinary", strata=["rule", "language"])),
    )
    found = mantel_haenszel(met.cells.counts().to_numpy(), measure="odds_ratio")
    assert found.estimate == pytest.approx(StratifiedTable(tables).oddsratio_pooled, rel=EQUAL)
    hours = (frame["acted_at"] - frame["posted_at"]).dt.total_seconds() / 3600
    frame["time"], frame["event"] = hours.fillna(200.0), hours.notna().astype(int)
    expected = SurvfuncRight(frame["time"], frame["event"])
    counts = grouped(frame, "time", "event")
    curve = kaplan_meier(counts["time"], counts["event"], weights=counts["size"])
    curve = curve[curve["time"].isin(expected.surv_times)]
    np.testing.assert_allclose(curve["survival"], expected.surv_prob, rtol=EQUAL)
    np.testing.assert_allclose(curve["std_error"], expected.surv_prob_se, rtol=EQUAL)


def test_the_result_is_a_record() -> None:
    found = grouped_logit(*in_arrays(rows(1)))
    assert isinstance(found, GroupedLogit)
    assert found.params.shape == (2 + 4 + 1,)


def test_the_ordinal_model_of_counts_is_that_of_the_rows() -> None:
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    frame = rows(9)
    frame["level"] = frame["action"].map({"none": 0, "label": 1, "ban": 2})
    x = matrix(frame).drop(columns="const")
    counts = grouped(frame, "account_class", "rule", "language", "level")
    cell = proportional_odds(
        matrix(counts).drop(columns="const"), counts["level"], weights=counts["size"]
    )
    row = proportional_odds(x, frame["level"])
    np.testing.assert_allclose(cell.params, row.params, rtol=EQUAL)
    np.testing.assert_allclose(cell.std_error, row.std_error, rtol=EQUAL)
    # statsmodels’ own optimiser stops earlier, so its likelihood is asked about this optimum
    model = OrderedModel(frame["level"], x, distr="logit")
    cuts = np.asarray(cell.thresholds)
    steps = np.log(np.diff(cuts))
    at = np.concatenate([cell.params, [cuts[0]], steps])
    assert model.loglike(at) == pytest.approx(cell.loglik, rel=EQUAL)
    assert np.abs(model.score(at)).max() / len(frame) < 1e-7
