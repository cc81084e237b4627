// The messages of a channel, of a thread, and the Home tab.

import { notice, say } from "./announce.js";
import { renderBlocks } from "./blocks.js";
import { press } from "./dialogs.js";
import { byId, el, fill, refocus, sameControl } from "./dom.js";
import { clockTime, mrkdwn, spoken } from "./mrkdwn.js";
import { HOME, avatar, currentChannel, currentPlace, placeName } from "./places.js";
import { messageShortcuts } from "./shortcuts.js";
import { act, inOrder, on, person, remember, remembered, replies, store } from "./state.js";

const NEAR_THE_END_PIXELS = 80;
let thread = remembered("thread", null);
let cameFrom = null;

function draw() {
  if (!store.me || !currentPlace()) return;
  const channel = currentChannel();
  byId("home").hidden = currentPlace() !== HOME;
  byId("messages-scroll").hidden = byId("composer").hidden = currentPlace() === HOME;
  if (channel) drawChannel(channel);
  else drawHome();
  drawThread();
}

function drawChannel(channel) {
  const shown = inOrder().filter((one) => one.channel === channel.id && (!one.thread_ts || one.broadcast));
  keepAtEnd(byId("messages-scroll"), () => {
    fill(byId("messages"), shown.map((one) => ({ ...one, answered: summary(one.ts), me: store.me.id })), (one) => one.ts, (one) => entry(one, true));
  });
  const empty = byId("messages-empty");
  empty.hidden = shown.length > 0;
  empty.textContent = channel.is_direct ? "Nothing here yet. Rollcall writes here when it needs something from you." : "Nobody has said anything here yet. Type below to start.";
}

function summary(ts) {
  const all = replies(ts);
  return all.length ? { count: all.length, last: all.at(-1).ts } : null;
}

function entry(message, inChannel) {
  const author = person(message.user);
  const at = Number(message.ts);
  return el(
    message.only_you ? "li.message.only-you" : "li.message",
    {},
    el(
      "article",
      { "aria-label": `${author?.real_name}, ${clockTime(at)}` },
      avatar(message.user),
      el(
        "div.said",
        {},
        message.only_you ? el("p.only-you-mark", {}, el("span", { "aria-hidden": "true" }, "◉ "), "Only visible to you") : null,
        el(
          "p.byline",
          {},
          el("strong", {}, author?.real_name ?? "?"),
          author?.is_bot ? el("span.app-mark", {}, "App") : null,
          el("time.soft", { datetime: new Date(at * 1000).toISOString() }, clockTime(at)),
          message.edited ? el("span.soft", {}, "(edited)") : null,
        ),
        body(message, surfaceOf(message, inChannel)),
        inChannel && message.answered ? threadButton(message) : null,
        message.only_you ? null : tools(message, inChannel),
      ),
    ),
  );
}

// A thread shows its first message a second time.
const surfaceOf = (message, inChannel) => (inChannel ? message.ts : `thread-${message.ts}`);

function body(message, id) {
  const inputs = new Map();
  const surface = {
    id,
    inputs,
    press: (element, value, blockId) => press({ message: message.ts, block_id: blockId }, element, value, inputs),
  };
  return el("div.body", {}, message.blocks.length ? renderBlocks(message.blocks, surface) : el("p", {}, mrkdwn(message.text)));
}

// Where a mouse can hover, they are seen only near it.
function tools(message, inChannel) {
  return el(
    "div.tools",
    {},
    inChannel && !message.thread_ts && !message.answered ? threadButton(message) : null,
    messageShortcuts(message, `${surfaceOf(message, inChannel)}/more/`),
  );
}

function threadButton(message) {
  const { count, last } = message.answered ?? { count: 0 };
  return el(
    "button.thread-link",
    { type: "button", onclick: () => openThread(message.ts), "data-focus": `${message.ts}/thread/` },
    count ? `${count} ${count === 1 ? "reply" : "replies"}` : "Reply in thread",
    count ? el("span.soft", {}, ` last at ${clockTime(Number(last))}`) : null,
  );
}

// Follows the newest message unless the reader has scrolled up.
function keepAtEnd(scroll, change) {
  const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_THE_END_PIXELS;
  change();
  if (atEnd) scroll.scrollTop = scroll.scrollHeight;
}

for (const id of ["messages-scroll", "thread-scroll"]) {
  const scroll = byId(id);
  let height = 0;
  new ResizeObserver(() => {
    const wasAtEnd = scroll.scrollHeight - scroll.scrollTop - (height || scroll.clientHeight) < NEAR_THE_END_PIXELS;
    height = scroll.clientHeight;
    if (wasAtEnd) scroll.scrollTop = scroll.scrollHeight;
  }).observe(scroll);
}

function drawHome() {
  const home = store.views.home;
  const inputs = new Map();
  const surface = {
    id: "home",
    inputs,
    press: (element, value, blockId) => press({ view: home.id, block_id: blockId }, element, value, inputs),
  };
  const version = JSON.stringify([home, store.me.id]);
  const region = byId("home");
  if (region.dataset.version === version) return;
  region.dataset.version = version;
  const focused = region.contains(document.activeElement) ? document.activeElement : null;
  region.replaceChildren(
    ...(home ? renderBlocks(home.blocks, surface) : [el("p.empty", {}, "Rollcall has not drawn this person's Home tab yet. It does so when the tab is opened.")]),
  );
  if (focused) (sameControl(focused.dataset.focus, { within: region }) ?? region).focus();
}

function openThread(ts) {
  cameFrom = document.activeElement;
  thread = ts;
  remember("thread", ts);
  draw();
  byId("thread-scroll").scrollTop = byId("thread-scroll").scrollHeight;
  byId("thread-name").focus();
}

function closeThread() {
  const root = thread;
  thread = null;
  remember("thread", null);
  draw();
  if (!refocus(cameFrom)) (sameControl(`${root}/thread/`) ?? byId("composer-input")).focus();
}

function drawThread() {
  const root = store.messages.get(thread);
  const isOpen = Boolean(root) && root.channel === currentPlace();
  byId("thread").hidden = !isOpen;
  byId("workspace").classList.toggle("with-thread", isOpen);
  if (!isOpen) return;
  keepAtEnd(byId("thread-scroll"), () => {
    const shown = [root, ...replies(thread)].map((one) => ({ ...one, me: store.me.id }));
    fill(byId("thread-messages"), shown, (one) => one.ts, (one) => entry(one, false));
  });
}

function arrived({ message, is_new: isNew }) {
  draw();
  // An answer to the visitor alone that was replaced is a page of something that they leaf through.
  const isNews = isNew || (message.only_you && message.channel === currentPlace());
  if (!isNews || message.user === store.me.id) return;
  const channel = store.channels.find((one) => one.id === message.channel);
  const where = channel ? placeName(channel) : "";
  say(`${person(message.user)?.real_name} in ${where}${message.thread_ts ? ", thread" : ""}: ${spoken(message.text)}`);
}

byId("thread-close").addEventListener("click", closeThread);
byId("thread").addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeThread();
});
byId("thread-composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = byId("thread-input");
  const text = field.value;
  if (!text.trim()) return;
  field.value = "";
  const went = await act("type", { channel: currentPlace(), thread, text });
  if (went.error) {
    notice(went.error);
    if (!field.value) field.value = text;
  }
});

on("place views gone", draw);
on("message", arrived);
