// Package connect brings a restaurant's Facebook page and Instagram account to us: the link that a client gets in the chat, the
// way to Facebook and back, the choice of the page, and the doctor who says what is wrong with a connection.
//
// It knows links, visits and connections (store), Meta's consent (tools/publish/meta) and sealing (internal/seal); it knows
// nothing of HTML. Start reading at [Flow], then open.go, back.go, choose.go and save.go: one file for each step of the way;
// then doctor.go.
//
// A link is a secret of its client. Opening it uses nothing up, since previews open links too; only Continue begins a visit,
// whose state comes back once, in the same browser. Who is connected is decided by the link alone.
package connect
