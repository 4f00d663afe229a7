"""The calibration in one table: the worst cell of every method, by number of focal accounts.

python -m benchmarks.summary
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from benchmarks.calibration import OUT, missed
from benchmarks.platforms import jobs


def worst(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the largest false-alarm rate, least coverage and median power, over cells shown.

    Power is of the scenario `halved` where 20 % of reference posts are acted on.
    """
    order = list(dict.fromkeys(frame["method"]))
    frame = frame[frame["shown"]]
    by = ["focal_accounts", "method"]
    alike = frame[frame["scenario"] == "alike"].groupby(by, sort=False)
    halved = frame[(frame["scenario"] == "halved") & (frame["rate"] == 0.2)]
    table = pd.DataFrame(
        {
            "cells": alike.size(),
            "most false alarms": alike["rejection"].max(),
            "its upper limit": alike["rejection_high"].max(),
            "least coverage": frame.groupby(by, sort=False)["coverage"].min(),
            "median power": halved.groupby(by, sort=False)["rejection"].median(),
            "most refused": alike["refusal_rate"].max(),
        }
    )
    return table.sort_index(
        level=["method", "focal_accounts"],
        key=lambda k: k.map(order.index) if k.name == "method" else k,
    ).reorder_levels(["method", "focal_accounts"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", type=Path, default=OUT)
    frame = pd.read_csv(parser.parse_args().table)
    verdict = frame[frame["method"] == "verdict"]
    print(f"{len(verdict)} of {len(jobs())} cells and scenarios are finished.")
    print(f"{(~verdict['shown']).sum()} are refused more than half of the time.")
    print(f"{len(missed(frame))} of the others miss the goal.\n")
    print(worst(frame).to_string(float_format=lambda x: f"{100 * x:.1f}"))
    if len(missed(frame)):
        print(missed(frame).to_string(index=False))


if __name__ == "__main__":
    main()
