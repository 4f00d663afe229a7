"""Columns of a model that are built from the one that says the class."""

from __future__ import annotations

import numpy as np

from audit.estimators.base import Array, refuse
from audit.estimators.models.model_matrix import ModelMatrix

SAME = 1e-9  # a column that differs by less, over its size, is the other column


def named_products(model: ModelMatrix, x: Array, at: int) -> dict[int, list[int]]:
    """Return, for each column named as a product with focal, the columns of its other parts."""
    found: dict[int, list[int]] = {}
    names = [str(c) for c in model.columns]
    for j, name in enumerate(names):
        parts = name.split(":")
        if j == at or names[at] not in parts or len(parts) < 2:
            continue
        parts.remove(names[at])
        if unknown := [part for part in parts if part not in names]:
            refuse(
                "standardised_contrast",
                [
                    f"column {name!r} is named as a product, but X has no column {unknown[0]!r} "
                    "to rebuild it from; add it"
                ],
            )
        others = [names.index(part) for part in parts]
        product = x[:, [at, *others]].prod(axis=1)
        if np.abs(product - x[:, j]).max() > SAME * max(1.0, float(np.abs(product).max())):
            refuse(
                "standardised_contrast",
                [f"column {name!r} is not the product of the columns it names"],
            )
        found[j] = others
    return found


def unnamed_products(
    model: ModelMatrix, x: Array, at: int, named: dict[int, list[int]]
) -> dict[int, list[int]]:
    """Return the columns that are focal times one other, in the rows of the fit and in these."""
    rows = np.vstack([model.x, x])
    focal, size = rows[:, at], np.maximum(np.abs(rows).max(axis=0), 1e-300)
    lives = [bool((rows[focal == 0, k] != 0).any()) for k in range(rows.shape[1])]
    found = {}
    for j in set(range(rows.shape[1])) - {at, *named}:
        if lives[j]:
            continue
        gap = np.abs(focal[:, None] * rows - rows[:, [j]]).max(axis=0) / size[j]
        of = [k for k in np.flatnonzero(gap < SAME).tolist() if lives[k] and k not in named]
        if len(of) == 1 and not _constant(rows[:, of[0]]):
            found[j] = of
    return found


def refuse_undeclared(
    model: ModelMatrix, x: Array, at: int, products: dict[int, list[int]], over: str
) -> None:
    """Raise where a column depends on focal, or may do so, and is no product that was found."""
    faults = []
    focal = x[:, at] == 1
    plain = [j for j in range(x.shape[1]) if j != at and j not in products]
    for j in plain:
        others = [k for k in plain if k != j]
        one, other = (_determined(x[rows], j, others) for rows in (focal, ~focal))
        if one and other and not (_constant(x[:, j])):
            faults.append(
                f"column {model.name([j])} is fixed by the other columns within each class, so it "
                f"is built from {model.name([at])}; name it as a product, such as "
                f"'{model.columns[at]}:other'"
            )
        elif only := _varies_only(x, focal, j, over, str(model.columns[j])):
            faults.append(
                f"column {model.name([j])} varies among {only} rows only: either it is built from "
                f"{model.name([at])} (name it as a product, with its parts in X), or no row of the "
                "other class can be compared there (leave these rows out)"
            )
    refuse("standardised_contrast", faults)


def _constant(values: Array) -> bool:
    return not len(values) or bool(np.ptp(values) <= SAME * max(1e-300, np.abs(values).max()))


def _determined(x: Array, j: int, others: list[int]) -> bool:
    """Return whether column `j` is an affine function of the others in these rows."""
    if _constant(x[:, j]):
        return True
    size = np.maximum(np.abs(x).max(axis=0), 1e-300)
    known = np.column_stack([np.ones(len(x)), x[:, others] / size[others]])
    share, _, rank, _ = np.linalg.lstsq(known, x[:, j] / size[j], rcond=None)
    if rank >= len(x):
        return False  # as many columns as rows fit anything
    return bool(np.abs(known @ share - x[:, j] / size[j]).max() < SAME)


def _varies_only(x: Array, focal: Array, j: int, over: str, name: str) -> str:
    """Return the class among whose rows alone column `j` varies in a way that matters, or ""."""
    among = {"focal": x[focal, j], "reference": x[~focal, j]}
    varies = [k for k, values in among.items() if not _constant(values)]
    if len(varies) != 1 or not all(len(values) for values in among.values()):
        return ""
    dummy = bool(np.isin(x[:, j], (0, 1)).all()) and ":" not in name
    return "" if dummy and over not in (varies[0], "all") else varies[0]
