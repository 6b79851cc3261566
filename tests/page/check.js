// Runs in a copy of the report in a browser: opens everything, asks axe what is
// wrong, walks over all that can have the focus, and leaves what it found as a
// list of lines. An empty list is what the test wants.
addEventListener("load", async () => {
  const found = [];
  document.querySelector(`#lang-${PAGE_LANGUAGE}`).click();
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  if (document.documentElement.lang !== PAGE_LANGUAGE) found.push(`lang is ${document.documentElement.lang}`);
  const { violations } = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
  for (const { id, help, nodes } of violations) {
    for (const node of nodes.slice(0, 5)) {
      found.push(`${id}: ${help}: ${node.target.join(" ")} ${node.html.slice(0, 160)} ${node.failureSummary ?? ""}`);
    }
  }
  const reached = "a[href], summary, input, select, button, textarea, [tabindex]";
  for (const element of document.querySelectorAll(reached)) {
    if (!element.checkVisibility()) continue;
    element.focus({ preventScroll: true });
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const name = element.outerHTML.slice(0, 120);
    if (document.activeElement !== element || element.tabIndex < 0) found.push(`no focus: ${name}`);
    else if (outlineStyle === "none" || outlineWidth === "0px") found.push(`focus cannot be seen: ${name}`);
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push(`wider than the window: ${document.documentElement.scrollWidth} of ${innerWidth}`);
  for (const row of document.querySelectorAll("table.diff tr")) {
    if (!row.checkVisibility()) found.push(`a row of a diff is not shown: ${row.outerHTML.slice(0, 120)}`);
  }
  const answer = document.createElement("pre");
  answer.id = "found";
  answer.textContent = found.map((line) => line.replace(/\s+/g, " ")).join("\n");
  document.body.replaceChildren(answer);
});
