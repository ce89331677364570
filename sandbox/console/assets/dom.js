// Building and updating the page by hand. Text only ever enters as text nodes, so nothing that a person or a model wrote
// can become markup.

// h builds an element: h("p", {class: "x", data: {id: 1}, onclick: f}, "text", child).
export function h(tag, props, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") el.className = value;
    else if (name === "data") Object.assign(el.dataset, value);
    else if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else el.setAttribute(name, value === true ? "" : value);
  }
  el.append(...children.flat().filter((c) => c !== undefined && c !== null && c !== false));
  return el;
}

// reconcile makes parent's children follow items: one node per key, in order, built anew only when its item changed. Nodes
// that stay keep their focus, scroll position and animations.
export function reconcile(parent, items, key, build) {
  const old = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  let at = parent.firstElementChild;
  for (const item of items) {
    const k = String(key(item));
    const version = JSON.stringify(item);
    let node = old.get(k);
    old.delete(k);
    if (!node || node.version !== version) {
      const fresh = build(item, node === undefined);
      fresh.dataset.key = k;
      fresh.version = version;
      if (node) {
        node.replaceWith(fresh);
        if (node === at) at = fresh;
      }
      node = fresh;
    }
    if (node === at) at = at.nextElementSibling;
    else parent.insertBefore(node, at);
  }
  old.forEach((node) => node.remove());
}

// setText writes only when something changed, so that screen readers do not repeat themselves.
export function setText(el, text) {
  if (el.textContent !== text) el.textContent = text;
}

export const hasTouch = () => matchMedia("(hover: none)").matches;
export const isNarrow = () => matchMedia("(max-width: 760px)").matches;
