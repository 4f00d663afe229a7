"""How long enforcement takes: time to action, what ended it, and how classes differ."""

from __future__ import annotations

from audit.estimators.times.hazards import CoxFit, cox
from audit.estimators.times.incidence import cumulative_incidence
from audit.estimators.times.restricted import restricted_mean, restricted_mean_contrast
from audit.estimators.times.survival import kaplan_meier, log_rank, median_time

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
