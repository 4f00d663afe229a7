"""What a page gains where scripts run: tables to sort, no needless stops for the keyboard."""

from __future__ import annotations

import base64
import hashlib

FEWEST_ROWS = 3
"""Rows that a table, or a group of its rows, must have before it is offered to be sorted."""

SCRIPT = r"""
(() => {
  "use strict";
  const NUMBER =
    /^([<>≤≥≈]?)\s*([+−-]?)(∞|\d[\d,]*(?:\.\d+)?(?:e[+−-]?\d+)?)(?=$|[\s%‰(])/i;
  const SAYS = /[\p{L}\p{N}∞]/u;
  const words = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const main = document.querySelector("main");
  const status = document.createElement("p");
  status.className = "hidden";
  status.setAttribute("role", "status");
  main.append(status);

  // A printed number: its value, and on which side of it a "<" or ">" puts it.
  const valueOf = (text) => {
    const found = NUMBER.exec(text);
    if (!found) return null;
    const digits = found[3].replace(/,/g, "").replace("−", "-");
    const size = digits === "∞" ? Number.POSITIVE_INFINITY : Number(digits);
    const sign = found[2] === "−" || found[2] === "-" ? -1 : 1;
    return [sign * size, { "<": -1, ">": 1 }[found[1]] || 0];
  };
  const textOf = (row, place) => row.cells[place].textContent.trim();

  // Keys of one column: numbers where all that is said is a number, else words; blanks have none.
  const keysOf = (rows, place, right) => {
    const said = rows.map((row) => textOf(row, place)).map((t) => (SAYS.test(t) ? t : null));
    const sizes = said.map((t) => t && valueOf(t));
    const all = said.every((t, i) => !t || sizes[i]);
    const numeric = (right || all) && sizes.some((size) => size);
    return { numeric, keys: numeric ? sizes : said };
  };
  const compare = (numeric) => (a, b) =>
    numeric ? Math.sign(a[0] - b[0]) || a[1] - b[1] : words.compare(a, b);

  const sorted = (rows, place, right, way) => {
    if (!way) return rows;
    const { numeric, keys } = keysOf(rows, place, right);
    const order = compare(numeric);
    const known = rows.map((row, i) => i).filter((i) => keys[i]);
    known.sort((i, j) => way * order(keys[i], keys[j]) || i - j);
    return [...known, ...rows.map((row, i) => i).filter((i) => !keys[i])].map((i) => rows[i]);
  };

  const SAID = { "1": "ascending", "-1": "descending" };
  const offer = (parts, heads) => heads.forEach((head, place) => {
    if (!head.textContent.trim() || head.querySelector("a")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...head.childNodes);
    head.append(button);
    const name = button.textContent.trim();
    const right = head.classList.contains("right");
    button.addEventListener("click", () => {
      const now = head.getAttribute("aria-sort");
      const way = now === "ascending" ? -1 : now === "descending" ? 0 : 1;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      if (way) head.setAttribute("aria-sort", SAID[way]);
      parts.forEach(({ body, rows }) => body.append(...sorted(rows, place, right, way)));
      status.textContent = way ? `Sorted by ${name}, ${SAID[way]}.` : "Rows as printed.";
    });
  });

  document.querySelectorAll("main table").forEach((table) => {
    const heads = table.tHead ? [...[...table.tHead.rows].pop().cells] : [];
    const parts = [...table.tBodies].map((body) => ({
      body, rows: [...body.rows].filter((row) => !row.querySelector("[colspan]")),
    }));
    if (parts.some((part) => part.rows.length >= FEWEST_ROWS)) offer(parts, heads);
  });

  // A box is a stop for the keyboard, and a landmark, only while it has something to scroll.
  const settle = (box) => {
    const wide = box.scrollWidth > box.clientWidth + 1;
    for (const [name, value] of Object.entries(box.given))
      if (wide) box.setAttribute(name, value); else box.removeAttribute(name);
  };
  const watch = new ResizeObserver((seen) => seen.forEach((entry) => settle(entry.target)));
  document.querySelectorAll(".scroll").forEach((box) => {
    box.given = {};
    for (const name of ["tabindex", "role", "aria-label", "aria-labelledby"])
      if (box.hasAttribute(name)) box.given[name] = box.getAttribute(name);
    watch.observe(box);
  });
})();
""".replace("FEWEST_ROWS", str(FEWEST_ROWS))
"""The only script a report carries: fixed text, which reads the page and moves its rows.

A column is sorted by its printed numbers (minus signs, thousands separators, "< 0.001") where all
it says is numbers, or where the table marks it as one of numbers; else by its words. Cells that say
nothing ("–", "▒", empty) come last in either direction, ties keep their printed order, and a third
press brings the printed order back. Rows stay within their group.
"""


def policy() -> str:
    """Return the page's content security policy: nothing is fetched, and one script may run.

    References
    ----------
    https://www.w3.org/TR/CSP3/ ("script-src" with the hash of an inline script)
    """
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
