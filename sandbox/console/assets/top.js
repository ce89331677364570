// The bar on top: which model writes, the sandbox's clock, and the menu of things to try.
import { setText } from "./dom.js";
import { icon } from "./icons.js";
import { act } from "./live.js";
import { complain, notice } from "./notice.js";
import { openMenu } from "./popup.js";
import { clockText, dateText, movedAhead, now } from "./time.js";
import * as state from "./state.js";

const standIn = "No key for a real model is set, so a small built-in stand-in writes the drafts. Set GEMINI_API_KEY or OPENAI_API_KEY before the start to use a real one.";

export function topBar() {
  const badge = document.getElementById("model");
  const clock = document.getElementById("clock");
  const menu = document.getElementById("menu");
  menu.append(icon("sliders"));
  menu.addEventListener("click", () => openMenu(menu, controls(), { label: "Things to try", title: "Things to try" }));
  badge.addEventListener("click", () => notice(state.meta().standIn ? standIn : `Drafts are written by ${state.meta().model}.`));
  const tick = () => {
    setText(clock, `${dateText(now())}  ${clockText(now())}` + aheadText());
    clock.dateTime = new Date(now()).toISOString();
  };
  setInterval(tick, 1000);
  return {
    render() {
      const { model, standIn: stand } = state.meta();
      badge.hidden = false;
      badge.dataset.standIn = String(stand);
      badge.title = stand ? standIn : `Drafts are written by ${model}`;
      setText(badge, stand ? "stand-in model" : model);
      menu.hidden = state.meta().controls.length === 0;
      for (const c of state.meta().controls) { // the menu may be open while a switch moves
        const line = document.querySelector(`[data-control="${CSS.escape(c.name)}"][aria-checked]`);
        if (line) line.setAttribute("aria-checked", String(c.on));
      }
      tick();
    },
  };
}

function aheadText() {
  const minutes = Math.round(movedAhead() / 60_000);
  if (minutes < 1) return "";
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days > 0) return `  +${days} d` + (hours % 24 ? ` ${hours % 24} h` : "");
  return hours > 0 ? `  +${hours} h` + (minutes % 60 ? ` ${minutes % 60} min` : "") : `  +${minutes} min`;
}

const icons = { hour: "clock", day: "clock", lose: "warn", reset: "reset" };

const controls = () => state.meta().controls.map((c) => ({
  label: c.label, note: c.note, checked: c.on, icon: c.on === undefined ? icons[c.name] : undefined, data: { control: c.name },
  run: () => { if (c.name === "reset") notice("Starting over…"); act("control", { name: c.name }).then(() => { if (c.on === undefined) notice(c.label + ": done."); }, complain); },
}));
