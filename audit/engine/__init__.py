"""Where rows stay: the engines that scan, check and group tables of any size.

A table too large for memory is scanned, not read::

    cases = audit.scan("posts/*.parquet", columns={"user": "account_id"})
    cases.faults()                          # every fault, in the words of read_cases
    study = audit.enroll(cases, design)     # one pass over the rows
    audit.compare(study)

The embedded engine is DuckDB. It keeps to a memory limit and spills what does not fit::

    audit.scan(path, engine=audit.engine.Duck(memory="4GB", spill="/big/disk"))

Beyond one machine the same queries run in a Spark session of the user's own, which nothing here
configures, starts or stops (`pip install ".[spark]"` in the checkout, Java 17; its time zone must
be UTC)::

    spark.conf.set("spark.sql.session.timeZone", "UTC")
    engine = audit.engine.Spark(spark)
    audit.scan(spark.read.parquet("s3://…/posts"), engine=engine)     # or the name of a table

Models with several columns are fitted on counts by combination of levels, and judged by account::

    audit.fit(cases, model="logit", outcome=design.outcome, terms=["account_class", "rule"],
              contrasts=[("account_class", "world_leader", "ordinary")])

A study that asks many models packs the columns first (`audit.pack`): one pass writes them as whole
numbers, and each model after that sums numbers alone.

**What moves.** To the engine: the values of the design, bound and never written into a query; a
roster; and, for each estimator, one row of coefficients per class × stratum. From the engine: sums
by class and stratum; a few numbers per account (its residual from the strata's rates, its posts,
its variance if posts were independent, what it adds to each contrast of a model), in the order of
accounts and without their names; the events and posts of each account, with its name, where a check
asks how unequal accounts are; the ledger's counts. Where accounts × strata are at most a million
the counts themselves come down and every check that needs no row can be made. A model whose
accounts are summed from a sparse matrix brings down its counts by account and cell, both as
numbers. Rows come down in one case only: those that may be at fault, to say what is wrong with
them.

**What is the same everywhere.** Counts are whole numbers of 64 bits. Sums of fractions are made in
whole numbers of a step that is fixed before the sum, so that neither threads, nor the order of
rows, nor the number of machines changes a digit. No hash decides anything.

**A new engine** does what `audit.engine.protocol.Engine` says: scan, query, keep, upload, drop,
close, and spells the few operations in `OPERATIONS`; `write`, which puts what is packed in a
folder, is DuckDB's alone. Queries are text of this package's own with names and values apart
(`audit.engine.text`).
"""

from __future__ import annotations

from typing import Any

from audit.engine.protocol import ROW, Engine, Relation
from audit.engine.text import Name, Sql, Value, joined, sql

__all__ = ["ROW", "Duck", "Engine", "Name", "Relation", "Spark", "Sql", "Value", "joined", "sql"]


def __getattr__(name: str) -> Any:
    if name == "Duck":
        from audit.engine.duck import Duck

        return Duck
    if name == "Spark":
        from audit.engine.spark import Spark

        return Spark
    raise AttributeError(f"audit.engine has no {name!r}; it has {', '.join(__all__)}")
