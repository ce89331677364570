// What messages carry besides words: photos, voice notes, documents, places. The same in both apps.
import { h } from "./dom.js";
import { icon } from "./icons.js";

// mediaNode is one file of a message.
export function mediaNode(f, id) {
  if (f.gone) return h("span", { class: "file gone" }, icon("none"), h("span", {}, h("b", {}, "No longer there"), h("small", {}, "The phone has lost this file")));
  switch (f.kind) {
    case "photo": return photo(f);
    case "voice": case "audio": return voice(f, id);
    case "video": return h("a", { class: "file film", href: f.url, target: "_blank", rel: "noopener noreferrer" }, icon("play"), h("span", {}, h("b", {}, f.name || "Video"), h("small", {}, time(f.seconds) || size(f.size))));
    case "sticker": return h("span", { class: "sticker", role: "img", "aria-label": "Sticker" }, "🙂");
    default: return h("a", { class: "file", href: f.url, download: f.name || "file" }, icon("file"), h("span", {}, h("b", {}, f.name || f.kind), h("small", {}, size(f.size))));
  }
}

// album is several pictures in one frame, as Telegram shows them.
export const album = (files) => h("div", { class: "album album-" + Math.min(files.length, 4) }, files.map(photo));

function photo(f) {
  if (!f.url) return h("span", { class: "file" }, icon("photo"), h("span", {}, h("b", {}, "Photo")));
  return h("button", { type: "button", class: "photo", "aria-label": "Photo, press to see it whole", onclick: (e) => { e.stopPropagation(); whole(f.url); } },
    h("img", { src: f.url, alt: f.name || "photo", loading: "lazy", decoding: "async" }), f.once && h("small", { class: "once" }, "view once"));
}

// whole shows a photo over everything; any press closes it.
function whole(url) {
  const box = h("dialog", { class: "lightbox", "aria-label": "Photo", onclick: () => box.close(), onclose: () => box.remove() }, h("img", { src: url, alt: "" }));
  document.body.append(box);
  box.showModal();
}

// voice draws the notes of the sandbox, in which nobody is heard: their words stand below. A file of the visitor's own plays.
function voice(f, id) {
  if (!f.words) {
    return h("span", { class: "voice-own" }, h("audio", { controls: true, preload: "none", src: f.url }));
  }
  const bars = h("span", { class: "bars", "aria-hidden": "true" }, wave(id).map((n) => h("i", { class: "bar-" + n })));
  const play = h("button", { type: "button", class: "play", "aria-label": "Play the voice note", onclick: (e) => { e.stopPropagation(); run(); } }, icon("play"));
  const el = h("span", { class: "voice" }, h("span", { class: "voice-line" }, play, bars, h("small", {}, time(f.seconds || 3))), h("q", {}, f.words));
  function run() {
    const all = [...bars.children];
    const step = ((f.seconds || 3) * 1000) / all.length;
    all.forEach((bar) => bar.classList.remove("heard"));
    all.forEach((bar, i) => setTimeout(() => bar.classList.add("heard"), i * Math.min(step, 160)));
  }
  return el;
}

// wave is a shape that belongs to one note.
function wave(id) {
  let n = 7;
  for (const ch of String(id)) n = (n * 31 + ch.codePointAt(0)) % 65_521;
  return Array.from({ length: 26 }, (_, i) => { n = (n * 137 + 29) % 65_521; return 1 + ((n >> 4) % (i < 2 || i > 23 ? 3 : 8)); });
}

const time = (seconds) => (seconds ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` : "");
export const size = (bytes) => (!bytes ? "" : bytes < 1024 ? bytes + " B" : bytes < 1 << 20 ? Math.round(bytes / 1024) + " KB" : (bytes / (1 << 20)).toFixed(1) + " MB");

export const placeNode = (text) => h("span", { class: "file place" }, icon("pin"), h("span", {}, h("b", {}, text), h("small", {}, "Location")));
export const contactNode = (name) => h("span", { class: "file" }, icon("person"), h("span", {}, h("b", {}, name), h("small", {}, "Contact")));
export const pollNode = (options) => h("span", { class: "poll" }, options.map((o) => h("span", {}, o)));

// inWords is what a list or a quote says of a message without words.
export function inWords(m) {
  const f = m.media;
  if (f) {
    const word = { photo: "📷 Photo", video: "🎬 Video", voice: "🎤 ", audio: "🎵 Audio", document: "📄 ", sticker: "Sticker" }[f.kind] || f.kind;
    if (f.kind === "voice") return word + (f.words || "Voice note");
    if (f.kind === "document") return word + (m.text || f.name || "Document");
    return m.text ? word.split(" ")[0] + " " + m.text : word;
  }
  if (m.place) return "📍 " + m.place;
  if (m.contacts) return "👤 " + m.contacts.join(", ");
  return m.text;
}
