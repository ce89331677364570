// Package publish brings what a manager has released to a restaurant's Instagram account and Facebook page, once, and finds out
// what became of it when nobody said.
//
// It knows the order of the steps, what is checked before anything is seen by anybody, and the words for managers and clients. It
// imports store, stages, the internal packages and its vendor's client (meta), no sibling. Start reading at [Publisher], then
// steps.go (one step after the other, each saved before the next), look.go (an outcome that nobody knows), trouble.go (what a
// refusal leads to), safety.go, tell.go and news.go (what people hear), pictures.go (where Instagram fetches the picture).
//
// The one call that people can see is made after its attempt is saved. Whatever dies in between, the next worker finds the
// attempt without an outcome and looks at the account before anything else. Where looking does not tell, a manager is asked.
package publish
