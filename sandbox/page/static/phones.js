// The phones: each person's, and any other that is rung.

import { notice, say } from "./announce.js";
import { byId, el, fill, hidden } from "./dom.js";
import { clockTime } from "./mrkdwn.js";
import { avatar } from "./places.js";
import { chime, setRinging } from "./ring.js";
import { act, now, on, person, store, viewer } from "./state.js";

const TICK_MILLISECONDS = 250;
const SETTLING_MILLISECONDS = 400;
const TEXT_SHOWN_MILLISECONDS = 20_000;
const changes = new Map();
let ringing = null;
let received = null;

const STATES = { idle: "Idle", ringing: "Ringing", in_call: "In a call" };

const ownerOf = (phone) => person(phone.owner)?.real_name ?? "A guest";

function draw() {
  for (const { id, state } of store.phones) if (changes.get(id)?.state !== state) changes.set(id, { state, at: performance.now() });
  fill(byId("phone-list"), store.phones.map((one) => ({ ...one, tz: viewer().tz })), (one) => one.id, card);
  const rings = store.phones.filter((one) => one.state === "ringing");
  announce(rings);
  setRinging(rings.some((one) => !one.silenced));
  announceTexts();
  const badge = byId("ringing-badge");
  badge.hidden = !rings.length;
  badge.replaceChildren(String(rings.length), hidden(" ringing"));
  document.title = rings.length ? `(${rings.length}) ringing · Rollcall demo` : "Rollcall demo";
  tick();
}

function announce(rings) {
  const before = ringing;
  ringing = new Set(rings.map((one) => one.id));
  if (before === null) return;
  const fresh = rings.filter((one) => !before.has(one.id));
  for (const phone of fresh) say(`${ownerOf(phone)}’s phone is ringing.`, { urgent: true });
  // The uppermost last, so that it is what shows if there is no room for all.
  for (const phone of fresh.reverse()) show(phone);
}

// A text on the viewer's own phone is shown where they look: the phone may be behind a form, or on another tab.
function announceTexts() {
  const before = received;
  received = new Map(store.phones.map((one) => [one.id, one.texts_received]));
  if (before === null) return;
  for (const phone of store.phones.filter((one) => one.texts_received > (before.get(one.id) ?? 0))) {
    const news = `New text on ${ownerOf(phone)}’s phone: ${phone.texts.at(-1).text}`;
    if (phone.owner === store.me.id) notice(news, TEXT_SHOWN_MILLISECONDS);
    else say(news);
    show(phone);
    chime();
  }
}

const show = (phone) => byId("phone-list").querySelector(`[data-key="${phone.id}"]`).scrollIntoView({ block: "nearest" });

function card(phone) {
  const owner = ownerOf(phone);
  const button = (does, label, style = "") => {
    const onclick = (event) => event.detail > 1 || node.ariaDisabled || press(phone, does);
    const onkeydown = (event) => event.repeat && event.preventDefault();
    const node = el(`button${style}`, { type: "button", onclick, onkeydown, "data-focus": `${phone.id}/${does}` }, label, hidden(` ${owner}’s phone`));
    return settle(phone, node);
  };
  return el(
    `li.phone.is-${phone.state.replace("_", "-")}${phone.in_reach ? "" : ".out-of-reach"}`,
    {},
    el(
      "article",
      { "aria-label": `${owner}’s phone` },
      el("div.phone-top", {}, phone.owner ? avatar(phone.owner) : el("span.avatar.hue-guest", { "aria-hidden": "true" }, "?"),
        el("div", {}, el("h3", {}, owner), el("p.soft.number", {}, phone.number))),
      status(phone),
      el("div.phone-actions", {}, actions(phone, button)),
      texts(phone),
    ),
  );
}

// The next state's button stands where the last one's stood: a press meant for that one does nothing.
function settle(phone, button) {
  const left = changes.get(phone.id).at + SETTLING_MILLISECONDS - performance.now();
  if (left > 0) {
    button.ariaDisabled = "true";
    setTimeout(() => button.removeAttribute("aria-disabled"), left);
  }
  return button;
}

function status(phone) {
  if (phone.state === "ringing") {
    return el(
      "div.status",
      {},
      el("p.status-word", {}, el("span.sign.bell", { "aria-hidden": "true" }, "🔔"), phone.silenced ? "Ringing, left alone" : STATES.ringing),
      el("p.soft", {}, `Call from ${phone.caller === "private" ? "a private number" : `Rollcall, ${phone.caller}`}`),
    );
  }
  if (phone.state === "in_call") {
    return el(
      "div.status",
      {},
      el("p.status-word", {}, el("span.sign", { "aria-hidden": "true" }, "●"), STATES.in_call, phone.muted ? ", muted" : "", " ",
        el("span.timer", { "data-since": phone.answered_at }, "0:00")),
      el("p.soft", {}, "Room ", el("code", {}, phone.room), " ", el("span", { "data-cost-since": phone.answered_at, "data-rate": phone.rate })),
    );
  }
  const word = phone.in_reach ? STATES.idle : "Out of reach";
  return el("div.status", {}, el("p.status-word", {}, el("span.sign", { "aria-hidden": "true" }, phone.in_reach ? "○" : "⊘"), word));
}

function actions(phone, button) {
  if (phone.state === "ringing") {
    return [
      button("answer", "Answer", ".go"),
      button("decline", "Decline", ".stop"),
      phone.silenced ? null : button("let_ring", "Let it ring"),
    ];
  }
  if (phone.state === "in_call") return [button("hang_up", "Hang up", ".stop")];
  return [
    phone.in_reach ? button("out_of_reach", "Put out of reach", ".small") : button("in_reach", "Back in reach", ".small"),
  ];
}

function texts(phone) {
  if (!phone.texts.length) return null;
  return el(
    "ul.texts",
    { "aria-label": "Text messages" },
    phone.texts.toReversed().map((one) => el("li", {}, el("p.soft", {}, `Text${one.from ? ` from ${one.from}` : ""}, ${clockTime(one.at)}`), el("p", {}, one.text))),
  );
}

async function press(phone, does) {
  const went = await act("phone", { phone: phone.id, does });
  if (went.error) notice(went.error);
}

// Timers and cost go on between two changes.
function tick() {
  for (const timer of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor(now() - Number(timer.dataset.since)));
    timer.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
  for (const cost of document.querySelectorAll("[data-cost-since]")) {
    const minutes = Math.max(1, Math.ceil((now() - Number(cost.dataset.costSince)) / 60));
    cost.textContent = `· SGD ${(minutes * Number(cost.dataset.rate)).toFixed(3)}`;
  }
}

setInterval(tick, TICK_MILLISECONDS);
on("state phones", draw);
