// What is wrong with the layout of the screen in view: what sticks out or scrolls to the side, and controls too small to hit.
const LEAST_PX = 44;
const shown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest(".unseen");
const told = (element) => `${element.tagName.toLowerCase()}.${element.className} ${JSON.stringify(element.innerText?.slice(0, 40))}`;
const faults = [];

for (const element of document.querySelectorAll(".app *")) {
  if (!shown(element) || element.closest("pre, svg, video, canvas")) continue;
  const { left, right, width } = element.getBoundingClientRect();
  if (width > 0 && (right > innerWidth + 1 || left < -1)) faults.push(`sticks out: ${told(element)} ${left}..${right}`);
}
for (const element of document.querySelectorAll(".app :is(button, summary, select, textarea, label.segment, label.pick)")) {
  if (!shown(element)) continue;
  const { width, height } = element.getBoundingClientRect();
  if (width < LEAST_PX - 0.5 || height < LEAST_PX - 0.5) faults.push(`too small: ${told(element)} ${width}x${height}`);
}
// A word that is cut off: the text is wider than its box, and the box hides the rest.
for (const element of document.querySelectorAll(".app :is(button *, h1, h2, h3, p, label *, span)")) {
  if (!shown(element) || element.closest("pre, svg")) continue;
  if (element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX === "hidden") {
    faults.push(`cut off: ${told(element)} ${element.scrollWidth} in ${element.clientWidth}`);
  }
}
// A screen that can be pushed to the side.
for (const element of document.querySelectorAll(".app .screen")) {
  if (shown(element) && element.scrollWidth > element.clientWidth) {
    faults.push(`scrolls to the side: ${told(element)} ${element.scrollWidth} in ${element.clientWidth}`);
  }
}
return faults;
