"""What changed on a known date: a rate in one series, or in treated units against others."""

from __future__ import annotations

from audit.estimators.series.differences import DiffInDiff, difference_in_differences
from audit.estimators.series.rate_model import RateFit
from audit.estimators.series.segmented import controlled_segmented_rate, segmented_rate

__all__ = [
    "DiffInDiff",
    "RateFit",
    "controlled_segmented_rate",
    "difference_in_differences",
    "segmented_rate",
]
