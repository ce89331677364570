// Puts the page together: one stream of state in, two panes drawn from it. Start reading here, then whatsapp.js.
import { h, isNarrow } from "./dom.js";
import { listen } from "./live.js";
import { setClock } from "./time.js";
import { topBar } from "./top.js";
import { whatsappPane } from "./whatsapp.js";
import { telegramPane } from "./telegram.js";
import { outsidePane } from "./outside.js";
import { renderHint, hintPressed, hintSaid } from "./hint.js";
import { icon } from "./icons.js";
import * as state from "./state.js";

const { ui } = state;
const roots = { whatsapp: document.getElementById("pane-whatsapp"), telegram: document.getElementById("pane-telegram"), outside: document.getElementById("pane-outside") };

// A pane counts as looked at when its conversation is really on the screen.
const isVisible = (name) => () =>
  document.visibilityState === "visible" && (!isNarrow() || (ui.tab === name && roots[name].dataset.view === "chat"));

const top = topBar();
const panes = {
  whatsapp: whatsappPane(roots.whatsapp, { refresh: render, isVisible: isVisible("whatsapp"), onSaid: () => { hintSaid(); render(); } }),
  telegram: telegramPane(roots.telegram, { refresh: render, isVisible: isVisible("telegram"), onPressed: () => { hintPressed(); render(); } }),
  outside: outsidePane(roots.outside, { refresh: render }),
};

const apps = { whatsapp: "WhatsApp", telegram: "Telegram", outside: "Outside" };
const tabs = [...document.querySelectorAll("[data-tab-button]")];
for (const tab of tabs) {
  const name = tab.dataset.tabButton;
  tab.append(icon({ whatsapp: "chat", telegram: "plane", outside: "globe" }[name]), h("span", {}, h("b", {}, apps[name]), h("small")), h("i", { class: "dot", hidden: true }));
  tab.addEventListener("click", () => { ui.tab = name; render(); });
  tab.addEventListener("keydown", (e) => {
    if (e.key !== "ArrowLeft" && e.key !== "ArrowRight") return;
    const there = tabs.filter((t) => !t.hidden);
    const other = there[(there.indexOf(tab) + (e.key === "ArrowLeft" ? there.length - 1 : 1)) % there.length];
    other.focus();
    other.click();
  });
}

// Beside the chats where there is room for it; phones have a tab of their own for it.
const outsideButton = document.getElementById("outside");
outsideButton.append(icon("globe"));
outsideButton.addEventListener("click", () => { ui.around = !ui.around; render(); });

function renderTabs() {
  const around = state.meta().outside;
  if (!around && ui.tab === "outside") ui.tab = "whatsapp";
  outsideButton.hidden = !around;
  outsideButton.setAttribute("aria-pressed", String(Boolean(ui.around)));
  tabs.find((t) => t.dataset.tabButton === "outside").hidden = !around;
  document.body.dataset.outside = around && ui.around ? "open" : "";
  document.body.dataset.tab = ui.tab;
  for (const tab of tabs) {
    const name = tab.dataset.tabButton;
    const chosen = ui.tab === name;
    const unread = chosen ? 0 : panes[name].unread();
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    tab.querySelector("small").textContent = panes[name].label();
    tab.querySelector(".dot").hidden = unread === 0;
    tab.setAttribute("aria-label", apps[name] + ", " + panes[name].label() + (unread ? `, ${unread} unread` : ""));
  }
}

function render() {
  if (!state.meta()) return;
  setClock(state.clock());
  top.render();
  panes.whatsapp.render();
  panes.telegram.render();
  panes.outside.render();
  renderTabs();
  renderHint(document.getElementById("hint"), { refresh: render, show: (name) => { ui.tab = name; roots[name].dataset.view = "chat"; render(); } });
  state.keep();
  document.body.dataset.ready = "";
}

let build = null;
listen(
  (event) => {
    state.apply(event);
    // A newer program behind the same address brings its own page.
    if (build !== null && build !== state.meta().build) { location.reload(); return; }
    build = state.meta().build;
    render();
  },
  (up) => { document.getElementById("link").hidden = up; },
);
addEventListener("visibilitychange", render);
addEventListener("resize", render);
new MutationObserver(render).observe(roots.whatsapp, { attributeFilter: ["data-view"] });
new MutationObserver(render).observe(roots.telegram, { attributeFilter: ["data-view"] });
