// A small menu beside whatever opened it. Arrow keys walk, Escape closes, a click elsewhere closes.
import { h } from "./dom.js";
import { icon } from "./icons.js";

let close = () => {};

// openMenu shows items {label, icon, note, danger, checked, run} and an optional row of emoji with onEmoji(emoji).
export function openMenu(anchor, items, { label = "Actions", emoji = [], onEmoji, title } = {}) {
  close();
  const menu = h("div", { class: "menu", role: "menu", "aria-label": label },
    emoji.length > 0 && h("div", { class: "menu-emoji" }, emoji.map((e) =>
      h("button", { type: "button", role: "menuitem", "aria-label": "React with " + e, data: { emoji: e }, onclick: () => { close(); onEmoji(e); } }, e))),
    title && h("p", { class: "menu-title" }, title),
    items.map((item) => menuItem(item, () => close())));
  document.body.append(menu);
  place(menu, anchor.getBoundingClientRect());
  anchor.setAttribute("aria-expanded", "true");
  const outside = (e) => { if (!menu.contains(e.target)) close(); };
  const keys = (e) => walk(e, menu, () => { close(); anchor.focus({ preventScroll: true }); });
  close = () => {
    close = () => {};
    menu.remove();
    anchor.setAttribute("aria-expanded", "false");
    removeEventListener("pointerdown", outside, true);
    removeEventListener("resize", close);
  };
  menu.addEventListener("keydown", keys);
  addEventListener("pointerdown", outside, true);
  addEventListener("resize", close);
  (menu.querySelector("[role=menuitem], [role=menuitemcheckbox]") || menu).focus({ preventScroll: true });
}

// openPanel is a menu with whatever build(close) puts into it.
export function openPanel(anchor, build) {
  close();
  const panel = h("div", { class: "menu sheet", role: "dialog", "aria-label": "Things to send" });
  panel.append(...build(() => close()).filter(Boolean));
  document.body.append(panel);
  place(panel, anchor.getBoundingClientRect());
  anchor.setAttribute("aria-expanded", "true");
  const outside = (e) => { if (!panel.contains(e.target)) close(); };
  close = () => {
    close = () => {};
    panel.remove();
    anchor.setAttribute("aria-expanded", "false");
    removeEventListener("pointerdown", outside, true);
    removeEventListener("resize", close);
  };
  panel.addEventListener("keydown", (e) => walk(e, panel, () => { close(); anchor.focus({ preventScroll: true }); }));
  addEventListener("pointerdown", outside, true);
  addEventListener("resize", close);
  panel.querySelector("button").focus({ preventScroll: true });
}

function menuItem(item, done) {
  const checkable = item.checked !== undefined && item.checked !== null;
  return h("button", {
    type: "button", class: item.danger ? "danger" : "", data: item.data || {},
    role: checkable ? "menuitemcheckbox" : "menuitem", "aria-checked": checkable ? String(item.checked) : null,
    onclick: () => { done(); item.run(); },
  }, item.icon && icon(item.icon), h("span", {}, item.label, item.note && h("small", {}, item.note)), checkable && h("i", { class: "switch" }));
}

// place keeps the menu inside the window, below the anchor where there is room.
function place(menu, at) {
  const { width, height } = menu.getBoundingClientRect();
  const aligned = at.left < innerWidth / 2 && at.right - width < 8 ? at.left : at.right - width;
  const left = Math.min(Math.max(8, aligned), innerWidth - width - 8);
  const below = at.bottom + 4 + height < innerHeight - 8;
  const top = below ? at.bottom + 4 : Math.max(8, at.top - height - 4);
  menu.style.left = left + "px";
  menu.style.top = top + "px";
}

function walk(e, menu, leave) {
  if (e.key === "Escape" || e.key === "Tab") { e.preventDefault(); leave(); return; }
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[e.key];
  if (!step) return;
  e.preventDefault();
  const all = [...menu.querySelectorAll("button")];
  all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
}
