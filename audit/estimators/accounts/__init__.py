"""Estimates by account: design effects, standardised gaps, permutations of accounts."""
