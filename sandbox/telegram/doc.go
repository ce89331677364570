// Package telegram is a simulated Telegram: the Bot API on the wire (https://core.telegram.org/bots/api, version 10.1)
// and the people with their phones behind it.
//
// It knows users, groups, topics, messages, buttons and one bot; it knows nothing of Marketa and shares no type with
// the library that Marketa sends with. It imports only the standard library and sandbox/wire. Start reading at [Sim],
// then [Sim.Send] (a person writes), [Sim.Press] (a person presses), [Sim.Messages] (what a phone shows); the bot's
// side begins in handler.go and methods.go. Error texts, their order and the rules of HTML and of webhook delivery
// follow Telegram's own server, github.com/tdlib/telegram-bot-api, and github.com/tdlib/td.
//
// It is hostile on request: [Sim.Courier] delivers updates late, twice, out of order or never, [Sim.Faults] breaks
// calls by method name, [Sim.Limit], [Sim.EnforceLimits], [Sim.Block], [Sim.Kick], [Sim.Migrate], [Sim.Forget] and
// [Sim.DeleteTopic] are what people and Telegram do to bots. It is hostile by nature where Telegram is: message ids
// repeat from chat to chat, the bot receives its own "topic created" message, a message in a topic is a reply to that
// topic's first message even when nobody replied, and a press and a text of the same person overtake each other.
//
// What it does not imitate:
//   - Markdown (refused with a clear text), rich messages, quotes, effects, polls, stickers, locations, contacts,
//     payments, games, inline mode, business accounts, channels, public groups and @usernames as chat ids, reactions,
//     pins, forwards and copies, invite links, restricting members, reply keyboards (accepted, not shown).
//   - Fetching a photo by URL: the address is kept for the phone, nothing is downloaded. It calls loopback addresses
//     only; updates for any other webhook wait.
//   - Delivery details: Retry-After on a webhook's answer, removal of the webhook after 23 hours of 410,
//     max_connections, certificates, gzip. Of a webhook's answer only JSON is executed.
//   - The pauses before repeated conflicts and floods, the limit of one setWebhook per second, the extra cost of long
//     texts and of files, and TDLib's guesses about entities beyond commands, mentions, hashtags, http links and
//     e-mail addresses.
//   - Moving the history when a group becomes a supergroup: both chats keep their own messages.
//   - A webhook address is not resolved when it is set, only its form is checked.
package telegram
