"""Pages to look at in a browser: one of every kind of block, one of an inadmissible study."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import Browser
from builders import platform, question
from needs import browser_or_skip

from audit import run
from audit.comparison import compare
from audit.evidence import appraise
from audit.report.blocks import Heading, Verbatim, prose
from audit.report.document import document
from audit.report.html import build_html
from audit.report.standard import standard_blocks
from audit.study import enroll

TEXT = """# What prose can hold

A paragraph with *emphasis*, **strength**, `code`, H~2~O, x^2^, ~~an error~~, a
[link](https://www.example.org/a?b=2018), [a table](#tbl-effects) and a note.[^one]

- first
- second

3. third
4. fourth

> A quotation
> of two lines.

| Term | Value | Note |
|:-----|------:|------|
| a    | 1,000 | x    |
| b    |   −20 | y    |
| c    |     – | z    |

With $p_i$ and

$$
y_{ij} = \\frac{\\alpha + \\beta x_{ij} + \\gamma z_{ij} + \\delta w_{ij}}{\\sum_k v_{ijk}}
$$ {#eq-browser}

in [Equation](#eq-browser).[^two]

#### A level that was skipped

    as typed

[^one]: The first note, with **strength**.
[^two]: The second note.
"""


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Yield a browser, or skip."""
    browser_or_skip()
    made = Browser(tmp_path_factory.mktemp("profile"))
    yield made
    made.driver.quit()


def write(folder: Path, content: str) -> Path:
    """Return a page that was written where a browser can open it."""
    path = folder / "report.html"
    path.write_text(content, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def rich(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the standard report of the simulated platform, with all that prose can hold."""
    browser_or_skip()
    blocks = standard_blocks(run.evidence(root / "designs" / "simulated-platform.toml"))
    place = next(i for i, b in enumerate(blocks) if isinstance(b, Heading))
    extra = [prose(TEXT), Verbatim(("line one", "  line two"))]
    blocks = [*blocks[:place], *extra, *blocks[place:]]
    return write(tmp_path_factory.mktemp("rich"), build_html(document(blocks)))


@pytest.fixture(scope="session")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the standard report of a study that cannot give an answer."""
    browser_or_skip()
    study = enroll(platform(), question(frame="enforced_only"))
    made = document(standard_blocks(appraise(compare(study))))
    return write(tmp_path_factory.mktemp("refused"), build_html(made))
