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
  found.push(...(await unreachable()));
  const text = found.map((line) => line.replace(/\s+/g, " ").slice(0, 400)).join("\n") || "nothing";
  await fetch("notes?" + new URLSearchParams({ text: text.slice(0, 3900) }), { method: "POST" });
});
