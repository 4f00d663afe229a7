"""A first draft of how a table is read: guesses, each with its reason, for a person to confirm."""
