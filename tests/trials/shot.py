#!/usr/bin/env python3
"""A picture of a report in which somebody said what a client shows: the verdict, and below it
the requirements that were attested, unfolded.

    tests/trials/shot.py REPORT PICTURE

Needs Chromium, as live.py does.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from live import NAMES, Browser

# Keeps what can be seen of the rows with a statement, and of the rest the head of the report.
KEEP = """(() => {
  const said = [...document.querySelectorAll('tr.row')].filter(row => row.textContent.includes('Said of the client'));
  const keep = new Set(said.flatMap(row => [row, row.parentElement.querySelector('.group')]));
  document.querySelectorAll('tr.row, tr.group').forEach(row => { if (!keep.has(row)) row.remove(); });
  document.querySelectorAll('section').forEach(of => { if (!of.querySelector('tr.row')) of.remove(); });
  document.querySelectorAll('nav, footer, form').forEach(of => of.remove());
  return said.length;
})()"""
OPEN = "document.querySelectorAll('details').forEach(of => { of.open = of.textContent.includes('Said of the client'); })"


def main(report, picture):
    program = os.environ.get("TOETS_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not program:
        sys.exit("skipped: no Chromium")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(program, profile)
        try:
            browser.call("Page.navigate", url=Path(report).resolve().as_uri())
            browser.until("the report", "document.querySelectorAll('tr.row').length > 0")
            browser.js(OPEN)
            if not browser.js(KEEP):
                sys.exit("nobody said anything in this report")
            size = {"width": 960, "deviceScaleFactor": 1, "mobile": False}
            browser.call("Emulation.setDeviceMetricsOverride", height=800, **size)
            height = browser.js("Math.ceil([...document.querySelectorAll('tr.row')].pop().getBoundingClientRect().bottom + scrollY) + 40")
            browser.call("Emulation.setDeviceMetricsOverride", height=height, **size)
            browser.picture(Path(picture))
        finally:
            browser.end()


if __name__ == "__main__":
    main(*sys.argv[1:])
