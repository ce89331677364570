// Package webhooks is our only way in over HTTP: every path, its check, its handler, on one page (routes.go).
//
// It knows the bots and store's readiness, nothing of what a message means. There is no public API: a wrong credential, an
// unknown path and a wrong method all answer the same 404 bytes.
//
// Start reading at routes.go, then verify.go.
package webhooks
