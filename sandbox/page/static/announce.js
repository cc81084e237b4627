// What is said aloud: rings at once, messages when there is a pause. And a word for the eyes.

import { byId } from "./dom.js";
import { on } from "./state.js";

const NOTICE_MILLISECONDS = 6000;
let timer = 0;

export function say(text, { urgent = false } = {}) {
  const region = byId(urgent ? "live-urgent" : "live-polite");
  const line = document.createElement("p");
  line.textContent = text;
  region.append(line);
  while (region.children.length > 6) region.firstChild.remove();
}

export function notice(text) {
  const region = byId("notice");
  region.textContent = text;
  clearTimeout(timer);
  timer = setTimeout(() => {
    region.textContent = "";
  }, NOTICE_MILLISECONDS);
}

// What was said to one person is not there to be read by the next.
on("state", () => {
  for (const id of ["live-urgent", "live-polite", "notice"]) byId(id).replaceChildren();
});
