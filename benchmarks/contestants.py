"""One contestant of `peers.py` in a process of its own: reads the file, says what it found.

    python benchmarks/contestants.py pyfixest FOLDER

It runs under the Python that has the library in question; nothing of this package is imported
but by its own contestants. The last line printed is a JSON object of numbers.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

COVARIATES = ["policy_area", "severity", "engagement_band", "language", "week"]
NEEDED = ["account_id", "account_class", "actioned", *COVARIATES]
FORMULA = "actioned ~ leader + " + " + ".join(f"C({c})" for c in COVARIATES)
FOCAL, REFERENCE = "world_leader", "ordinary"
DRAWS = 200


def audit_fit(folder: Path) -> dict[str, Any]:
    """Return this package's coefficient and standardised effect, by account."""
    import audit

    found = audit.fit(
        _scanned(folder),
        model="logit",
        outcome=audit.Outcome(at_least="remove"),
        terms=["account_class", *COVARIATES],
        contrasts=[audit.Contrast("account_class", FOCAL, REFERENCE, over="all")],
    )
    return {
        "coefficient": found.coefficients[0].estimate,
        "std_error": found.coefficients[0].std_error,
        "effect": found.standardised[0].estimate,
        "conf_low": found.standardised[0].conf_low,
        "conf_high": found.standardised[0].conf_high,
        "columns": len(found.names),
    }


def audit_rates(folder: Path) -> dict[str, Any]:
    """Return the classes' rates with intervals from 200 resamples of accounts."""
    import pandas as pd

    from audit.estimators.accounts.resampled import resampled_rates
    from audit.scanned.enrolment import meet

    cells = meet(_scanned(folder), _design(())).cells
    named = {FOCAL: cells.by_account("focal"), REFERENCE: cells.by_account("reference")}
    table = pd.concat(named, names=["class", "account"]).reset_index()
    found = resampled_rates(
        table["events"], table["n"], table["account"], table["class"], draws=DRAWS
    )
    out: dict[str, Any] = {}
    for name, rate in found.items():
        out |= {f"rate_{name}": rate.estimate}
        out |= {f"conf_low_{name}": rate.conf_low, f"conf_high_{name}": rate.conf_high}
    return out


def _scanned(folder: Path) -> Any:
    import audit

    return audit.scan(str(folder / "*.parquet"), checked="made by this benchmark")


def _design(strata: tuple[str, ...]) -> Any:
    import audit

    return audit.Design(
        focal=FOCAL,
        reference=REFERENCE,
        frame="reported",
        outcome=audit.Outcome(at_least="remove"),
        margin=0.05,
        strata=strata,
    )


def _read(folder: Path, columns: list[str]) -> Any:
    import pandas as pd

    frame = pd.read_parquet(folder, columns=columns)
    frame["leader"] = (frame["account_class"] == FOCAL).astype(float)
    return frame


def _clustered(frame: Any) -> dict[str, Any]:
    import pandas as pd

    groups = pd.factorize(frame["account_id"])[0]
    return {"cov_type": "cluster", "cov_kwds": {"groups": groups}}


def statsmodels_glm(folder: Path) -> dict[str, Any]:
    """Fit a formula GLM on the rows."""
    import statsmodels.api as sm
    import statsmodels.formula.api as smf

    frame = _read(folder, NEEDED)
    fit = smf.glm(FORMULA, frame, family=sm.families.Binomial()).fit(**_clustered(frame))
    return _of(fit.params["leader"], fit.bse["leader"], len(fit.params))


def statsmodels_logit(folder: Path) -> dict[str, Any]:
    """Fit a formula Logit on the rows."""
    import statsmodels.formula.api as smf

    frame = _read(folder, NEEDED)
    fit = smf.logit(FORMULA, frame).fit(disp=0, **_clustered(frame))
    return _of(fit.params["leader"], fit.bse["leader"], len(fit.params))


