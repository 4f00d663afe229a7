"""Rates over time, before and after a change, by class and by unit."""
