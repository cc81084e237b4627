// What is said aloud: rings at once, messages when there is a pause. And a word for the eyes.

import { byId } from "./dom.js";
import { on } from "./state.js";

const NOTICE_MILLISECONDS = 6000;
const REGIONS = ["live-urgent", "live-polite", "notice"];
let timer = 0;

export function say(text, { urgent = false } = {}) {
  const region = byId(urgent ? "live-urgent" : "live-polite");
  const line = document.createElement("p");
  line.textContent = text;
  region.append(line);
  while (region.children.length > 6) region.firstChild.remove();
}

export function notice(text, milliseconds = NOTICE_MILLISECONDS) {
  const region = byId("notice");
  region.textContent = text;
  clearTimeout(timer);
  timer = setTimeout(() => {
    region.textContent = "";
  }, milliseconds);
}

// While a dialog is open, nothing outside of it is heard, nor seen before it.
export const speakIn = (container) => container.append(...REGIONS.map(byId));

// What was said to one person is not there to be read by the next.
on("state", () => {
  for (const id of REGIONS) byId(id).replaceChildren();
});
