// Package console is the browser view of the sandbox: the client's WhatsApp on the left, the managers' Telegram on the
// right, live, on one page without a framework or a build.
//
// It knows what the two simulators show to people and what people can do there; it knows nothing of the platform. It
// imports the standard library, sandbox/wire, sandbox/whapi and sandbox/telegram. Start reading at [Config], then
// routes.go (every path), sections.go (what the page is told), actions.go (what it may do), and for the page itself
// assets/main.js.
//
// # How it stays live
//
// The page holds one stream of server-sent events. Its state is a handful of named sections ("whatsapp/marketa/3933…",
// "telegram/-100…", "desk/1001"); at every nudge from a simulator the server sends those that changed since this page
// last heard of them. A page that lost the line is sent everything again.
//
// # What may call it
//
// Only its own page: names other than localhost and bare addresses are refused (a foreign name that points here
// would otherwise be a way in), and so is every POST from another origin.
//
// # Where things are on the page
//
// Package consoletest drives the page in a browser and lists the selectors that will not change.
package console
