"""The gap with each focal account left out in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from audit.charts.base import Words
from audit.charts.lettering import POINTS, round_steps, slot, text_width, ticks, write
from audit.charts.phrases import comparison_of, level, named, number, sizes, subtitle, told
from audit.charts.rows import directions, gap_text, signed
from audit.charts.theme import FOCAL, INK, PAPER, blank, dress, pale, theme
from audit.disclosure import HIDDEN, mask
from audit.disclosure.precision import published, share
from audit.disclosure.resting import hidden_strata, left_out_tells, over_shown_strata
from audit.docket.leaders import gaps_without_each
from audit.errors import ReportError, RowsNeeded
from audit.exempted.ordinary import focal_posts
from audit.numerals import count, points

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from audit.study import Study

SIZE = (7.0, 2.6)
BETWEEN = (
    "Drawn are the least, the greatest, and those of accounts without posts in hidden strata: all "
    "together would tell the rates of hidden cells."
)
ROUNDING = 1e-9
"""Two gaps that differ by less are one, added up in another order."""


def leave_one_out_data(stage: Any) -> pd.DataFrame:
    """Return one row per account left out, lowest estimate first: left_out, estimate, limits.

    `left_out` is a rank, never a name or an id: a chart singles nobody out by an estimate. Where
    the gaps together would tell hidden cells (`audit.disclosure.resting`), only the least and the
    greatest are there.

    Raises
    ------
    ReportError
        The evidence has no such table: fewer than two focal accounts.
    """
    comparison_of(stage, "leave_one_out")
    table = stage.table("leave_one_out")
    if table.empty:
        raise ReportError(
            "the chart 'leave_one_out' has nothing to draw: there are fewer than two "
            "focal accounts, "
            "or the check was not run. Try: appraise with all checks."
        )
    out = table.sort_values("estimate", kind="stable").reset_index(drop=True)
    for limit in ("conf_low", "conf_high"):
        out[limit] = out[limit] if limit in out else float("nan")
    out.insert(0, "left_out", np.arange(1, len(out) + 1))
    study, numbers = stage.comparison.study, ("estimate", "conf_low", "conf_high")
    between = ~_may_be_shown(study, out["estimate"])
    between.iloc[[0, -1]] = False
    out = published(out[["left_out", *numbers]], study, shares=numbers)
    return mask(out, between, numbers)


def _may_be_shown(study: Study, estimates: pd.Series) -> pd.Series:
    """Return which gaps may be shown: all, unless together they would tell rates of hidden cells.

    Then those of accounts without posts in hidden strata are: they tell no more than the whole
    does. The least and the greatest are said in words by the check, and stay.
    """
    if not hidden_strata(study):
        return pd.Series(True, index=estimates.index)

    def found() -> list[float] | None:
        try:
            posts = focal_posts(study)
        except RowsNeeded:  # of a scan it is not known whose posts lie where
            return []
        held = posts[posts["compared"]]
        size = held["n"] * held["weight"]
        by = pd.DataFrame({"account_id": held["account_id"], "size": size})
        by = by.assign(observed=size * held["acted"], expected=size * held["expected"])
        gaps = gaps_without_each(by.groupby("account_id").sum())
        if not left_out_tells(study, posts, gaps):
            return None
        apart = over_shown_strata(study, posts).groupby("account_id")["hidden"].any()
        return [float(gap) for gap in gaps[~apart.reindex(gaps.index)]]

    key = "gaps left out", hidden_strata(study)
    kept: list[float] | None = study.once(key, found)
    if kept is None:
        return pd.Series(True, index=estimates.index)
    same = [any(abs(e - gap) < ROUNDING for gap in kept) for e in estimates]
    return pd.Series(same, index=estimates.index, dtype=bool)


def leave_one_out(stage: Any, ax: Axes | None = None) -> Axes:
    """Draw the reduced estimates as a strip, with the full estimate and zero as lines."""
    comparison = comparison_of(stage, "leave_one_out")
    design, frame = comparison.study.design, leave_one_out_data(stage)
    full = share(comparison.primary().estimate, comparison.study)
    with theme():
        ax = dress(ax if ax is not None else blank(SIZE))
        limits = frame[["conf_low", "conf_high"]].to_numpy()
        values = np.append(limits[np.isfinite(limits)], [full, 0.0, *frame["estimate"].dropna()])
        span = float(np.ptp(values)) or 0.01
        ax.set_xlim(values.min() - 0.1 * span, values.max() + 0.1 * span)
        ax.axvline(0, color=INK, linewidth=1.0, zorder=2)
        ax.axvline(full, color=FOCAL, linewidth=1.4, linestyle=(0, (5, 2)), zorder=2)
        _strip(ax, frame, full)
        _top_labels(ax, full, len(frame))
        steps = round_steps(*ax.get_xlim())
        ticks(ax, "x", steps, [signed(v, steps) for v in steps])
        directions(ax, f"{named(design.focal)} less often", "more often")
    return ax


def _strip(ax: Axes, frame: pd.DataFrame, full: float) -> None:
    import seaborn as sns

    n = len(frame)
    ys = np.arange(n)[::-1]
    ax.set_ylim(-0.8, 1.35 * (n - 0.2))  # a third of the height above is for the two labels
    ax.set_yticks([])
    ax.hlines(
        ys, frame["conf_low"], frame["conf_high"], color=pale(FOCAL, 0.6), linewidth=1.2, zorder=3
    )
    size = float(np.clip(90 / n, 2.5, 7))
    turned = (frame["estimate"] * full <= 0).to_numpy()
    for these, marker, colour, face in (
        (~turned, "o", FOCAL, FOCAL),
        (turned, "X", INK, PAPER),
    ):
        x = frame["estimate"].to_numpy()[these]
        style = {"marker": marker, "s": size**2, "color": face, "edgecolor": colour, "zorder": 4}
        sns.scatterplot(x=x, y=ys[these], ax=ax, legend=False, **style)


def _top_labels(ax: Axes, full: float, n: int) -> None:
    """Name both lines above the marks, each on a line of its own and away from the other."""
    outward = "right" if full <= 0 else "left"
    inward = "left" if full <= 0 else "right"
    _beside_line(ax, full, f"all {n} accounts: {gap_text(full)}", FOCAL, outward, down=2.0)
    _beside_line(ax, 0.0, "no gap", INK, inward, down=15.0)


def _beside_line(ax: Axes, x: float, text: str, colour: str, side: str, *, down: float) -> None:
    """Set a label beside a line; on the other side where it would leave the axes."""
    low, high = ax.get_xlim()
    room = slot(ax) * POINTS * 0.93
    at, wide = (x - low) / (high - low) * room, text_width(ax, text, bold=True) + 8
    if side == "right" and at < wide:
        side = "left"
    elif side == "left" and room - at < wide:
        side = "right"
    across = {"xycoords": ("data", "axes fraction"), "dx": -5.0 if side == "right" else 5.0}
    style = {"color": colour, "bold": True, "halo": True, "va": "top", "ha": side}
    write(ax, x, 1.0, text, dy=-down, **across, **style)


def leave_one_out_words(stage: Any) -> Words:
    """Say whether any single account turns the sign, and the range of the reduced gaps."""
    comparison = comparison_of(stage, "leave_one_out")
    study, frame = comparison.study, leave_one_out_data(stage)
    design = study.design
    full = float(comparison.primary().estimate)
    low, high, n = frame["estimate"].min(), frame["estimate"].max(), len(frame)
    turned = int((stage.table("leave_one_out")["estimate"] * full <= 0).sum())
    span = f"{gap_text(low)} to {gap_text(high)} percentage points"
    if turned:
        title = f"Leaving out any one of {count(turned)} of {number(n, 'account')} turns the gap"
        title = "There is no gap that one account could turn" if full == 0 else title
    else:
        title = f"No single account turns the gap: {span}"
    f, r = named(design.focal), named(design.references[0])
    drawn = bool(frame["conf_low"].notna().any())
    note = (
        f"Each mark: the gap without one of {number(n, f'{f} account')}, lowest first; "
        "accounts are "
        "not named. "
        + (
            f"Thin lines: {level(design)} intervals by account. "
            if drawn
            else "No interval is drawn for a reduced gap. "
        )
        + (f"{BETWEEN} " if HIDDEN in frame else "")
        + f"{sizes(study)}."
    )
    alt = (
        f"{told(study)}Strip of {n} estimates of the gap between {f} and {r} posts, each "
        "without one "
        f"{f} account: from {span}; with all accounts {points(full)}. "
        + (f"{turned} of {n} have the other sign or none." if turned else "All keep the sign.")
    )
    return Words(
        title, subtitle(study, "Gap in percentage points, one account left out"), note, alt
    )
