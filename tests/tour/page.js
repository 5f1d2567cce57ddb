// What a person can find on the page, for the tour: by name, not by its place in the tree.
// Called with (what, name): "control" finds the one control of that name, "tab" the one in the bar of tabs, "names" lists
// all controls.
const [what, wanted] = arguments;

const tidy = (text) => (text ?? "").replace(/\s+/g, " ").trim();
const shown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest("[aria-hidden=true]");

function nameOf(element) {
  const said = element.getAttribute("aria-label");
  if (said) return tidy(said);
  const field = element.id && document.querySelector(`label[for="${CSS.escape(element.id)}"]`);
  return tidy(field ? field.innerText : element.innerText);
}

const within = what === "tab" ? document.querySelector("nav.tabs") : document;
// At the very start there is nothing yet.
if (!within) return null;
const controls = [...within.querySelectorAll("button, summary, label, textarea, select, input, a")].filter(shown);
if (what === "names") return controls.map(nameOf).filter(Boolean);

const named = controls.map((element) => ({ element, name: nameOf(element) }));
// The whole name, else its beginning, else a part of it: "More" is the tab, whatever else has more in it.
for (const fits of [(n) => n === wanted, (n) => n.startsWith(wanted), (n) => n.includes(wanted)]) {
  const found = named.filter(({ name }) => name && fits(name));
  if (found.length === 0) continue;
  // A label and its control are one; a click on either does the same.
  const apart = new Map(found.map(({ element }) => [element.control ?? element, element]));
  if (apart.size > 1) return apart.size;
  const [{ element }] = found;
  // One types into the field, not into its label.
  const control = element.control?.matches("textarea, select") ? element.control : element;
  control.scrollIntoView({ block: "center", behavior: "instant" });
  return control;
}
return null;
