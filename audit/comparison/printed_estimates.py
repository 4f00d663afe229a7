"""The estimates of a comparison as they are printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from audit.design import words
from audit.estimators.accounts.contrasts import no_inference
from audit.origin import cited
from audit.printed import Grid, grid
from audit.printed.forms import form_of
from audit.printed.grid import Form

if TYPE_CHECKING:
    from audit.comparison import Comparison

SCALES: Mapping[str, tuple[str, Form]] = {
    "difference": ("Gap, percentage points (focal − reference)", "points"),
    "ratio": ("Ratio of rates (focal / reference)", "ratio"),
    "odds_ratio": ("Odds ratio (not a ratio of rates)", "ratio"),
}
ESTIMATES: Mapping[str, tuple[str, Form]] = {
    "estimator": ("Estimator", "text"),
    "weighting": ("Weight per", "text"),
    "estimate": ("Estimate", "said"),
    "conf_low": ("Low", "said"),
    "conf_high": ("High", "said"),
    "p_value": ("p", "p"),
    "n_focal_accounts": ("Focal accounts", "whole"),
}


def estimates_grid(comparison: Comparison) -> Grid:
    """Return the estimates as printed, under the scale that each group of them is on."""
    study, frame = comparison.study, comparison.to_frame()
    for column in ("estimate", "conf_low", "conf_high"):
        pairs = zip(frame[column], frame["scale"], strict=True)
        frame[column] = [form_of(SCALES[scale][1])(value) for value, scale in pairs]
    frame = frame.sort_values("scale", key=lambda s: s.map([*SCALES].index), kind="stable")
    frame["scale"] = [SCALES[scale][0] for scale in frame["scale"]]
    focal, reference = words(study.design.focal), words(study.design.references[0])
    level = f"{100 * study.design.confidence:g} % intervals by account"
    silent = no_inference(study)
    return grid(
        frame,
        ESTIMATES,
        title=f"{focal} against {reference}: every estimate",
        group="scale",
        notes=[f"No interval or p: {silent}." if silent else f"{level}; – where none may stand."],
        source=cited(study.loaded.origins),
        simulated=study.cases.simulated,
        limit=len(frame) + 1,
    )
