// Small line drawings of our own; every one is a path on a 24 by 24 field.
const paths = {
  send: "M4 12 3.200 5.200c-.1-.8.7-1.400 1.400-1L21 12 4.600 19.800c-.7.4-1.500-.2-1.400-1L4 12Zm0 0h8.500",
  more: "M12 5.500v.01M12 12v.01M12 18.500v.01",
  sliders: "M4 7h9m5 0h2M4 17h2m5 0h9M15.500 9.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5ZM8.500 19.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Z",
  back: "M20 12H5m6-6-6 6 6 6",
  close: "M6 6l12 12M18 6 6 18",
  down: "m6 9 6 6 6-6",
  reply: "M9 6 4 11l5 5M4.500 11H14a6 6 0 0 1 6 6v1.500",
  edit: "M5 19l1-4L16.500 4.500a2.100 2.100 0 0 1 3 3L9 18l-4 1Z",
  trash: "M5 7h14M10 7V5h4v2M7 7l1 12.500h8L17 7",
  phone: "M8 3.500h8a1.500 1.500 0 0 1 1.500 1.500v14a1.500 1.500 0 0 1-1.500 1.500H8A1.500 1.500 0 0 1 6.500 19V5A1.500 1.500 0 0 1 8 3.500ZM11 18h2",
  copy: "M9 9h10v10H9V9Zm-4 6V5h10",
  clock: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16Zm0-12.500V12l3 2",
  check: "m5 12.500 4.500 4.500L19 7.500",
  group: "M9 11.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7ZM2.500 19.500c.4-3.700 3-5.500 6.500-5.500s6.100 1.800 6.500 5.500M16 11.300a3.200 3.200 0 0 0 0-6.300M18 14.500c2 .7 3.300 2.300 3.500 5",
  bot: "M6 9h12a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-6a2 2 0 0 1 2-2Zm6 0V5m-3 8v2m6-2v2",
  chat: "M12 20a8 8 0 1 0-7.100-4.300L4 20l4.300-.9A8 8 0 0 0 12 20Z",
  plane: "M20.500 4 3.500 11l5.500 2.200M20.500 4 17 19.500l-8-6.300M20.500 4 9 13.200v6l3-3.700",
  none: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16ZM6.500 6.500l11 11",
  file: "M7 3.500h7L18.500 8v11a1.500 1.500 0 0 1-1.500 1.500H7A1.500 1.500 0 0 1 5.500 19V5A1.500 1.500 0 0 1 7 3.500ZM13.500 4v4.500H18",
  link: "M8 16 17 7m-7 0h7v7",
  plus: "M12 5v14M5 12h14",
  mic: "M12 15a3.500 3.500 0 0 0 3.500-3.500v-4a3.500 3.500 0 0 0-7 0v4A3.500 3.500 0 0 0 12 15ZM5.500 11.500a6.500 6.500 0 0 0 13 0M12 18v3",
  photo: "M4.500 5.500h15a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1ZM4 16l4.500-4.500 4 4 2.500-2.500 5 5M15.500 10.500v-.01",
  pin: "M12 21c4-4.500 6.500-7.600 6.500-11a6.500 6.500 0 0 0-13 0c0 3.400 2.500 6.500 6.500 11ZM12 12.200a2.200 2.200 0 1 0 0-4.400 2.200 2.200 0 0 0 0 4.400Z",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.500 20c.5-4 3.500-6 7.500-6s7 2 7.500 6",
  play: "M8 5.500v13l10.500-6.500L8 5.500Z",
  why: "M9.300 9.200a2.800 2.800 0 1 1 4 2.500c-.8.4-1.300 1-1.300 1.900v.4m0 3v.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z",
  globe: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3.200 12h17.600M12 3c2.500 2.600 3.600 5.600 3.600 9s-1.100 6.400-3.600 9c-2.500-2.600-3.600-5.600-3.600-9S9.500 5.600 12 3Z",
  card: "M4.500 6h15A1.500 1.500 0 0 1 21 7.500v9a1.500 1.500 0 0 1-1.500 1.500h-15A1.500 1.500 0 0 1 3 16.500v-9A1.500 1.500 0 0 1 4.500 6ZM3 10h18M6.500 14.500h4",
  reset: "M5 12a7 7 0 1 0 2.300-5.200M5 4.500v4h4",
  warn: "M12 8.500v4.500m0 3v.01M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16Z",
};

const svgNS = "http://www.w3.org/2000/svg";

function svg(viewBox, className, ...shapes) {
  const el = document.createElementNS(svgNS, "svg");
  el.setAttribute("viewBox", viewBox);
  el.setAttribute("class", className);
  el.setAttribute("aria-hidden", "true");
  for (const d of shapes) {
    const path = document.createElementNS(svgNS, "path");
    path.setAttribute("d", d);
    el.append(path);
  }
  return el;
}

export const icon = (name) => svg("0 0 24 24", "icon icon-" + name, paths[name]);

const oneTick = "M1.500 6.300 4.700 9.500 11 2.500";
const secondTick = "M7.300 9.200l.4.3L14 2.500";

// ticks draws how far a message got: pending, sent, delivered, read, failed.
export function ticks(status) {
  switch (status) {
    case "pending": return svg("0 0 24 24", "ticks waiting", paths.clock);
    case "failed": return svg("0 0 24 24", "ticks failed", paths.warn);
    case "sent": return svg("0 0 16 12", "ticks", oneTick);
    case "read": case "played": return svg("0 0 16 12", "ticks blue", oneTick, secondTick);
    default: return svg("0 0 16 12", "ticks", oneTick, secondTick);
  }
}
