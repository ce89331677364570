// Three steps for the first visit. Each ticks itself off when it is done; the strip goes for good when it is closed.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import * as state from "./state.js";

const key = "console-hint";
const progress = Object.assign({ said: false, pressed: false, closed: false }, JSON.parse(localStorage.getItem(key) || "{}"));

const save = () => localStorage.setItem(key, JSON.stringify(progress));

export const hintSaid = () => { progress.said = true; save(); };
export const hintPressed = () => { progress.pressed = true; save(); };

export function renderHint(el, { show, refresh }) {
  el.hidden = progress.closed;
  if (progress.closed) return;
  const card = progress.said && state.telegram(state.meta().group).messages.some((m) => m.keyboard);
  const name = state.person() ? state.person().name.split(" ")[0] : "the client";
  const steps = [
    { pane: "whatsapp", text: `Write as ${name}`, where: "in WhatsApp, as a client would", done: progress.said },
    { pane: "telegram", text: "See the card", where: "in Telegram, a draft for the managers", done: card || progress.pressed },
    { pane: "telegram", text: "Tap Send", where: "and the reply arrives in WhatsApp", done: progress.pressed },
  ];
  const current = steps.findIndex((s) => !s.done);
  const elsewhere = current >= 0 && steps[current].pane !== state.ui.tab ? steps[current].pane : "";
  const version = JSON.stringify([steps, elsewhere]);
  if (el.version === version) return;
  el.version = version;
  el.replaceChildren(
    h("ol", {}, steps.map((s, i) => stepLine(s, i, i === current))),
    h("p", { class: "hint-done", hidden: current !== -1 }, h("b", {}, "That is the whole job."), " Now edit a draft by replying, ask for a redo, or write three lines in a row."),
    // Phones show one app at a time: the way to the other one.
    h("button", { type: "button", class: "hint-go", hidden: elsewhere === "", data: { hintGo: "" }, onclick: () => show(elsewhere) }, elsewhere === "telegram" ? "Open Telegram" : "Open WhatsApp"),
    h("button", { type: "button", class: "icon-button", "aria-label": "Close the first steps", title: "Close", data: { closeHint: "" }, onclick: () => { progress.closed = true; save(); refresh(); } }, icon("close")));
}

const stepLine = (s, i, current) =>
  h("li", { class: s.done ? "done" : current ? "current" : "", "aria-current": current ? "step" : null, data: { step: i + 1 } },
    h("span", { class: "step" }, s.done ? icon("check") : String(i + 1)),
    h("span", {}, h("b", {}, s.text), " ", h("small", {}, s.where)));
