"""Regressions: design matrices, fits, and errors by cluster."""
