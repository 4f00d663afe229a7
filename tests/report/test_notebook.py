from __future__ import annotations

import textwrap

import pytest

from audit.errors import ClaimError, ReportError
from audit.report.claimed import Claimed
from audit.report.document import document
from audit.report.notebook import execute
from audit.report.numbering import plain
from audit.report.outputs import add_cells

GOOD = """
# %% [markdown]
# # The title
# %% tags=["parameters"]
design = "default.toml"
# %% tags=["hide"]
import sys
from audit.report.blocks import Claims, Cover, Finding
# %%
print("in the notebook only")
print("mind the gap", file=sys.stderr)
Cover("The title", date="2026-01-15")
# %%
Finding(f"From {design}")
# %% [markdown]
# # First section
# Words.
# %%
Claims(({"id": "a"},))
# %% [markdown] tags=["appendix"]
# # Methods
# More words.
"""
BAD = """
# %% [markdown]
# # Rates
# %%
1
# %%
from audit.errors import EstimationError
raise EstimationError("no stratum\\nholds both\\x1b[31m classes")
"""


def write(folder, text):
    path = folder / "notebook.py"
    path.write_text(textwrap.dedent(text).lstrip(), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebook")
    return execute(write(folder, GOOD), parameters={"design": "a 'b'.toml"}, folder=folder)


def test_a_notebook_becomes_a_document(ran):
    made = document(ran)
    assert made.meta["title"] == "The title"
    assert made.front[0]["headline"] == "From a 'b'.toml"
    heads = [(n["number"], plain(n["c"])) for n in made.body if n["k"] == "h"]
    assert heads == [("1", "First section"), ("A", "Methods")]
    assert made.claims == ({"id": "a"},)
    assert made.warnings == ("cell 5: mind the gap",)
    assert "in the notebook only" not in str(made.body)


def test_cells_have_settled_names_and_no_times(ran):
    assert [c.id for c in ran.cells][:2] == ["cell-001", "cell-002"]
    assert "execution" not in str([c.metadata for c in ran.cells])


def test_a_failing_cell_is_said_in_words_after_lines_of_progress(tmp_path, capsys):
    with pytest.raises(ReportError) as caught:
        execute(write(tmp_path, BAD), folder=tmp_path)
    said = str(caught.value)
    assert "section 'Rates', cell 3: EstimationError: no stratum holds both classes" in said
    assert "Traceback" not in said
    assert capsys.readouterr().err == "[1/2] Rates\n"
    assert list(tmp_path.iterdir()) == [tmp_path / "notebook.py"]


@pytest.mark.parametrize(
    ("parameters", "why"),
    [({"a b": 1}, "'a b'"), ({"x": [1]}, "'x'")],
)
def test_parameters_that_cannot_be_passed_are_refused(tmp_path, parameters, why):
    with pytest.raises(ReportError, match=f"cannot be passed to a notebook: {why}"):
        execute(write(tmp_path, "# %%\n1\n"), parameters=parameters)


def test_a_missing_notebook_is_said(tmp_path):
    with pytest.raises(ReportError, match="does not exist"):
        execute(tmp_path / "no.py")


class Notebook:
    """A notebook of given cells."""

    def __init__(self, *cells):
        self.cells = cells


def shown(data, **more):
    output = {"output_type": "display_data", "data": data} | more
    return {"cell_type": "code", "source": "", "metadata": {}, "outputs": [output]}


class Sink:
    """Takes what cells give."""

    def __init__(self):
        self.got = []
        self.claims = Claimed()

    def add(self, payload):
        self.got.append(payload)

    def add_text(self, text):
        self.got.append(text)


def test_a_bare_picture_is_refused():
    with pytest.raises(ReportError, match="cell 1 shows a bare picture"):
        add_cells(Sink(), Notebook(shown({"image/png": "x", "text/plain": "<Figure>"})), [])


def test_an_object_without_a_block_is_printed_as_text_and_long_output_is_counted():
    sink = Sink()
    add_cells(sink, Notebook(shown({"text/plain": "\n".join(map(str, range(300)))})), [])
    assert sink.got[0]["kind"] == "verbatim"
    assert sink.got[0]["lines"][-1] == "… and 100 more lines"


def test_an_unknown_block_is_refused():
    data = {"application/vnd.audit.block+json": {"kind": "script"}}
    with pytest.raises(ReportError, match="block of unknown kind 'script'"):
        add_cells(Sink(), Notebook(shown(data)), [])


def test_the_appendix_tag_marks_the_first_heading_only():
    cell = {
        "cell_type": "markdown",
        "source": "# Methods {#how}\n\n## Data",
        "metadata": {"tags": ["appendix"]},
    }
    sink = Sink()
    add_cells(sink, Notebook(cell), [])
    assert sink.got == ["# Methods {#how .appendix}\n\n## Data"]


def test_a_typed_number_is_refused_before_anything_runs(tmp_path):
    book = tmp_path / "a.py"
    ran = tmp_path / "ran"
    code = f"# %%\nopen({str(ran)!r}, 'w').close()\n\n# %% [markdown]\n# It was 41 posts.\n"
    book.write_text(code, encoding="utf-8")
    with pytest.raises(ClaimError, match="cell 2: '41' in “It was 41 posts"):
        execute(book, progress=False)
    assert not ran.exists()


def test_slots_are_filled_with_what_the_cells_computed(tmp_path):
    book = tmp_path / "a.py"
    book.write_text(
        "# %% [markdown]\n# # A\n#\n# It was {claim:n.phrase}, {claim:s}.\n\n# %%\nimport audit\n"
        'display(audit.claim("n", 41, unit="posts", source="here"),'
        ' audit.claim("s", 0.123456, unit="share", source="here"))\n',
        encoding="utf-8",
    )
    made = document(execute(book, progress=False), meta={"title": "T", "date": "2026-01-01"})
    entry = next(e for e in made.tokens if e["part"] == "prose")
    assert entry["text"] == "It was 41 posts, 12.3 %."
    assert [t[2] for t in entry["tokens"]] == ["n", "s"]
    assert {c["id"]: c["value"] for c in made.claims}["s"] == 0.123456
