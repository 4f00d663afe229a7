"""Whether the decisions against one class turn out wrong more often: the outcome test."""

from __future__ import annotations

from dataclasses import replace

from audit.estimators.base import Estimate

INFRA_MARGINALITY = (
    "A gap in reversals need not mean a different threshold, nor does no gap mean the same one: "
    "the test compares average decisions and not those at the margin, so classes whose cases "
    "differ in how clear they are can differ in reversals under one threshold "
    "(infra-marginality; Simoiu, Corbett-Davies & Goel 2017). It also takes the reversal as the "
    "truth and the decisions reviewed as all decisions, or a like sample in both classes."
)


def outcome_test(
    reversed_focal: float,
    n_focal: float,
    reversed_reference: float,
    n_reference: float,
    *,
    confidence: float = 0.95,
) -> Estimate:
    """Return the focal less the reference share of decisions that were reversed on review.

    Fewer reversals in a class suggest that only its clearer cases were acted on: a higher bar
    for acting, which is lenience. What else they may mean is in `note`.

    Parameters
    ----------
    reversed_focal, reversed_reference : float
        Decisions reversed (on appeal, by a board, by a court), 0 to all.
    n_focal, n_reference : float
        Decisions reviewed, 0 or more.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Estimate
        Risk difference in [-1, 1] with Miettinen–Nurminen score limits and the p-value of that
        score test, every decision taken as independent. `note` always holds the warning on
        infra-marginality and must be shown with the number. No decision in a class: NaN with
        limits -1 and 1, and the note says so first.

    Raises
    ------
    EstimationError
        Where a count is negative, missing or infinite, or reversals exceed decisions.

    Notes
    -----
    Becker 1957, *The Economics of Discrimination*; Simoiu, Corbett-Davies & Goel 2017, *Ann Appl
    Stat* 11:1193, https://doi.org/10.1214/17-AOAS1058. The limits: Miettinen & Nurminen 1985, by
    `risk_difference`.
    """
    from audit.estimators.proportions import risk_difference

    found = risk_difference(
        reversed_focal,
        n_focal,
        reversed_reference,
        n_reference,
        method="miettinen_nurminen",
        confidence=confidence,
    )
    note = f"{found.note[:1].upper()}{found.note[1:]}. " if found.note else ""
    return replace(found, method=f"outcome test: {found.method}", note=note + INFRA_MARGINALITY)
