// What is wrong with the page as it stands, for whoever cannot see it or uses no
// mouse: asks axe, walks over all that can have the focus, and looks for what is
// wider than the window.
async function unreachable() {
  const found = [];
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
  return found;
}