def statsmodels_matrix(folder: Path) -> dict[str, Any]:
    """Fit a Logit on a matrix built by hand, as one does who finds formulas slow."""
    import numpy as np
    import pandas as pd
    from statsmodels.discrete.discrete_model import Logit

    frame = _read(folder, NEEDED)
    codes = [pd.factorize(frame[c], sort=True)[0] for c in COVARIATES]
    x = np.zeros((len(frame), 2 + sum(int(c.max()) for c in codes)), order="F")
    x[:, 0], x[:, 1] = 1.0, frame["leader"]
    start = 2
    for code in codes:
        for level in range(1, int(code.max()) + 1):
            x[:, start] = code == level
            start += 1
    fit = Logit(frame["actioned"].to_numpy(), x).fit(disp=0, **_clustered(frame))
    return _of(fit.params[1], fit.bse[1], len(fit.params))


def pyfixest(folder: Path) -> dict[str, Any]:
    """Fit pyfixest's logit with the covariates absorbed; CR1 counts them all, as others do."""
    import pyfixest as pf

    frame = _read(folder, NEEDED)
    fit = pf.feglm(
        "actioned ~ leader | " + " + ".join(COVARIATES),
        data=frame,
        family="logit",
        vcov={"CRV1": "account_id"},
        ssc=pf.ssc(k_adj=True, k_fixef="full", G_adj=True),
    )
    return _of(fit.coef()["leader"], fit.se()["leader"])


def _of(coefficient: float, std_error: float, columns: int = 0) -> dict[str, Any]:
    return {"coefficient": coefficient, "std_error": std_error, "columns": columns}


def fairlearn(folder: Path) -> dict[str, Any]:
    """Return MetricFrame's rates by group, without any resampling."""
    from fairlearn.metrics import MetricFrame, selection_rate

    frame = _read(folder, ["account_class", "actioned"])
    found = MetricFrame(
        metrics={"rate": selection_rate},
        y_true=frame["actioned"],
        y_pred=frame["actioned"],
        sensitive_features=frame["account_class"],
    )
    return {f"rate_{name}": rate for name, rate in found.by_group["rate"].items()}


def aequitas(folder: Path) -> dict[str, Any]:
    """Return aequitas' audit of the same two groups, without any interval."""
    import warnings

    warnings.simplefilter("ignore")
    import pandas as pd
    from aequitas import Audit

    frame = pd.read_parquet(folder, columns=["account_class", "actioned"])
    frame = frame.rename(columns={"actioned": "score"})
    frame["label"] = frame["score"]
    frame["account_class"] = frame["account_class"].astype(object)
    found = Audit(
        frame,
        score_column="score",
        label_column="label",
        sensitive_attribute_column=["account_class"],
        reference_groups={"account_class": REFERENCE},
    )
    found.audit()
    table = found.disparity_df.set_index("attribute_value")["pprev"]
    return {f"rate_{name}": rate for name, rate in table.items()}


CONTESTANTS = {
    "audit_fit": (audit_fit, ("duckdb", "numpy")),
    "audit_rates": (audit_rates, ("duckdb", "numpy")),
    "statsmodels_glm": (statsmodels_glm, ("statsmodels", "pandas")),
    "statsmodels_logit": (statsmodels_logit, ("statsmodels", "pandas")),
    "statsmodels_matrix": (statsmodels_matrix, ("statsmodels", "numpy")),
    "pyfixest": (pyfixest, ("pyfixest", "pandas")),
    "fairlearn": (fairlearn, ("fairlearn", "pandas")),
    "aequitas": (aequitas, ("aequitas", "pandas")),
}


if __name__ == "__main__":
    task, libraries = CONTESTANTS[sys.argv[1]]
    answer = {k: float(v) for k, v in task(Path(sys.argv[2])).items()}
    answer["versions"] = ", ".join(f"{name} {version(name)}" for name in libraries)
    print(json.dumps(answer))
