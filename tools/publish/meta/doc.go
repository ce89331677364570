// Package meta talks to the Graph API: connecting somebody's Facebook pages and Instagram accounts, and publishing there.
//
// It knows the vendor's wire, neither restaurants nor drafts, and imports internal/rest and internal/fault. Start reading at
// [Client], then connect.go (from the consent page to tokens), pages.go (what was shared with us), instagram.go and
// facebook.go (publishing), errors.go (what a refusal means: was it done, and what helps), reconcile.go (how to find out
// after a lost answer).
//
// Nothing here repeats a call. What people can see ([Client.Publish], [Client.PostPhoto], [Client.Post]) must never be
// repeated after an [Error] whose Outcome is not NotDone: look first, with [Client.Container], [Client.Recent] and
// [FindMedia], or [Client.PagePosts] and [FindPost].
package meta
