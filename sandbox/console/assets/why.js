// What stands behind a card: what the platform did, looked up and paid before it, from its own records.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { complain } from "./notice.js";

export async function openWhy(chat, message) {
  let why;
  try {
    const answer = await fetch(`why?chat=${chat}&message=${message}`);
    why = await answer.json();
    if (!answer.ok) throw new Error(why.error);
  } catch (err) { complain(err); return; }
  const close = h("button", { type: "button", class: "icon-button", "aria-label": "Close", title: "Close", data: { closeWhy: "" }, onclick: () => box.close() }, icon("close"));
  const box = h("dialog", { class: "why", "aria-label": why.title, data: { why: message }, onclose: () => box.remove(), onclick: (e) => { if (e.target === box) box.close(); } },
    h("header", {}, h("h3", {}, why.title), close),
    h("div", { class: "why-body" },
      why.note && h("p", { class: "why-note" }, why.note),
      part("Before you press", why.warnings, (w) => h("li", { class: "warning" }, w)),
      part("What it rests on", why.evidence, (e) => h("li", {}, e)),
      part("What it did", why.steps, step),
      part("What it looked up", why.tools, tool),
      h("dl", {}, why.rows.flatMap((r) => [h("dt", {}, r.name), h("dd", {}, r.value)]))));
  document.body.append(box);
  box.showModal();
}

const part = (title, list, line) => list && list.length > 0 && h("section", {}, h("h4", {}, title), h("ul", {}, list.map(line)));

const step = (s) => h("li", { class: "step-line" }, h("b", {}, s.name), h("span", {}, s.value));

const tool = (t) => h("li", { class: "tool" }, h("code", {}, t.name),
  t.args && t.args.length > 0 && h("ul", {}, t.args.map((a) => h("li", {}, h("span", {}, a.name + ": "), h("b", {}, a.value), a.origin && h("i", { class: "origin" }, a.origin)))),
  t.result && h("p", {}, "→ ", t.result));
