// Package stripe is a simulated Stripe account in test mode: price list, customers, the checkout page with its test cards,
// subscriptions that renew, fail and end by themselves as time goes by, invoices, the customer portal, and signed webhooks.
//
// It is written from the vendor's documentation (API version 2023-10-16), shares no type with the product's client, imports
// only sandbox/wire, keeps nothing and takes no real key. Strict where the vendor is: an unknown parameter, a wrong version, a
// live key, a used idempotency key are refused in the vendor's words. Cruel on request: [Sim.Faults] (answers lost, cut, 429),
// [Sim.Break] (an error that is kept under the key), [Sim.Slow] (two calls with one key at once), [Sim.Quota], and
// [Sim.Courier] with [Sim.Hold] and [Sim.Release] (webhooks late, twice, lost, in any order).
//
// It does not imitate: taxes, coupons, proration, several items, connected accounts, payment methods as objects, refunds,
// payment links, search, customer mails, radar. From memory and not verified: the code of the 409, the header
// Idempotent-Replayed, a subscription that is active while its first bank debit is under way.
//
// Start reading at [New], then api.go, checkout.go and life.go.
package stripe
