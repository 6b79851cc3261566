#!/usr/bin/env python3
"""The live page in a real browser, while a run is under way and when it is over.

Starts `toets listen`, looks at its page with a headless Chromium, lets a client of curl ask,
answers the questions by keyboard, and holds what the page says against what the run wrote.

    tests/trials/live.py [FOLDER]       also writes live.png and live-over.png to FOLDER

Needs python3, curl and Chromium (in PATH, or in TOETS_CHROMIUM); skips with its reason without.
"""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
WIDTH, HEIGHT = 1200, 1100
SNOMED = "http://snomed.info/sct"
# A remark that has to stay text.
REMARK = "one <b>date</b> is missing"


class Browser:
    """A Chromium, spoken to by its debugging protocol over a pipe."""

    def __init__(self, program, profile):
        (to_read, self.out), (self.into, to_write) = os.pipe(), os.pipe()

        def places():
            # The browser reads its descriptor 3 and writes 4. They may lie in each other's way.
            read, write = os.dup(to_read), os.dup(to_write)
            high_read, high_write = os.dup2(read, 63), os.dup2(write, 64)
            os.dup2(high_read, 3)
            os.dup2(high_write, 4)

        arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars", "--lang=en-US"]
        command = [program, *arguments, "--remote-debugging-pipe", f"--user-data-dir={profile}", "about:blank"]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(
            command, preexec_fn=places, close_fds=False, stdin=quiet, stdout=quiet, stderr=quiet, env={**os.environ, "LANGUAGE": "en"}
        )
        os.close(to_read)
        os.close(to_write)
        self.number, self.rest, self.session = 0, b"", None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Emulation.setDeviceMetricsOverride", width=WIDTH, height=HEIGHT, deviceScaleFactor=1, mobile=False)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self.rest:
                piece = os.read(self.into, 1 << 16)
                if not piece:
                    raise RuntimeError("the browser ended")
                self.rest += piece
            text, self.rest = self.rest.split(b"\0", 1)
            answer = json.loads(text)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def js(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def until(self, what, expression, seconds=60):
        end = time.monotonic() + seconds
        # Nothing of a page can be asked for before all of it is there.
        while not self.js(f"document.readyState === 'complete' && ({expression})"):
            if time.monotonic() > end:
                raise AssertionError(f"{what} did not come; the page says:\n{self.js('document.body.innerText')}")
            time.sleep(0.1)
        print(f"  ok  {what}")

    def press(self, key, text=""):
        codes = {"Tab": 9, "Enter": 13, " ": 32}
        event = {"key": key, "code": key, "windowsVirtualKeyCode": codes.get(key, 0)}
        self.call("Input.dispatchKeyEvent", type="keyDown", **event, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **event)

    def tab_to(self, wanted, most=80):
        """Presses Tab until what is wanted has the focus."""
        for _ in range(most):
            self.press("Tab")
            if self.js(f"(e => e && ({wanted})(e))(document.activeElement)"):
                return
        raise AssertionError(f"no Tab leads to {wanted}")

    def picture(self, path):
        self.js("document.activeElement.blur(), scrollTo(0, 0)")
        data = self.call("Page.captureScreenshot", format="png")["data"]
        path.write_bytes(base64.b64decode(data))

    def end(self):
        self.process.terminate()
        self.process.wait()


class Table:
    """`toets listen` with one vendor."""

    def __init__(self, folder):
        toets = os.environ.get("TOETS", str(HOUSE / "target/debug/toets"))
        self.run = folder / "run"
        told = open(folder / "told.txt", "w+b")
        environment = {name: value for name, value in os.environ.items() if name not in ("TOETS_TOKEN", "TOETS_LANG")}
        command = [toets, "listen", "care-plan", "empty", "--vendor", "Example EPD", "--port", "0", "--out", "run"]
        self.process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=told, stderr=subprocess.STDOUT, env=environment
        )
        self.told = folder / "told.txt"
        self.page = self.value(r"live page +(http\S+)")
        self.base, self.token = self.value(r"base URL +(\S+)"), self.value(r"token +(\S+)")

    def value(self, pattern):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            found = re.search(pattern, self.told.read_text())
            if found:
                return found[1]
            time.sleep(0.1)
        raise AssertionError(f"{pattern} is not in what was told:\n{self.told.read_text()}")

    def ask(self, query):
        request = urllib.request.Request(f"{self.base}/{query}", headers={"Authorization": f"Bearer {self.token}", "Accept": "application/fhir+json"})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def client(self, patient):
        """All that the agreement has about a patient, in curl."""
        told = {"TOETS_URL": self.base, "TOETS_TOKEN": self.token, "TOETS_PATIENT": patient, "TOETS_ATTEST": os.devnull}
        subprocess.run([HOUSE / "tests/trials/clients/plain.sh"], env={**os.environ, **told}, check=True)


def holds(what, is_so, told=""):
    if not is_so:
        raise AssertionError(f"{what}: {told}")
    print(f"  ok  {what}")


