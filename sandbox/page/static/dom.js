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

// Makes `container` hold one child for each item. A child is built anew only when its item has changed, and
// the focus inside it goes to the same place in the new one (marked by data-focus).
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
    const all = node ? [...node.querySelectorAll("[data-focus]")] : [];
    (all.find((one) => one.dataset.focus === place) ?? all[0])?.focus();
  }
}
