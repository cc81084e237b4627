// Building DOM nodes. Text only ever becomes text nodes, so nothing needs escaping.

export function el(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const node = document.createElement(name);
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key in PROPERTIES) node[key] = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const PROPERTIES = { value: 1, checked: 1, disabled: 1, hidden: 1, open: 1, selected: 1 };

export const byId = (id) => document.getElementById(id);

export const hidden = (text) => el("span.hidden", {}, text);

const drawn = new WeakMap();

// The control that stands where one called `place` stood (its data-focus: what it is in, its action, and more): the
// same, or else one for the same action, or else the first in the same message or view.
export function sameControl(place, { within = document, exactly = false } = {}) {
  if (!place) return null;
  const [surface, action] = place.split("/");
  const find = (how, text) => within.querySelector(`[data-focus${how}="${CSS.escape(text)}"]`);
  return find("", place) ?? (exactly ? null : (find("^", `${surface}/${action}/`) ?? find("^", `${surface}/`)));
}

// Gives the focus to a node, or to what stands in its place if it has been drawn anew. Says whether there was such.
export function refocus(node, where) {
  const to = node?.isConnected && node !== document.body ? node : sameControl(node?.dataset?.focus, where);
  // A dialog that closes gives back the focus, but not the caret: nothing could be typed where that was.
  if (to && to === document.activeElement) to.blur();
  to?.focus();
  return Boolean(to);
}

// The same, with a place for the focus if nothing stands there any more.
export function giveBack(node) {
  if (!refocus(node)) (byId("composer").hidden ? byId("home") : byId("composer-input")).focus();
}

// Makes `container` hold one child for each item. A child is built anew only when its item has changed, and
// the focus inside it goes to the same place in the new one (marked by data-focus), or to what scrolls around it.
export function fill(container, items, key, build) {
  const before = new Map([...container.children].map((child) => [child.dataset.key, child]));
  const focused = container.contains(document.activeElement) ? document.activeElement : null;
  const row = focused?.closest("[data-key]")?.dataset.key;
  const place = focused?.dataset.focus;
  const nodes = items.map((item) => {
    const its = String(key(item));
    const version = JSON.stringify(item);
    const old = before.get(its);
    if (old && drawn.get(old) === version) return old;
    const node = build(item);
    node.dataset.key = its;
    drawn.set(node, version);
    return node;
  });
  const keep = new Set(nodes);
  for (const child of [...container.children]) if (!keep.has(child)) child.remove();
  nodes.forEach((node, index) => {
    if (container.children[index] !== node) container.insertBefore(node, container.children[index] ?? null);
  });
  if (focused && !focused.isConnected) {
    const node = nodes.find((one) => one.dataset.key === row);
    const same = node && (sameControl(place, { within: node }) ?? node.querySelector("[data-focus]"));
    (same ?? container.closest("[tabindex]"))?.focus();
  }
}
