"""Files and frames read strictly into typed columns, every fault on its own row."""
