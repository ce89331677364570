// What the server last said, and what this page's visitor has chosen. Both panes read from here; only main.js writes sections.

const sections = new Map();

// ui survives a reload of this tab, not more: another tab may act as somebody else.
export const ui = Object.assign(
  { person: null, channel: null, actor: null, chat: null, tab: "whatsapp", boot: null, opened: {}, threads: {}, seen: {}, dismissed: {}, prompted: {} },
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
export const outside = () => sections.get("outside") || { places: [], statuses: [] };
export const clock = () => sections.get("clock") || {};
const nobody = { messages: [], presence: "" };
// whatsapp is one conversation as this person sees it; a place is a number's channel or a group's id.
export function whatsapp(place, phone) {
  const group = sections.get("group/" + place);
  if (!group) return sections.get(`whatsapp/${place}/${phone}`) || nobody;
  return { ...group, messages: group.messages.map((m) => ({ ...m, mine: m.from === phone, group: true })) };
}
export const telegram = (chat) => sections.get(`telegram/${chat}`) || { messages: [] };
export const desk = (user) => sections.get(`desk/${user}`) || { chats: [], toasts: [], answered: [] };

export const person = () => meta().people.find((p) => p.phone === ui.person);
// placesOf are a person's conversations: the groups with the agency, then its numbers.
export const placesOf = (phone) => [
  ...meta().groups.filter((g) => g.members.some((m) => m.phone === phone)).map((g) => ({ id: g.id, title: g.title, channel: g.channel, group: g })),
  ...meta().numbers.map((n) => ({ id: n.channel, title: n.title, channel: n.channel, phone: n.phone })),
];
export const place = () => placesOf(ui.person).find((p) => p.id === ui.channel);
// to is where the person writes now, as the server wants it.
export const to = () => { const p = place(); return { channel: p.channel, group: p.group ? p.id : "", phone: ui.person }; };
export const actor = () => meta().managers.find((m) => m.id === ui.actor);

// choose keeps the visitor's choices possible: a sandbox that was started anew knows nobody from before.
function choose() {
  const m = meta();
  if (ui.boot !== m.boot) Object.assign(ui, { boot: m.boot, person: null, channel: null, chat: null, opened: {}, threads: {}, seen: {}, dismissed: {}, prompted: {} });
  const has = (list, field, value) => list.some((x) => x[field] === value);
  if (!has(m.people, "phone", ui.person)) ui.person = m.people.length ? m.people[0].phone : null;
  choosePlace();
  if (!has(m.managers, "id", ui.actor)) ui.actor = m.managers.length ? m.managers[0].id : null;
  chooseChat();
  keep();
}

// choosePlace keeps the conversation that is open if this person has it, else opens the one that this person had open last.
export function choosePlace() {
  const all = placesOf(ui.person).map((p) => p.id);
  const wanted = [ui.opened[ui.person], (person() || {}).open, meta().numbers.length ? meta().numbers[0].channel : null, all[0]];
  if (!ui.opened[ui.person] || !all.includes(ui.channel)) ui.channel = wanted.find((id) => all.includes(id)) || null;
  ui.opened[ui.person] = ui.channel;
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
export function unreadFrom(place, phone) {
  const { messages } = whatsapp(place, phone);
  if (!sections.has("group/" + place)) return messages.filter((m) => !m.mine && !m.deleted && (m.status === "sent" || m.status === "delivered")).length;
  const key = `${phone}/${place}`;
  if (ui.seen[key] === undefined) ui.seen[key] = newestAt(messages);
  return messages.filter((m) => !m.mine && !m.deleted && m.at > ui.seen[key]).length;
}

const newestAt = (messages) => messages.reduce((max, m) => Math.max(max, m.at), 0);

// lookedAt: this person has seen all that stands in a group now.
export function lookedAt(place, phone) {
  ui.seen[`${phone}/${place}`] = newestAt(whatsapp(place, phone).messages);
  keep();
}

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
