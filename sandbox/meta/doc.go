// Package meta is a simulated Facebook and Instagram: the consent page that a person clicks through, tokens, pages with and
// without Instagram, and publishing of photos, carousels, reels, stories and page posts as the Graph API does it.
//
// It is a second reading of the vendor's documentation and shares no type with our client. It imports the standard library
// and sandbox/wire. It keeps nothing; addresses of media are fetched over HTTP like the vendor's crawler does, but only on
// loopback. Start reading at [Sim], then routes.go (what the wire offers), world.go (who and what there is), consent.go (the
// page), container.go and publish.go (how a post comes to be), cruelty.go (what goes wrong on request), view.go (what
// people see).
//
// # Chosen where the vendor is silent
//
// A photo is fetched while its container is made, so that a bad link fails there; a video is fetched too, yet fails later as
// the container's status. A second publish of a container is refused with 24/2207008 unless [Sim.RepeatPublishes] says that
// it makes a second post. An expired container, or one in ERROR, is refused with 24/2207008 when published. Publishing to a
// personal account is refused with code 10. Permalinks lead to this simulator, so that a person can open them.
//
// # Not imitated
//
// Insights, ads, comments, page videos, scheduled posts, batches, Business Login configurations, resumable uploads by
// address. Only JPEG is looked into; of a video only the first bytes are.
package meta
