"""A made-up platform with 86 columns of covariates, for the contests of `peers.py`."""

from __future__ import annotations

import sys
from pathlib import Path

PART = 5_000_000  # cases written at once
COVARIATES = ("policy_area", "severity", "engagement_band", "language", "week")

MADE = """
create macro u(i, k) as ((hash(i * 64 + k) >> 12)::double / 4503599627370496.0);
create macro skewed(x, n, a) as floor(n * pow(x, a))::integer;
create temp table accounts as
  select a as account, a < 300 as leader, skewed(u(a, 40), 20, 2.2) as tongue,
         0.6 * sqrt(-2 * ln(1 - u(a, 42))) * cos(6.283185307 * u(a, 43)) as luck
  from range(200000) as t(a);
"""
PLATFORM = """
with r as (
  select i, case when u(i, 1) < 0.03 then skewed(u(i, 2), 300, 2.0)
                 else 300 + skewed(u(i, 2), 199700, 2.5) end as account,
         skewed(u(i, 3), 8, 1.6) as policy, skewed(u(i, 4), 4, 1.5) as grave,
         floor(u(i, 5) * 52)::integer as week
  from range({first}, {last}) as t(i)),
j as (
  select r.*, leader, luck,
         case when u(i, 7) < 0.85 then tongue else skewed(u(i, 11), 20, 2.2) end as tongue,
         least(4, floor(5 * pow(u(i, 6), case when leader then 0.5 else 2.0 end)))::integer as band
  from r join accounts using (account)),
k as (
  select *, u(i, 8) < 1 / (1 + exp(1.6 + 0.55 * leader::integer
              - 0.35 * (leader and policy = 0)::integer - 0.12 * policy - 0.45 * grave
              + 0.03 * tongue - 0.004 * week + 0.08 * band - luck)) as acted
  from j)
select i as case_id, 10000000000 + account as account_id,
       case when leader then 'world_leader' else 'ordinary' end as account_class,
       case when acted then 'remove' else 'none' end as action, acted::tinyint as actioned,
       'policy ' || policy as policy_area,
       ['low', 'medium', 'high', 'critical'][grave + 1] as severity,
       'band ' || band as engagement_band, 'language ' || lpad(tongue::varchar, 2, '0') as language,
       week::smallint as week
from k
"""


def write(folder: Path, cases: int) -> None:
    """Write a platform as Parquet in parts, so that no part has to fit in memory."""
    import duckdb

    folder.mkdir(parents=True)
    with duckdb.connect(config={"memory_limit": "2GB", "temp_directory": str(folder)}) as engine:
        engine.execute("set enable_progress_bar = false")
        engine.execute(MADE)
        for part, first in enumerate(range(0, cases, PART)):
            rows = PLATFORM.format(first=first, last=min(cases, first + PART))
            name = folder / f"part-{part:04d}.parquet"
            engine.execute(f"copy ({rows}) to '{name}' (format parquet, compression zstd)")


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
