"""Times to an event, censored or ended otherwise."""
