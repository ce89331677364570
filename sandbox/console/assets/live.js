// The connection to the server: state comes in as events, actions go out as POST.

const quiet = 40_000; // the server says something at least every 15 s; silence beyond this is a dead line

// listen keeps an event stream open for ever. onState gets {fresh, sections}; onLink hears whether the line is up.
export function listen(onState, onLink) {
  let source;
  let watchdog;
  const alive = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(open, quiet);
  };
  function open() {
    if (source) source.close();
    source = new EventSource("events");
    source.onopen = () => { onLink(true); alive(); };
    source.addEventListener("ping", alive);
    source.addEventListener("state", (e) => { alive(); onState(JSON.parse(e.data)); });
    source.onerror = () => {
      onLink(false);
      // The browser retries by itself unless the answer was an error page; then we do.
      if (source.readyState === EventSource.CLOSED) {
        clearTimeout(watchdog);
        watchdog = setTimeout(open, 1500);
      }
    };
    alive();
  }
  addEventListener("pagehide", () => { clearTimeout(watchdog); source.close(); });
  addEventListener("pageshow", (e) => { if (e.persisted) open(); });
  open();
}

let queue = Promise.resolve();

// act posts one action and answers its result. Actions leave one after the other, so that a burst of lines stays in order.
export function act(path, body) {
  const result = queue.then(() => post(path, body));
  queue = result.catch(() => {});
  return result;
}

async function post(path, body) {
  let answer;
  try {
    answer = await fetch("api/" + path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error("The sandbox does not answer. Is it still running in your terminal?");
  }
  const data = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(data.error || "The sandbox could not do that.");
  return data;
}