TEXT = "document.getElementById('{}').innerText"
KEYS = "[...document.querySelectorAll('#keys button')].map(key => key.innerText).join(' ')"
# Of a line of the checklist: what state a requirement has in the phase that is going on.
STATE = "(item => item && item.className)([...document.querySelectorAll('#phases details.now li')].find(item => item.innerText.includes('{}')))"


def under_way(browser, table, pictures):
    print("under way")
    browser.call("Page.navigate", url=table.page)
    browser.until("the instruction names the patient", f"/Fenna Proefkamp.*BSN 9999/.test({TEXT.format('instruction')})")
    holds("it is a thing to do", browser.js(TEXT.format("now")) == "To do now")
    holds("there are buttons for it", browser.js(KEYS) == "Go on Skip Again", browser.js(KEYS))
    holds("a checklist stands open", browser.js("document.querySelectorAll('#phases details[open] li').length") > 15)
    holds("nothing has come yet", browser.js(STATE.format("PZP-CQ-001")) == "is-open")
    live = "document.getElementById('{}').getAttribute('aria-live') === 'polite'"
    holds("what changes is read aloud", browser.js(live.format("instruction")) and browser.js(live.format("said")))
    holds("a lost connection is an alert", browser.js("document.getElementById('off').getAttribute('role') === 'alert' && document.getElementById('off').hidden"))
    patient = "patient=Patient/full-plan-patient"
    table.ask(f"Procedure?{patient}&code={SNOMED}%7C713603004&_include=Procedure:encounter")
    table.ask(f"Goal?patient=full-plan-patient&description={SNOMED}%7C385987000")
    browser.until("a query that came is in order", f"{STATE.format('PZP-CQ-001')} === 'is-done'")
    browser.until("a query that is nearly right is wrong", f"{STATE.format('PZP-CQ-004')} === 'is-wrong'")
    holds("one that has not come is open", browser.js(STATE.format("PZP-CQ-003")) == "is-open")
    holds("requests are counted", "(2 requests)" in browser.js(TEXT.format("came")), browser.js(TEXT.format("came")))
    holds("each is called by its query", "query 1a" in browser.js(TEXT.format("requests")), browser.js(TEXT.format("requests")))
    counts = browser.js(TEXT.format("counts"))
    holds("what is wrong is counted, and what has not come is not wrong", re.match(r"So far: 1 wrong · \d+ in order · (?:1 question|\d+ questions) · \d+ not yet", counts), counts)
    holds("no word is spoken before the end", "CONFORMANT" not in browser.js("document.body.innerText"))
    table.ask(f"Consent?{patient}&scope=http://terminology.hl7.org/CodeSystem/consentscope%7Ctreatment&category={SNOMED}%7C129125009&_include=Consent:actor")
    browser.until("the third request", f"{TEXT.format('came')}.includes('(3 requests)')")
    if pictures:
        browser.picture(pictures / "live.png")
    keyboard(browser, table)
    dutch(browser)


def keyboard(browser, table):
    name = "e => (e.tagName === 'SUMMARY' ? 'summary ' : '') + (e.id || e.innerText)"
    there = browser.js(f"[...document.querySelectorAll('select, button, summary, input, a[href]')].map({name})")
    reached = set()
    for _ in range(2 * len(there) + 4):
        browser.press("Tab")
        reached.add(browser.js(f"({name})(document.activeElement)"))
        if browser.js("document.activeElement !== document.body && getComputedStyle(document.activeElement).outlineStyle === 'none'"):
            raise AssertionError("a focus cannot be seen")
    holds(f"all {len(there)} controls are reached by Tab, with a focus that is seen", set(there) <= reached, set(there) - reached)
    browser.tab_to("e => e.tagName === 'SUMMARY'")
    before = browser.js("document.activeElement.parentElement.open")
    browser.press("Enter", "\r")
    holds("Enter folds a phase", browser.js("document.activeElement.parentElement.open") is not before)
    browser.press("Enter", "\r")
    table.ask("Observation?patient=Patient/full-plan-patient&code=http://snomed.info/sct%7C153851000146100")
    browser.until("the next request", f"{TEXT.format('came')}.includes('(4 requests)')")
    holds("the focus stays while the page changes", browser.js("document.activeElement.tagName === 'SUMMARY'"))


def dutch(browser):
    choose = "(select => {{ select.value = '{}'; select.dispatchEvent(new Event('change')); }})(document.getElementById('lang'))"
    browser.js(choose.format("nl"))
    page = browser.js("document.body.innerText")
    holds("Dutch is a choice", all(word in page for word in ["Nu te doen", "Verder", "Overslaan", "Opnieuw", "Zoek Fenna", "verzoeken", "Tot nu toe"]), page)
    english = re.findall(r"\b(the|client asked|not yet|query|requests|pass|fail|untested)\b", page.replace("The client", ""))
    holds("and nothing of it is English", not english, english)
    holds("the page says which language it is in", browser.js("document.documentElement.lang") == "nl")
    browser.js(choose.format("en"))


