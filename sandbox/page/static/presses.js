// Where a button is drawn anew between being pressed and let go of, as a board's are every few seconds, a mouse clicks
// neither the old one nor the new one. Here the new one is clicked. A finger's tap needs none of this: it goes to
// whatever is there when the finger has left.

import { sameControl } from "./dom.js";

const STILL_PIXELS = 8;
let pressed = null;

document.addEventListener("pointerdown", ({ target, pointerType, button, clientX, clientY }) => {
  const control = pointerType === "mouse" && button === 0 ? target.closest("[data-focus]") : null;
  pressed = control && { control, x: clientX, y: clientY };
});

document.addEventListener("pointerup", ({ clientX, clientY }) => {
  if (!pressed) return;
  const { control, x, y } = pressed;
  pressed = null;
  if (control.isConnected || Math.hypot(clientX - x, clientY - y) > STILL_PIXELS) return;
  const within = document.querySelector("dialog:modal") ?? document;
  const again = sameControl(control.dataset.focus, { within, exactly: true });
  // Menus are told apart by where they stand: this one may be somebody else's by now, and says whose it is.
  if (again && again.ariaLabel === control.ariaLabel) again.click();
});
