"""The symmetric inverse square root of a diagonal matrix less one of low rank."""

from __future__ import annotations

from math import ceil, pi, sqrt

import numpy as np

from audit.estimators.base import Array

DIRECT = 20  # rows up to which the eigenvalues themselves are the quicker way
FULL = 1e-10  # a leverage closer to 1 than this is 1, and its direction the null space
LEAST = 1e-13  # eigenvalues below this share of the largest are not told apart from it
NODES = 2.0  # per unit of log condition; the error falls as exp(-2 pi^2 nodes / (log + 3))


def inverse_root_times(theta: Array, q: Array, leverage: Array, directions: Array) -> Array:
    """Return G^{-1/2} q with G = diag(θ)(I - q q')diag(θ), zero on the null space of G.

    Parameters
    ----------
    theta : array, shape (n,)
        Positive.
    q : array, shape (n, p)
    leverage, directions : array, shapes (p,) and (p, p)
        Eigenvalues, at most 1, and eigenvectors of q'q.

    Notes
    -----
    Up to 20 rows from the eigenvalues. Beyond, G^{-1/2} is a sum of resolvents
    (G + t)^{-1}, each of which costs one p × p solution: Hale, Higham & Trefethen 2008, SIAM J
    Numer Anal 46:2505, method 3, https://doi.org/10.1137/070700607. No n × n matrix is built.
    """
    full = leverage > 1 - FULL
    least = float(theta.min() / theta.max()) ** (4 if full.any() else 2)
    ratio = max(least * float(1 - leverage[~full].max(initial=0.0)), LEAST)
    null = (q @ directions[:, full]) / theta[:, None]
    null = np.linalg.qr(null)[0] if full.any() else null
    rooted = _direct(theta, q, null) if len(theta) <= DIRECT else _quadrature(theta, q, null, ratio)
    return np.asarray(rooted - null @ (null.T @ rooted))


def _direct(theta: Array, q: Array, null: Array) -> Array:
    scaled, most = theta[:, None] * q, float(theta.max()) ** 2
    lifted = np.diag(theta**2) - scaled @ scaled.T + most * null @ null.T
    value, vector = np.linalg.eigh(lifted)
    root = np.maximum(value, most * LEAST) ** -0.5
    return np.asarray(vector @ (root[:, None] * (vector.T @ q)))


def _quadrature(theta: Array, q: Array, null: Array, ratio: float) -> Array:
    """Add resolvents of the matrix, its null space lifted to the top of the spectrum."""
    from scipy.special import ellipj, ellipkm1

    most = float(theta.max()) ** 2
    nodes = ceil(NODES * (3 - np.log(ratio)))
    quarter = float(ellipkm1(ratio))
    sn, cn, dn, _ = ellipj((np.arange(nodes) + 0.5) * quarter / nodes, 1 - ratio)
    shifts, weights = most * ratio * (sn / cn) ** 2, dn / cn**2
    low = np.column_stack([theta[:, None] * q, null])
    signs = np.r_[-np.ones(q.shape[1]), np.full(null.shape[1], most)]
    total = np.zeros_like(q)
    for shift, weight in zip(shifts, weights, strict=True):
        inverse = 1 / (theta**2 + shift)
        plain, lowered = inverse[:, None] * q, inverse[:, None] * low
        inner = np.diag(1 / signs) + low.T @ lowered
        total += weight * (plain - lowered @ np.linalg.solve(inner, low.T @ plain))
    return np.asarray(total * (2 * quarter * sqrt(most * ratio) / (pi * nodes)))
