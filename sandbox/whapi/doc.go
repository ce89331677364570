// Package whapi is a simulated Whapi.Cloud: WhatsApp channels that speak the vendor's REST API, call webhooks back, and
// let a test or the console play the people on the other end.
//
// It is a second reading of the vendor's documentation and shares no type with our client. It imports the standard
// library, gorilla/mux and sandbox/wire. It keeps nothing, and what is not on loopback is never called: a webhook's
// address is only stored, a file's address is only known when [Sim.Publish] put something there. Start reading at [Sim],
// then routes.go (what the wire offers), then write.go and people.go (what people do), content.go (what they can send),
// ingroup.go (the same in groups) and hooks.go (how we hear of it).
//
// # People
//
// [Sim.Say], [Sim.Reply] and [Sim.SayMedia] are the everyday ones; [Sim.Write] sends any [Content] in the direct chat,
// [Sim.WriteInGroup] in a group, [Sim.PhoneWrites] from the company phone. [Sim.EditMessage], [Sim.DeleteMessage],
// [Sim.React], [Sim.Vote], [Sim.Forward], [Sim.Call], [Sim.OpenChat], [Sim.ReadGroup] and [Sim.ChangeGroup] are what else
// people do. [Sim.SeedHistory] is what they did before anybody listened.
//
// # Cruelty on request
//
// [Sim.Faults] scripts refusals, delays, cut connections and lost answers per operation ("POST /messages/text",
// "GET /media/{MediaID}", "GET /in-files/{Number}/{File}", "*"; path parameters are written as in the vendor's file);
// [Refuse] builds a refusal in the vendor's envelope, a Fault with Status 200 and a Body is a file that is not the file.
// [Sim.Courier] repeats, drops and holds webhooks. [Sim.Release] shuffles, [Sim.Batch] puts several messages in one body,
// [Sim.Unordered] lets webhooks race, [Sim.StatusesFirst] lets receipts overtake the echo, [Sim.UseLID] hides people's
// phone numbers and [Sim.UseOwnLID] ours, [Sim.VotesByID] names options by hash, [Sim.SetHealth] takes a channel off,
// [Sim.Trial] limits it. [Media] can come without a link, with a wrong hash, or with nothing behind it; [Raw] is any kind
// of message at all; [Album] has three shapes.
//
// # Chosen where the vendor is silent
//
// Statuses sent and delivered follow a send at once, a number that nobody uses gets failed; in a group each reader has
// rows of their own and the message is as far as the slowest. An edit, a vote and a reaction come as an action message on
// messages.post and, if subscribed, also on messages.patch; a deletion also on messages.delete, and the message leaves the
// history. Votes name the options by their words. A hook that subscribes to put receives what post carries (so both:
// twice). A text with a link is a link_preview. Our own messages can be edited for 15 minutes, only words and captions;
// the answer to an edit is the action message, with an id of its own. A channel that is not AUTH learns what people wrote
// when it is AUTH again. STOP answers 404 everywhere but on /health. Webhooks of one chat keep their order per hook, also
// while one is being retried.
//
// A file is stored by the vendor when auto_download names its kind as it comes (gif and short count as video), else at
// the first GET /media/{id}, which works for 14 days and while the channel is AUTH; what is stored lives 30 days, by id
// and by link alike, and links need no token. GET /messages/{id}?resync=true fetches it once more. A link never appears
// later than the message, except by resync. Sends of files answer without a link. What our side gives: 5 MB for image,
// 16 MB for sound and film, 100 MB for document, 500 KB for sticker, else 413; a type that does not fit the kind is 415;
// an address that gives nothing is 400. Addresses are read once, until no_cache.
//
// In a group every number of ours has a copy of each message, with an id and a file id of its own. What another number of
// ours wrote is from_me false there, and its source is mobile or web, never api. A message from before a number joined
// is quoted to it by an id that leads nowhere. Only admins see the invite code and manage members; DELETE of another's
// message deletes it for us alone, also for admins. Calls are calls.post; a message of type call only when asked for.
//
// # Not imitated
//
// Message kinds with behaviour of their own beyond those in content.go (stories, orders, products, events, interactive,
// carousel: [Raw] gives their shape, nobody reacts to them), sending them, pins, stars, disappearing messages; live
// locations that move by themselves; system lines about members, which appear only through [Sim.SaySystem]; requests to
// join (heard of, not kept), approval and add_participants policies (accepted, without effect), group pictures; login by
// QR or code; webhooks for chats, contacts and labels; webhook_max_age_seconds, callback_persist; per-channel back-off
// (the settings patched last rule all); two channels writing to each other directly; the contact book; re-encoding of
// files and what no_encode says about it, waveforms; newsletters, stories, business, communities.
package whapi
