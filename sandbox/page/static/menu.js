// A menu that a button opens. It stands apart from the message or view that the button is in, and so stays open while
// that is drawn anew, as a board is every few seconds. Only one is open at a time.

import { byId, el, giveBack, sameControl } from "./dom.js";
import { on } from "./state.js";

const MARGIN_PIXELS = 8;
const offers = new WeakMap();
let open = null;

// A button whose menu offers `items`, each {value, text, about}. `choose(value, opener)` is called after the menu has
// closed and the focus is back; `opener` is the button, perhaps drawn anew since.
export function menuButton(tag, props, { label, items, choose }, ...children) {
  const opener = el(
    tag,
    { type: "button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": label, ...props },
    ...children,
  );
  offers.set(opener, { label, items, choose });
  opener.addEventListener("click", () => (open?.opener === opener ? close() : show(opener)));
  opener.addEventListener("keydown", (event) => {
    if (!["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    show(opener, event.key === "ArrowUp");
  });
  return opener;
}

function show(opener, atEnd = false) {
  close();
  const menu = el("div.menu", { role: "menu", id: "menu", onkeydown: pressed });
  open = { opener, menu };
  // In a modal, what is outside of it can't be reached.
  (opener.closest("dialog") ?? byId("workspace")).append(menu);
  offer(opener);
  menuItems().at(atEnd ? -1 : 0).focus();
}

// Fills the open menu with what that button offers.
function offer(opener) {
  const { label, items } = offers.get(opener);
  open.opener = opener;
  open.version = JSON.stringify(items);
  open.values = items.map((one) => one.value);
  opener.setAttribute("aria-expanded", "true");
  opener.setAttribute("aria-controls", "menu");
  open.menu.setAttribute("aria-label", label);
  open.menu.replaceChildren(
    ...items.map(({ value, text, about }) =>
      el(
        "button",
        { type: "button", role: "menuitem", tabindex: "-1", "data-value": value, onclick: () => choose(value) },
        el("span", {}, text),
        about ? [" ", el("span.soft", {}, about)] : null,
      )),
  );
  place();
}

function choose(value) {
  const { opener } = open;
  const { choose: chosen } = offers.get(opener);
  close();
  giveBack(opener);
  chosen(value, opener);
}

function close() {
  if (!open) return;
  const { opener, menu } = open;
  // Forgotten first: taking the focused item away tells that the focus has left.
  open = null;
  opener.setAttribute("aria-expanded", "false");
  opener.removeAttribute("aria-controls");
  menu.remove();
}

function dismiss() {
  const { opener } = open;
  close();
  giveBack(opener);
}

const menuItems = () => [...open.menu.children];

function pressed(event) {
  const all = menuItems();
  const at = all.indexOf(document.activeElement);
  const to = { ArrowDown: (at + 1) % all.length, ArrowUp: (at + all.length - 1) % all.length, Home: 0, End: all.length - 1 }[event.key];
  if (to !== undefined) all[to].focus();
  else if (event.key === "Escape") dismiss();
  else if (event.key === "Tab") return dismiss();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

// Below its button, or above it where there is more room; never beyond the window.
function place() {
  const at = open.opener.getBoundingClientRect();
  const { width, height } = open.menu.getBoundingClientRect();
  const left = at.left + at.width / 2 < innerWidth / 2 ? at.left : at.right - width;
  const above = at.bottom + height + MARGIN_PIXELS > innerHeight && at.top > innerHeight - at.bottom;
  const within = (wanted, size, room) => `${Math.max(MARGIN_PIXELS, Math.min(wanted, room - size - MARGIN_PIXELS))}px`;
  open.menu.style.left = within(left, width, innerWidth);
  open.menu.style.top = within(above ? at.top - height : at.bottom, height, innerHeight);
}

// After something was drawn: the open menu belongs to the new button that stands in the old one's place. It closes if
// there is none, or one that has nothing in common with it: that is somebody else's.
function settle() {
  if (!open) return;
  if (!open.opener.isConnected) {
    const again = sameControl(open.opener.dataset.focus, { exactly: true });
    const offered = again && offers.get(again);
    if (!offered?.items.some((one) => open.values.includes(one.value))) return dismiss();
    const value = document.activeElement?.dataset.value;
    const isSame = open.version === JSON.stringify(offered.items);
    if (isSame) {
      open.opener = again;
      again.setAttribute("aria-expanded", "true");
      again.setAttribute("aria-controls", "menu");
    } else {
      offer(again);
      (menuItems().find((one) => one.dataset.value === value) ?? menuItems()[0]).focus();
    }
  }
  place();
}

document.addEventListener("pointerdown", (event) => {
  if (open && !open.menu.contains(event.target) && !open.opener.contains(event.target)) close();
});
document.addEventListener("focusin", (event) => {
  if (open && !open.menu.contains(event.target) && event.target !== open.opener) close();
});
document.addEventListener("scroll", () => open && place(), { capture: true, passive: true });
addEventListener("resize", () => open && place());
// What was on offer to one person or in one place is not on offer elsewhere.
on("state place", close);
// Once everybody who draws has drawn.
on("message gone views", () => queueMicrotask(settle));
