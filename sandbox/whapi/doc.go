// Package whapi is a simulated Whapi.Cloud: WhatsApp channels that speak the vendor's REST API, call webhooks back, and
// let a test or the console play the people on the other end.
//
// It is a second reading of the vendor's documentation and shares no type with our client. It imports the standard
// library, gorilla/mux and sandbox/wire. It keeps nothing, and a webhook whose address is not on loopback is stored in
// the settings but never called. Start reading at [Sim], then routes.go (what the wire offers), then people.go (what
// people do) and hooks.go (how we hear of it).
//
// # Cruelty on request
//
// [Sim.Faults] scripts refusals, delays, cut connections and lost answers per operation ("POST /messages/text",
// "GET /messages/list/{ChatID}", "*"; path parameters are written as in the vendor's file); [Refuse] builds a refusal
// in the vendor's envelope. [Sim.Courier] repeats, drops and holds webhooks. [Sim.Release] shuffles, [Sim.Batch] puts
// several messages in one body, [Sim.Unordered] lets webhooks race, [Sim.StatusesFirst] lets receipts overtake the
// echo, [Sim.UseLID] hides phone numbers, [Sim.SetHealth] takes a channel off, [Sim.Trial] limits it.
//
// # Chosen where the vendor is silent
//
// Statuses sent and delivered follow a send at once, a number that nobody uses gets failed. An edit comes as an action
// message on messages.post and, if subscribed, also on messages.patch; a deletion also on messages.delete, and the
// message leaves the history. A hook that subscribes to put receives what post carries (so both: twice). A text with a
// link is a link_preview. Our own messages can be edited for 15 minutes; the answer to an edit is the action message,
// with an id of its own. A channel that is not AUTH learns what people wrote when it is AUTH again. STOP answers 404
// everywhere but on /health. Webhooks of one chat keep their order per hook, also while one is being retried.
//
// # Not imitated
//
// Media (uploads, downloads, image and other media messages) and all message kinds but text, link_preview and action;
// in groups: people writing, joining, leaving, rights, invites, and a second channel's copy of a message; multipart
// bodies; forwarding, pins, stars; login by QR or code; webhooks for chats, contacts, calls, labels and service;
// webhook_max_age_seconds, callback_persist; per-channel back-off (the settings patched last rule all); two channels
// writing to each other directly; the contact book; newsletters, stories, business, communities.
package whapi
