// The sandbox's clock, which may be ahead of the machine's, and how times are written.

let ahead = 0;
let frozenAt = null;

export function setClock({ ahead: by, frozen }) {
  ahead = by || 0;
  frozenAt = frozen || null;
}

export const now = () => (frozenAt === null ? Date.now() + ahead : frozenAt);
export const movedAhead = () => ahead;

const hm = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "long" });
const short = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short" });
const long = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" });

export const clockText = (ms) => hm.format(ms);
export const dateText = (ms) => short.format(ms);

const dayNumber = (ms) => {
  const d = new Date(ms);
  return Date.UTC(d.getFullYear(), d.getMonth(), d.getDate()) / 86_400_000;
};

// dayText names a day the way chats do: Today, Yesterday, a weekday, a date.
export function dayText(ms) {
  const back = dayNumber(now()) - dayNumber(ms);
  if (back === 0) return "Today";
  if (back === 1) return "Yesterday";
  return back > 1 && back < 7 ? weekday.format(ms) : long.format(ms);
}

// listTime is the time beside a chat in a list.
export const listTime = (ms) => (dayNumber(now()) === dayNumber(ms) ? hm.format(ms) : dayText(ms));

// withDays puts a separator before the first message of each day.
export function withDays(messages) {
  const out = [];
  let day = null;
  for (const m of messages) {
    const text = dayText(m.at);
    if (text !== day) out.push({ day: text, id: "day-" + dayNumber(m.at) });
    day = text;
    out.push(m);
  }
  return out;
}
