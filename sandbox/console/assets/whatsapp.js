// The left pane: one client's WhatsApp. The person's own lines are green; the agency's answers are white and carry the
// ticks that the agency sees.
import { h, hasTouch } from "./dom.js";
import { icon, ticks } from "./icons.js";
import { act } from "./live.js";
import { complain, notice } from "./notice.js";
import { openMenu } from "./popup.js";
import { composer } from "./composer.js";
import { chatLog, daySeparator, withGroups } from "./chatlog.js";
import { frame, picker, showChats, showHead } from "./pane.js";
import { whatsappText, isJumbo } from "./richtext.js";
import { attach } from "./attach.js";
import { contactNode, inWords, mediaNode, placeNode, pollNode } from "./media.js";
import { clockText, listTime, withDays } from "./time.js";
import * as state from "./state.js";

const { ui } = state;
const emoji = ["👍", "❤️", "😂", "😮", "😢", "🙏"];
const said = { pending: "On its way", sent: "Sent", delivered: "Delivered", read: "Read", played: "Read", failed: "Not delivered" };

export function whatsappPane(root, { refresh, isVisible, onSaid }) {
  const log = chatLog("WhatsApp conversation");
  const clip = attach({
    name: "whatsapp", kinds: ["photo", "album", "document", "location", "contact"], typed: () => box.typed(),
    voices: () => state.person().voices || [], onSend: sendThing,
  });
  const box = composer({ name: "whatsapp", placeholder: "Type a message", onSend, before: clip });
  const pick = picker({ name: "person", label: "Who writes on WhatsApp", onPick: (phone) => { ui.person = phone; ui.channel = ui.opened[phone] || null; state.choosePlace(); switched(); } });
  const more = h("button", { type: "button", class: "icon-button", "aria-haspopup": "menu", "aria-label": "More about this chat", title: "More", data: { more: "whatsapp" }, onclick: () => openMore() }, icon("more"));
  const parts = frame(root, { app: "WhatsApp", glyph: "chat", pick, log, composer: box, headerEnd: [more] });
  const openers = h("div", { class: "openers", role: "group", "aria-label": "Lines to begin with" });
  parts.foot.prepend(openers);

  function switched() {
    box.setContext(null);
    refresh();
  }

  async function onSend(text, context) {
    try {
      if (context && context.kind === "edit") await act("whatsapp/edit", { channel: state.place().channel, id: context.id, text });
      else if (context && context.kind === "phone") await act("whatsapp/phone", { ...state.to(), text });
      else { await act("whatsapp/say", { ...state.to(), text, quoted: context ? context.id : "" }); onSaid(); }
    } catch (err) { complain(err); throw err; }
  }

  async function sendThing(thing) {
    const context = box.context();
    const asPhone = Boolean(context && context.kind === "phone");
    box.clear(asPhone);
    try {
      await act("whatsapp/thing", { ...state.to(), ...thing, asPhone, quoted: context && context.kind === "reply" ? context.id : "" });
      if (!asPhone) onSaid();
    } catch (err) { complain(err); }
  }

  function openMore() {
    openMenu(more, [{
      label: "Answer from the agency's own phone", note: "As if a colleague typed it by hand", icon: "phone", data: { action: "phone" },
      run: () => { box.setContext({ kind: "phone", sticky: true, icon: "phone", title: "You now write as the agency", about: "from its own phone, past Marketa", placeholder: "Type as the agency" }); box.focus(); },
    }], { label: "About this chat" });
  }

  function openActions(message, anchor) {
    const items = [{
      label: "Reply", icon: "reply", data: { action: "reply" },
      run: () => { box.setContext({ kind: "reply", id: message.id, title: message.mine ? "You" : message.name, about: inWords(message) }); box.focus(); },
    }, { label: "Copy text", icon: "copy", run: () => copy(message.text) }];
    if (message.mine && message.text && !message.poll) {
      items.push({
        label: "Edit", icon: "edit", data: { action: "edit" },
        run: () => { box.setContext({ kind: "edit", id: message.id, icon: "edit", title: "Edit message", about: message.text, text: message.text }); box.focus(); },
      });
    }
    if (message.mine) {
      items.push({
        label: "Delete for everyone", icon: "trash", danger: true, data: { action: "delete" },
        run: () => act("whatsapp/delete", { channel: state.place().channel, id: message.id }).catch(complain),
      });
    }
    openMenu(anchor, items, {
      label: "Message actions", emoji: message.mine ? [] : emoji,
      onEmoji: (e) => act("whatsapp/react", { channel: state.place().channel, id: message.id, phone: ui.person, emoji: e }).catch(complain),
    });
  }

  function row(m, isNew) {
    if (m.day) return daySeparator(m);
    const actions = !m.deleted && h("button", {
      type: "button", class: "act", "aria-haspopup": "menu", "aria-label": "Message actions", data: { actions: m.id },
      onclick: (e) => { e.stopPropagation(); openActions(m, e.currentTarget); },
    }, icon("down"));
    const bubble = h("div", { class: "bubble" + (isJumbo(m.text) && !m.deleted ? " jumbo" : ""), onclick: (e) => { if (hasTouch() && !m.deleted && !e.target.closest("a, button, audio")) openActions(m, e.currentTarget); } },
      m.group && !m.mine && m.first && h("b", { class: "sender name-" + colour(m.from) }, m.name),
      m.by === "phone" && m.first && h("span", { class: "by-phone" }, icon("phone"), "from the agency's phone"),
      m.forwarded && !m.deleted && h("span", { class: "forwarded" }, icon("reply"), "Forwarded"),
      m.quoted && h("div", { class: "quoted" }, h("b", {}, m.quoted.who), h("span", {}, m.quoted.text)),
      ...(m.deleted ? [] : carried(m)),
      h("span", { class: "text" }, m.deleted ? deletedText(m) : whatsappText(m.text)), foot(m), actions);
    return h("div", {
      class: ["row", m.mine ? "mine" : "theirs", m.first ? "first" : "", m.last ? "last" : "", m.deleted ? "deleted" : "", isNew ? "new" : ""].join(" "),
      data: { messageId: m.id, from: m.mine ? "person" : m.by, status: m.status },
    }, bubble, m.reactions.length > 0 && h("span", { class: "reactions", "aria-label": "Reactions: " + m.reactions.join(" ") }, m.reactions.join(" ")));
  }

  const carried = (m) => [
    m.media && mediaNode(m.media, m.id), m.place && placeNode(m.place), ...(m.contacts || []).map(contactNode), m.poll && pollNode(m.poll),
  ].filter(Boolean);

  const deletedText = (m) => [icon("none"), m.mine ? "You deleted this message" : "This message was deleted"];

  function foot(m) {
    const seen = m.mine ? said[m.status] || "Delivered" : `${said[m.status] || "Sent"} (the agency sees this)`;
    return h("span", { class: "foot" }, m.edited && !m.deleted && h("span", { class: "edited" }, "Edited"), clockText(m.at),
      !m.deleted && h("span", { class: "tick", role: "img", title: seen, "aria-label": seen }, ticks(m.status)));
  }

  function chats() {
    return state.placesOf(ui.person).map((p) => {
      const { messages } = state.whatsapp(p.id, ui.person);
      const last = messages[messages.length - 1];
      const who = !last ? "" : last.mine ? "You: " : p.group ? (last.by === "person" ? last.name.split(" ")[0] : last.name) + ": " : "";
      return {
        id: p.id, title: p.title, glyph: p.group ? "group" : null, selected: p.id === ui.channel, unread: state.unreadFrom(p.id, ui.person),
        line: last ? who + (last.deleted ? "message deleted" : inWords(last)) : "No messages yet",
        time: last ? listTime(last.at) : "",
      };
    });
  }

  function open(id) {
    ui.channel = id;
    ui.opened[ui.person] = id;
    root.dataset.view = "chat";
    switched();
    box.focusUnlessTouch();
  }

  // The client opens the chat a moment after the message came: that is when the agency's ticks turn blue.
  let reading = null;
  function read() {
    if (reading || !isVisible() || state.unreadFrom(ui.channel, ui.person) === 0) return;
    const { channel, person } = ui;
    reading = setTimeout(() => {
      reading = null;
      if (!isVisible() || ui.channel !== channel || ui.person !== person) return;
      const { group } = state.place();
      act("whatsapp/open", state.to()).then(() => { if (group) { state.lookedAt(channel, person); refresh(); } }, () => {});
    }, 900);
  }

  function showOpeners(messages) {
    const lines = messages.length === 0 ? state.person().openers || [] : [];
    openers.hidden = lines.length === 0;
    openers.replaceChildren(...lines.map((line) => h("button", { type: "button", class: "opener", data: { opener: "" }, onclick: () => box.fill(line) }, line)));
  }

  return {
    render() {
      const { people } = state.meta();
      const who = state.person();
      const at = state.place();
      if (!who || !at) return;
      pick.show(people.map((p) => ({ value: p.phone, text: p.name + (p.place ? " · " + p.place : "") })), ui.person, [h("b", {}, who.name), h("small", {}, who.place || "+" + who.phone)]);
      showChats(parts.list, chats(), open);
      const { messages, presence } = state.whatsapp(ui.channel, ui.person);
      const typing = { typing: "typing…", recording: "recording audio…" }[presence];
      showHead(parts, { title: at.title, subtitle: typing || (at.group ? members(at.group) : "+" + at.phone), active: typing, glyph: at.group ? "group" : null });
      const items = withGroups(withDays(messages.map((m) => ({ ...m }))), (m) => m.mine + m.by + m.from);
      const head = [{ id: "note", note: true }, ...items];
      log.show(ui.channel + "/" + ui.person, head, (m, isNew) => (m.note ? note(at) : row(m, isNew)), typing ? [dots()] : []);
      showOpeners(messages);
      read();
    },
    unread: () => state.placesOf(ui.person).reduce((sum, p) => sum + state.unreadFrom(p.id, ui.person), 0),
    label: () => (state.person() ? state.person().name : ""),
  };
}

const members = (g) => ["You", ...g.members.filter((m) => m.phone !== ui.person).map((m) => (m.ours ? m.name : m.name.split(" ")[0]))].join(", ");
const colour = (phone) => [...phone].reduce((sum, ch) => sum + Number(ch), 0) % 7;
const note = (at) => h("div", { class: "note" }, `${at.group ? "This group" : "This chat with " + at.title} lives on your machine only. Nothing reaches the real WhatsApp.`);
const dots = () => h("div", { class: "row theirs first" }, h("div", { class: "bubble typing", "aria-label": "typing" }, h("i"), h("i"), h("i")));

export const copy = (text) => navigator.clipboard.writeText(text).then(() => notice("Copied."), () => notice("Copying is not allowed here.", "error"));
