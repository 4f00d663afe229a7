"""A chart pack is made of a report's folder alone, and gives away nothing that it should not."""

from __future__ import annotations

import html.parser
import io
import json
import re
import shutil
import struct
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from audit.errors import ReportError
from audit.report.blocks import Cover, Heading
from audit.report.chart_files import INDEX
from audit.report.document import document
from audit.report.figure import figure
from audit.report.packing import chart_pack
from audit.report.packing.reading import formula_in, read_charts
from audit.report.packing.sizes import SIZES, sized
from audit.report.packing.wording import licence
from audit.report.write import write_report

HARMFUL = '"><script>alert(1)</script><img src=x onerror="alert(2)">&'
REPORTS = Path(__file__).parents[2] / "reports"
ALT = f"Bar chart of two rates: 14 % and 39 %. {HARMFUL}"


def narrow(draw_chart: Any) -> Any:
    fig = draw_chart()
    fig.set_size_inches(3.2, 2.4)
    return fig


@pytest.fixture
def folder(draw_chart, rates, tmp_path) -> Path:
    """Return the folder of a report with one chart for phones, and one that has none."""
    common = {"source": "A log, 2025; 962 posts", "data": rates, "simulated": True}
    charts = [
        figure(
            draw_chart(),
            id="fig-a",
            title=f"14 % against 39 %{HARMFUL}",
            alt=ALT,
            note="By account.",
            subtitle="Share removed",
            licence="A log: CC0 1.0",
            phone=narrow(draw_chart),
            **common,
        ),
        figure(draw_chart(), id="fig-b", title="Two rates", alt=ALT, **common),
    ]
    cover = Cover("A report", date="2026-01-15", authors=("A. Uthor",), simulated=True)
    out = tmp_path / "report"
    write_report(document([cover, Heading("One"), *charts]), out, claims=[{"id": "c", "value": 1}])
    return out


@pytest.fixture
def pack(folder, tmp_path) -> dict[str, bytes]:
    made = chart_pack(folder, tmp_path / "x.zip", licence="CC BY 4.0")
    with zipfile.ZipFile(made.path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert tuple(files) == made.names
    assert made.charts == ("fig-a", "fig-b")
    assert made.size == made.path.stat().st_size
    return files


def pixels(png: bytes) -> tuple[int, int]:
    return struct.unpack(">II", png[16:24])


def chunks(png: bytes) -> dict[str, str]:
    found, at = {}, 8
    while at < len(png):
        (n,) = struct.unpack(">I", png[at : at + 4])
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + n]
        if kind == b"iTXt":
            name, text = body.split(b"\0", 1)[0], body.split(b"\0\0\0\0\0", 1)[1]
            found[name.decode()] = text.decode()
        at += 12 + n
    return found


def test_each_chart_has_every_size_in_every_format_and_its_words(pack) -> None:
    sizes = [f"{s}.{f}" for s in SIZES for f in ("pdf", "png", "svg")]
    texts = ["alt.txt", "caption.txt", "credit.txt", "embed.html", "licence.txt"]
    assert {n for n in pack if n.startswith("fig-a/")} == {
        "fig-a/fig-a.csv",
        *(f"fig-a/fig-a-{name}" for name in (*sizes, *texts)),
    }
    assert not [n for n in pack if n.startswith("fig-b/") and "phone" in n]
    assert "Not drawn for a phone, so without that size: fig-b." in pack["README.txt"].decode()
    assert [c["id"] for c in json.loads(pack["claims.json"])][-1:] == ["c"]
    assert pack["fig-a/fig-a.csv"].splitlines()[1] == b"Leaders,0.142857142857"


def test_pictures_have_the_pixels_that_were_said(pack) -> None:
    for name, size in SIZES.items():
        wide, high = pixels(pack[f"fig-a/fig-a-{name}.png"])
        assert wide == size.pixels or (wide, high) in size.canvases
        assert high > 200
    assert pixels(pack["fig-a/fig-a-social.png"]) in SIZES["social"].canvases


@pytest.mark.parametrize(
    ("wide", "high", "canvas"),
    [
        (470, 250, (1200, 675)),
        (470, 320, (1200, 900)),
        (470, 450, (1080, 1080)),
        (470, 640, (1080, 1350)),
    ],
)
def test_a_post_has_the_canvas_that_its_chart_fills(wide, high, canvas) -> None:
    root = f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}pt" height="{high}pt" '
    made = sized(f'{root}viewBox="0 0 {wide} {high}"></svg>', SIZES["social"], name="x")
    assert made.pixels == canvas
    across, down = canvas
    scale = min(across / wide, down / high)
    assert scale**2 * wide * high / (across * down) > 0.7


