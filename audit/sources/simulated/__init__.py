"""Simuland, a platform that does not exist, whose double standard is known."""

from __future__ import annotations

from audit.sources.simulated.source import (
    AUDITED_RULES,
    POSTS_PER_SCALE,
    TRUE_EFFECT,
    Simulated,
    simulate,
)

__all__ = ["AUDITED_RULES", "POSTS_PER_SCALE", "TRUE_EFFECT", "Simulated", "simulate"]
