// The wire: what went between Slack, the bot and Hoiio, and switches for what may go wrong.

import { notice, say } from "./announce.js";
import { byId, el, fill, hidden } from "./dom.js";
import { clockTime } from "./mrkdwn.js";
import { act, on, remember, remembered, store, viewer } from "./state.js";

let isOpen = remembered("wire", false);

function draw() {
  const newest = [...store.wire].reverse();
  fill(byId("entries"), newest.map((one) => ({ ...one, tz: viewer().tz })), (one) => one.id, entry);
  byId("wire-empty").hidden = newest.length > 0;
  const latest = newest[0];
  byId("wire-latest").textContent = latest ? `${store.wire.length} requests · last: ${latest.from} → ${latest.to}, ${latest.method}` : "what Slack, the bot and Hoiio say to each other";
}

function entry(one) {
  return el(
    `li.entry.to-${one.to.toLowerCase()}.from-${one.from.toLowerCase()}`,
    {},
    el(
      "details",
      {},
      el(
        "summary",
        {},
        el("span.opens", { "aria-hidden": "true" }),
        el("span.soft.when", {}, clockTime(one.at, true)),
        el("span.way", {}, `${one.from} → ${one.to}`),
        el("span.method", {}, one.method),
        el(one.ok ? "span.outcome.good" : "span.outcome.bad", {}, one.ok ? "✓ " : "✗ ", one.status),
        one.signature ? el(one.signature === "wrong" ? "span.signature.bad" : "span.signature", {}, one.signature === "none" ? "unsigned" : `signature ${one.signature}`) : el("span.signature"),
        el("span.soft.took", {}, one.milliseconds === null ? "" : `${one.milliseconds} ms`),
      ),
      pairs("Fields", one.fields),
      pairs("Answer", one.answer),
    ),
  );
}

function pairs(title, fields) {
  if (!fields.length) return null;
  return el("div.fields-of", {}, el("h4", {}, title), el("dl", {}, fields.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])));
}

function drawFaults() {
  fill(byId("faults"), [...store.faults, { name: "forge" }], (one) => one.name, (one) => (one.name === "forge" ? forgery() : fault(one)));
  const count = store.faults.filter((one) => one.on).length;
  const words = count === 1 ? " fault on" : " faults on";
  byId("faults-on").hidden = byId("faults-badge").hidden = !count;
  byId("faults-on").textContent = `${count}${words}`;
  byId("faults-badge").replaceChildren(String(count), hidden(words));
}

function fault({ name, label, explanation, on: isOn }) {
  const turn = async (event) => {
    const went = await act("fault", { name, on: event.target.checked });
    if (went.error) notice(went.error);
  };
  return el(
    "li",
    {},
    el(
      "label",
      {},
      el("input", { type: "checkbox", role: "switch", checked: isOn, onchange: turn, "data-focus": name, "aria-describedby": `about-${name}` }),
      ` ${label}`,
    ),
    el("p.soft", { id: `about-${name}` }, explanation),
  );
}

function forgery() {
  const send = async () => {
    const went = await act("forge");
    if (went.error) notice(went.error);
    else say("A forged notification was sent. The newest request on the wire is the bot’s answer to it.");
  };
  return el("li", {}, el("button", { type: "button", onclick: send, "data-focus": "forge" }, "Forge a notification"),
    el("p.soft", {}, "Somebody claims to be Hoiio."));
}

function openWire(open) {
  isOpen = open;
  remember("wire", open);
  byId("wire-toggle").setAttribute("aria-expanded", String(open));
  byId("wire-body").hidden = !open;
  document.body.classList.toggle("wire-open", open);
}

byId("wire-toggle").addEventListener("click", () => openWire(!isOpen));
openWire(isOpen);
on("state wire", draw);
on("state faults", drawFaults);
