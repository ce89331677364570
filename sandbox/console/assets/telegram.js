// The right pane: one manager's (or a stranger's) Telegram: the approvals group and the private chat with the bot.
import { h, hasTouch } from "./dom.js";
import { icon, ticks } from "./icons.js";
import { act } from "./live.js";
import { complain } from "./notice.js";
import { openMenu } from "./popup.js";
import { composer } from "./composer.js";
import { chatLog, daySeparator, withGroups } from "./chatlog.js";
import { avatar, frame, picker, showChats, showHead } from "./pane.js";
import { telegramText, plain, isJumbo } from "./richtext.js";
import { clockText, listTime, withDays } from "./time.js";
import { showToasts } from "./toast.js";
import { copy } from "./whatsapp.js";
import { attach } from "./attach.js";
import { album, inWords, mediaNode } from "./media.js";
import { openWhy } from "./why.js";
import * as state from "./state.js";

const { ui } = state;

export function telegramPane(root, { refresh, isVisible, onPressed }) {
  const log = chatLog("Telegram conversation");
  const slash = h("button", { type: "button", class: "icon-button slash", "aria-haspopup": "menu", "aria-label": "Commands", title: "Commands", data: { commands: "" }, onclick: () => openCommands() }, "/");
  const clip = attach({ name: "telegram", kinds: ["photo", "album", "document"], typed: () => box.typed(), voices: () => spoken, onSend: sendThing });
  const box = composer({ name: "telegram", placeholder: "Message", onSend, before: [slash, ...clip] });
  const pick = picker({ name: "actor", label: "Who acts in Telegram", onPick: (id) => { ui.actor = Number(id); switched(); } });
  const parts = frame(root, { app: "Telegram", glyph: "plane", pick, log, composer: box });
  const start = h("button", { type: "button", class: "start", data: { start: "" }, hidden: true, onclick: () => act("telegram/start", { user: ui.actor }).catch(complain) }, "Start");
  parts.foot.append(start);
  const strip = h("div", { class: "topics", role: "group", "aria-label": "Topics", hidden: true });
  log.el.before(strip);
  const toasts = h("div", { class: "toasts", role: "status", "aria-live": "assertive" });
  log.el.append(toasts);

  function switched() {
    box.setContext(null);
    state.chooseChat();
    refresh();
  }

  async function onSend(text, context) {
    const at = { user: ui.actor, chat: ui.chat, text, thread: thread() };
    try {
      if (context && context.kind === "edit") await act("telegram/edit", { ...at, id: context.id });
      else await act("telegram/send", { ...at, replyTo: context ? context.id : 0 });
    } catch (err) { complain(err); throw err; }
  }

  async function sendThing(thing) {
    const context = box.context();
    box.clear();
    try {
      await act("telegram/thing", { user: ui.actor, chat: ui.chat, thread: thread(), replyTo: context && context.kind === "reply" ? context.id : 0, ...thing });
    } catch (err) { complain(err); }
  }

  // thread is the topic that is open: 0 is all of them, and General.
  const thread = () => ui.threads[ui.chat] || 0;

  function showTopics(topics) {
    const version = JSON.stringify([topics, thread()]);
    strip.hidden = topics.length === 0;
    if (strip.version === version) return;
    strip.version = version;
    strip.replaceChildren(...[{ id: 0, name: "All topics" }, ...topics].map((t) => h("button", {
      type: "button", "aria-pressed": String(t.id === thread()), data: { topic: t.id }, onclick: () => { ui.threads[ui.chat] = t.id; switched(); },
    }, t.name)));
  }

  const isCard = (m) => m.bot && state.meta().cardMark && m.text.startsWith(state.meta().cardMark);

  function replyTo(m) {
    box.setContext({ kind: "reply", id: m.id, title: m.name, about: plain(m) });
    box.focus();
  }

  // A pressed button shows that it waits until the bot has answered, or for as long as anybody would wait.
  async function press(m, button, el) {
    const rest = () => { delete el.dataset.waiting; el.removeAttribute("aria-busy"); };
    el.dataset.waiting = "";
    el.setAttribute("aria-busy", "true");
    setTimeout(rest, 20_000);
    try {
      const { id } = await act("telegram/press", { user: ui.actor, chat: ui.chat, message: m.id, data: button.data });
      el.dataset.waiting = id;
      onPressed();
    } catch (err) {
      rest();
      complain(err);
    }
  }

  function settle(answered) {
    for (const el of log.el.querySelectorAll("[data-waiting]")) {
      if (!answered.includes(el.dataset.waiting)) continue;
      delete el.dataset.waiting;
      el.removeAttribute("aria-busy");
    }
  }

  const keyboard = (m) => m.keyboard && m.keyboard.length > 0 && h("div", { class: "keyboard", role: "group", "aria-label": "Buttons" },
    m.keyboard.map((line) => h("div", { class: "keyboard-row" }, line.map((b) => b.url
      ? h("a", { class: "key", href: b.url, target: "_blank", rel: "noopener noreferrer", data: { button: b.text } }, b.text, icon("link"))
      : h("button", { type: "button", class: "key " + (b.style || ""), data: { button: b.text, data: b.data }, onclick: (e) => press(m, b, e.currentTarget) }, b.text)))));

  // A command inside a text is sent when it is touched, as in the real app.
  log.el.addEventListener("click", (e) => {
    const command = e.target.closest("[data-command]");
    if (command) onSend(command.dataset.command, null).catch(() => {});
  });

  function openCommands() {
    openMenu(slash, commands().map((c) => ({ label: "/" + c.name, note: c.what, data: { command: c.name }, run: () => onSend("/" + c.name, null).catch(() => {}) })), { label: "Commands" });
  }

  function openActions(m, anchor) {
    const items = [
      { label: "Reply", icon: "reply", data: { action: "reply" }, run: () => replyTo(m) },
      { label: "Copy text", icon: "copy", run: () => copy(plain(m)) },
    ];
    if (m.mine && !m.media) {
      items.push({ label: "Edit", icon: "edit", data: { action: "edit" }, run: () => {
        box.setContext({ kind: "edit", id: m.id, icon: "edit", title: "Edit message", about: plain(m), text: m.text });
        box.focus();
      } });
    }
    if (isCard(m)) items.push({ label: "Why this draft?", icon: "why", data: { action: "why" }, run: () => openWhy(ui.chat, m.id) });
    openMenu(anchor, items, { label: "Message actions" });
  }

  function row(m, isNew) {
    if (m.day) return daySeparator(m);
    if (m.service) return h("div", { class: "service", data: { messageId: m.id, service: "" } }, h("span", {}, m.text));
    const named = m.group && !m.mine && m.first;
    return h("div", {
      class: ["row", m.mine ? "mine" : "theirs", m.first ? "first" : "", m.last ? "last" : "", m.keyboard ? "with-keys" : "", isNew ? "new" : ""].join(" "),
      data: { messageId: m.id, from: m.bot ? "bot" : m.from },
    },
    m.group && !m.mine && h("span", { class: "side" }, m.last && avatar(m.name, m.bot ? "bot" : null)),
    h("div", { class: "stack" },
      h("div", { class: "bubble" + (isJumbo(m.text) ? " jumbo" : ""), onclick: (e) => { if (hasTouch() && !e.target.closest("a, button, audio, .spoiler, .folded")) openActions(m, e.currentTarget); },
        ondblclick: (e) => { if (!e.target.closest("a, button")) replyTo(m); } },
        (named || (isCard(m) && !m.mine)) && h("b", { class: "sender name-" + (m.bot ? 5 : Math.abs(m.from) % 7) }, m.name,
          isCard(m) ? h("button", { type: "button", class: "why-of", title: "Why this draft?", data: { whyOf: m.id }, onclick: (e) => { e.stopPropagation(); openWhy(ui.chat, m.id); } }, icon("why"), "Why?") : m.bot && h("small", {}, "bot")),
        m.quoted && h("button", { type: "button", class: "quoted", "aria-label": "Go to the answered message", onclick: (e) => { e.stopPropagation(); log.reveal(m.quoted.id); } },
          h("b", {}, m.quoted.who), h("span", {}, m.quoted.text)),
        m.topic && m.first && !thread() && h("span", { class: "topic" }, m.topic),
        m.files ? album(m.files) : m.media && mediaNode(m.media, m.id),
        h("span", { class: "text" }, telegramText(m)),
        h("span", { class: "foot" }, m.edited && h("span", { class: "edited" }, "edited"), clockText(m.at), m.mine && h("span", { class: "tick", role: "img", "aria-label": "Sent" }, ticks("read")))),
      keyboard(m)),
    h("span", { class: "acts" },
      m.mine && h("button", { type: "button", class: "act", "aria-haspopup": "menu", "aria-label": "Message actions", title: "More", data: { actions: m.id }, onclick: (e) => openActions(m, e.currentTarget) }, icon("more")),
      h("button", { type: "button", class: "act", "aria-label": "Reply", title: "Reply", data: { reply: m.id }, onclick: () => replyTo(m) }, icon("reply"))));
  }

  const commands = () => state.chatsOf(ui.actor).find((c) => c.id === ui.chat).commands;

  // decorate adds what a row needs to know besides the message itself, so that a change of it redraws the row.
  function decorate(messages, group) {
    const byId = new Map(messages.map((m) => [m.id, m]));
    return inAlbums(messages).map((m) => {
      const to = m.replyTo ? byId.get(m.replyTo) : null;
      const quoted = m.replyTo ? { id: m.replyTo, who: to ? to.name : "Deleted message", text: to ? (plain(to) || inWords(to)).slice(0, 120) : "" } : null;
      return { ...m, mine: m.from === ui.actor, group, quoted };
    });
  }

  function chats() {
    return state.chatsOf(ui.actor).map((c) => {
      const { messages } = state.telegram(c.id);
      const last = messages[messages.length - 1];
      const who = !last || last.service || c.kind === "private" ? "" : (last.from === ui.actor ? "You" : last.name.split(" ")[0]) + ": ";
      return {
        id: c.id, title: c.title, glyph: c.kind === "private" ? "bot" : "group", selected: c.id === ui.chat, unread: state.unreadIn(ui.actor, c.id),
        line: last ? who + (last.media ? inWords({ ...last, text: plain(last) }) : plain(last)).slice(0, 80) : "No messages yet", time: last ? listTime(last.at) : "",
      };
    });
  }

  function open(chat) {
    const id = Number(chat);
    ui.chat = id;
    root.dataset.view = "chat";
    switched();
    box.focusUnlessTouch();
  }

  // A question that wants a reply opens the reply strip, as the real app does, for whoever was acting when it came.
  function followPrompt(messages) {
    const answered = new Set(messages.map((m) => m.replyTo).filter(Boolean));
    const asks = messages.filter((m) => m.forceReply && !answered.has(m.id) && !ui.dismissed[`${ui.actor}/${ui.chat}/${m.id}`]);
    const prompt = asks.filter((m) => (ui.prompted[`${ui.chat}/${m.id}`] ||= ui.actor) === ui.actor).pop();
    const current = box.context();
    if (!prompt) {
      if (current && current.prompt) box.setContext(null);
      return;
    }
    if (current && (current.id === prompt.id || !current.prompt)) return;
    box.setContext({
      kind: "reply", prompt: true, id: prompt.id, title: prompt.name, about: plain(prompt), placeholder: prompt.placeholder || "Reply",
      onCancel: () => { ui.dismissed[`${ui.actor}/${ui.chat}/${prompt.id}`] = true; state.keep(); },
    });
    const busy = document.activeElement && document.activeElement.closest("[data-pane=whatsapp]");
    if (!busy) box.focusUnlessTouch();
  }

  return {
    render() {
      const who = state.actor();
      const chat = state.chatsOf(ui.actor).find((c) => c.id === ui.chat);
      if (!who || !chat) return;
      pick.show(state.meta().managers.map((m) => ({ value: String(m.id), text: m.name + (m.role ? " · " + m.role : "") })), String(ui.actor), [h("b", {}, who.name), h("small", {}, who.role || "")]);
      const { messages: all, topics = [] } = state.telegram(ui.chat);
      if (!topics.some((t) => t.id === thread())) delete ui.threads[ui.chat];
      showTopics(topics);
      const messages = thread() ? all.filter((m) => m.thread === thread()) : all;
      if (isVisible()) state.markSeen(ui.actor, ui.chat);
      showChats(parts.list, chats(), open);
      const group = chat.kind !== "private";
      showHead(parts, { title: chat.title, subtitle: group ? "group" : "bot", glyph: group ? "group" : "bot" });
      const items = withGroups(withDays(decorate(messages, group)), (m) => (m.service ? m.id : m.from));
      log.show(ui.actor + "/" + ui.chat + "/" + thread(), items, row, messages.length === 0 ? [empty(chat)] : []);
      slash.hidden = commands().length === 0;
      start.hidden = chat.started;
      box.el.hidden = !chat.started;
      followPrompt(messages);
      const desk = state.desk(ui.actor);
      settle(desk.answered);
      showToasts(toasts, desk.toasts, state.meta().managers.flatMap((m) => state.desk(m.id).toasts));
    },
    unread: () => state.chatsOf(ui.actor).reduce((sum, c) => sum + state.unreadIn(ui.actor, c.id), 0),
    label: () => (state.actor() ? state.actor().name : ""),
  };
}

const empty = (chat) => h("div", { class: "service" }, h("span", {}, chat.started ? "No messages here yet" : `Press Start to talk to ${chat.title}`));

const spoken = ["Find me the photos of the terrace", "What is open today?"];

// inAlbums puts the files of one album into its first message.
function inAlbums(messages) {
  const out = [];
  for (const m of messages) {
    const before = out[out.length - 1];
    if (m.album && m.media && before && before.album === m.album && before.from === m.from) {
      before.files.push(m.media);
      if (!before.text && m.text) { before.text = m.text; before.html = m.html; }
      continue;
    }
    out.push(m.album && m.media ? { ...m, files: [m.media] } : m);
  }
  return out;
}
