"""How long enforcement takes: time to action, what ended it, and how classes differ."""

from __future__ import annotations

from audit.estimators.hazards import CoxFit, cox
from audit.estimators.incidence import cumulative_incidence
from audit.estimators.restricted import restricted_mean, restricted_mean_contrast
from audit.estimators.survival import kaplan_meier, log_rank, median_time

__all__ = [
    "CoxFit",
    "cox",
    "cumulative_incidence",
    "kaplan_meier",
    "log_rank",
    "median_time",
    "restricted_mean",
    "restricted_mean_contrast",
]
