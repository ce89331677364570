// Message text to nodes: WhatsApp's *marks*, Telegram's HTML (only the tags Telegram knows), and links in both.
import { h } from "./dom.js";

const url = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g;

// linked turns addresses into links and leaves everything else as text.
function linked(text) {
  const out = [];
  let from = 0;
  for (const hit of text.matchAll(url)) {
    out.push(text.slice(from, hit.index), link(hit[0], hit[0]));
    from = hit.index + hit[0].length;
  }
  out.push(text.slice(from));
  return out.filter((part) => part !== "");
}

const link = (href, ...inside) => h("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...inside);

const marks = [
  [/```([^]+?)```/, "code"],
  [/`([^`\n]+)`/, "code"],
  [/(?<![\p{L}\d*])\*(?!\s)([^*\n]+?)(?<!\s)\*(?![\p{L}\d*])/u, "strong"],
  [/(?<![\p{L}\d_])_(?!\s)([^_\n]+?)(?<!\s)_(?![\p{L}\d_])/u, "em"],
  [/(?<![\p{L}\d~])~(?!\s)([^~\n]+?)(?<!\s)~(?![\p{L}\d~])/u, "s"],
];

// whatsappText follows https://faq.whatsapp.com/539178204879377 (bold, italic, strike-through, monospace).
export function whatsappText(text) {
  let first = null;
  for (const [pattern, tag] of marks) {
    const hit = pattern.exec(text);
    if (hit && (!first || hit.index < first.hit.index)) first = { hit, tag };
  }
  if (!first) return linked(text);
  const { hit, tag } = first;
  const inside = tag === "code" ? [hit[1]] : whatsappText(hit[1]);
  return [
    ...linked(text.slice(0, hit.index)),
    h(tag, {}, ...inside),
    ...whatsappText(text.slice(hit.index + hit[0].length)),
  ];
}

const same = { B: "strong", STRONG: "strong", I: "em", EM: "em", U: "u", INS: "u", S: "s", STRIKE: "s", DEL: "s", CODE: "code", PRE: "pre" };

// telegramText reads the tags of https://core.telegram.org/bots/api#html-style and drops every other tag, not its text.
export function telegramText(message) {
  if (!message.html) return linked(message.text || "");
  const body = new DOMParser().parseFromString(message.html, "text/html").body;
  return unpadded([...body.childNodes].flatMap(telegramNode));
}

const isBlock = (part) => part instanceof Element && (part.tagName === "BLOCKQUOTE" || part.tagName === "PRE");

// A quote already stands on lines of its own: the line breaks around it would leave gaps.
function unpadded(parts) {
  return parts.map((part, i) => {
    if (typeof part !== "string") return part;
    const text = isBlock(parts[i - 1]) ? part.replace(/^\n/, "") : part;
    return isBlock(parts[i + 1]) ? text.replace(/\n$/, "") : text;
  });
}

function telegramNode(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.parentElement.closest("a") ? [node.data] : linked(node.data);
  if (node.nodeType !== Node.ELEMENT_NODE) return [];
  const inside = [...node.childNodes].flatMap(telegramNode);
  if (same[node.tagName]) return [h(same[node.tagName], {}, ...inside)];
  const is = (name) => node.classList.contains(name);
  if (node.tagName === "BLOCKQUOTE") return [quote(is("expandable") || node.hasAttribute("expandable"), inside)];
  if (node.tagName === "TG-SPOILER" || is("spoiler") || is("tg-spoiler")) return [spoiler(inside)];
  if (is("bot-command")) return [h("button", { type: "button", class: "command", data: { command: node.textContent } }, ...inside)];
  if (is("mention") || is("text-mention") || is("hashtag")) return [h("span", { class: "mention" }, ...inside)];
  if (node.tagName === "A" && /^(https?|tg|ton|mailto|tel):/i.test(node.getAttribute("href") || "")) {
    return [link(node.getAttribute("href"), ...inside)];
  }
  return inside;
}

function quote(expandable, inside) {
  const el = h("blockquote", { class: expandable ? "folded" : "" }, ...inside);
  if (expandable) el.addEventListener("click", () => el.classList.toggle("folded"));
  return el;
}

function spoiler(inside) {
  const el = h("span", { class: "spoiler", role: "button", tabindex: 0, "aria-label": "Hidden text, press to show" }, ...inside);
  const show = () => { el.classList.add("shown"); el.removeAttribute("role"); el.removeAttribute("aria-label"); };
  el.addEventListener("click", show);
  el.addEventListener("keydown", (e) => { if (e.key === "Enter" || e.key === " ") show(); });
  return el;
}

// plain is a message's text without marks, for lists and reply previews.
export function plain(message) {
  const text = message.html ? new DOMParser().parseFromString(message.html, "text/html").body.textContent : message.text || "";
  return text.replace(/\s+/g, " ").trim();
}

// isJumbo: one to three emoji alone are shown large, as both apps do.
export const isJumbo = (text) => /^(?:\p{Extended_Pictographic}[\u{1F3FB}-\u{1F3FF}\uFE0F]?){1,3}$/u.test((text || "").trim());
