// Where the visitor is: a channel, the direct message with the bot, or its Home tab. And whose eyes they see with.

import { byId, el, fill, hidden } from "./dom.js";
import { act, on, person, remember, remembered, store, tell, viewer } from "./state.js";

export const HOME = "home";
let place = null;
let atHome = false;

export const currentPlace = () => place;
export const currentChannel = () => store.channels.find((one) => one.id === place);
const direct = () => store.channels.find((one) => one.is_direct);
export const placeName = (channel) => (channel.is_direct ? "Rollcall" : `#${channel.name}`);

function goTo(where) {
  place = where;
  remember("place", where === direct()?.id ? "direct" : where);
  if (where === HOME && !atHome) act("home");
  atHome = where === HOME;
  act("look", { channel: where === HOME ? "" : where });
  tell("place");
}

const become = (id) => id !== store.me.id && act("become", { person: id });

// After a new whole state: where the visitor was, if this person can be there too.
function settle() {
  const wanted = remembered("place", "");
  const there = wanted === HOME ? HOME : wanted === "direct" ? direct()?.id : store.channels.find((one) => one.id === wanted)?.id;
  atHome = false;
  goTo(there ?? store.channels[0].id);
}

function draw() {
  const unread = store.unread[store.me.id] ?? {};
  const entry = (id, sign, label, count = 0) => ({ id, sign, label, count, current: place === id });
  const channels = store.channels.filter((one) => !one.is_direct).map((one) => entry(one.id, "#", one.name, unread[one.id]));
  const own = [entry(HOME, "⌂", "Home tab"), entry(direct().id, "✉", "Direct message", unread[direct().id])];
  fill(byId("channels"), channels, (one) => one.id, placeEntry);
  fill(byId("app-places"), own, (one) => one.id, placeEntry);
  fill(byId("people"), people(), (one) => one.id, personEntry);
  fill(byId("pick-person"), people(), (one) => one.id, (one) =>
    el("option", { value: one.id, selected: one.current }, one.real_name + (one.count ? ` (${one.count} new)` : "")));
  fill(byId("pick-place"), [...channels, ...own], (one) => one.id, (one) =>
    el("option", { value: one.id, selected: one.current }, `${one.sign} ${one.label}` + (one.count ? ` (${one.count} new)` : "")));
  byId("pick-person").value = store.me.id;
  byId("pick-place").value = place;
  drawHeading();
}

function placeEntry({ id, sign, label, count, current }) {
  return el(
    "li",
    {},
    el(
      "button.place-button",
      { type: "button", onclick: () => goTo(id), "aria-current": current ? "page" : undefined, "data-focus": id },
      el("span.sign", { "aria-hidden": "true" }, sign),
      el("span", {}, label),
      count ? el("span.badge", {}, String(count), hidden(" new")) : null,
    ),
  );
}

// The others' direct messages are where the bot asks them for a number: the visitor sees that something came.
function people() {
  const waiting = (id) => Object.entries(store.unread[id] ?? {}).filter(([channel]) => channel.startsWith("D")).reduce((sum, [, n]) => sum + n, 0);
  return store.workspace.people
    .filter((one) => one.acts)
    .map((one) => ({ id: one.id, real_name: one.real_name, is_admin: one.is_admin, current: one.id === store.me.id, count: one.id === store.me.id ? 0 : waiting(one.id) }));
}

function personEntry({ id, real_name, is_admin, current, count }) {
  return el(
    "li",
    {},
    el(
      "button.place-button",
      { type: "button", onclick: () => become(id), "aria-pressed": String(current), "data-focus": id },
      avatar(id),
      el("span", {}, hidden("Act as "), real_name, is_admin ? el("span.soft.role", {}, " admin") : null),
      count ? el("span.badge", {}, String(count), hidden(" new")) : null,
    ),
  );
}

export function avatar(id) {
  const somebody = person(id);
  const hue = store.workspace.people.indexOf(somebody) % 6;
  const letters = somebody?.is_bot ? "R" : (somebody?.real_name ?? "?").split(" ").map((word) => word[0]).join("").slice(0, 2);
  return el(`span.avatar.hue-${somebody?.is_bot ? "bot" : hue}`, { "aria-hidden": "true" }, letters);
}

function drawHeading() {
  const channel = currentChannel();
  byId("place-name").textContent = place === HOME ? "Rollcall: Home tab" : channel.is_direct ? "Rollcall: direct message" : `#${channel.name}`;
  byId("place-about").textContent = about(channel);
}

function about(channel) {
  if (!channel) return `What ${viewer().real_name} sees there`;
  if (channel.is_direct) return `Between Rollcall and ${viewer().real_name}`;
  const bot = store.all_channels.find((one) => one.id === channel.id)?.bot_in ? "" : " · Rollcall is not in here";
  return `${channel.members.length} people${bot}`;
}

byId("pick-person").addEventListener("change", (event) => become(event.target.value));
byId("pick-place").addEventListener("change", (event) => goTo(event.target.value));

on("state", settle);
on("place unread all_channels", draw);
