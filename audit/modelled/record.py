"""What a model of scanned cases says, each contrast with its uncertainty by account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.deferred import late
from audit.errors import TooFewAccounts
from audit.estimators.base import NAN, Estimate
from audit.modelled.fits import WHERE, Contrast, Fitted
from audit.modelled.lattice import Lattice
from audit.modelled.leverage import Corrected
from audit.printed import Face, Shown, grid
from audit.printed.grid import Form

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from audit.modelled.routes import Route
    from audit.modelled.scores import Scores
else:
    pd = late("pandas")

NAMED = {
    "logit": ("logistic regression on counts", "log odds ratio"),
    "linear": ("least squares on counts", "difference"),
    "ordinal": ("proportional odds on counts", "log odds ratio of a higher rung"),
}
METHOD = "{}, CR1 by account, t(accounts of the smaller level - 1)"
METHOD_CR2 = "{}, CR2 by account (Bell & McCaffrey 2002), Satterthwaite df"


CONTRASTS: Mapping[str, tuple[str, Form]] = {
    "term": ("Term", "text"),
    "level": ("Level", "text"),
    "against": ("Against", "text"),
    "scale": ("Scale", "text"),
    "estimate": ("Estimate", "number"),
    "conf_low": ("Low", "number"),
    "conf_high": ("High", "number"),
    "p_value": ("p", "p"),
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ScanFit(Shown):
    """A model of scanned cases.

    Attributes
    ----------
    model : str
    names : tuple of str
        What each coefficient is of; each term's first level is the base.
    values : ndarray, shape (p,)
        The coefficients.
    contrasts : tuple of Contrast
    coefficients : tuple of Estimate
        One per contrast, on the scale of the model.
    standardised : tuple of Estimate
        Mean difference of predicted probabilities, one per contrast; empty but for `logit`.
    n, n_cells, n_accounts : int
    route : Route
        How influences were summed by account.
    left : tuple of str
        How many cases were left out before, and why, a sentence each.
    """

    model: str
    names: tuple[str, ...]
    values: NDArray[Any]
    contrasts: tuple[Contrast, ...]
    coefficients: tuple[Estimate, ...]
    standardised: tuple[Estimate, ...]
    n: int
    n_cells: int
    n_accounts: int
    route: Route
    left: tuple[str, ...] = ()

    @property
    def params(self) -> pd.Series:
        """Return the coefficients by name."""
        return pd.Series(self.values, index=[*self.names])

    @property
    def why(self) -> str:
        """Say how influences were summed by account, and why so."""
        return self.route.why

    def to_frame(self) -> pd.DataFrame:
        """Return one row per contrast and scale."""
        rows = []
        scales = [(NAMED[self.model][1], self.coefficients)]
        scales += [("standardised difference", self.standardised)] * bool(self.standardised)
        for scale, estimates in scales:
            for contrast, found in zip(self.contrasts, estimates, strict=True):
                rows.append(
                    {
                        "term": contrast.term,
                        "level": contrast.level,
                        "against": contrast.against,
                        "scale": scale,
                        "estimate": found.estimate,
                        "std_error": found.std_error,
                        "conf_low": found.conf_low,
                        "conf_high": found.conf_high,
                        "p_value": found.p_value,
                        "df": found.df,
                        "method": found.method,
                        "note": found.note,
                    }
                )
        return pd.DataFrame(rows)

    def face(self) -> Face:
        """Return what was fitted, how, and each contrast with its uncertainty."""
        head = (
            f"{NAMED[self.model][0]}: {self.n:,} cases of {self.n_accounts:,} accounts in "
            f"{self.n_cells:,} cells"
        )
        notes = dict.fromkeys(e.note for e in (*self.coefficients, *self.standardised) if e.note)
        return Face(
            head,
            (*self.left, self.why, *notes),
            (grid(self.to_frame(), CONTRASTS, title="Contrasts"),),
        )


def recorded(
    model: str,
    lattice: Lattice,
    found: Fitted,
    asked: tuple[tuple[Contrast, ...], Scores, Route],
    confidence: float,
    errors: Sequence[Corrected] | None = None,
) -> ScanFit:
    """Return the record of a fit, with CR1 unless `errors` are given.

    Raises
    ------
    TooFewAccounts
        A level of a contrast has cases of fewer than two accounts.
    """
    contrasts, scores, route = asked
    fewest = scores.reached.reshape(-1, 2).min(axis=1)
    if (fewest < 2).any():
        few = contrasts[int(np.argmin(fewest))]
        raise TooFewAccounts(
            f"{WHERE}: {few.level!r} or {few.against!r} of {few.term} has cases of fewer than two "
            "accounts; nothing says how its accounts differ. Try: wider levels."
        )
    many, total = len(scores.by_account), float(lattice.n.sum())
    each = len(found.values) // len(contrasts)
    if errors is None:
        factor = many / (many - 1) * (total - 1) / (total - found.width)
        plain = np.sqrt(factor * (scores.by_account**2).sum(axis=0))
        df = [float(fewest[i // each]) - 1 for i in range(len(plain))]
        errors = [Corrected(float(e), d) for e, d in zip(plain, df, strict=True)]
        method = METHOD.format(NAMED[model][0])
    else:
        method = METHOD_CR2.format(NAMED[model][0])
    estimates = [
        _estimate(value, error, (confidence, method))
        for value, error in zip(found.values, errors, strict=True)
    ]
    return ScanFit(
        model,
        tuple(_names(model, lattice, len(found.params))),
        found.params,
        contrasts,
        tuple(estimates[::each]),
        tuple(estimates[1::each]) if each == 2 else (),
        int(total),
        len(lattice.n),
        many,
        route,
    )


def _names(model: str, lattice: Lattice, width: int) -> list[str]:
    levels = [
        f"{term}: {name}"
        for term, names in zip(lattice.terms, lattice.levels, strict=True)
        for name in names[1:]
    ]
    first = width - len(levels)
    if model == "ordinal":
        return [f"threshold {i + 1}" for i in range(first)] + levels
    return ["constant", *levels]


def _estimate(value: float, found: Corrected, said: tuple[float, str]) -> Estimate:
    from scipy.special import stdtr, stdtrit

    (confidence, method), error = said, found.std_error
    note = f"no standard error: {found.reason}" if found.reason else ""
    half = float(stdtrit(found.df, (1 + confidence) / 2)) * error
    p = float(2 * stdtr(found.df, -abs(value) / error)) if error > 0 else NAN
    return Estimate(value, value - half, value + half, error, p, found.df, method, note=note)
