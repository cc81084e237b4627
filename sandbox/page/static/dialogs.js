// Modals and confirmations, in the browser's own <dialog>: it keeps the focus inside and gives it back.

import { byId, el, giveBack, refocus } from "./dom.js";
import { renderBlocks, textOf } from "./blocks.js";
import { act, on, store } from "./state.js";
import { notice, speakIn } from "./announce.js";

const modal = byId("modal");
const confirm = byId("confirm");
const dismissed = new Set();
let shown = null;
let opener = null;

// Asks first, if the element wants that. `from` gets the focus back.
export function confirmed(its, from = document.activeElement) {
  if (!its) return Promise.resolve(true);
  return new Promise((answer) => {
    const settle = (yes) => () => {
      answer(yes);
      confirm.close();
    };
    confirm.replaceChildren(
      el("h2", { id: "confirm-title" }, textOf(its.title)),
      el("p", { id: "confirm-text" }, textOf(its.text)),
      el(
        "div.dialog-actions",
        {},
        el("button", { type: "button", onclick: settle(false), autofocus: true }, textOf(its.deny)),
        el(`button.${its.style === "danger" ? "danger" : "primary"}`, { type: "button", onclick: settle(true) }, textOf(its.confirm)),
      ),
    );
    confirm.onclose = () => {
      answer(false);
      leave(from);
    };
    confirm.showModal();
  });
}

function leave(to) {
  if (!modal.open) giveBack(to);
  else if (!refocus(to, { within: modal })) focusFirst();
}

// The focus goes back, once.
function left() {
  speakIn(document.body);
  if (opener) giveBack(opener);
  opener = null;
}

function focusFirst() {
  const first = modal.querySelector("[autofocus], .modal-body :is(input, textarea, select)") ?? modal.querySelector("button");
  // Of radio buttons, the arrow keys go on from the one that is chosen.
  const chosen = first?.type === "radio" ? modal.querySelector(`[name="${first.name}"]:checked`) : null;
  (chosen ?? first)?.focus();
}

function draw() {
  const top = store.views.modals.findLast((one) => !dismissed.has(one.id));
  if (!top) {
    shown = null;
    if (modal.open) {
      modal.close();
      left();
    }
    return;
  }
  const isSame = shown?.id === top.id;
  if (isSame && shown.hash === top.hash) return;
  const before = isSame ? shown.inputs : new Map();
  shown = { id: top.id, hash: top.hash, inputs: new Map(), fields: new Map() };
  const focused = modal.contains(document.activeElement) ? document.activeElement : null;
  fillForm(top);
  // What was filled in stays, where the same input still stands.
  for (const [name, old] of before) {
    const its = shown.inputs.get(name);
    if (its?.actionId === old.actionId) its.write(old.read());
  }
  if (!modal.open) {
    opener = document.activeElement ?? document.body;
    modal.showModal();
    speakIn(modal);
  }
  if (!isSame) focusFirst();
  else if (focused) stay(focused);
}

// In a view that has changed, whoever was filling something in goes on there. A press leads to what the app wants
// filled in next, if it says so.
function stay(focused) {
  const isLedOn = !focused.matches("input, select, textarea") && modal.querySelector("[autofocus]");
  if (isLedOn || !refocus(focused, { within: modal, exactly: true })) focusFirst();
}

// Into the same elements each time: only so is it said aloud that a form has changed.
function fillForm(view) {
  const surface = {
    id: view.id,
    inputs: shown.inputs,
    fields: shown.fields,
    press: (element, value, blockId) => press({ view: view.id, block_id: blockId }, element, value, shown.inputs, trouble),
  };
  const trouble = (text) => {
    problem.textContent = text;
    problem.hidden = !text;
  };
  const problem = el("p.field-error", { role: "alert", hidden: true });
  byId("modal-form").onsubmit = async (event) => {
    event.preventDefault();
    const values = valuesOf(shown.inputs);
    trouble("");
    const went = await act("submit", { view: view.id, values });
    if (went.error) trouble(went.error);
    const errors = went.errors ?? {};
    const wrong = [...(shown?.fields ?? [])].map(([name, show]) => [errors[name], show(errors[name])]);
    wrong.find(([message]) => message)?.[1].focus();
  };
  byId("modal-title").textContent = textOf(view.title);
  byId("modal-body").replaceChildren(...renderBlocks(view.blocks, surface), problem);
  byId("modal-actions").replaceChildren(
    el("button", { type: "button", onclick: dismiss }, view.close ? textOf(view.close) : "Close"),
    ...(view.submit ? [el("button.primary", { type: "submit" }, textOf(view.submit))] : []),
  );
}

const valuesOf = (inputs) => Object.fromEntries([...inputs].map(([name, its]) => [name, its.read()]));

// A form that is put away is gone at once, as in Slack: what is typed next is not meant for it.
async function dismiss() {
  if (!shown) return;
  const { id } = shown;
  dismissed.add(id);
  draw();
  const went = await act("close", { view: id });
  if (!went.error) return;
  dismissed.delete(id);
  draw();
}

// Presses a button or chooses in a menu, with what the inputs around it hold.
export async function press(where, element, value, inputs, trouble = notice) {
  const went = await act("click", { ...where, action_id: element.action_id, value, state: valuesOf(inputs) });
  if (went.error) trouble(went.error);
}

modal.addEventListener("cancel", (event) => {
  event.preventDefault();
  dismiss();
});
// What closed by itself is heard of here; whoever types on at once would lose letters until then.
modal.addEventListener("close", () => {
  if (!modal.open) left();
});

on("state views", draw);
