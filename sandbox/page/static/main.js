// Puts the page together: the clock, the tabs of a narrow window, and the connection.

import { notice } from "./announce.js";
import "./places.js";
import "./messages.js";
import "./composer.js";
import "./phones.js";
import "./wire.js";
import "./dialogs.js";
import "./presses.js";
import { byId, el, fill } from "./dom.js";
import { clockTime, weekday } from "./mrkdwn.js";
import { act, connect, now, on, remember, remembered, store } from "./state.js";

const TICK_MILLISECONDS = 250;

function drawRates() {
  const { rates, chosen } = store.clock;
  fill(byId("clock-rates"), rates.map((rate) => ({ rate, chosen: rate === chosen })), (one) => one.rate, ({ rate, chosen: isChosen }) =>
    el("button", { type: "button", "aria-pressed": String(isChosen), "data-focus": rate, onclick: () => act("clock", { rate }), "aria-label": `Clock at ${rate} times real speed` }, `${rate}×`));
}

function tick() {
  if (store.me) byId("clock-time").textContent = `${weekday(now())} ${clockTime(now(), true)}`;
}

function showTab(tab) {
  document.body.dataset.tab = tab;
  remember("tab", tab);
  for (const button of document.querySelectorAll(".tabs button")) {
    if (button.dataset.tab === tab) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

for (const button of document.querySelectorAll(".tabs button")) button.addEventListener("click", () => showTab(button.dataset.tab));
showTab(remembered("tab", "chat"));

byId("next-standup").addEventListener("click", async () => {
  const went = await act("next_standup");
  if (went.error) notice(went.error);
});

on("state clock", drawRates);
on("state", tick);
on("connection", () => {
  byId("offline").hidden = store.connected;
});
setInterval(tick, TICK_MILLISECONDS);
connect();