def questions(browser, table, picture):
    """Goes on by keyboard, and answers what is asked by keyboard."""
    print("questions")
    table.client("full-plan-patient")
    browser.until("questions come when all was asked", "document.querySelectorAll('#questions fieldset').length === 3")
    browser.js("document.activeElement.blur()")
    document = browser.call("DOM.getDocument", depth=0)["root"]["nodeId"]
    file = browser.call("DOM.querySelector", nodeId=document, selector="#questions fieldset:nth-of-type(2) input[type=file]")
    browser.call("DOM.setFileInputFiles", nodeId=file["nodeId"], files=[str(picture)])
    in_box = "e => e.tagName === 'BUTTON' && e.innerText === '{}' && e.closest('fieldset') === document.querySelectorAll('#questions fieldset')[{}]"
    browser.tab_to(in_box.format("Yes", 0))
    browser.press("Enter", "\r")
    browser.tab_to("e => e.type === 'text' && e.closest('fieldset') === document.querySelectorAll('#questions fieldset')[1]")
    browser.call("Input.insertText", text=REMARK)
    browser.tab_to(in_box.format("No", 1))
    browser.press(" ", " ")
    browser.tab_to(in_box.format("Cannot show", 2))
    browser.press("Enter", "\r")
    browser.until("the next phase begins when all is answered", f"{TEXT.format('instruction')}.includes('Leegstra')")
    table.ask("QuestionnaireResponse?subject=Patient/no-plan-patient")
    browser.tab_to("e => e.tagName === 'BUTTON' && e.innerText === 'Go on'")
    browser.press("Enter", "\r")
    browser.until("going on ends a phase", "document.querySelectorAll('#questions fieldset').length === 1")
    browser.tab_to(in_box.format("Yes", 0))
    browser.press("Enter", "\r")


def is_over(browser, table, pictures):
    print("over")
    browser.until("the run is over", f"{TEXT.format('now')} === 'The run is over'")
    code = table.process.wait(60)
    holds("a wrong query is exit code 1", code == 1, f"{code}: {table.told.read_text()}")
    run = json.loads((table.run / "run.json").read_text())
    page = browser.js("document.body.innerText")
    holds("the word is that of the report", "NOT CONFORMANT" in browser.js(TEXT.format("instruction")) and "So far" not in page, page)
    holds("it says where the report is", "run/report.html" in browser.js(TEXT.format("instruction")), page)
    holds("no button is left", browser.js(KEYS) == "" and browser.js("document.querySelectorAll('#questions fieldset').length") == 0)
    holds("no alarm for a page that is done", browser.js("document.getElementById('off').hidden"))
    counts = browser.js(TEXT.format("counts"))
    failed = sum(1 for requirement in run["requirements"] if requirement["outcome"] == "fail" and requirement["level"] in ("SHALL", "MUST"))
    holds(f"it counts {failed} failures, as the report does", re.search(rf"SHALL and MUST: {failed} fail", counts), counts)
    lines = (table.run / "evidence.ndjson").read_text().splitlines()
    records = [json.loads(line).get("record", {}) for line in lines]
    answers = [record["answer"] for record in records if record.get("record") == "attested"]
    holds("what was answered is in the evidence", answers == ["yes", "no", "cannot-show", "yes"], answers)
    report = (table.run / "report.html").read_text()
    holds("the remark is in the report, as text", "one &lt;b&gt;date&lt;&#x2f;b&gt; is missing" in report or "one &lt;b&gt;date&lt;/b&gt; is missing" in report)
    pictures_kept = [blob for blob in (table.run / "blobs").iterdir() if blob.read_bytes()[:4] == b"\x89PNG"]
    holds("the picture is kept by its digest, and linked", len(pictures_kept) == 1 and pictures_kept[0].name in report)
    if pictures:
        # As who has folded nothing sees it: what is wrong stands open.
        browser.js("chosen.clear(), document.getElementById('phases').replaceChildren(), show()")
        browser.picture(pictures / "live-over.png")


def main():
    given = os.environ.get("TOETS_CHROMIUM")
    program = given or next(filter(None, map(shutil.which, NAMES)), None)
    if not program:
        print("skipped: no Chromium in PATH, nor in TOETS_CHROMIUM", file=sys.stderr)
        return 0
    pictures = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None
    if "TOETS" not in os.environ:
        subprocess.run(["cargo", "build", "--quiet"], cwd=HOUSE, check=True)
    with tempfile.TemporaryDirectory(prefix="toets-live-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        table = Table(folder)
        browser = Browser(program, folder / "profile")
        try:
            under_way(browser, table, pictures)
            screen = folder / "screen.png"
            browser.picture(screen)
            questions(browser, table, screen)
            is_over(browser, table, pictures)
        except AssertionError as wrong:
            print(f"  WRONG  {wrong}")
            return 1
        finally:
            browser.end()
            table.process.kill()
            table.process.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
