// What the server last said, and what this page's visitor has chosen. Both panes read from here; only main.js writes sections.

const sections = new Map();

// ui survives a reload of this tab, not more: another tab may act as somebody else.
export const ui = Object.assign(
  { person: null, channel: null, actor: null, chat: null, tab: "whatsapp", boot: null, seen: {}, dismissed: {}, prompted: {} },
  JSON.parse(sessionStorage.getItem("console") || "{}"),
);

export const keep = () => sessionStorage.setItem("console", JSON.stringify(ui));

// apply takes one event of the stream: the sections that changed; null means gone; fresh means forget everything before.
export function apply({ fresh, sections: changed }) {
  if (fresh) sections.clear();
  for (const [key, value] of Object.entries(changed)) {
    if (value === null) sections.delete(key);
    else sections.set(key, value);
  }
  choose();
}

export const meta = () => sections.get("meta");
export const clock = () => sections.get("clock") || {};
export const whatsapp = (channel, phone) => sections.get(`whatsapp/${channel}/${phone}`) || { messages: [], presence: "" };
export const telegram = (chat) => sections.get(`telegram/${chat}`) || { messages: [] };
export const desk = (user) => sections.get(`desk/${user}`) || { chats: [], toasts: [], answered: [] };

export const person = () => meta().people.find((p) => p.phone === ui.person);
export const number = () => meta().numbers.find((n) => n.channel === ui.channel);
export const actor = () => meta().managers.find((m) => m.id === ui.actor);

// choose keeps the visitor's choices possible: a sandbox that was started anew knows nobody from before.
function choose() {
  const m = meta();
  if (ui.boot !== m.boot) Object.assign(ui, { boot: m.boot, seen: {}, dismissed: {}, prompted: {} });
  const has = (list, field, value) => list.some((x) => x[field] === value);
  if (!has(m.people, "phone", ui.person)) ui.person = m.people.length ? m.people[0].phone : null;
  if (!has(m.numbers, "channel", ui.channel)) ui.channel = m.numbers.length ? m.numbers[0].channel : null;
  if (!has(m.managers, "id", ui.actor)) ui.actor = m.managers.length ? m.managers[0].id : null;
  chooseChat();
  keep();
}

// chooseChat keeps the chat that is open if this actor has it, else opens the approvals group, else whatever there is.
export function chooseChat() {
  const ids = chatsOf(ui.actor).map((c) => c.id);
  if (!ids.includes(ui.chat)) ui.chat = ids.includes(meta().group) ? meta().group : ids[0];
}

// chatsOf lists an actor's chats: the approvals group is pinned, the others follow, the latest first. The private chat with
// the bot is always among them.
export function chatsOf(user) {
  const pinned = (c) => c.id === meta().group;
  const { chats } = desk(user);
  return [...chats.filter(pinned), ...chats.filter((c) => !pinned(c))];
}

// Unread, as the person with this phone sees it: the agency's messages that the person has not opened.
export const unreadFrom = (channel, phone) =>
  whatsapp(channel, phone).messages.filter((m) => !m.mine && !m.deleted && (m.status === "sent" || m.status === "delivered")).length;

const newest = (messages) => messages.reduce((max, m) => Math.max(max, m.id), 0);

export function unreadIn(user, chat) {
  const messages = telegram(chat).messages;
  const key = `${user}/${chat}`;
  if (ui.seen[key] === undefined) ui.seen[key] = newest(messages); // what was there before the first look is not news
  return messages.filter((m) => m.id > ui.seen[key] && m.from !== user).length;
}

export function markSeen(user, chat) {
  ui.seen[`${user}/${chat}`] = newest(telegram(chat).messages);
  keep();
}
