"""How columns move cases up the ladder of sanctions, with one coefficient for every rung."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from audit.errors import EstimationError, UnknownName
from audit.estimators.base import Array, Fit, Test, as_numbers, refuse
from audit.estimators.models.model_matrix import ModelMatrix, model_matrix
from audit.estimators.tables.maximum import Maximum, climb, unit_columns
from audit.estimators.tables.wald import wald

METHOD = "proportional odds (cumulative logit), maximum likelihood; normal, inverse information"


@dataclass(frozen=True, slots=True, eq=False)
class OrdinalFit(Fit):
    """A cumulative logit fit: `params` are log odds ratios of a higher level.

    Attributes
    ----------
    thresholds, thresholds_std_error : array, shape (K - 1,)
        Log odds of a level at or below each but the highest, where all columns are 0.
    levels : tuple
        The K levels that occur, in order.
    """

    thresholds: Any = None
    thresholds_std_error: Any = None
    levels: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Ladder:
    """Cases in a cumulative logit model; the last columns of both arrays are -x.

    `upper` and `lower` turn parameters into the log odds of a level at or below the case's own,
    and below it; `top` and `bottom` flag cases where those are infinite.
    """

    upper: Array
    lower: Array
    top: Array
    bottom: Array
    counts: Array

    def at(self, params: Array) -> tuple[float, Array, Array]:
        """Return log-likelihood, gradient and information.

        P = (1 - e^(l - u)) σ(u) σ(-l), whose factors lose no digits in the tails.
        """
        from scipy.special import expit, log_expit

        u = np.where(self.top, np.inf, self.upper @ params)
        low = np.where(self.bottom, -np.inf, self.lower @ params)
        width = u - low
        if not (width > 0).all():
            return -np.inf, params, np.eye(len(params))
        value = np.log(-np.expm1(-width)) + log_expit(u) + log_expit(-low)
        q = 1 / np.expm1(np.minimum(width, 700.0))
        both = self.counts * q * (1 + q)
        up, down = expit(-u), expit(low)
        gradient = self.upper.T @ (self.counts * (q + up) * ~self.top)
        gradient -= self.lower.T @ (self.counts * (q + down) * ~self.bottom)
        w_up = (both + self.counts * up * (1 - up)) * ~self.top
        w_low = (both + self.counts * down * (1 - down)) * ~self.bottom
        cross = (self.upper * (both * ~self.top * ~self.bottom)[:, None]).T @ self.lower
        information = (self.upper * w_up[:, None]).T @ self.upper - cross - cross.T
        information += (self.lower * w_low[:, None]).T @ self.lower
        return float(self.counts @ value), gradient, information


def proportional_odds(
    X: Any, y: Any, *, weights: Any = None, confidence: float = 0.95
) -> OrdinalFit:
    """Return the log odds ratio of a higher level per unit of each column, alike at every rung.

    Parameters
    ----------
    X : array_like or DataFrame, shape (n, p)
        No constant: the thresholds hold it.
    y : array_like, shape (n,)
        Levels as numbers, or an ordered Categorical; only their order counts.
    weights : array_like of int, shape (n,), optional
        How often each row occurs.
    confidence : float

    Returns
    -------
    OrdinalFit
        logit P(Y <= k) = threshold_k - X @ params: positive coefficients mean higher levels.
        Normal limits. Two levels give a plain logit. Whole numbers between the lowest and the
        highest level that no case has are left out of the ladder and named in `note`.

    Raises
    ------
    SeparationError
        Columns order the levels perfectly in some rows: no finite estimate.
    EstimationError
        All cases at one level; a category declared and never used, or without an order; a column
        that does not vary or that others determine; missing values; weights that are no counts.

    Notes
    -----
    McCullagh 1980, JRSS B 42:109; Christensen's ordinal::clm. The log-likelihood is concave (Pratt
    1981, JASA 76:103), so Newton steps find its only maximum. Rows count as independent.
    """
    model, levels, codes, note = _ladder_input("proportional_odds", X, y, weights, confidence)
    unit = unit_columns("proportional_odds", model, "the thresholds")
    cuts = len(levels) - 1
    top = _top("proportional_odds", unit.x, codes, model, None)
    # back from columns of mean 0 and range 1
    back = np.eye(cuts + len(unit.span))
    back[cuts:, cuts:] /= unit.span[:, None]
    back[:cuts, cuts:] = unit.mean / unit.span
    params = back @ top.params
    covariance = back @ np.linalg.inv(top.information) @ back.T
    names = [f"{a}|{b}" for a, b in pairwise(levels)]
    errors = np.sqrt(np.diag(covariance)[:cuts])
    return OrdinalFit(
        **wald(params[cuts:], covariance[cuts:, cuts:], np.inf, model, confidence),
        loglik=top.loglik,
        method=METHOD,
        note=note,
        n=model.n,
        thresholds=_named(params[:cuts], names, model),
        thresholds_std_error=_named(errors, names, model),
        levels=levels,
    )


def nominal_test(X: Any, y: Any, column: Any, *, weights: Any = None) -> Test:
    """Test that the odds ratio of one column is alike at every rung.

    Parameters
    ----------
    X, y, weights :
        As for `proportional_odds`.
    column : label
        A column of X; its number from 0 where X has no names.

    Returns
    -------
    Test
        Likelihood ratio of a model with an odds ratio per threshold against proportional odds,
        chi-squared with `df` one fewer than thresholds. Where a level and a value of the column
        never meet, the freer model's likelihood is the limit it nears.

    Raises
    ------
    EstimationError
        As for `proportional_odds`; two levels, which leave nothing to compare.
    UnknownName
        X has no such column.

    Notes
    -----
    Brant 1990, Biometrics 46:1171, by likelihood ratio as ordinal::nominal_test.
    """
    from scipy.special import chdtrc

    model, levels, codes, _ = _ladder_input("nominal_test", X, y, weights, 0.95)
    if column not in model.columns:
        raise UnknownName("column", column, [str(c) for c in model.columns])
    if len(levels) < 3:
        raise EstimationError(
            f"nominal_test: y has {len(levels)} levels; allowed: at least 3, for one threshold has "
            "no other to differ from."
        )
    unit = unit_columns("nominal_test", model, "the thresholds")
    alike = _top("nominal_test", unit.x, codes, model, None)
    free = _top("nominal_test", unit.x, codes, model, model.columns.index(column))
    statistic, df = max(0.0, 2 * (free.loglik - alike.loglik)), float(len(levels) - 2)
    method = "likelihood ratio test of proportional odds in one column"
    return Test(statistic, df, float(chdtrc(df, statistic)), method)


def _top(where: str, x: Array, codes: Array, model: ModelMatrix, nominal: int | None) -> Maximum:
    """Return the maximum, the odds ratio of column `nominal` free at every threshold if given."""
    cuts = int(codes.max())
    steps = np.eye(cuts)
    loose = x[:, [nominal]] if nominal is not None else np.empty((len(x), 0))

    def rows(at: Array) -> Array:
        here = steps[np.clip(at, 0, cuts - 1)]
        return np.hstack([here, -here[:, 1:] * loose, -x]) if loose.size else np.hstack([here, -x])

    ladder = Ladder(rows(codes), rows(codes - 1), codes == cuts, codes == 0, model.counts)
    share = np.cumsum(np.bincount(codes, model.counts))[:-1] / model.n
    start = np.zeros(ladder.upper.shape[1])
    start[:cuts] = np.log(share / (1 - share))
    return climb(where, ladder.at, start, model, bounded=nominal is None)


def _ladder_input(
    where: str, X: Any, y: Any, weights: Any, confidence: float
) -> tuple[ModelMatrix, tuple[Any, ...], Array, str]:
    """Return the checked rows, the levels in order, each row's level number and a note."""
    values, categories = _levels(where, y)
    model = model_matrix(where, X, values, weights=weights, confidence=confidence)
    found, codes = np.unique(model.y, return_inverse=True)
    if len(found) < 2:
        raise EstimationError(
            f"{where}: all cases have level {found[0]:g}; allowed: at least 2 levels."
        )
    if categories is not None:
        used = {int(v) for v in found}
        unused = [str(c) for i, c in enumerate(categories) if i not in used]
        refuse(where, [f"level(s) {', '.join(unused)} have no case; leave them out"] * bool(unused))
        return model, tuple(categories), codes, ""
    levels = tuple(int(v) if v % 1 == 0 else float(v) for v in found)
    gaps: list[int] = []
    if all(isinstance(v, int) for v in levels) and levels[-1] - levels[0] <= 1000:
        gaps = sorted(set(range(int(levels[0]), int(levels[-1]))) - set(levels))
    words = f"no case at level(s) {', '.join(map(str, gaps))}, which have no threshold"
    return model, levels, codes, words if gaps else ""


def _levels(where: str, y: Any) -> tuple[Array, list[Any] | None]:
    """Return the levels as numbers, and the categories where they are declared."""
    import pandas as pd

    if isinstance(getattr(y, "dtype", None), pd.CategoricalDtype):
        data = pd.Categorical(y)
        faults = []
        if not data.ordered:
            faults.append("y is a Categorical without an order; allowed: an ordered one")
        if (data.codes < 0).any():
            faults.append(f"y is missing in {int((data.codes < 0).sum())} place(s)")
        refuse(where, faults)
        return data.codes.astype(float), list(data.categories)
    return as_numbers(y, f"{where}: y"), None


def _named(values: Array, names: list[str], model: ModelMatrix) -> Any:
    import pandas as pd

    return pd.Series(values, index=names) if model.named else values
