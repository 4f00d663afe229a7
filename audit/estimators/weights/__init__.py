"""Weights that make the reference class like the focal class."""
