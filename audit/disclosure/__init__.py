"""Small counts of ordinary accounts stay hidden, and no trace of them leaves the software."""
