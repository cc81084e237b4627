// Modals and confirmations, in the browser's own <dialog>: it keeps the focus inside and gives it back.

import { byId, el } from "./dom.js";
import { renderBlocks, textOf } from "./blocks.js";
import { act, on, store } from "./state.js";
import { notice } from "./announce.js";

const modal = byId("modal");
const confirm = byId("confirm");
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
      giveBack(from);
    };
    confirm.showModal();
  });
}

function giveBack(to) {
  if (to?.isConnected) to.focus();
  else {
    const same = to?.dataset?.focus && document.querySelector(`[data-focus="${CSS.escape(to.dataset.focus)}"]`);
    (same || byId("composer-input"))?.focus();
  }
}

function draw() {
  const top = store.views.modals.at(-1);
  if (!top) {
    shown = null;
    if (modal.open) modal.close();
    return;
  }
  const isSame = shown?.id === top.id;
  if (isSame && shown.hash === top.hash) return;
  const held = isSame ? snapshot() : null;
  shown = { id: top.id, hash: top.hash, inputs: new Map(), fields: new Map() };
  modal.replaceChildren(form(top));
  if (held) restore(held);
  if (!modal.open) {
    opener = document.activeElement;
    modal.showModal();
  }
  if (!isSame) (modal.querySelector("[autofocus], .modal-body :is(input, textarea, select)") ?? modal.querySelector("button"))?.focus();
}

function form(view) {
  const surface = {
    id: view.id,
    inputs: shown.inputs,
    fields: shown.fields,
    press: (element, value) => press({ view: view.id }, element, value, shown.inputs, trouble),
  };
  const trouble = (text) => {
    problem.textContent = text;
    problem.hidden = !text;
  };
  const problem = el("p.field-error", { role: "alert", hidden: true });
  const submit = async (event) => {
    event.preventDefault();
    const values = Object.fromEntries([...shown.inputs].map(([name, read]) => [name, read()]));
    trouble("");
    const went = await act("submit", { view: view.id, values });
    if (went.error) trouble(went.error);
    const errors = went.errors ?? {};
    const wrong = [...(shown?.fields ?? [])].map(([name, show]) => [errors[name], show(errors[name])]);
    wrong.find(([message]) => message)?.[1].focus();
  };
  return el(
    "form",
    { onsubmit: submit, novalidate: true },
    el("h2", { id: "modal-title" }, textOf(view.title)),
    el("div.modal-body", {}, renderBlocks(view.blocks, surface), problem),
    el(
      "div.dialog-actions",
      {},
      el("button", { type: "button", onclick: dismiss }, view.close ? textOf(view.close) : "Close"),
      view.submit ? el("button.primary", { type: "submit" }, textOf(view.submit)) : null,
    ),
  );
}

const snapshot = () => new Map([...modal.querySelectorAll("[id^=input-]")].map((one) => [one.id, one.value]));

function restore(held) {
  for (const [id, value] of held) {
    const field = byId(id);
    if (field && "value" in field && value !== undefined) field.value = value;
  }
}

const dismiss = () => shown && act("close", { view: shown.id });

// Presses a button or chooses in a menu, with what the inputs around it hold.
export async function press(where, element, value, inputs, trouble = notice) {
  const state = Object.fromEntries([...inputs].map(([name, read]) => [name, read()]));
  const went = await act("click", { ...where, action_id: element.action_id, value, state });
  if (went.error) trouble(went.error);
}

modal.addEventListener("cancel", (event) => {
  event.preventDefault();
  dismiss();
});
modal.addEventListener("close", () => giveBack(opener));

on("state views", draw);
