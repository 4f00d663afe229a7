"""A Chromium that tests drive: nothing is fetched, nothing of the machine's own profile is used."""

from __future__ import annotations

import base64
import io
import json
import os
from pathlib import Path
from typing import Any

from needs import CHROMEDRIVER, CHROMIUM

ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--no-first-run",
    "--hide-scrollbars",
)
PHONE, NARROWEST, DESK = 360, 320, 1280  # CSS pixels
FREE = ("data:", "about:")
"""What a page reads without anything leaving it."""

CONTRAST = """
const parts = c => c.match(/[\\d.]+/g).map(Number);
const over = (top, under) => { const a = top.length > 3 ? top[3] : 1;
  return [0, 1, 2].map(i => a * top[i] + (1 - a) * under[i]); };
const light = c => { const [r, g, b] = c.map(v => { v /= 255;
  return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const ground = e => { const all = []; for (; e; e = e.parentElement)
  all.push(parts(getComputedStyle(e).backgroundColor));
  return all.reverse().reduce((under, top) => over(top, under), [255, 255, 255]); };
const opacity = e => { let o = 1; for (; e; e = e.parentElement)
  o *= Number(getComputedStyle(e).opacity); return o; };
return Math.min(...[...document.querySelectorAll(
  '.audit-face p, .audit-face td, .audit-face th, .audit-face caption')].map(e => {
  const under = ground(e), c = parts(getComputedStyle(e).color);
  const [a, b] = [light(over([c[0], c[1], c[2], opacity(e)], under)), light(under)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05); }));
"""
"""The least contrast of the text of faces with their ground (WCAG 2.2, 1.4.3)."""


class Browser:
    """One Chromium, whose width, colours and scripts are set for each page."""

    def __init__(self, profile: Path) -> None:
        os.environ["SE_OFFLINE"] = "true"  # Selenium must never look for a driver elsewhere
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        options = webdriver.ChromeOptions()
        options.binary_location = str(CHROMIUM)
        for argument in (*ARGUMENTS, f"--user-data-dir={profile}"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(str(CHROMEDRIVER)))

    def open(
        self,
        page: Path,
        *,
        width: int = DESK,
        dark: bool = False,
        script: bool = True,
        medium: str = "screen",
    ) -> None:
        """Show a page anew."""
        self.driver.get("about:blank")  # or the last page asks for a picture of the new width
        self.send("Emulation.setScriptExecutionDisabled", value=not script)
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self.send("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", media=medium, features=[scheme])
        self.log("performance")
        self.log("browser")
        self.driver.get(page.as_uri())

    def send(self, command: str, **parameters: Any) -> Any:
        """Return the answer to a command of the browser's own protocol."""
        return self.driver.execute_cdp_cmd(command, parameters)

    def ask(self, script: str, *given: Any) -> Any:
        """Return what a script of the test, not of the page, finds."""
        return self.driver.execute_script(script, *given)

    def log(self, kind: str) -> list[dict[str, Any]]:
        """Return what was logged since the last look."""
        entries = self.driver.get_log(kind)
        if kind != "performance":
            return entries
        return [json.loads(entry["message"])["message"] for entry in entries]

    def requests(self) -> list[str]:
        """Return the addresses asked for since the page was opened, its own left out."""
        sent = [e for e in self.log("performance") if e["method"] == "Network.requestWillBeSent"]
        asked = [e["params"]["request"]["url"] for e in sent if e["params"]["type"] != "Document"]
        return [url for url in asked if not url.startswith(FREE)]

    def press(self, *keys: str) -> None:
        """Press keys one after the other, wherever the focus is."""
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.driver, duration=0).send_keys(*keys).perform()

    def picture(self, box: dict[str, float]) -> Any:
        """Return a part of the page as an image (x, y, width and height in CSS pixels)."""
        from PIL import Image

        shot = self.send(
            "Page.captureScreenshot", captureBeyondViewport=True, clip={**box, "scale": 1}
        )
        return Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("RGB")

    def pdf(self) -> bytes:
        """Return the page as it is printed."""
        self.send("Emulation.setEmulatedMedia", media="print", features=[])
        printed = self.send("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        return base64.b64decode(printed["data"])

    def tree(self) -> list[dict[str, Any]]:
        """Return what a screen reader is told, in reading order: role, name and properties."""
        nodes = {n["nodeId"]: n for n in self.send("Accessibility.getFullAXTree")["nodes"]}
        out, todo = [], [next(iter(nodes))]
        while todo:
            node = nodes[todo.pop()]
            todo += [i for i in reversed(node.get("childIds", [])) if i in nodes]
            if node.get("ignored"):
                continue
            told = {p["name"]: p["value"].get("value") for p in node.get("properties", [])}
            name = node.get("name", {}).get("value", "")
            out.append({"role": node["role"]["value"], "name": name, **told})
        return out
