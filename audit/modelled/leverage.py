"""CR2 by account from counts: every account's cells, a few thousand accounts at a time.

Cases of one account in one cell share their columns and their working variance, so that neither
the correction of the account nor its leverage tells them apart: a row of `counts` copies stands
for them, and their mean residual for their residuals. What the rows give is given exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.errors import EstimationError
from audit.estimators.base import NAN
from audit.estimators.models.cluster_blocks import Parts, by_cluster
from audit.estimators.models.covariance import FLAT, SEEN
from audit.estimators.models.model_matrix import ModelMatrix
from audit.modelled.base import Base
from audit.modelled.fits import WHERE, Least
from audit.modelled.routes import BYTES
from audit.modelled.scores import by_cell

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from audit.outcome import Outcome

MOST_WORK = 500_000_000
"""Combinations of account and cell, times coefficients, that are brought to Python and corrected.

On one core 1,000,000 of them × 78 coefficients took 10 s (linear) and 22 s (logit) where accounts
have ten cells each, and logit about 7 ms an account where they have forty: minutes, at this limit.
"""
MOST_DESIGN = 50_000_000
"""Cells × coefficients of a model, which CR2 holds as numbers."""
MOST_WIDTH = 400
"""Coefficients; an account's block has as many columns."""
ROOM = 4_000_000
"""Numbers in the rows of the accounts that are corrected at one time."""

ALONE = "one account alone determines a part of it"
STILL = "the cases that determine it have no spread"


@dataclass(frozen=True, slots=True)
class Corrected:
    """The uncertainty of one estimand: NaN, and `reason` says why, where it has none."""

    std_error: float
    df: float
    reason: str = ""


def refuse_uncorrected(model: str, base: Base, least: Least | None) -> Least:
    """Return what CR2 needs of a fit, or raise where it is not made for it."""
    faults = []
    if least is None:
        faults.append(f'CR2 is made for "linear" and "logit", and not for {model!r}')
    if base.weighted:
        faults.append("CR2 is not made for sampling weights, and the table has them")
    if least is not None:
        width, cells = least.design.width, len(least.n)
        if width > MOST_WIDTH or width * cells > MOST_DESIGN:
            faults.append(
                f"CR2 takes up to {MOST_WIDTH:,} coefficients and {MOST_DESIGN:,} cells times "
                f"coefficients, and these terms make {width:,} and {width * cells:,}"
            )
    if faults or least is None:
        raise EstimationError(f'{WHERE}: {"; ".join(faults)}. Try: covariance="cr1".')
    return least


def corrected(
    base: Base, outcome: str | Outcome, least: Least, cell: NDArray[Any], *, memory: float
) -> list[Corrected]:
    """Return the CR2 standard error and Satterthwaite's df of each estimand.

    Parameters
    ----------
    base : Base
    outcome : str or Outcome
    least : Least
    cell : ndarray of int
        The cell of the model that holds each cell of the base.
    memory : float
        Bytes that Python may take for the counts.

    Raises
    ------
    EstimationError
        More combinations of account and cell than `MOST_WORK` allows, or than memory holds.

    Notes
    -----
    Bell & McCaffrey 2002, Survey Methodology 28:169; Pustejovsky & Tipton 2018, J Bus Econ Stat
    36:672, eq. 11, the working model being independent cases.
    """
    most = min(MOST_WORK // least.design.width, int(memory / BYTES))
    counts, sums = by_cell(base, outcome, cell, most)
    sought = _Sought.of(least)
    for first, last in _spans(counts.indptr, least.design.width):
        sought.add(counts[first:last], sums[first:last])
    return [sought.said(j) for j in range(sought.contrasts.shape[1])]


@dataclass(slots=True, eq=False)
class _Sought:
    """Sums over accounts, in the orthonormal basis of the columns.

    Attributes
    ----------
    q : ndarray, shape (cells, p)
        A case of each cell in that basis.
    contrasts : ndarray, shape (p, k)
        The estimands in it.
    mean, theta : ndarray, shape (cells,)
        Fitted mean, and the root of the working variance.
    """

    q: NDArray[Any]
    contrasts: NDArray[Any]
    mean: NDArray[Any]
    theta: NDArray[Any]
    variance: NDArray[Any]
    total: NDArray[Any]
    squares: NDArray[Any]
    cross: NDArray[Any]
    alone: NDArray[Any]
    spread: float = 0.0
    cases: float = 0.0

    @classmethod
    def of(cls, least: Least) -> _Sought:
        """Return sums of nothing yet."""
        theta = np.sqrt(least.working)
        root = np.sqrt(least.n)
        q, r = np.linalg.qr((root * theta)[:, None] * least.design.dense())
        contrasts = np.linalg.solve(r.T, np.column_stack(least.gradients))
        p, k = contrasts.shape
        variance, total, squares = np.zeros((3, k))
        cross, alone = np.zeros((k, p, p)), np.zeros(k, dtype=bool)
        sums = variance, total, squares, cross, alone
        return cls(q / root[:, None], contrasts, least.mean, theta, *sums)

    def add(self, counts: Any, sums: Any) -> None:
        """Add some accounts, given as rows of account × cell."""
        cell, n = counts.indices, counts.data
        account = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        theta = self.theta[cell]
        residual = (sums.data / n - self.mean[cell]) / theta
        model = ModelMatrix(
            self.q[:0], residual, n, account, tuple(range(counts.shape[0])), (), False, n > 0
        )
        parts = by_cluster(self.q[cell], residual, theta**2, model, "cr2")
        self.spread += float((n * residual**2).sum())
        self.cases += float(n.sum())
        for j in range(self.contrasts.shape[1]):
            self._one(j, parts)

    def _one(self, j: int, parts: Parts) -> None:
        blocks, scores, (_, directions) = parts
        contrast = self.contrasts[:, j]
        self.variance[j] += float(((scores @ contrast) ** 2).sum())
        for block in blocks:
            own, shared = block.seen(contrast)
            length = (shared**2).sum(axis=1)
            self.total[j] += float((own - length).sum())
            self.squares[j] += float((own**2 - 2 * own * length).sum())
            self.cross[j] += shared.T @ shared
        share = np.abs(directions @ contrast) > SEEN * float(np.linalg.norm(contrast))
        self.alone[j] |= bool(share.any())

    def said(self, j: int) -> Corrected:
        """Return the uncertainty of an estimand, once all accounts are added."""
        error = float(np.sqrt(self.variance[j]))
        if self.alone[j]:
            return Corrected(NAN, NAN, ALONE)
        plain = float(np.linalg.norm(self.contrasts[:, j])) * np.sqrt(self.spread / self.cases)
        if not error > FLAT * plain:
            return Corrected(NAN, NAN, STILL)
        squares = float((self.cross[j] ** 2).sum()) + self.squares[j]
        return Corrected(error, float(self.total[j] ** 2 / squares))


def _spans(indptr: NDArray[Any], width: int) -> list[tuple[int, int]]:
    """Return first and last account of pieces whose rows are few enough to be held."""
    most = max(1, ROOM // (width * max(1, width // 20)))  # blocks of long accounts are p × p
    out, first, last = [], 0, len(indptr) - 1
    while first < last:
        end = int(np.searchsorted(indptr, indptr[first] + most, side="right")) - 1
        end = min(last, max(first + 1, end))
        out.append((first, end))
        first = end
    return out
