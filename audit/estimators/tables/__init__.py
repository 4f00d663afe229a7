"""Counts in two classes, stratum by stratum: rates, differences, ratios, exact and pooled."""
