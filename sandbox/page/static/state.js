// What the page knows, and the WebSocket that keeps it true. The truth lives on the server; only whose eyes the
// visitor sees with and where they look is kept here, across a reload.

const RETRY_MILLISECONDS = 1000;
// As many as the server keeps.
const KEPT_ENTRIES = 300;

export const store = {
  connected: false,
  workspace: { people: [], groups: [], emoji: {}, bot: "" },
  me: null,
  channels: [],
  all_channels: [],
  messages: new Map(),
  views: { modals: [], home: null },
  phones: [],
  faults: [],
  unread: {},
  wire: [],
  clock: { now: 0, rate: 1, chosen: 1, rates: [1] },
  has_rung: false,
};

const watchers = new Map();
const waiting = new Map();
let socket = null;
let serial = 0;
let clockTold = 0;

// Calls `does` after each change of one of these kinds; "state" stands for everything.
export function on(kinds, does) {
  for (const kind of kinds.split(" ")) watchers.set(kind, [...(watchers.get(kind) ?? []), does]);
}

export function tell(kind, content) {
  for (const does of watchers.get(kind) ?? []) does(content);
}

export const remembered = (name, otherwise) => {
  const value = sessionStorage.getItem(`rollcall.${name}`);
  return value === null ? otherwise : JSON.parse(value);
};

export const remember = (name, value) => sessionStorage.setItem(`rollcall.${name}`, JSON.stringify(value));

export function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  socket = new WebSocket(`${scheme}://${location.host}/socket?as=${encodeURIComponent(remembered("as", ""))}`);
  socket.onmessage = (event) => receive(JSON.parse(event.data));
  socket.onclose = () => {
    store.connected = false;
    for (const done of waiting.values()) done({ error: "The demo can't be reached. Nothing was done." });
    waiting.clear();
    tell("connection");
    setTimeout(connect, RETRY_MILLISECONDS);
  };
}

function receive({ type, ...content }) {
  if (type === "done") {
    waiting.get(content.id)?.(content);
    waiting.delete(content.id);
    return;
  }
  if (type === "state") take(content.state);
  else if (type === "message") store.messages.set(content.message.ts, content.message);
  else if (type === "gone") store.messages.delete(content.ts);
  else if (type === "views") store.views = content;
  else if (type === "wire") store.wire = [...store.wire, content.entry].slice(-KEPT_ENTRIES);
  else if (type === "clock") setClock(content.clock);
  else if (type in store) store[type] = content[type];
  tell(type, content);
}

function take(state) {
  const { messages, clock, ...rest } = state;
  Object.assign(store, rest, { connected: true, messages: new Map(messages.map((one) => [one.ts, one])) });
  remember("as", state.me.id);
  setClock(clock);
  tell("connection");
}

function setClock(clock) {
  store.clock = clock;
  clockTold = performance.now();
}

// The moment in the demo, in seconds, between two tellings too.
export function now() {
  return store.clock.now + (Math.min(performance.now() - clockTold, 1000) / 1000) * store.clock.rate;
}

// Does something in the world; gives what came of it, with `error` if nothing did.
export function act(name, fields = {}) {
  if (socket?.readyState !== WebSocket.OPEN) {
    return Promise.resolve({ error: "The demo can't be reached. Nothing was done." });
  }
  const id = ++serial;
  socket.send(JSON.stringify({ act: name, id, ...fields }));
  if (name === "become" || name === "look") return Promise.resolve({});
  return new Promise((done) => waiting.set(id, done));
}

export const person = (id) => store.workspace.people.find((one) => one.id === id);
export const viewer = () => person(store.me.id);
export const inOrder = () => [...store.messages.values()].sort((a, b) => (a.ts < b.ts ? -1 : 1));
export const replies = (ts) => inOrder().filter((one) => one.thread_ts === ts);
