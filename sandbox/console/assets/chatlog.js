// The scrolling list of messages, the same for both apps: stays at the end while one is at the end, and says so when
// something new arrives while one reads further up.
import { h, reconcile, setText } from "./dom.js";
import { icon } from "./icons.js";

// chatLog returns {el, show(chat, items, build, foot)}; build(item, isNew) makes one row.
export function chatLog(label) {
  const list = h("div", { class: "log-list", role: "log", "aria-label": label, "aria-live": "polite" });
  const foot = h("div", { class: "log-foot" });
  const scroller = h("div", { class: "log-scroll", tabindex: 0, role: "group", "aria-label": label + ", messages" }, h("div", { class: "log-inner" }, list, foot));
  const count = h("span", { class: "count" });
  const jump = h("button", { type: "button", class: "jump", "aria-label": "Go to the newest message", hidden: true, onclick: () => toEnd("smooth") }, count, icon("down"));
  const el = h("div", { class: "log" }, scroller, jump);

  let shown = null;
  let length = 0;
  let missed = 0;
  const toEnd = (behavior = "instant") => scroller.scrollTo({ top: scroller.scrollHeight, behavior });
  const atEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  const showJump = () => {
    if (atEnd()) missed = 0;
    jump.hidden = atEnd();
    setText(count, missed > 0 ? String(missed) : "");
  };
  // A keyboard that opens, a strip above the composer, a rotated phone: whoever was at the end stays there. Such a change
  // of height scrolls too, and only a scroll by the person says where the person wants to be.
  let stick = true;
  let height = 0;
  scroller.addEventListener("scroll", () => {
    if (scroller.clientHeight === height) stick = atEnd();
    showJump();
  }, { passive: true });
  new ResizeObserver(() => {
    height = scroller.clientHeight;
    if (stick) toEnd();
    showJump();
  }).observe(scroller);

  return {
    el,
    show(chat, items, build, footNodes = []) {
      const stay = shown !== chat || stick;
      const fresh = shown === chat ? items.length - length : 0;
      const mine = items.length > 0 && items[items.length - 1].mine;
      if (shown !== chat) list.replaceChildren();
      reconcile(list, items, (m) => m.id, (item, isNew) => build(item, isNew && shown === chat));
      foot.replaceChildren(...footNodes);
      if (stay || (fresh > 0 && mine)) { stick = true; toEnd(); } else if (fresh > 0) missed += fresh;
      shown = chat;
      length = items.length;
      showJump();
    },
    // reveal scrolls to a message and lights it up for a moment.
    reveal(id) {
      const row = list.querySelector(`[data-message-id="${CSS.escape(String(id))}"]`);
      if (!row) return;
      row.scrollIntoView({ block: "center", behavior: "smooth" });
      row.classList.add("lit");
      setTimeout(() => row.classList.remove("lit"), 1400);
    },
  };
}

export const daySeparator = (item) => h("div", { class: "day", data: { day: item.day } }, h("span", {}, item.day));

// startsGroup: the first of several messages by the same side shows the tail and the name.
export function withGroups(messages, by) {
  return messages.map((m, i) => {
    const before = messages[i - 1];
    const after = messages[i + 1];
    return {
      ...m,
      first: !before || before.day !== undefined || by(before) !== by(m),
      last: !after || after.day !== undefined || by(after) !== by(m),
    };
  });
}
