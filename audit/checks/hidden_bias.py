"""Rosenbaum's sensitivity of matched pairs, where METHODS looks for it."""

from __future__ import annotations

from audit.estimators.hidden_bias import rosenbaum_bound, rosenbaum_gamma

__all__ = ["rosenbaum_bound", "rosenbaum_gamma"]
