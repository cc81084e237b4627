// Where people type. Completes people, user groups, the command and its words.

import { notice } from "./announce.js";
import { byId, el, fill, hidden } from "./dom.js";
import { currentChannel, currentPlace, placeName } from "./places.js";
import { globalShortcuts } from "./shortcuts.js";
import { act, on, person, store, viewer } from "./state.js";

const COMMANDS = [
  ["/conference", "rings people into one call"],
  ["/invite @rollcall", "brings the bot into this channel"],
];
// As the bot's own help has them.
const WORDS = [
  ["help", "shows examples, and your number's state"],
  ["status", "shows what is running"],
  ["history", "shows what ran in this channel"],
  ["hangup", "ends the conference that you started"],
  ["standup", "lists the calls that ring by themselves"],
  ["team", "lists the teams that can be rung by name"],
  ["number", "keeps, shows or removes your number"],
];
const OWN_NUMBER_WORDS = [
  ["code", "proves your number with the code that came by SMS"],
  ["remove", "forgets your number"],
];
const ADMINS_NUMBER_WORDS = [["missing", "shows who in this channel has no number"]];
const THEIR_NUMBER_WORDS = [["remove", "forgets their number"]];
const LATER_WORDS = [
  ["without me", "leaves you out of the call"],
  ["me", "asks for you outright"],
];
const STANDUP_WORDS = [["new", "opens the form for a new standup"]];
const STANDUPS_WORDS = [
  ["weekdays", "rings from Monday to Friday, at the time that follows"],
  ["change", "opens its form"],
  ["pause", "has it ring no more until it is resumed"],
  ["resume", "has it ring again"],
  ["skip", "has it not ring the next time"],
  ["report", "shows who was in its calls"],
  ["delete", "has it ring never again"],
];
const MOST_OPTIONS = 12;

const form = byId("composer");
const input = el("input", {
  id: "composer-input",
  type: "text",
  role: "combobox",
  "aria-expanded": "false",
  "aria-controls": "completions",
  "aria-autocomplete": "list",
  "aria-describedby": "composer-hint",
  spellcheck: "false",
});
const label = el("label.hidden", { for: "composer-input" }, "Message");
const list = el("ul.completions", { id: "completions", role: "listbox", "aria-label": "Suggestions", hidden: true });
const hint = hidden("Suggestions appear as you type. Arrow keys choose, Enter or Tab takes one, Escape closes them.");
hint.id = "composer-hint";
form.append(label, list, input, hint, el("button.primary", { type: "submit" }, "Send"));

let options = [];
let active = -1;
const typedBefore = [];
let recalled = 0;

function suggestions(text) {
  const word = text.match(/\S*$/)[0];
  const before = text.slice(0, text.length - word.length);
  const fitting = (pairs) => pairs.filter(([value]) => value.startsWith(word.toLowerCase()) && value !== word.toLowerCase());
  if (text.startsWith("/") && !text.includes(" ")) return { word, found: fitting(COMMANDS) };
  if (/^\/conference number $/.test(before)) return { word, found: fitting(numberWords()) };
  if (/^\/conference number @\S+ $/.test(before)) return { word, found: fitting(THEIR_NUMBER_WORDS) };
  if (word.startsWith("@")) return { word, found: fitting(mentions(text.startsWith("/"))) };
  if (/^\/conference standup $/.test(before)) return { word, found: fitting(STANDUP_WORDS) };
  if (/^\/conference standup \S+ $/.test(before)) return { word, found: fitting(STANDUPS_WORDS) };
  if (!text.startsWith("/conference ")) return { word, found: [] };
  const place = before.trim().split(/\s+/).length;
  if (place === 1) return { word, found: word ? fitting(WORDS) : [...mentions(true), ...WORDS] };
  if (/^\/conference (help|status|history|hangup|number|standup|team)\b/.test(before)) return { word, found: [] };
  return { word, found: word ? fitting(LATER_WORDS) : [] };
}

// Other people's numbers are the admins' business.
function numberWords() {
  if (!viewer().is_admin) return OWN_NUMBER_WORDS;
  return [...OWN_NUMBER_WORDS, ...ADMINS_NUMBER_WORDS, ...others().map((one) => [`@${one.name}`, `${one.real_name}’s number`])];
}

const others = () => store.workspace.people.filter((one) => one.acts && one.id !== store.me.id);

function mentions(inCommand) {
  const people = inCommand ? others() : store.workspace.people.filter((one) => one.acts);
  const groups = store.workspace.groups.map((one) => [`@${one.handle}`, `user group: ${one.members.map((id) => person(id)?.real_name.split(" ")[0]).join(", ")}`]);
  return [...people.map((one) => [`@${one.name}`, one.real_name]), ...groups, ...(inCommand ? [] : [[`@${person(store.workspace.bot)?.name}`, "the bot"]])];
}

