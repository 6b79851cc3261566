// Runs in a copy of the report in a browser: opens everything, asks axe what is
// wrong, walks over all that can have the focus, and leaves what it found as a
// list of lines. An empty list is what the test wants.
addEventListener("load", async () => {
  const found = [];
  document.querySelector(`#lang-${PAGE_LANGUAGE}`).click();
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  if (document.documentElement.lang !== PAGE_LANGUAGE) found.push(`lang is ${document.documentElement.lang}`);
  found.push(...(await unreachable()));
  for (const row of document.querySelectorAll("table.diff tr")) {
    if (!row.checkVisibility()) found.push(`a row of a diff is not shown: ${row.outerHTML.slice(0, 120)}`);
  }
  const answer = document.createElement("pre");
  answer.id = "found";
  answer.textContent = found.map((line) => line.replace(/\s+/g, " ")).join("\n");
  document.body.replaceChildren(answer);
});
