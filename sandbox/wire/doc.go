// Package wire is what all simulated vendors share: a clock that can be moved, faults scripted by operation,
// a courier that delivers webhooks the way vendors do (again, late, twice, out of order), and a listener that
// refuses anything but loopback.
//
// It knows HTTP and time, no vendor, and imports only the standard library. Start reading at [Clock], then [Faults],
// then [Courier].
package wire