function suggest() {
  const atEnd = input.selectionStart === input.value.length;
  const { word, found } = atEnd ? suggestions(input.value) : { word: "", found: [] };
  options = found.slice(0, MOST_OPTIONS);
  // Enter sends what is complete; it takes a suggestion only while a word is unfinished.
  active = word && options.length ? 0 : -1;
  drawOptions();
}

function drawOptions() {
  const items = options.map(([value, about], index) => ({ value, about, index, isActive: index === active }));
  fill(list, items, (one) => one.value, (one) =>
    el(
      "li",
      { id: `completion-${one.index}`, role: "option", "aria-selected": String(one.isActive), onmousedown: (event) => event.preventDefault(), onclick: () => take(one.index) },
      el("span.value", {}, one.value),
      el("span.soft", {}, ` ${one.about}`),
    ));
  list.hidden = !options.length;
  input.setAttribute("aria-expanded", String(options.length > 0));
  if (active >= 0) input.setAttribute("aria-activedescendant", `completion-${active}`);
  else input.removeAttribute("aria-activedescendant");
  list.children[active]?.scrollIntoView({ block: "nearest" });
}

function close() {
  options = [];
  active = -1;
  drawOptions();
}

function take(index) {
  const word = input.value.match(/\S*$/)[0];
  put(`${input.value.slice(0, input.value.length - word.length)}${options[index][0]} `);
  suggest();
}

// Puts a text into the composer, ready to be sent.
function put(text) {
  input.value = text;
  input.focus();
  input.setSelectionRange(text.length, text.length);
  close();
}

function pressed(event) {
  const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (move && options.length) {
    active = (active + move + options.length + (active < 0 && move < 0 ? 1 : 0)) % options.length;
    drawOptions();
  } else if (event.key === "ArrowUp" && typedBefore.length && (!input.value || recalled)) {
    recalled = Math.min(recalled + 1, typedBefore.length);
    put(typedBefore[typedBefore.length - recalled]);
  } else if (event.key === "Enter" && active >= 0) take(active);
  else if (event.key === "Tab" && !event.shiftKey && active >= 0) take(active);
  else if (event.key === "Escape" && options.length) close();
  else return;
  event.preventDefault();
}

async function send(event) {
  event.preventDefault();
  const text = input.value.trim();
  if (!text) return;
  typedBefore.push(text);
  recalled = 0;
  input.value = "";
  close();
  const went = await act("type", { channel: currentPlace(), text });
  if (went.error) {
    notice(went.error);
    if (!input.value) input.value = text;
  }
}

function draw() {
  const channel = currentChannel();
  if (channel) {
    label.textContent = `Message ${placeName(channel)}`;
    input.placeholder = `Message ${placeName(channel)}, or type /`;
  }
  drawInvitation(channel);
}

// For somebody who has just come in: one line, and an example that one press puts into the composer.
function drawInvitation(channel) {
  const box = byId("invitation");
  const { text, example, after } = invitation(channel);
  box.hidden = !channel || (store.me.starts_with_number ? store.has_rung : hasBeenTexted());
  const version = `${store.me.id} ${example}`;
  if (box.dataset.version === version) return;
  box.dataset.version = version;
  box.replaceChildren(
    el("p", {}, text, " ", el("code", {}, example), " ", after),
    el("button.primary", { type: "button", onclick: () => put(example) }, "Put it in the composer"),
  );
}

// Once a code has come to somebody's phone, Rollcall itself says what to do next.
const hasBeenTexted = () => store.phones.some((one) => one.owner === store.me.id && one.texts_received);

function invitation(channel) {
  if (!store.me.starts_with_number) {
    return {
      text: `${viewer().real_name} started without a number on file. Add one on the Home tab, or send`,
      example: `/conference number ${store.me.number}`,
      after: "here. A code comes to the phone, to be sent back.",
    };
  }
  if (store.all_channels.some((one) => one.id === channel?.id && !one.bot_in)) {
    return { text: "Rollcall is not in this channel, so it rings nobody here.", example: "/invite @rollcall", after: "brings it in." };
  }
  const two = others().slice(0, 2);
  const names = two.map((one) => one.real_name.split(" ")[0]);
  return {
    text: "Start here: send",
    example: `/conference ${two.map((one) => `@${one.name}`).join(" ")}`,
    after: `and ${names.join("’s, ")}’s and your own phone ring. Then answer or decline them under Phones.`,
  };
}

input.addEventListener("input", suggest);
input.addEventListener("keydown", pressed);
input.addEventListener("blur", close);
form.addEventListener("submit", send);
on("place has_rung all_channels phones", draw);
// Another person has not typed these.
on("state", () => {
  typedBefore.length = recalled = 0;
});
on("state", () => {
  if (!form.querySelector(".shortcuts")) form.prepend(globalShortcuts(() => ({ channel: currentPlace() })));
});