def test_pictures_say_what_they_show(pack) -> None:
    from pypdf import PdfReader

    for name in SIZES:
        told = chunks(pack[f"fig-a/fig-a-{name}.png"])
        assert told["Title"].startswith("14 % against 39 %")
        assert told["Description"] == ALT
        assert told["Source"] == "A log, 2025; 962 posts"
        assert told["Copyright"] == "Chart: CC BY 4.0. Data: A log: CC0 1.0."
        root = ElementTree.fromstring(pack[f"fig-a/fig-a-{name}.svg"])
        assert root.get("role") == "img"
        space = "{http://www.w3.org/2000/svg}"
        assert [root.findtext(f"{space}{tag}") for tag in ("title", "desc")] == [
            told["Title"],
            ALT,
        ]
        reader = PdfReader(io.BytesIO(pack[f"fig-a/fig-a-{name}.pdf"]))
        assert len(reader.pages) == 1
        assert reader.metadata.title == told["Title"]
        assert reader.metadata.author == "A. Uthor"


def test_the_report_s_own_pictures_say_it_too(folder) -> None:
    from PIL import Image

    with Image.open(folder / "charts/fig-a.png") as picture:
        assert picture.info["Description"] == ALT
        assert picture.info["Copyright"] == "A log: CC0 1.0"
    svg = (folder / "charts/fig-a.phone.svg").read_text()
    assert ElementTree.fromstring(svg).findtext("{http://www.w3.org/2000/svg}desc") == ALT


def test_the_bytes_depend_on_the_folder_alone(folder, tmp_path) -> None:
    one = chart_pack(folder, tmp_path / "one.zip")
    shutil.copytree(folder, tmp_path / "elsewhere")
    other = chart_pack(str(tmp_path / "elsewhere"), tmp_path / "two.zip")
    assert one.path.read_bytes() == other.path.read_bytes()
    with zipfile.ZipFile(one.path) as archive:
        assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist() == sorted(archive.namelist())


class Read(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said = ""

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data) -> None:
        self.said += data


def test_the_snippet_is_inert_and_whole(pack) -> None:
    for name in ("fig-a", "fig-b"):
        snippet = pack[f"{name}/{name}-embed.html"].decode()
        read = Read()
        read.feed(snippet)
        tags = [tag for tag, _ in read.tags]
        assert set(tags) <= {"figure", "picture", "source", "img", "figcaption"}
        assert not [a for _, given in read.tags for a in given if a.startswith("on")]
        image = dict(read.tags)["img"]
        assert image["alt"] == ALT
        assert f"{name}/{image['src']}" in pack
        wide, high = pixels(pack[f"{name}/{image['src']}"])
        assert (int(image["width"]), int(image["height"])) == (wide // 2, round(high / 2))
        assert "SIMULATED DATA" in read.said
        assert "//" not in re.sub(r"alt=\"[^\"]*\"", "", snippet)
    narrow_one = dict(read.tags)
    assert "source" not in narrow_one  # fig-b, which was never drawn for a phone


def test_caption_credit_and_licence_say_whose_it_is(pack) -> None:
    caption = pack["fig-a/fig-a-caption.txt"].decode().splitlines()
    assert caption[0].startswith("SIMULATED DATA")
    assert caption[2:] == ["Share removed", "By account.", "Source: A log, 2025; 962 posts"]
    credit = pack["fig-a/fig-a-credit.txt"].decode()
    assert credit.startswith("Analysis: A. Uthor, “A report”, data as of 2026-01-15. Data: A log")
    assert pack["fig-b/fig-b-licence.txt"].decode() == (
        "Chart: CC BY 4.0.\nData: licence not known, the report states none. The source is A log, "
        "2025; 962 posts: ask there before you use the numbers.\n"
    )


def test_no_licence_is_said_and_none_is_made_up(folder, tmp_path) -> None:
    made = chart_pack(folder, tmp_path / "x.zip")
    with zipfile.ZipFile(made.path) as archive:
        said = archive.read("fig-a/fig-a-licence.txt").decode()
    assert said.startswith("The report states no licence for its charts: ask its authors")


def test_a_licence_that_ends_a_sentence_gets_no_second_stop() -> None:
    assert licence({"licence": "Counts: CC0 1.0."}, "CC BY 4.0").endswith(
        "Data: Counts: CC0 1.0.\n"
    )


def changed(folder: Path, **entry: Any) -> None:
    record = json.loads((folder / INDEX).read_text())
    record["charts"][0] |= entry
    (folder / INDEX).write_text(json.dumps(record))


def test_every_fault_of_a_folder_is_said_at_once(folder, tmp_path) -> None:
    (folder / "claims.json").unlink()
    (folder / "charts/fig-a.csv").unlink()
    (folder / "charts/fig-b.svg").unlink()
    with pytest.raises(
        ReportError, match=r"fig-a\.csv is missing.*fig-b\.svg is missing.*claims\.json is missing"
    ):
        chart_pack(folder, tmp_path / "x.zip")
    assert not (tmp_path / "x.zip").exists()


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"id": "../../etc/passwd"}, "the id '../../etc/passwd'"),
        ({"id": "fig-b"}, "'fig-b' is listed twice"),
        ({"alt": " "}, "'fig-a' has no alt: none is given away without"),
        ({"title": 5}, "'fig-a' lacks title"),
        ({"simulated": "no"}, "'fig-a' lacks simulated"),
    ],
)
def test_a_changed_index_is_refused(folder, tmp_path, entry, said) -> None:
    changed(folder, **entry)
    with pytest.raises(ReportError, match=re.escape(said)):
        chart_pack(folder, tmp_path / "x.zip")


