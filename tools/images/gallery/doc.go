// Package gallery looks at the pictures of a restaurant: it makes the copy that may be published, finds copies of one picture, has a
// model write down what stands in it, and gives it a place in the space of meanings, where it can be searched for.
//
// It knows store, the models' router and internal/render. What a picture or a model says fills the fields of its photo and nothing
// else: source, rights and restaurant are the row's own. Start reading at [Gallery.look]; every step is saved before the next.
package gallery
