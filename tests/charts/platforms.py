"""Kinds of simulated platform, as the table of the calibration has them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.charts import calibration


def platforms(name: str = "verdict", cells: int = 60, worst: float = 0.05) -> pd.DataFrame:
    """Return rows as benchmarks/calibration.csv has them; every fifth cell refuses `name`."""
    rng = np.random.default_rng(5)
    rows = []
    for method in (name, *list(calibration.METHODS)[1:]):
        high = worst if method == name else 0.9
        for cell in range(cells):
            silent = method == name and cell % 5 == 0
            rate = high if cell == 1 else high * rng.random() ** 2
            rate = float("nan") if silent else rate
            rows.append((method, cell, "alike", not silent, rate, rate + 0.01))
            rows.append((method, cell, "halved", not silent, 0.99, 1.0))
    return pd.DataFrame(rows, columns=list(calibration.COLUMNS))
