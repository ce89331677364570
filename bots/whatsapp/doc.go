// Package whatsapp is the clients' chat: what their messages are to us, and how an approved reply leaves.
//
// It knows store and the client of Whapi.Cloud (bots/whatsapp/whapi). It meets the agent and the
// managers' chat in rows and jobs, never in calls. Conversion (convert.go) does no I/O.
//
// Start reading at receive.go (in), then deliver.go (out) and reconcile.go (what to do when the answer was lost).
package whatsapp
