// Slack's message language as DOM nodes: mentions, dates in the reader's zone, emoji, bold, code, links.

import { el } from "./dom.js";
import { now, person, store, viewer } from "./state.js";

const INLINE = new RegExp(
  [
    "`([^`\\n]+)`",
    "<([^<>\\n]+)>",
    "(?<![\\w*])\\*(\\S|\\S[^*\\n]*?\\S)\\*(?![\\w*])",
    "(?<![\\w])_(\\S|\\S[^_\\n]*?\\S)_(?!\\w)",
    "(?<![\\w~])~(\\S|\\S[^~\\n]*?\\S)~(?![\\w~])",
    ":([a-z0-9_+\\-]+):",
  ].join("|"),
  "g",
);

export function mrkdwn(text) {
  return text.split(/(```[\s\S]+?```)/).flatMap((part) => {
    if (part.startsWith("```") && part.length > 6) return [el("pre", {}, unescaped(part.slice(3, -3).trim()))];
    return lines(part);
  });
}

export const plain = (text) => emoji(text);

// For the live regions: what a message says, in words alone.
export function spoken(text) {
  return el("span", {}, mrkdwn(text)).textContent;
}

function lines(text) {
  const nodes = [];
  let quote = null;
  text.split("\n").forEach((line, index, all) => {
    if (/^(&gt;|>)/.test(line)) {
      quote ??= nodes[nodes.push(el("blockquote")) - 1];
      quote.append(...inline(line.replace(/^(&gt;|>)\s?/, "")), el("br"));
      return;
    }
    quote = null;
    nodes.push(...inline(line));
    if (index < all.length - 1) nodes.push(el("br"));
  });
  return nodes;
}

function inline(text) {
  const nodes = [];
  let last = 0;
  for (const found of text.matchAll(INLINE)) {
    nodes.push(unescaped(text.slice(last, found.index)));
    const [whole, code, angled, bold, italic, struck, name] = found;
    if (code) nodes.push(el("code", {}, unescaped(code)));
    else if (angled) nodes.push(link(angled));
    else if (bold) nodes.push(el("strong", {}, inline(bold)));
    else if (italic) nodes.push(el("em", {}, inline(italic)));
    else if (struck) nodes.push(el("s", {}, inline(struck)));
    else nodes.push(emojiOf(name));
    last = found.index + whole.length;
  }
  nodes.push(unescaped(text.slice(last)));
  return nodes.filter((node) => node !== "");
}

function link(inside) {
  const [target, label] = [inside.split("|", 1)[0], inside.includes("|") ? inside.slice(inside.indexOf("|") + 1) : ""];
  if (target.startsWith("@")) return userMention(target.slice(1), label);
  if (target.startsWith("#")) return channelMention(target.slice(1), label);
  if (target.startsWith("!subteam^")) return groupMention(target.slice(9), label);
  if (target.startsWith("!date^")) return date(target, unescaped(label));
  if (target.startsWith("!")) return el("span.mention", {}, label || `@${target.slice(1)}`);
  return anchor(unescaped(target), unescaped(label));
}

export function anchor(url, label) {
  const shown = label || url.replace(/^(mailto|tel):/, "");
  return /^(https?|mailto):/.test(url) ? el("a", { href: url, target: "_blank", rel: "noreferrer" }, shown) : shown;
}

export function userMention(id, label = "") {
  const somebody = person(id);
  const mine = id === store.me?.id;
  return el(mine ? "span.mention.me" : "span.mention", { title: somebody?.real_name }, `@${somebody?.name ?? (label || id)}`);
}

export function groupMention(id, label = "") {
  const group = store.workspace.groups.find((one) => one.id === id);
  return el("span.mention", {}, group ? `@${group.handle}` : label || id);
}

export function channelMention(id, label = "") {
  const channel = store.all_channels.find((one) => one.id === id);
  return el("span.mention", {}, `#${channel?.name ?? (label || id)}`);
}

export const clockTime = (seconds, withSeconds = false) =>
  at(seconds, { hour: "numeric", minute: "2-digit", second: withSeconds ? "2-digit" : undefined });

export const weekday = (seconds) => at(seconds, { weekday: "short" });

function at(seconds, options) {
  return new Intl.DateTimeFormat("en-US", { timeZone: viewer()?.tz, ...options })
    .format(new Date(seconds * 1000))
    .replace(/\u202f/g, " ");
}

const NEAR_DAYS = { "-1": "yesterday", 0: "today", 1: "tomorrow" };

function daysFromToday(seconds) {
  const day = (at) => Date.parse(new Intl.DateTimeFormat("sv-SE", { timeZone: viewer()?.tz }).format(new Date(at * 1000)));
  return NEAR_DAYS[Math.round((day(seconds) - day(now())) / 86_400_000)];
}

export function date(target, fallback) {
  const [, unix, form, url] = target.split("^");
  const seconds = Number(unix);
  if (!Number.isFinite(seconds) || !form) return fallback;
  const parts = {
    time: () => clockTime(seconds),
    time_secs: () => clockTime(seconds, true),
    date_num: () => new Intl.DateTimeFormat("sv-SE", { timeZone: viewer()?.tz }).format(new Date(seconds * 1000)),
    date: () => at(seconds, { year: "numeric", month: "long", day: "numeric" }),
    date_short: () => at(seconds, { year: "numeric", month: "short", day: "numeric" }),
    date_long: () => at(seconds, { weekday: "long", year: "numeric", month: "long", day: "numeric" }),
  };
  // Days near today have names of their own.
  const pretty = (name) => daysFromToday(seconds) ?? parts[name]?.();
  const written = form.replace(/\{(\w+?)(_pretty)?\}/g, (whole, name, isPretty) => (isPretty ? pretty(name) : parts[name]?.()) ?? whole);
  const time = el("time", { datetime: new Date(seconds * 1000).toISOString() }, unescaped(written));
  return url ? el("a", { href: url, target: "_blank", rel: "noreferrer" }, time) : time;
}

const emoji = (text) => text.replace(/:([a-z0-9_+\-]+):/g, (_, name) => emojiOf(name));

export const emojiOf = (name) => (Object.hasOwn(store.workspace.emoji, name) ? store.workspace.emoji[name] : `:${name}:`);

function unescaped(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
