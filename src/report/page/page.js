"use strict";
(() => {
  const form = document.getElementById("filters");
  const rows = [...document.querySelectorAll("tr.row")];
  const field = (name) => form.elements.namedItem(name);
  function apply() {
    const text = field("text").value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const group = row.parentElement.dataset.group;
      const keep = (!field("outcome").value || row.dataset.outcome === field("outcome").value)
        && (!field("level").value || row.dataset.level === field("level").value)
        && (!field("group").value || group === field("group").value)
        && (!field("claimed").checked || row.dataset.claimed === "yes")
        && (!text || row.textContent.toLowerCase().includes(text));
      row.hidden = !keep;
      shown += keep ? 1 : 0;
    }
    for (const body of document.querySelectorAll("table.requirements > tbody")) {
      body.hidden = !body.querySelector("tr.row:not([hidden])");
    }
    field("shown").textContent = shown + " / " + rows.length;
  }
  // A link to a row or an exchange works even when it is filtered out or folded.
  function reveal() {
    let target = null;
    try { target = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch { return; }
    if (!target) return;
    if (target.hidden || target.closest("[hidden]")) { form.reset(); field("claimed").checked = false; apply(); }
    for (let at = target; at; at = at.parentElement) { if (at.tagName === "DETAILS") at.open = true; }
    if (target.classList.contains("row")) target.querySelector("details").open = true;
    target.scrollIntoView();
  }
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", reveal);
  function speak() {
    const language = document.querySelector("input[name=language]:checked").id.slice(5);
    document.documentElement.lang = language;
    for (const option of document.querySelectorAll("option[data-" + language + "]")) {
      option.textContent = option.dataset[language];
    }
  }
  for (const radio of document.querySelectorAll("input[name=language]")) radio.addEventListener("change", speak);
  speak();
  apply();
  reveal();
})();
