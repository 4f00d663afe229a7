from __future__ import annotations

import base64
import io
import warnings
from xml.etree import ElementTree

import pytest
from matplotlib.figure import Figure

from audit.errors import ReportError
from audit.report.blocks import Cover, Heading
from audit.report.document import document
from audit.report.figure import figure
from audit.report.image import Caption, _captioned, _lines, _settled, round_places
from audit.report.typst import build_pdf

ALT = "Bar chart of two removal rates: 14 % and 39 %."


def make(fig, rates, **options):
    given = {"title": "A $title$", "alt": ALT, "source": "S", "data": rates} | options
    return figure(fig, id="fig-x", **given)


def test_a_chart_has_all_its_files(draw_chart, rates):
    made = make(draw_chart(), rates)
    assert set(made.files) == {"print", "screen", "svg", "png", "csv", "warnings"}
    assert base64.b64decode(made.files["png"]).startswith(b"\x89PNG")
    assert made.files["csv"].splitlines()[1] == "Leaders,0.142857142857"
    for kind in ("print", "screen", "svg"):
        ElementTree.fromstring(made.files[kind])
    assert "<text" in made.files["print"]
    assert "<text" not in made.files["screen"] + made.files["svg"]
    assert (made.width, made.height) == pytest.approx((6.3, 2.0), abs=0.1)


def test_the_bytes_depend_on_the_chart_alone(draw_chart, rates):
    assert make(draw_chart(), rates).files == make(draw_chart(), rates).files


def test_words_and_mark_are_in_the_standalone_image(draw_chart, rates):
    plain = make(draw_chart(), rates)
    marked = make(draw_chart(), rates, simulated=True)
    height = [
        float(ElementTree.fromstring(m.files["svg"]).get("height")[:-2]) for m in (plain, marked)
    ]
    assert height[1] > height[0] > 2.0 * 72
    assert plain.files["screen"] == marked.files["screen"]


def test_all_that_is_missing_is_said(draw_chart, rates):
    with pytest.raises(
        ReportError, match=r"no title.*has 5 characters, at least 30.*no source.*no data"
    ):
        make(draw_chart(), rates, title=" ", alt="chart", source="", data=None)


def test_labels_from_data_are_shown_and_not_run(rates, hostile):
    labels = [h for h in hostile if len(h) < 200]
    fig = Figure(figsize=(6.3, 8), layout="constrained")
    axes = fig.subplots()
    axes.barh(range(len(labels)), range(len(labels)))
    axes.set_yticks(range(len(labels)), labels)
    axes.annotate("$\\frac{$\x00", (0, 0))
    made = make(fig, rates)
    words = "".join(ElementTree.fromstring(made.files["print"]).itertext())
    for shown in ("$x^2$ \\input{/etc/passwd}", "⟨U+202E⟩gnp.exe⟨U+202C⟩", "<script>", "⟨U+0000⟩"):
        assert shown in words


def test_powers_of_ten_of_a_log_axis_stay_powers(rates):
    fig = Figure(figsize=(6, 3), layout="constrained")
    axes = fig.subplots()
    axes.plot([1, 1000], [1, 2])
    axes.set_xscale("log")
    words = "".join(ElementTree.fromstring(make(fig, rates).files["print"]).itertext())
    assert "mathdefault" not in words


def test_places_are_rounded_and_glyph_scales_are_not():
    svg = '<path d="M 1.23456 -0.00001" transform="translate(3.14159 2) scale(0.015625)"/>0.123456'
    want = '<path d="M 1.23 -0" transform="translate(3.14 2) scale(0.015625)"/>0.123456'
    assert round_places(svg) == want


def test_an_axes_is_as_good_as_its_figure(draw_chart, rates):
    fig = draw_chart()
    assert make(fig.axes[0], rates).files == make(draw_chart(), rates).files


def test_the_png_is_twice_as_wide_as_a_column(draw_chart, rates):
    from PIL import Image

    image = Image.open(io.BytesIO(base64.b64decode(make(draw_chart(), rates).files["png"])))
    assert image.width > 1200
    assert "Software" not in image.info


@pytest.mark.parametrize(
    "label", ["🏳️‍🌈", "❤️", "हिन्दी", "क्‍ष", "Z\u0303e", "1️⃣", "👍🏽", "\u0eb3", "🇩🇪"]
)
def test_letters_put_together_are_drawn_in_the_pdf(draw_chart, rates, label):
    # Text of a picture that needs a glyph no face has made the whole PDF fail (PDF/A-2a).
    fig = draw_chart()
    fig.axes[0].set_xlabel(label)
    made = make(fig, rates)
    report = document([Cover(title="T", date="2026-01-01"), Heading("H"), made])
    assert build_pdf(report).content.startswith(b"%PDF")
    assert "Glyph" not in made.files["warnings"]
    ElementTree.fromstring(made.files["print"])


def test_a_long_note_stands_whole_in_the_image(draw_chart, rates):
    notes = ["word " * 150, "word " * 200]  # 750 and 1,000 letters
    heights = [
        float(
            ElementTree.fromstring(make(draw_chart(), rates, note=n).files["svg"]).get("height")[
                :-2
            ]
        )
        for n in notes
    ]
    assert heights[1] > heights[0] + 2 * 8  # at least two more lines of 8 points


def test_a_letter_no_face_has_is_spelled_in_the_chart(draw_chart, rates):
    fig = draw_chart()
    fig.axes[0].set_xlabel("王 🏳️‍🌈 हिन्दी")
    make(fig, rates)
    said = fig.axes[0].get_xlabel()
    assert said == "⟨U+738B⟩ ⟨U+1F3F3⟩⟨U+FE0F⟩⟨U+200D⟩⟨U+1F308⟩ हिन्दी"


@pytest.mark.parametrize(
    "name", ["👩‍👩‍👧 leader", "世界领袖", "विश्व नेता", "قادة العالم", "ab" * 120, "⟨x⟩ Ω ж"]
)
def test_words_round_a_chart_stay_inside_it_in_any_script(draw_chart, name):
    """Measured as they are drawn: the face that has a letter, not the one that was asked first."""
    caption = Caption(f"{name} " * 40, f"{name} " * 40, f"{name} " * 40, name, True)
    canvas = draw_chart()
    box = _settled(canvas)
    before = set(canvas.texts)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a glyph that no face has
        with _captioned(canvas, box, caption):
            added = [t for t in canvas.texts if t not in before]
            right = max(t.get_window_extent().x1 for t in added) / canvas.dpi
    assert len(added) > 8
    assert right <= box.x1 + 0.02


def test_made_up_data_are_said_once_in_an_image(draw_chart):
    def above(simulated: bool) -> str:
        said = Caption("T", "Simulated data. A share; 2020.", "N", "S", simulated)
        return " ".join(line.text for line in _lines(draw_chart(), said, 6.0)[0])

    assert above(True) == "SIMULATED DATA T A share; 2020."
    assert above(False) == "T Simulated data. A share; 2020."


def test_a_long_alternative_text_is_whole_in_the_files(draw_chart, rates):
    from PIL import Image

    alt = "Dot chart of many rates: " + ", ".join(f"{n} %" for n in range(400)) + "; the end."
    assert 1500 < len(alt) < 4000
    made = make(draw_chart(), rates, alt=alt)
    found = ElementTree.fromstring(made.files["svg"]).find("{http://www.w3.org/2000/svg}desc")
    assert found.text == alt
    image = Image.open(io.BytesIO(base64.b64decode(made.files["png"])))
    assert image.info["Description"] == alt
