// Short sentences at the bottom of the page: what went wrong, or what was done.
import { h } from "./dom.js";

export function notice(text, kind = "info") {
  const el = h("p", { class: "notice " + kind, data: { notice: kind } }, text);
  document.getElementById("notices").append(el);
  setTimeout(() => el.remove(), kind === "error" ? 7000 : 3500);
}

export const complain = (err) => notice(err.message, "error");
