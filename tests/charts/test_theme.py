"""Colours keep their contrast and stay apart in grey and for every kind of colour vision."""

from __future__ import annotations

from itertools import combinations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from audit.charts import theme
from audit.charts.glyphs import drawable
from audit.charts.theme import (
    DETAIL,
    FOCAL,
    INK,
    MUTED,
    NOBODY,
    OTHERS,
    REFERENCE,
    blank,
    contrast,
    dress,
    families,
    looks,
)
from audit.design import Design

COLOURS = (FOCAL, REFERENCE, *OTHERS, NOBODY)
LEAST_CONTRAST = 3.0  # WCAG 2.2, success criterion 1.4.11
TEXT_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3
LEAST_DISTANCE = 0.06  # OKLab; the published sets we compared with lie between 0.03 and 0.085

# Machado, Oliveira & Fernandes (2009), https://doi.org/10.1109/TVCG.2009.113, severity 1.0.
DEFICIENCIES = {
    "none": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def oklab(colour: str, matrix: object) -> np.ndarray:
    """Return a colour in OKLab (Ottosson 2020) as seen through a deficiency."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(matrix) @ linear, 0, 1)
    to_lms = [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
    to_lab = [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
    return np.array(to_lab) @ np.cbrt(np.array(to_lms) @ seen)


@pytest.mark.parametrize("colour", [*COLOURS, INK, MUTED])
def test_every_colour_stands_out_from_paper(colour: str) -> None:
    assert contrast(colour) >= LEAST_CONTRAST


@pytest.mark.parametrize("colour", [FOCAL, REFERENCE, INK, MUTED])
def test_colours_of_small_text_are_readable(colour: str) -> None:
    assert contrast(colour) >= TEXT_CONTRAST


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000") == pytest.approx(21)
    assert contrast("#ffffff") == pytest.approx(1)
    assert contrast("#777777") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("seen_as", DEFICIENCIES)
def test_focal_and_reference_differ_for_every_eye(seen_as: str) -> None:
    a, b = (oklab(c, DEFICIENCIES[seen_as]) for c in (FOCAL, REFERENCE))
    assert np.linalg.norm(a - b) >= LEAST_DISTANCE


def test_every_class_has_a_shape_of_its_own() -> None:
    design = Design(
        focal="a",
        reference=("b", "c", "d", "e", "f"),
        frame="reported",
        outcome={"at_least": "remove"},
        margin=0.05,
    )
    style = looks(design)
    assert style["a"].colour == FOCAL
    assert style["b"].colour == REFERENCE
    for one, other in combinations(style.values(), 2):
        assert one.marker != other.marker
        assert one.colour != other.colour


def test_theme_comes_off_again_even_after_an_error() -> None:
    before = dict(mpl.rcParams)

    def fail_inside() -> None:
        with theme.theme():
            assert mpl.rcParams["text.parse_math"] is False
            raise RuntimeError("inside")

    with pytest.raises(RuntimeError, match="inside"):
        fail_inside()
    assert dict(mpl.rcParams) == before


def test_a_users_own_style_does_not_leak_in() -> None:
    with mpl.rc_context({"font.size": 30, "text.usetex": False, "axes.grid": True}):
        axes = dress(blank((4, 2)))
        assert axes.xaxis.get_major_ticks()[0].label1.get_size() == DETAIL


def test_missing_faces_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    families.cache_clear()
    monkeypatch.setattr(theme, "find_spec", lambda name: None)
    try:
        assert families() == ["DejaVu Sans"]
    finally:
        families.cache_clear()
    monkeypatch.undo()
    assert families()[0] == "Fira Sans"


def test_what_no_face_holds_is_spelled() -> None:
    assert drawable("a世b") == "a⟨U+4E16⟩b"
    assert drawable("नेता قائد Ωж – “”‘’ ● ◆ ○ →") == "नेता قائد Ωж – “”‘’ ● ◆ ○ →"
