// The world around the two chats, one restaurant at a time: what its guests see on Instagram and Facebook, what it pays, and
// its task in the agency's CRM, where a colleague may move it or write.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { act } from "./live.js";
import { complain } from "./notice.js";
import { picker } from "./pane.js";
import { dateText, clockText } from "./time.js";
import * as state from "./state.js";

const { ui } = state;

export function outsidePane(root, { refresh }) {
  const pick = picker({ name: "place", label: "Which restaurant to look at", onPick: (name) => { ui.place = name; ui.placeOf = ui.person; refresh(); } });
  const feeds = h("section", { class: "out-feeds", "aria-label": "Instagram and Facebook" });
  const pay = h("section", { class: "out-card", "aria-label": "Payment", data: { pay: "" } });
  const crm = h("section", { class: "out-card out-crm", "aria-label": "Task in Planfix", data: { crm: "" } });
  root.append(
    h("header", { class: "app-bar" }, h("span", { class: "app-name" }, icon("globe"), h("h2", {}, "Outside")), pick.el),
    h("div", { class: "out-body" }, feeds, pay, crm));
  const write = writer();
  return {
    label: () => (chosen() ? chosen().name : "feed, CRM"),
    unread: () => 0,
    render() {
      const all = state.outside().places;
      const p = chosen();
      pick.el.hidden = all.length === 0;
      if (!p) return;
      pick.show(all.map((x) => ({ value: x.name, text: x.name })), p.name, [h("b", {}, p.name), h("small", {}, p.stage)]);
      draw(feeds, [p.name, p.connection, p.instagram, p.facebook], () => [...instagram(p), ...facebook(p)]);
      draw(pay, [p.name, p.paying, p.payLink, p.payAmount], () => payment(p));
      draw(crm, [p.name, p.task, state.outside().statuses], () => task(p, write));
      write.of(p.task);
    },
  };
}

// chosen is the restaurant that was picked, else the one of whoever writes on the left.
function chosen() {
  const all = state.outside().places;
  const picked = ui.placeOf === ui.person && all.find((p) => p.name === ui.place);
  const person = state.person();
  const own = person && all.find((p) => p.name !== "" && (person.place || "").startsWith(p.name) || p.name === person.name);
  return picked || own || all[0];
}

// draw builds a part anew only when what it shows has changed.
function draw(el, shown, build) {
  const version = JSON.stringify(shown);
  if (el.version === version) return;
  el.version = version;
  el.replaceChildren(...build().filter(Boolean));
}

const title = (glyph, text, note) => h("h3", { class: "out-title" }, icon(glyph), h("span", {}, text), note && h("small", {}, note));
const away = (href, ...inside) => h("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...inside);
const empty = (text) => h("p", { class: "out-empty" }, text);

function instagram(p) {
  if (!p.instagram) return [title("photo", "Instagram"), empty(p.connection ? "Connected without an Instagram account." : "Not connected yet. Ask the bot: “send the connection link”.")];
  const { name, posts } = p.instagram;
  return [
    title("photo", "@" + name, p.connection === "active" ? plural(posts.length, "post") : p.connection),
    posts.length === 0 ? empty("Nothing is published yet.") :
      h("div", { class: "out-grid" }, posts.map((post) => away(post.link,
        h("figure", { class: "out-post", data: { post: post.id }, title: post.caption },
          media(post), post.kind !== "FEED" && h("i", {}, post.kind.toLowerCase()))))),
  ];
}

function facebook(p) {
  if (!p.facebook) return [];
  const { name, posts } = p.facebook;
  return [
    title("globe", name, "Facebook · " + plural(posts.length, "post")),
    ...posts.slice(0, 4).map((post) => h("article", { class: "out-fb", data: { post: post.id } },
      post.picture && media(post),
      h("div", {}, h("p", {}, post.caption || "No words."), h("small", {}, when(post.at), " · ", away(post.link, "open"))))),
  ];
}

const media = (post) => (!post.picture ? h("span", { class: "out-blank" }, icon("file")) :
  post.video ? h("video", { src: post.picture, muted: true, preload: "metadata" }) :
    h("img", { src: post.picture, alt: post.alt || post.caption || "A published picture", loading: "lazy" }));

const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
const when = (ms) => `${dateText(ms)}, ${clockText(ms)}`;

function payment(p) {
  return [
    title("card", "Payment", p.payAmount),
    p.paying ? h("p", { class: "out-state" }, h("b", {}, p.paying)) : empty("Nothing is asked for yet. Ask the bot: “send the payment link”."),
    p.payLink && h("p", {}, away(p.payLink, h("span", { class: "out-button" }, icon("link"), "Open the checkout page"))),
  ];
}

function task(p, write) {
  if (!p.task) return [title("check", "Planfix"), empty("No task is linked. Ask the bot: “create a Planfix task”.")];
  const t = p.task;
  const statuses = state.outside().statuses;
  const move = h("select", { data: { move: t.id }, "aria-label": "Move the task", onchange: () => act("planfix/move", { task: t.id, status: Number(move.value) }).catch(complain) },
    statuses.map((s) => h("option", { value: s.id, selected: s.id === t.statusId }, s.name)));
  return [
    title("check", "Planfix", "task " + t.id),
    h("p", { class: "out-name" }, h("b", {}, t.name)),
    t.gone ? empty("It was thrown away there.") : h("label", { class: "out-status" }, "Status", move),
    ...t.comments.map((c) => h("article", { class: "out-comment" + (c.by === "Marketa" ? " ours" : ""), data: { comment: c.id } }, h("header", {}, h("b", {}, c.by), h("time", {}, when(c.at))), h("p", {}, c.text))),
    !t.gone && write.el,
  ];
}

// writer is where a colleague types a comment; it outlives the drawing of the task, with what stands in it.
function writer() {
  let id = 0;
  const field = h("textarea", { rows: 2, "aria-label": "A comment by a colleague in the CRM", placeholder: "Write as Vera, a colleague in Planfix", data: { composer: "planfix" } });
  const send = h("button", { type: "submit", class: "out-button", data: { send: "planfix" } }, "Write");
  const el = h("form", { class: "out-write" }, field, send);
  el.addEventListener("submit", (e) => {
    e.preventDefault();
    const text = field.value.trim();
    if (text === "") return;
    field.value = "";
    act("planfix/write", { task: id, text }).catch((err) => { field.value = text; complain(err); });
  });
  return { el, of: (t) => { if (!t || t.id !== id) field.value = ""; id = t ? t.id : 0; } };
}
