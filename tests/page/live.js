// Runs in a copy of the live page in a browser: waits for what comes by
// server-sent events, presses what a tester would, opens everything, asks axe
// what is wrong, walks over all that can have the focus, and sends what it found
// as a note. A note that says "nothing" is what the test wants.
addEventListener("load", async () => {
  const found = [];
  const until = async (what, is) => {
    for (let turn = 0; turn < 400; turn++) {
      if (is()) return;
      await new Promise((go) => setTimeout(go, 50));
    }
    found.push(`${what} did not come`);
  };
  const all = (selector) => [...document.querySelectorAll(selector)];
  await until("the first state", () => all("#phases details").length > 0);
  const select = document.querySelector("#lang");
  select.value = PAGE_LANGUAGE;
  select.dispatchEvent(new Event("change"));
  if (document.documentElement.lang !== PAGE_LANGUAGE) found.push(`lang is ${document.documentElement.lang}`);
  document.querySelector("#phases summary").focus();
  document.querySelector("#keys button").click();
  await until("the questions", () => all("#questions fieldset").length === 2);
  if (document.activeElement.tagName !== "SUMMARY") found.push("the focus was lost while the page changed");
  for (const fold of all("details")) fold.open = true;
  for (const wanted of ["data-differs", "data-missing", "data-stray", "data-note", "data-silence"]) {
    if (!document.body.innerText.includes(wanted)) found.push(`${wanted} is not shown`);
  }
  const { violations } = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
  for (const { id, help, nodes } of violations) {
    for (const node of nodes.slice(0, 5)) found.push(`${id}: ${help}: ${node.target.join(" ")} ${node.html.slice(0, 160)} ${node.failureSummary ?? ""}`);
  }
  for (const element of all("a[href], summary, input, select, button, textarea, [tabindex]")) {
    if (!element.checkVisibility()) continue;
    element.focus({ preventScroll: true });
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const name = element.outerHTML.slice(0, 120);
    if (document.activeElement !== element || element.tabIndex < 0) found.push(`no focus: ${name}`);
    else if (outlineStyle === "none" || outlineWidth === "0px") found.push(`focus cannot be seen: ${name}`);
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push(`wider than the window: ${document.documentElement.scrollWidth} of ${innerWidth}`);
  const text = found.map((line) => line.replace(/\s+/g, " ").slice(0, 400)).join("\n") || "nothing";
  await fetch("notes?" + new URLSearchParams({ text: text.slice(0, 3900) }), { method: "POST" });
});
