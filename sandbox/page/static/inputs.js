// The inputs of Block Kit as the browser's own controls. `read()` gives what the stand-in takes as filled in.

import { el } from "./dom.js";
import { plain } from "./mrkdwn.js";
import { store, viewer } from "./state.js";

export function control(element, { id, label, required, hasLabel, changed } = {}) {
  const aria = {
    id,
    "aria-label": hasLabel ? undefined : label,
    "aria-required": required ? "true" : undefined,
    "data-focus": element.action_id,
    autofocus: element.focus_on_load,
  };
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
  return { node, focusable: node, read };
}

function select(element, options, aria, changed) {
  const first = element.placeholder ? plain(element.placeholder.text) : "Choose…";
  const initial = element.initial_option?.value ?? element.initial_user ?? element.initial_channel ?? element.initial_conversation ?? "";
  const node = el(
    "select",
    { ...aria, onchange: changed ? () => node.value && changed(node.value) : undefined },
    el("option", { value: "" }, first),
    options.map(([value, text]) => el("option", { value, selected: value === initial }, text)),
  );
  return { node, focusable: node, read: () => node.value || null };
}

let groups = 0;

function choices(element, options, aria, label, changed) {
  const type = element.type === "checkboxes" ? "checkbox" : "radio";
  const name = `choice-${++groups}`;
  const held = [element.initial_option, ...(element.initial_options ?? [])].filter(Boolean).map((one) => one.value);
  const initial = new Set([...held, ...(element.initial_users ?? []), ...(element.initial_channels ?? []), ...(element.initial_conversations ?? [])]);
  const boxes = options.map(([value]) => el("input", { type, name, value, checked: initial.has(value) }));
  const read = () => {
    const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
    return type === "checkbox" ? chosen : (chosen[0] ?? null);
  };
  if (boxes[0]) boxes[0].dataset.focus = element.action_id;
  const node = el(
    "div.choices",
    { id: aria.id, role: type === "radio" ? "radiogroup" : "group", "aria-label": label, tabindex: "-1", onchange: changed ? () => changed(read()) : undefined },
    options.map(([, text], index) => el("label", {}, boxes[index], " ", text)),
  );
  return { node, focusable: node, read, isGroup: true };
}

function optionsOf(element) {
  const people = () => store.workspace.people.map((one) => [one.id, `${one.real_name} (@${one.name})`]);
  const channels = () => store.all_channels.map((one) => [one.id, `#${one.name}`]);
  if (element.type.includes("users")) return people();
  if (element.type.includes("channels")) return channels();
  if (element.type.includes("conversations")) return [...channels(), [viewer().id, viewer().real_name]];
  const options = [...(element.options ?? []), ...(element.option_groups ?? []).flatMap((group) => group.options)];
  return options.map((one) => [one.value, plain(one.text.text)]);
}
