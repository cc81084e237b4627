// Block Kit as DOM nodes. `surface` is where the blocks stand: it knows how to press, and collects what inputs hold.

import { el } from "./dom.js";
import { confirmed } from "./dialogs.js";
import { control } from "./inputs.js";
import { menuButton } from "./menu.js";
import { anchor, channelMention, date, emojiOf, groupMention, mrkdwn, plain, spoken, userMention } from "./mrkdwn.js";

const LONGEST_NAME_CHARACTERS = 60;

export function renderBlocks(blocks, surface) {
  return blocks.map((block, index) => (RENDER[block.type] ?? unknown)(block, surface, blocks[index - 1]));
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
  // Buttons below a section are about it.
  actions: (block, surface, above) =>
    el("div.actions", {}, block.elements.map((one) => interactive(one, surface, block, above?.type === "section" ? nameOf(above) : ""))),
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
    block.accessory ? interactive(block.accessory, surface, block, nameOf(block)) : null,
  );
}

// What a section is about, in few words: of eight menus on a board, each says whose it is.
function nameOf(block) {
  const text = block.text ?? block.fields[0];
  const line = text.text.split("\n")[0];
  const said = text.type === "mrkdwn" ? spoken(line) : plain(line);
  return said.length > LONGEST_NAME_CHARACTERS ? `${said.slice(0, LONGEST_NAME_CHARACTERS)}…` : said;
}

function image(its) {
  return its.image_url?.startsWith("data:") || its.image_url?.startsWith("/")
    ? el("img", { src: its.image_url, alt: its.alt_text })
    : el("span.soft", {}, `(image: ${its.alt_text})`);
}

function interactive(element, surface, block, about = "") {
  if (element.type === "image") return image(element);
  if (element.type === "button") return button(element, surface, block);
  if (element.type === "overflow") return overflow(element, surface, block, about);
  let held;
  const its = control(element, {
    label: about || (element.placeholder ? plain(element.placeholder.text) : "Choose"),
    focus: focusKey(element, surface, block),
    changed: async (value) => {
      if (!(await confirmed(element.confirm))) return its.write(held);
      held = value;
      surface.press(element, value, block.block_id);
    },
  });
  held = its.read();
  surface.inputs?.set(element.action_id, its);
  return its.node;
}

// A block id that the app did not choose is another one with every edit.
const MADE_UP = /^b\d{4,}$/;

// Names a control, so that it is found again in a later drawing of the same message.
function focusKey(element, surface, block) {
  const name = [surface.id, element.action_id, element.value ?? "", MADE_UP.test(block.block_id) ? "" : block.block_id].join("/");
  surface.named ??= new Map();
  surface.named.set(name, (surface.named.get(name) ?? 0) + 1);
  return `${name}/${surface.named.get(name)}`;
}

function button(element, surface, block) {
  const style = element.style ? `.${element.style}` : "";
  const press = async (event) => {
    if (!(await confirmed(element.confirm, event.currentTarget))) return;
    if (element.url) window.open(element.url, "_blank", "noreferrer");
    surface.press(element, element.value ?? null, block.block_id);
  };
  return el(
    `button${style}`,
    {
      type: "button",
      onclick: press,
      "aria-label": element.accessibility_label,
      "data-focus": focusKey(element, surface, block),
    },
    textOf(element.text),
  );
}

function overflow(element, surface, block, about) {
  const items = element.options.map((one) => ({
    value: one.value,
    text: plain(one.text.text),
    about: one.description ? plain(one.description.text) : "",
  }));
  const choose = async (value, opener) => {
    if (!(await confirmed(element.confirm, opener))) return;
    const { url } = element.options.find((one) => one.value === value);
    if (url) window.open(url, "_blank", "noreferrer");
    surface.press(element, value, block.block_id);
  };
  const label = about ? `More actions: ${about}` : "More actions";
  return menuButton("button.quiet.more", { "data-focus": focusKey(element, surface, block) }, { label, items, choose }, "⋯");
}

function input(block, surface) {
  const id = `input-${surface.id}-${block.block_id}`;
  const its = control(block.element, {
    id,
    label: plain(block.label.text),
    required: !block.optional,
    hasLabel: true,
    focus: focusKey(block.element, surface, block),
    changed: block.dispatch_action ? (value) => surface.press(block.element, value, block.block_id) : undefined,
  });
  surface.inputs?.set(block.block_id, its);
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
