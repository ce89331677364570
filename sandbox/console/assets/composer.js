// Where one types: a growing text field, a Send button, and a strip above it that says what is being answered or changed.
import { h, hasTouch } from "./dom.js";
import { icon } from "./icons.js";

// composer returns {el, setContext, context, typed, clear, fill, focus, focusUnlessTouch}. before stands left of the field. onSend(text, context) may fail; then the text comes back.
export function composer({ name, onSend, placeholder, before }) {
  let context = null;
  const strip = h("div", { class: "composer-context", data: { context: "" }, hidden: true });
  const field = h("textarea", { rows: 1, class: "composer-field", data: { composer: name }, "aria-label": placeholder, placeholder, autocomplete: "off" });
  const button = h("button", { type: "submit", class: "send", data: { send: name }, "aria-label": "Send", title: "Send" }, icon("send"));
  const el = h("form", { class: "composer" }, strip, h("div", { class: "composer-row" }, before, field, button));

  const grow = () => {
    field.style.height = "auto";
    field.style.height = Math.min(field.scrollHeight, 140) + "px";
    button.disabled = field.value.trim() === "";
  };
  const setContext = (next) => {
    const before = context;
    context = next;
    strip.hidden = !next;
    strip.dataset.context = next ? next.kind : "";
    strip.replaceChildren(...(next ? contextStrip(next, () => cancel()) : []));
    if (next && next.text !== undefined) field.value = next.text;
    else if (!next && before && before.text !== undefined) field.value = "";
    field.placeholder = (next && next.placeholder) || placeholder;
    field.setAttribute("aria-label", field.placeholder);
    grow();
  };
  const cancel = () => {
    const was = context;
    setContext(null);
    if (was && was.onCancel) was.onCancel();
    field.focus();
  };
  const submit = async () => {
    const text = field.value.trim();
    if (text === "") return;
    const sent = context;
    field.value = "";
    if (!(sent && sent.sticky)) setContext(null);
    grow();
    try {
      await onSend(text, sent);
    } catch {
      if (field.value === "") field.value = text;
      grow();
    }
  };
  el.addEventListener("submit", (e) => { e.preventDefault(); submit(); });
  field.addEventListener("input", grow);
  // Some keyboards insert a line break although the key itself was already taken: it is refused on its own.
  let entering = false;
  field.addEventListener("keydown", (e) => {
    entering = e.key === "Enter" && !e.shiftKey && !e.isComposing;
    if (entering) { e.preventDefault(); submit(); }
    if (e.key === "Escape" && context) { e.preventDefault(); cancel(); }
  });
  field.addEventListener("beforeinput", (e) => { if (entering && e.inputType === "insertLineBreak") e.preventDefault(); });
  grow();
  return {
    el,
    setContext,
    context: () => context,
    typed: () => field.value.trim(),
    clear: (keepContext) => { field.value = ""; if (!keepContext) setContext(null); grow(); },
    fill: (text) => { field.value = text; grow(); field.focus(); },
    focus: () => field.focus({ preventScroll: true }),
    // On a touch screen an opened keyboard hides half of the chat: only an explicit act may open it.
    focusUnlessTouch: () => { if (!hasTouch()) field.focus({ preventScroll: true }); },
  };
}

function contextStrip(context, cancel) {
  return [
    icon(context.icon || "reply"),
    h("div", { class: "composer-about" }, h("b", {}, context.title), h("span", {}, context.about || "")),
    h("button", { type: "button", class: "icon-button", data: { cancel: "" }, "aria-label": "Cancel", title: "Cancel", onclick: cancel }, icon("close")),
  ];
}
