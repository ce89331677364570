// Package planfix is a simulated Planfix account: tasks, contacts, comments and files behind the vendor's REST API, employees
// who change them, and scenarios that call us when they do.
//
// It is a second reading of the vendor's documentation and shares no type with our client. It imports the standard library
// and sandbox/wire. It keeps nothing, and calls nothing that is not on loopback. Start reading at [Sim], then routes.go (what
// the wire offers), then people.go (what employees do), scenario.go and post.go (how we hear of it), view.go (what tests and the
// console see).
//
// # Cruelty on request
//
// [Sim.Faults] scripts refusals, delays, cut connections and lost answers per operation ("POST /task/", "POST /task/list",
// "POST /task/{id}", "*"); [Refuse] builds a refusal in the vendor's envelope. [Sim.QueueUpdates] answers 202 and applies later,
// [Sim.HideNew] keeps new tasks out of searches for a while, [Sim.MessageOnly] writes errors the way some accounts do. [Sim.Post]
// holds, shuffles, repeats, delays and loses what scenarios send.
//
// # Chosen where the vendor is silent
//
// More than one request a second is answered 429 with code 22, and does not count; [Sim.EnforceRate] switches that off. Codes 1
// and 2 come with 401, 1000, 2000 and 7000 with 404, the rest with 400. Without fields a row has id and name. An unknown
// field, key, condition or operator is code 41, a missing one 40. Text is compared without regard to case. Rows come in no
// order that means anything. Dates are days in UTC. What the API changes also runs scenarios unless it was silent.
// [Post] is not a wire.Courier: this vendor sends one request at a time, gives up after five, and is silent for three
// minutes after a failure.
//
// # Not imitated
//
// Projects, directories, data tags, reports, the chat API, saved filters, templates' own fields, writing contacts, editing and
// deleting comments, checklists, recurring tasks, rights of single employees, time zones, the sweep of unused files.
package planfix
