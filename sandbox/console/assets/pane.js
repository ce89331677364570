// The frame that both panes share: a coloured bar with a picker, a list of chats, and the conversation.
import { h, reconcile, setText } from "./dom.js";
import { icon } from "./icons.js";

const colours = 7;

// avatar is a round initial; the colour follows the name, so a person looks the same everywhere.
export function avatar(name, glyph) {
  let sum = 0;
  for (const ch of name) sum = (sum * 31 + ch.codePointAt(0)) % 9973;
  const inside = glyph ? icon(glyph) : initials(name);
  return h("span", { class: "avatar tint-" + (sum % colours), "aria-hidden": "true" }, inside);
}

const initials = (name) => name.split(/\s+/).filter((w) => /^\p{L}/u.test(w)).slice(0, 2).map((w) => [...w][0].toUpperCase()).join("") || "?";

// picker is a native select in the app's colours: it works with a thumb, a keyboard and a screen reader.
export function picker({ name, label, onPick }) {
  const face = h("span", { class: "picker-face" });
  const select = h("select", { data: { picker: name }, "aria-label": label, onchange: () => onPick(select.value) });
  const el = h("label", { class: "picker" }, face, icon("down"), select);
  let version = "";
  return {
    el,
    show(options, value, faceNodes) {
      const next = JSON.stringify([options, value]);
      if (next === version) return;
      version = next;
      select.replaceChildren(...options.map((o) => h("option", { value: o.value, selected: o.value === value }, o.text)));
      select.value = value;
      face.replaceChildren(...faceNodes);
    },
  };
}

// frame puts the shared parts together and returns the places to fill.
export function frame(root, { app, glyph, pick, log, composer, headerEnd = [] }) {
  const list = h("div", { class: "chats", role: "group", "aria-label": app + " chats" });
  const title = h("h3", { class: "conversation-title" });
  const subtitle = h("p", { class: "conversation-subtitle" });
  const face = h("span", { class: "conversation-face" });
  const foot = h("div", { class: "conversation-foot" }, composer.el);
  root.append(
    h("header", { class: "app-bar" }, h("span", { class: "app-name" }, icon(glyph), h("h2", {}, app)), pick.el),
    h("div", { class: "pane-body" },
      h("div", { class: "chat-list" }, list),
      h("div", { class: "conversation" },
        h("header", { class: "conversation-head" },
          h("button", { type: "button", class: "icon-button back", "aria-label": "All chats", data: { back: "" }, onclick: () => { root.dataset.view = "list"; } }, icon("back")),
          face, h("div", { class: "conversation-names" }, title, subtitle), headerEnd),
        log.el, foot)),
  );
  return { list, title, subtitle, face, foot };
}

// showChats fills the list of chats; items are {id, title, glyph, line, time, unread, selected}.
export function showChats(list, items, onOpen) {
  reconcile(list, items, (c) => c.id, (c) =>
    h("button", {
      type: "button", class: "chat" + (c.selected ? " selected" : ""), "aria-current": c.selected ? "true" : null,
      "aria-label": c.title + (c.unread ? `, ${c.unread} unread` : ""), title: c.title,
      data: { chat: c.id, unread: c.unread || 0 }, onclick: () => onOpen(c.id),
    },
    avatar(c.title, c.glyph),
    h("span", { class: "chat-text" },
      h("span", { class: "chat-line" }, h("b", {}, c.title), h("time", {}, c.time || "")),
      h("span", { class: "chat-line" }, h("span", { class: "chat-last" }, c.line || ""))),
    c.unread > 0 && h("span", { class: "unread" }, String(c.unread))));
}

export function showHead({ title, subtitle, face }, chat) {
  setText(title, chat.title);
  setText(subtitle, chat.subtitle);
  subtitle.classList.toggle("active", Boolean(chat.active));
  if (face.dataset.of !== chat.title) {
    face.dataset.of = chat.title;
    face.replaceChildren(avatar(chat.title, chat.glyph));
  }
}