def test_what_is_no_report_is_refused_in_words(folder, tmp_path) -> None:
    target = tmp_path / "x.zip"
    with pytest.raises(ReportError, match="is no folder"):
        chart_pack(tmp_path / "nowhere", target)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ReportError, match="holds no report"):
        chart_pack(tmp_path / "empty", target)
    for text, said in (("{", "cannot be read"), ("[]", "format list"), ("{}", "not what this")):
        (folder / INDEX).write_text(text)
        with pytest.raises(ReportError, match=said):
            chart_pack(folder, target)
    (folder / INDEX).unlink()
    with pytest.raises(ReportError, match=r"has no charts/index\.json: .* older version"):
        chart_pack(folder, target)


@pytest.mark.parametrize(
    "planted",
    [
        "<script>alert(1)</script>",
        '<image href="https://evil.example/x.png"/>',
        '<a xlink:href="javascript:alert(1)">x</a>',
        '<g onload="alert(1)"/>',
        "<foreignObject/>",
        "<style>@import 'x'</style>",
        '<rect fill="url(https://evil.example/)"/>',
    ],
)
def test_a_drawing_that_was_changed_into_a_program_is_refused(folder, tmp_path, planted) -> None:
    path = folder / "charts/fig-a.svg"
    path.write_text(path.read_text().replace("</svg>", f"{planted}</svg>"))
    with pytest.raises(ReportError, match=r"fig-a\.svg holds .* which no chart of a report does"):
        chart_pack(folder, tmp_path / "x.zip")


def test_a_drawing_without_an_extent_is_refused() -> None:
    with pytest.raises(ReportError, match="x is no chart that a report wrote"):
        sized("<svg></svg>", SIZES["web"], name="x")


def test_an_earlier_pack_stays_whole_when_the_new_one_fails(folder, tmp_path) -> None:
    target = tmp_path / "x.zip"
    before = chart_pack(folder, target).path.read_bytes()
    (folder / "claims.json").unlink()
    with pytest.raises(ReportError):
        chart_pack(folder, target)
    assert target.read_bytes() == before
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".x.zip")]
    (folder / "claims.json").write_text("[]")
    with pytest.raises(ReportError, match="cannot be written"):
        chart_pack(folder, folder / "report.pdf" / "x.zip")


@pytest.mark.parametrize(
    "cell", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "＝1", "\t=1", '"\n=1"']
)
def test_data_that_were_changed_into_a_formula_are_refused(folder, tmp_path, cell) -> None:
    path = folder / "charts/fig-a.csv"
    path.write_text(path.read_text() + f"{cell},0.5\n")
    with pytest.raises(ReportError, match=r"fig-a\.csv holds what no report writes and a spread"):
        chart_pack(folder, tmp_path / "x.zip")


def test_numbers_with_a_sign_and_texts_made_safe_are_no_formula() -> None:
    for cell in ("-0.5", "+3", "-1.2e-05", "'=1+1", "−5", "2020-01-01", "a=b"):
        assert formula_in(f"a,b\n{cell},1\n".encode()) == "", cell
    assert "field larger" in formula_in(b"x" * 200_000)


def test_a_licence_that_is_not_known_is_said_to_be_so(folder, tmp_path) -> None:
    said = licence({"licence": "", "source": "A log."}, "")
    assert said.splitlines() == [
        "The report states no licence for its charts: ask its authors before you publish this one.",
        "Data: licence not known, the report states none. The source is A log: ask there before "
        "you use the numbers.",
    ]


def test_the_index_says_what_the_pictures_say(folder) -> None:
    record = json.loads((folder / INDEX).read_text())
    found = {p.name.partition(".")[0] for p in (folder / "charts").glob("fig-*")}
    assert {chart["id"] for chart in record["charts"]} == found
    space = "{http://www.w3.org/2000/svg}"
    for chart in record["charts"]:
        stem = folder / "charts" / chart["id"]
        root = ElementTree.parse(stem.with_suffix(".svg")).getroot()
        assert root.findtext(f"{space}title") == chart["title"]
        assert root.findtext(f"{space}desc") == chart["alt"]
        assert stem.with_suffix(".txt").read_text() == chart["alt"] + "\n"


@pytest.mark.parametrize("report", sorted(p.parent for p in REPORTS.glob("*/charts")))
def test_the_index_of_a_report_that_ships_is_true(report) -> None:
    found = read_charts(report)
    listed = {chart["id"] for chart in found.charts}
    assert listed == {p.name.partition(".")[0] for p in (report / "charts").glob("fig-*")}
    for chart in found.charts:
        assert (report / "charts" / f"{chart['id']}.txt").read_text().strip() == chart["alt"]
        assert chart["title"] in (report / "report.html").read_text(encoding="utf-8")
