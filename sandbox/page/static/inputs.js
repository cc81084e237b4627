// The inputs of Block Kit as the browser's own controls. `read()` gives what the stand-in takes as filled in, and
// `write()` takes it.

import { el } from "./dom.js";
import { plain } from "./mrkdwn.js";
import { store } from "./state.js";

export function control(element, { id, label, required, hasLabel, focus, changed } = {}) {
  const aria = {
    id,
    "aria-label": hasLabel ? undefined : label,
    "aria-required": required ? "true" : undefined,
    "data-focus": focus,
    autofocus: element.focus_on_load,
  };
  return { ...build(element, aria, label, changed), actionId: element.action_id };
}

function build(element, aria, label, changed) {
  if (element.type === "radio_buttons" || element.type === "checkboxes") return choices(element, optionsOf(element), aria, label, changed);
  if (element.type.startsWith("multi_")) return choices({ ...element, type: "checkboxes" }, optionsOf(element), aria, label, changed);
  if (element.type.endsWith("_select")) return select(element, optionsOf(element), aria, changed);
  return typed(element, aria, changed);
}

const TYPES = {
  number_input: "number",
  email_text_input: "email",
  url_text_input: "url",
  datepicker: "date",
  timepicker: "time",
  datetimepicker: "datetime-local",
};

function typed(element, aria, changed) {
  const isDateTime = element.type === "datetimepicker";
  const node = el(element.multiline ? "textarea" : "input", {
    ...aria,
    type: element.multiline ? undefined : (TYPES[element.type] ?? "text"),
    placeholder: element.placeholder ? plain(element.placeholder.text) : undefined,
    step: element.is_decimal_allowed ? "any" : undefined,
    value: element.initial_value ?? element.initial_date ?? element.initial_time ?? "",
    rows: element.multiline ? 4 : undefined,
    onchange: changed ? () => changed(read()) : undefined,
  });
  const read = () => (isDateTime && node.value ? String(Math.floor(new Date(node.value).getTime() / 1000)) : node.value || null);
  const write = (value) => {
    // As the visitor types it, in the browser's own zone.
    const local = isDateTime && value ? new Date((Number(value) - new Date(value * 1000).getTimezoneOffset() * 60) * 1000).toISOString().slice(0, 16) : value;
    node.value = local ?? "";
  };
  return { node, focusable: node, read, write };
}

function select(element, options, aria, changed) {
  const first = element.placeholder ? plain(element.placeholder.text) : "Choose…";
  const initial = element.initial_option?.value ?? element.initial_user ?? element.initial_channel ?? element.initial_conversation ?? "";
  const node = el(
    "select",
    { ...aria, onchange: changed ? () => node.value && changed(node.value) : undefined },
    el("option", { value: "" }, first),
    grouped(
      options,
      ({ value, text }) => el("option", { value, selected: value === initial }, text),
      (name, nodes) => el("optgroup", { label: name }, nodes),
    ),
  );
  const write = (value) => {
    node.value = options.some((one) => one.value === value) ? value : "";
  };
  return { node, focusable: node, read: () => node.value || null, write };
}

let groups = 0;

function choices(element, options, aria, label, changed) {
  const type = element.type === "checkboxes" ? "checkbox" : "radio";
  const name = `choice-${++groups}`;
  const held = [element.initial_option, ...(element.initial_options ?? [])].filter(Boolean).map((one) => one.value);
  const initial = [...held, ...(element.initial_users ?? []), ...(element.initial_channels ?? []), ...(element.initial_conversations ?? [])];
  const boxes = new Map(options.map(({ value }) => [value, el("input", { type, name, value, "data-focus": `${aria["data-focus"]}/${value}` })]));
  const all = [...boxes.values()];
  const most = element.max_selected_items ?? Infinity;
  const read = () => {
    const chosen = all.filter((box) => box.checked).map((box) => box.value);
    return type === "checkbox" ? chosen : (chosen[0] ?? null);
  };
  // As many as may be are chosen: the others can't be, until one of them is given up.
  const restrict = () => {
    const isFull = all.filter((box) => box.checked).length >= most;
    for (const box of all) box.disabled = isFull && !box.checked;
  };
  const write = (value) => {
    const chosen = [value].flat();
    for (const box of all) box.checked = chosen.includes(box.value);
    restrict();
  };
  write(initial);
  const node = el(
    "div.choices",
    {
      id: aria.id,
      role: type === "radio" ? "radiogroup" : "group",
      "aria-label": label,
      tabindex: "-1",
      onchange: () => {
        if (type === "checkbox") restrict();
        changed?.(read());
      },
    },
    grouped(
      options,
      ({ value, text, about }) => el("label", {}, boxes.get(value), " ", text, about ? el("span.soft", {}, ` ${about}`) : null),
      (group, nodes) => el("div.choices-group", { role: "group", "aria-label": group }, el("p.soft", { "aria-hidden": "true" }, group), nodes),
    ),
    most < Infinity ? el("p.hint", {}, `At most ${most}.`) : null,
  );
  return { node, focusable: node, read, write, isGroup: true };
}

// Each option drawn, and those of a named group together.
function grouped(options, draw, drawGroup) {
  const names = [...new Set(options.map((one) => one.group))];
  return names.flatMap((name) => {
    const nodes = options.filter((one) => one.group === name).map(draw);
    return name === undefined ? nodes : [drawGroup(name, nodes)];
  });
}

function optionsOf(element) {
  if (element.type.includes("users")) return people();
  if (element.type.includes("channels")) return channels();
  if (element.type.includes("conversations")) return conversations(element.filter ?? {});
  const groupsOf = element.option_groups ?? [{ options: element.options ?? [] }];
  return groupsOf.flatMap((group) =>
    group.options.map((one) => ({
      value: one.value,
      text: plain(one.text.text),
      about: one.description ? plain(one.description.text) : "",
      group: group.label && plain(group.label.text),
    })));
}

// Bots can be chosen as well, as in Slack; whoever looks for a colleague finds them first.
function people() {
  const inOrder = [...store.workspace.people].sort((a, b) => a.is_bot - b.is_bot);
  return inOrder.map((one) => ({ value: one.id, text: `${one.real_name} (@${one.name})` }));
}

const channels = () => store.all_channels.map((one) => ({ value: one.id, text: `#${one.name}` }));

// Every channel here is public, and every direct message is with the bot.
function conversations({ include, exclude_bot_users: withoutBots }) {
  const wanted = (kind) => !include || include.includes(kind);
  const direct = store.channels.filter((one) => one.is_direct).map((one) => ({ value: one.id, text: "Rollcall (direct message)" }));
  return [...(wanted("public") ? channels() : []), ...(wanted("im") && !withoutBots ? direct : [])];
}
