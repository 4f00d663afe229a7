"""Counts as estimators ask for them: by stratum or not, weighted or not, one voice each or not."""

from __future__ import annotations

from audit.engine import Name, Sql, Value, joined, sql

# Sums of fractions are made in whole numbers of 1e-18, so that neither threads nor the order of
# rows can change a digit.
EXACT = "cast(sum(cast({term} as decimal(38, 18))) as double)"


def plain_sums() -> Sql:
    """Return the sums of posts that all weigh the same."""
    names = {"weighted_events": "events", "weighted_n": "n", "squared": "n"}
    return Sql((", ".join(f"cast(sum({c}) as bigint) as {n}" for n, c in names.items()),))


def weighted_sums(scale: float) -> Sql:
    """Return the sums of posts under their sampling weights times `scale`."""
    weight = sql("(weight * {scale})", scale=Value(scale))
    terms = (
        ("weighted_events", "events * {w}"),
        ("weighted_n", "n * {w}"),
        ("squared", "n * {w} * {w}"),
    )
    return joined(
        sql(EXACT + " as {name}", term=sql(term, w=weight), name=Name(name)) for name, term in terms
    )


def one_voice_each(counted: Sql, totals: Name) -> Sql:
    """Return counts whose weights are divided by their account's whole weight."""
    voice = "cast({one} as double) / t.total"
    return sql(
        "(select r.account, r.side, r.stratum, r.events, r.n, "
        f"r.weighted_events * ({voice}) as weighted_events, "
        f"r.weighted_n * ({voice}) as weighted_n, "
        f"r.squared * ({voice}) * ({voice}) as squared "
        "from {counted} as r join {totals} as t on r.account is not distinct from t.account)",
        one=Value(1.0),
        counted=counted,
        totals=totals,
    )
