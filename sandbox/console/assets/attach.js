// What can be sent besides words, one tap each: sample photos, voice notes, a menu, a place; or a file of one's own.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { openPanel } from "./popup.js";
import { complain } from "./notice.js";
import * as state from "./state.js";

// attach is the button beside a composer. onSend(thing) sends; typed() is what stands in the composer, to speak it or to
// put it under a photo; voices() are lines that suit who writes.
export function attach({ name, kinds, typed, voices, onSend }) {
  const own = h("input", { type: "file", hidden: true, accept: "image/*,audio/*,video/*,.pdf,.txt,.doc,.docx", "aria-label": "A file of your own", onchange: () => pick() });
  const button = h("button", { type: "button", class: "icon-button attach", "aria-haspopup": "dialog", "aria-label": "Send a photo, a voice note or something else", title: "Photos, voice and more", data: { attach: name }, onclick: () => open() }, icon("plus"));

  async function pick() {
    const file = own.files[0];
    own.value = "";
    if (!file) return;
    if (file.size > 10 * 1024 * 1024) { complain(new Error("The sandbox takes files of up to 10 MB.")); return; }
    const family = file.type.split("/")[0];
    const kind = { image: "photo", audio: "audio", video: "video" }[family] || "document";
    onSend({ kind, name: file.name, mime: file.type || "application/octet-stream", data: await base64(file), caption: typed() });
  }

  function open() {
    openPanel(button, (close) => {
      const go = (thing) => () => { close(); onSend(thing); };
      const all = state.meta().samples.filter((s) => kinds.includes(s.kind));
      const photos = all.filter((s) => s.kind === "photo");
      const rest = all.filter((s) => s.kind !== "photo");
      const words = typed();
      const spoken = words ? [words] : voices();
      return [
        h("p", { class: "menu-title" }, words ? "Photos, with your words below" : "Photos"),
        h("div", { class: "samples" }, photos.map((s) => h("button", { type: "button", class: "sample", title: s.label, "aria-label": "Photo: " + s.label, data: { sample: s.files[0] }, onclick: go({ ...s, caption: words }) },
          h("img", { src: "sample/" + s.files[0], alt: "", loading: "lazy" })))),
        h("p", { class: "menu-title" }, words ? "Say what you have typed" : "Voice notes"),
        ...spoken.map((line) => item("mic", line, words ? "As a voice note" : "", { voice: line }, go({ kind: "voice", words: line }))),
        !words && h("p", { class: "menu-hint" }, "Type first to speak your own words."),
        h("p", { class: "menu-title" }, "More"),
        ...rest.map((s) => item({ album: "photo", document: "file", location: "pin", contact: "person" }[s.kind], s.label, "", { sample: s.kind }, go({ ...s, caption: words }))),
        item("file", "A file from this computer…", "", { own: "" }, () => { close(); own.click(); }),
      ];
    });
  }

  const item = (glyph, label, note, data, run) => h("button", { type: "button", class: "menu-line", data, onclick: run }, icon(glyph), h("span", {}, label, note && h("small", {}, note)));
  return [button, own];
}

const base64 = (file) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(String(reader.result).split(",")[1] || "");
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(file);
});
