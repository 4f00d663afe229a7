"""A newcomer opens the quickstart in JupyterLab, runs all of it, and sees the verdict."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from browsing import CONTRAST
from needs import CHROMEDRIVER, CHROMIUM, ROOT, browser_or_skip, missing

QUICKSTART = ROOT / "notebooks" / "00_quickstart.py"
SETTINGS = ROOT / ".ci" / "lab.json"
"""What `make lab` puts where JupyterLab looks for it."""
OVERRIDES = "labconfig/default_setting_overrides.json"
SECONDS = 420  # on a machine that many share; alone it takes a tenth of that
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1400,1000",
)
KNOWN_NOISE = re.compile(r"favicon|/api/me|/lsp/|translations|manifest|extensions@|news")
"""What the front end itself says where there is no network; none of it is of this package."""


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """Return a home of its own for the server and the browser, with the notebook in it."""
    browser_or_skip()
    if find_spec("jupyterlab") is None:
        missing("jupyterlab", "needs jupyterlab, which is not installed")
    home = tmp_path_factory.mktemp("a home")  # with a space in its name
    (home / "notebooks").mkdir()
    shutil.copy(QUICKSTART, home / "notebooks")
    settings = home / "jupyter_config_dir" / OVERRIDES
    settings.parent.mkdir(parents=True)
    shutil.copy(SETTINGS, settings)
    return home


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(scope="module")
def lab(home: Path) -> Iterator[str]:
    """Yield the address of a JupyterLab of its own, which reads no settings of this machine."""
    port, token = free_port(), "a-test"
    folders = {name: str(home / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "IPYTHONDIR")}
    folders |= {f"JUPYTER_{n}_DIR": str(home / n.lower()) for n in ("DATA", "RUNTIME")}
    kept = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
    kept["TMPDIR"] = str(home / "tmp")  # where the quickstart leaves its report
    (home / "tmp").mkdir()
    settings = {
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.root_dir": home / "notebooks",
        "IdentityProvider.token": token,
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--{name}={value}" for name, value in settings.items()]
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env={**kept, **folders})
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/api?token={token}", server, home / "server.log")
        yield f"{address}/lab?token={token}&reset"
    finally:
        server.terminate()
        server.wait(timeout=60)


def wait_for(url: str, server: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            pytest.fail(f"JupyterLab ended: {log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                json.load(answer)
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not answer: {log.read_text()[-2000:]}")


@pytest.fixture(scope="module")
def browser(home: Path) -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={home / 'browser'}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    os.environ["SE_OFFLINE"] = "true"
    driver = webdriver.Chrome(options=options, service=Service(str(CHROMEDRIVER)))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def page(lab: str, browser: Any) -> Any:
    """Double-click the notebook, run all of it, and return the page when the last cell is done."""
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.by import By

    browser.get(lab)
    listed = "document.querySelector('.jp-DirListing-item')"
    shown = f"{listed}?.offsetWidth > 0 && !document.querySelector('#jupyterlab-splash')"
    until(browser, f"!!({shown})")
    (entry,) = browser.find_elements(By.CSS_SELECTOR, ".jp-DirListing-item")
    ActionChains(browser).double_click(entry).perform()
    until(browser, "document.querySelectorAll('.jp-Notebook .jp-CodeCell').length > 3")
    until(browser, "!!document.querySelector('.lm-MenuBar-itemLabel')")
    # Asked to run before its kernel has started, JupyterLab asks back which one is meant.
    status = "document.querySelector('.jp-Notebook-ExecutionIndicator')?.dataset.status"
    until(browser, f"{status} === 'idle'")
    run_all(browser)
    cells = "[...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map(p => p.textContent)"
    until(browser, f"{cells}.length > 3 && {cells}.every(t => /\\[\\d+\\]/.test(t))")
    return browser


def run_all(browser: Any) -> None:
    """Choose Run, then Run All Cells, as a person does."""
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.by import By

    menu = browser.find_element(By.XPATH, "//div[@class='lm-MenuBar-itemLabel'][text()='Run']")
    ActionChains(browser).move_to_element(menu).click().perform()
    until(browser, "!!document.querySelector('[data-command=\"runmenu:run-all\"]')")
    entry = browser.find_element(By.CSS_SELECTOR, '[data-command="runmenu:run-all"]')
    ActionChains(browser).move_to_element(entry).click().perform()


def until(browser: Any, condition: str) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if browser.execute_script(f"return {condition}"):
            return
        time.sleep(0.3)
    pytest.fail(f"not seen in {SECONDS} s: {condition}\n{browser.page_source[-1500:]}")


def photograph(page: Any, name: str) -> None:
    """Keep a picture for a person to look at, in the folder that AUDIT_PICTURES names."""
    if folder := os.environ.get("AUDIT_PICTURES"):
        assert page.save_screenshot(str(Path(folder) / f"{name}.png")), f"no picture in {folder}"


def texts(page: Any, selector: str) -> list[str]:
    """Return what every element that fits the selector says."""
    find = "return [...document.querySelectorAll(arguments[0])].map(e => e.innerText)"
    return list(page.execute_script(find, selector))


def test_the_verdict_is_visible(page) -> None:
    from selenium.webdriver.common.by import By

    said = page.find_elements(By.XPATH, "//p[starts-with(., 'verdict: ')]")
    assert [s.text.split("  ")[0] for s in said]
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", said[0])
    assert said[0].is_displayed()
    assert "treated more leniently" in said[0].text
    photograph(page, "quickstart")


def test_nothing_failed_and_nothing_is_debris(page) -> None:
    assert texts(page, '[data-mime-type="application/vnd.jupyter.error"]') == []
    # Not even the red ground of a bar that has ended.
    assert texts(page, '[data-mime-type="application/vnd.jupyter.stderr"]') == []
    shown = "\n".join(texts(page, ".jp-OutputArea-output"))
    assert not re.search(r"np\.\w+\(|\bnan\b|\bNaN\b|Traceback", shown)


def test_a_chart_and_tables_are_shown(page) -> None:
    pictures = page.execute_script(
        "return [...document.querySelectorAll('.audit-block figure img')].map("
        "i => [i.complete, i.naturalWidth, i.alt.length])"
    )
    assert pictures
    for whole, width, words in pictures:
        assert whole
        assert width > 100
        assert words > 30
    assert len(texts(page, ".audit-face table tbody tr")) > 20


def test_the_console_has_no_error_of_this_package(page) -> None:
    severe = [e["message"] for e in page.get_log("browser") if e["level"] == "SEVERE"]
    assert [m for m in severe if not KNOWN_NOISE.search(m)] == []


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_faces_are_legible_in_both_themes(page, theme: str) -> None:
    """Text stands out from its ground by 4.5 to 1 (WCAG 2.2, 1.4.3)."""
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.by import By

    def click(xpath: str) -> None:
        found = page.find_elements(By.XPATH, xpath)
        ActionChains(page).move_to_element(found[-1]).click().perform()
        time.sleep(0.3)

    menu = "//div[contains(@class,'lm-Menu-itemLabel')][text()='{}']"
    click("//div[@class='lm-MenuBar-itemLabel'][text()='Settings']")
    click(menu.format("Theme"))
    click(menu.format(theme))
    dark = str(theme.endswith("Dark")).lower()
    until(page, f"(document.body.dataset.jpThemeLight === 'false') === {dark}")
    assert page.execute_script(CONTRAST) >= 4.5
    photograph(page, theme.split()[-1].lower())


def test_nobody_is_asked_about_news_and_nothing_looks_for_any(page) -> None:
    assert texts(page, ".Toastify__toast") == []
    asked = page.execute_script("return performance.getEntriesByType('resource').map(e => e.name)")
    assert [url for url in asked if not url.startswith(("http://127.0.0.1:", "data:"))] == []
    assert [url for url in asked if "/lab/api/news" in url or "/lab/api/update" in url] == []


def test_make_lab_installs_these_settings() -> None:
    assert f"cp .ci/lab.json $(VENV)/etc/jupyter/{OVERRIDES}" in (ROOT / "Makefile").read_text()
