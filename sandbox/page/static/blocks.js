// Block Kit as DOM nodes. `surface` is where the blocks stand: it knows how to press, and collects what inputs hold.

import { el, hidden } from "./dom.js";
import { confirmed } from "./dialogs.js";
import { control } from "./inputs.js";
import { anchor, channelMention, date, emojiOf, groupMention, mrkdwn, plain, userMention } from "./mrkdwn.js";

export function renderBlocks(blocks, surface) {
  return blocks.map((block) => (RENDER[block.type] ?? unknown)(block, surface));
}

// Text objects: {type: "plain_text" | "mrkdwn", text}
export function textOf(text) {
  return text.type === "mrkdwn" ? mrkdwn(text.text) : [plain(text.text)];
}

const RENDER = {
  header: (block) => el("h3.block-header", {}, textOf(block.text)),
  divider: () => el("hr"),
  section,
  context: (block) =>
    el("div.context", {}, block.elements.map((one) => (one.type === "image" ? image(one) : el("span", {}, textOf(one))))),
  actions: (block, surface) =>
    el("div.actions", {}, block.elements.map((one) => interactive(one, surface))),
  input,
  image: (block) => el("figure", {}, image(block), block.title ? el("figcaption", {}, textOf(block.title)) : null),
  rich_text: (block) => el("div.rich", {}, block.elements.map(richBlock)),
  markdown: (block) => el("p", {}, mrkdwn(block.text)),
};

const unknown = (block) => el("p.soft", {}, `(${block.type})`);

function section(block, surface) {
  return el(
    "div.section",
    {},
    el(
      "div.section-text",
      {},
      block.text ? el("p", {}, textOf(block.text)) : null,
      block.fields ? el("div.fields", {}, block.fields.map((one) => el("p", {}, textOf(one)))) : null,
    ),
    block.accessory ? interactive(block.accessory, surface) : null,
  );
}

function image(its) {
  return its.image_url?.startsWith("data:") || its.image_url?.startsWith("/")
    ? el("img", { src: its.image_url, alt: its.alt_text })
    : el("span.soft", {}, `(image: ${its.alt_text})`);
}

function interactive(element, surface) {
  if (element.type === "image") return image(element);
  if (element.type === "button") return button(element, surface);
  if (element.type === "overflow") return overflow(element, surface);
  const label = element.placeholder ? plain(element.placeholder.text) : "Choose";
  const its = control(element, {
    label,
    changed: async (value) => {
      if (await confirmed(element.confirm)) surface.press(element, value);
    },
  });
  surface.inputs?.set(element.action_id, its.read);
  return its.node;
}

// Names a control, so that it is found again in a later drawing of the same message: its block has another id then.
function focusKey(element, surface) {
  const name = `${surface.id}/${element.action_id}/${element.value ?? ""}`;
  surface.named ??= new Map();
  surface.named.set(name, (surface.named.get(name) ?? 0) + 1);
  return `${name}/${surface.named.get(name)}`;
}

function button(element, surface) {
  const style = element.style ? `.${element.style}` : "";
  const press = async (event) => {
    if (!(await confirmed(element.confirm, event.currentTarget))) return;
    if (element.url) window.open(element.url, "_blank", "noreferrer");
    surface.press(element, element.value ?? null);
  };
  return el(
    `button${style}`,
    {
      type: "button",
      onclick: press,
      "aria-label": element.accessibility_label,
      "data-focus": focusKey(element, surface),
    },
    textOf(element.text),
  );
}

function overflow(element, surface) {
  const choose = async (option) => {
    menu.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    opener.focus();
    if (await confirmed(element.confirm, opener)) surface.press(element, option.value);
  };
  const menu = el(
    "ul.overflow-menu",
    { hidden: true },
    element.options.map((option) => el("li", {}, el("button", { type: "button", onclick: () => choose(option) }, textOf(option.text)))),
  );
  const toggle = () => {
    menu.hidden = !menu.hidden;
    opener.setAttribute("aria-expanded", String(!menu.hidden));
    if (!menu.hidden) menu.querySelector("button").focus();
  };
  const opener = el(
    "button.quiet",
    { type: "button", "aria-expanded": "false", onclick: toggle, "data-focus": focusKey(element, surface) },
    "⋯",
    hidden("More actions"),
  );
  const escape = (event) => {
    if (event.key === "Escape" && !menu.hidden) {
      event.stopPropagation();
      event.preventDefault();
      toggle();
      opener.focus();
    }
  };
  return el("div.overflow", { onkeydown: escape }, opener, menu);
}

function input(block, surface) {
  const id = `input-${surface.id}-${block.block_id}`;
  const its = control(block.element, {
    id,
    label: plain(block.label.text),
    required: !block.optional,
    hasLabel: true,
    changed: block.dispatch_action ? (value) => surface.press(block.element, value) : undefined,
  });
  surface.inputs?.set(block.block_id, its.read);
  const name = [...textOf(block.label), block.optional ? el("span.soft", {}, " (optional)") : null];
  const hint = block.hint ? el("p.hint", { id: `${id}-hint` }, textOf(block.hint)) : null;
  const error = el("p.field-error", { id: `${id}-error`, hidden: true });
  const field = its.isGroup
    ? el("fieldset.field", {}, el("legend", {}, name), its.node)
    : el("div.field", {}, el("label", { for: id }, name), its.node);
  its.focusable.setAttribute("aria-describedby", [hint && `${id}-hint`, `${id}-error`].filter(Boolean).join(" "));
  field.append(...[hint, error].filter(Boolean));
  surface.fields?.set(block.block_id, (message) => {
    error.textContent = message ?? "";
    error.hidden = !message;
    if (message) its.focusable.setAttribute("aria-invalid", "true");
    else its.focusable.removeAttribute("aria-invalid");
    return its.focusable;
  });
  return field;
}

function richBlock(block) {
  const inside = () => block.elements.map(richElement);
  switch (block.type) {
    case "rich_text_list":
      return el(block.style === "ordered" ? "ol" : "ul", {}, block.elements.map((one) => el("li", {}, one.elements.map(richElement))));
    case "rich_text_preformatted":
      return el("pre", {}, inside());
    case "rich_text_quote":
      return el("blockquote", {}, inside());
    default:
      return el("p", {}, inside());
  }
}

function richElement(one) {
  const styled = (node) => {
    const style = one.style ?? {};
    const tags = { bold: "strong", italic: "em", strike: "s", code: "code" };
    return Object.keys(tags).reduce((inner, name) => (style[name] ? el(tags[name], {}, inner) : inner), node);
  };
  switch (one.type) {
    case "text":
      return styled(one.text);
    case "emoji":
      return emojiOf(one.name);
    case "user":
      return styled(userMention(one.user_id));
    case "usergroup":
      return styled(groupMention(one.usergroup_id));
    case "channel":
      return styled(channelMention(one.channel_id));
    case "broadcast":
      return el("span.mention", {}, `@${one.range}`);
    case "link":
      return styled(anchor(one.url, one.text));
    case "date":
      return date(`!date^${one.timestamp}^${one.format}`, one.fallback ?? "");
    default:
      return "";
  }
}
