"""Published totals that may be read beside the decisions, and the one that names a class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from audit.errors import RegimeError, SourceError, UnknownName
from audit.sources.registry.views import View, figure, figures_of


def allowance_shares(totals: pd.DataFrame, shares: Sequence[float] | None = None) -> View:
    """Return politicians' part of Meta's newsworthiness allowances, against what is unknown.

    Parameters
    ----------
    totals : DataFrame
        As `Registry.platform_totals()`.
    shares : sequence of float, optional
        Politicians' shares of the content that could have had an allowance, each in (0, 1); by
        default 60 values from 0.1 % to 60 %, evenly spaced by ratio.

    Returns
    -------
    View
        `frame`, per assumed share q: over_representation = p/q and rate_ratio = [p/(1−p)]/[q/(1−q)]
        (allowances per item, politicians against others), each with limits, p the politicians'
        share of allowances with its Wilson interval. q is taken as known.

    Raises
    ------
    SourceError
        A share is outside (0, 1), or a figure is missing.

    References
    ----------
    Wilson (1927), JASA 22, 209–212, https://doi.org/10.1080/01621459.1927.10502953
    """
    from audit.estimators.proportions import proportion

    given = np.geomspace(0.001, 0.6, 60) if shares is None else np.asarray(shares, dtype=float)
    if not ((given > 0) & (given < 1)).all():
        raise SourceError(f"shares holds {given.tolist()}; allowed: numbers above 0 and below 1.")
    politicians = _total(totals, "newsworthiness_allowances", "politicians")
    everyone = politicians + _total(totals, "newsworthiness_allowances", "others")
    share = proportion(politicians, everyone, method="wilson")
    limit = {"estimate": share.estimate, "low": share.conf_low, "high": share.conf_high}
    frame = pd.DataFrame({"share_eligible": given})
    for name, p in limit.items():
        end = "" if name == "estimate" else f"_conf_{name}"
        frame[f"over_representation{end}"] = p / given
        frame[f"rate_ratio{end}"] = (p / (1 - p)) / (given / (1 - given))
    row = ("politicians' share of allowances", share.estimate, share.conf_low, share.conf_high)
    figures = figures_of([(*row, everyone, share.method)])
    limits = (
        "Politicians' share of the content that could have had an allowance is unknown: the ratio "
        "is drawn as a function of it, and no point of the curve is an estimate.",
        "An allowance can cover one post or many, so this is no rate.",
        "The interval takes the allowances of one year as independent draws; there is one company, "
        "one year, and its own count.",
    )
    selection = "newsworthiness allowances of Facebook and Instagram, June 2021 to June 2022"
    return View("Who gets allowances", selection, frame, figures, limits)


def _total(totals: pd.DataFrame, metric: str, subject: str) -> int:
    rows = totals[(totals["metric"] == metric) & (totals["subject"] == subject)]
    if len(rows) != 1:
        raise SourceError(f"{metric} of {subject} has {len(rows)} rows; allowed: one.")
    return int(rows["value"].iloc[0])


TOTALS_LIMITS = (
    "Figures before August 2020 count in another way and must never be chained to later ones; X in "
    "2024 counts reports and not accounts.",
    "Some figures are of one leader, some of all accounts (column “Of whom”); none gives leaders "
    "and ordinary accounts on one footing.",
    "Rounded, at-least and derived figures are marked and carry no interval.",
)


def platform_totals(totals: pd.DataFrame) -> View:
    """Return the published totals in series that may be read along, and those alone.

    Parameters
    ----------
    totals : DataFrame
        As `Registry.platform_totals()`.

    Returns
    -------
    View
        `frame`: the totals with `series` (platform, metric, subject, unit, method) and
        `series_length`; a line may join figures of one series only.
    """
    keys = ["platform", "metric", "subject", "unit", "method"]
    frame = totals.copy()
    frame["series"] = frame[keys].fillna("all").agg(" · ".join, axis=1)
    frame["series_length"] = frame.groupby("series")["series"].transform("size")
    frame = frame.sort_values(["series", "period_start"], kind="stable").reset_index(drop=True)
    rows = [figure(f"figures by method {m}", n) for m, n in frame["method"].value_counts().items()]
    selection = "all published totals that are verified or derived"
    return View("Enforcement at large", selection, frame, figures_of(rows), TOTALS_LIMITS)


def change_between(totals: pd.DataFrame, earlier: str, later: str) -> float:
    """Return the later figure over the earlier, where one method counted both.

    Parameters
    ----------
    totals : DataFrame
        As `Registry.platform_totals()`.
    earlier, later : str
        Two `rate_id`s.

    Raises
    ------
    UnknownName
        There is no such figure.
    RegimeError
        The two count different things, or were counted by different methods.
    """
    rows = totals.set_index("rate_id")
    for rate in (earlier, later):
        if rate not in rows.index:
            raise UnknownName("published total", rate, rows.index)
    first, second = rows.loc[earlier], rows.loc[later]
    keys = ("platform", "metric", "subject", "unit", "scope", "method")
    differ = [
        k for k in keys if not (first[k] == second[k] or pd.isna([first[k], second[k]]).all())
    ]
    if differ or first["method"] == "single_figure":
        raise RegimeError(
            f"{earlier} and {later} differ in {', '.join(differ) or 'nothing, but stand alone'}; "
            "allowed: two figures of one series (see `platform_totals`)."
        )
    return float(second["value"] / first["value"])
