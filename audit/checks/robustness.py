"""How much an unmeasured cause must explain of class and outcome to change a coefficient."""

from __future__ import annotations

from math import isfinite, sqrt

from audit.estimators.base import Estimate, confidence_faults, refuse
from audit.estimators.scalars import is_number


def robustness_value(t: float, df: float, *, q: float = 1.0, alpha: float | None = None) -> float:
    """Return the share of what is left unexplained that an unmeasured cause must account for.

    A cause that explains this share both of the residual variance of class and of that of the
    outcome, given the other columns, lowers the estimate by the fraction `q` (alpha None) or
    makes it insignificantly different from that; a weaker one cannot.

    Parameters
    ----------
    t : float
        Coefficient over its classical (independent, equal variance) standard error.
    df : float
        Residual degrees of freedom, rows less columns; above 0, above 1 with `alpha`.
    q : float
        Fraction of the estimate to be explained away, 0 or more; 1: all of it.
    alpha : float, optional
        Level of the two-sided test, above 0 and up to 1. At 1 this is the value without it.

    Returns
    -------
    float
        Between 0 and 1. t = 0, q = 0, or a t that is not significant at `alpha`: 0.

    Raises
    ------
    EstimationError
        A value outside its range; all faults at once.

    Notes
    -----
    Where q|t| is so large that the cause need not explain the whole of either, the closed form of
    Cinelli & Hazlett 2020, J R Stat Soc B 82:39, https://doi.org/10.1111/rssb.12348, sec. 4.3;
    with `alpha` the further case of sensemakr's `robustness_value`, where the two shares part,
    because adjusting costs a degree of freedom and narrows the residual.
    """
    from scipy.special import stdtrit

    faults = [] if _finite(t) else [f"t is {t!r}; allowed: a finite number"]
    faults += _df_faults(df, 0 if alpha is None else 1)
    if not (_finite(q) and q >= 0):
        faults.append(f"q is {q!r}; allowed: 0 or more")
    if alpha is not None and not (is_number(alpha) and 0 < alpha <= 1):
        faults.append(f"alpha is {alpha!r}; allowed: above 0, up to 1, such as 0.05, or None")
    refuse("robustness_value", faults)
    strength = q * abs(t) / sqrt(df)
    critical = 0.0
    if alpha is not None:
        critical = abs(float(stdtrit(df - 1, alpha / 2))) / sqrt(df - 1)
    beyond = strength - critical
    if beyond <= 0:
        return 0.0
    if critical > 0 and strength > 1 / critical:
        return (strength**2 - critical**2) / (1 + strength**2)
    # 2/(1 + sqrt(1 + 4/f²)) is (sqrt(f⁴ + 4f²) − f²)/2 without its cancellation
    return 2 / (1 + sqrt(1 + 4 / beyond / beyond)) if beyond > 1e-150 else beyond


def benchmark_bounds(
    estimate: float,
    std_error: float,
    df: float,
    *,
    r2_dz: float,
    r2_yz: float,
    confidence: float = 0.95,
) -> Estimate:
    """Return a coefficient as it would be, at worst, given a cause of a stated strength.

    Parameters
    ----------
    estimate, std_error, df : float
        Coefficient, its classical standard error (0 or more) and residual degrees of freedom
        (above 1) without the cause.
    r2_dz : float
        Share of the residual variance of class that the cause explains given the other columns,
        from 0 to below 1.
    r2_yz : float
        Share of the residual variance of the outcome that it explains given those and class, 0 to
        1. Both are often set to multiples of what a measured column explains.
    confidence : float

    Returns
    -------
    Estimate
        Moved towards 0, and past it where the cause is strong enough; an estimate of 0 is moved
        down. Student's t with df - 1. A standard error of 0 stays 0 and moves nothing; with it, or
        with r2_yz = 1, the limits are the estimate and the p-value is NaN.

    Raises
    ------
    EstimationError
        A value outside its range; all faults at once.

    Notes
    -----
    Cinelli & Hazlett 2020, J R Stat Soc B 82:39, https://doi.org/10.1111/rssb.12348, eqs. 9 to 11.
    """
    from scipy.special import stdtr, stdtrit

    faults = confidence_faults(confidence) + _df_faults(df, 1)
    if not _finite(estimate):
        faults.append(f"estimate is {estimate!r}; allowed: a finite number")
    if not (_finite(std_error) and std_error >= 0):
        faults.append(f"std_error is {std_error!r}; allowed: 0 or more")
    if not (is_number(r2_dz) and 0 <= r2_dz < 1):
        faults.append(f"r2_dz is {r2_dz!r}; allowed: from 0 to below 1")
    if not (is_number(r2_yz) and 0 <= r2_yz <= 1):
        faults.append(f"r2_yz is {r2_yz!r}; allowed: 0 to 1")
    refuse("benchmark_bounds", faults)
    bias = std_error * sqrt(df) * sqrt(r2_yz * r2_dz / (1 - r2_dz))
    moved = estimate - bias if estimate >= 0 else estimate + bias
    spread = std_error * sqrt((1 - r2_yz) / (1 - r2_dz)) * sqrt(df / (df - 1))
    half = float(stdtrit(df - 1, (1 + confidence) / 2)) * spread
    p_value = 2 * float(stdtr(df - 1, -abs(moved) / spread)) if spread > 0 else float("nan")
    return Estimate(
        moved,
        moved - half,
        moved + half,
        spread,
        p_value,
        df - 1,
        method=f"omitted variable bounds (Cinelli & Hazlett 2020), r2_dz {r2_dz:.4g}, "
        f"r2_yz {r2_yz:.4g}",
        note="the standard error is classical: rows count as independent",
    )


def _df_faults(df: float, above: int) -> list[str]:
    if _finite(df) and df > above:
        return []
    return [f"df is {df!r}; allowed: finite and above {above}"]


def _finite(value: float) -> bool:
    return is_number(value) and isfinite(value)
