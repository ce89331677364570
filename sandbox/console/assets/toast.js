// What the bot answers to a button press: a short line over the chat, or a window that wants an OK.
import { h } from "./dom.js";

const shown = new Set();
let opened = false; // answers from before this page was opened are old news

// showToasts shows what is new. all are the answers of every actor: whoever is not acting now has seen theirs.
export function showToasts(place, mine, all) {
  const fresh = mine.filter((t) => opened && !shown.has(t.id));
  all.forEach((t) => shown.add(t.id));
  fresh.forEach((t) => (t.alert ? alertBox : toast)(place, t));
  opened = true;
}

function toast(place, t) {
  const el = h("div", { class: "toast", data: { toast: t.id } }, t.text);
  place.append(el);
  setTimeout(() => el.remove(), Math.max(3000, t.text.length * 60));
}

function alertBox(place, t) {
  const ok = h("button", { type: "button", data: { ok: "" }, onclick: () => box.close() }, "OK");
  const box = h("dialog", { class: "alert", role: "alertdialog", "aria-label": "Marketa says", data: { toast: t.id }, onclose: () => box.remove() }, h("p", {}, t.text), ok);
  document.body.append(box);
  box.showModal();
}
