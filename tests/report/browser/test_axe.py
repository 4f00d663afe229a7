"""What a machine can find of barriers: axe-core, on real reports, at two widths, light and dark."""

from __future__ import annotations

from importlib.resources import files

import pytest
from browsing import DESK, PHONE

RUN = """
const [coloursOnly, done] = arguments;
const style = document.createElement("style");  // a gradient hides from axe what colour is behind
style.textContent = ".scroll { background: none !important }";
document.head.append(style);
document.querySelectorAll("details").forEach((part) => { part.open = true; });
const rules = coloursOnly ? { runOnly: ["color-contrast"] } : {};
axe.run({ ...rules, selectors: false, preload: false, resultTypes: ["violations"] })
  .then((found) => done({
    violations: found.violations.map((v) => [v.id, v.impact, v.nodes.map((n) => n.html)]),
    rules: found.passes.length,
  }), (error) => done({ violations: [["axe itself", String(error), []]], rules: 0 }));
"""


def axe(browser, *, colours_only=False):
    """Return what axe-core finds on the page that is open."""
    browser.ask(files("axe_core_python").joinpath("axe.min.js").read_text("utf-8"))
    browser.driver.set_script_timeout(300)
    return browser.driver.execute_async_script(RUN, colours_only)


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("report", ["rich", "refused"])
def test_axe_finds_nothing_at_all(browser, request, report, width, dark):
    browser.open(request.getfixturevalue(report), width=width, dark=dark)
    # In the dark only colours differ: the rest was looked at in the light.
    found = axe(browser, colours_only=dark)
    assert found["violations"] == []
    assert found["rules"] >= (1 if dark else 40)


def test_axe_sees_what_is_wrong(browser, refused):
    browser.open(refused)
    browser.ask(
        "document.querySelector('h1').insertAdjacentHTML('afterend',"
        '\'<img src="data:,"><h4 style="color:#bbb">Grey words on white</h4>\')'
    )
    found = {rule for rule, _, _ in axe(browser)["violations"]}
    assert {"image-alt", "color-contrast", "heading-order"} <= found
