// The app's shortcuts: global ones beside the composer, the others on each message that everybody sees.

import { notice } from "./announce.js";
import { menuButton } from "./menu.js";
import { act, store } from "./state.js";

export function globalShortcuts(where) {
  return shortcutsButton("button.shortcuts", "global", { "data-focus": "shortcuts" }, "Shortcuts", where, "+");
}

export function messageShortcuts(message, focus) {
  const where = () => ({ message: message.ts });
  return shortcutsButton("button.more", "message", { "data-focus": focus }, "More actions on this message", where, "⋮");
}

// `where()` is what the server needs to know besides: the channel in front of the visitor, or the message.
function shortcutsButton(tag, type, props, label, where, sign) {
  const items = store.workspace.shortcuts
    .filter((one) => one.type === type)
    .map((one) => ({ value: one.callback_id, text: one.name, about: one.description }));
  const choose = async (callback_id) => {
    const went = await act("shortcut", { callback_id, ...where() });
    if (went.error) notice(went.error);
  };
  return menuButton(tag, props, { label, items, choose }, sign);
}
