// Package pages is what clients see of us in a browser: the few pages behind links that they got in a chat, for what a chat
// cannot do.
//
// It knows what a page looks like and in which words it speaks; what happens behind one is the capability's business (tools/…).
// A page is one small document: phone first, its style inside, no script, nothing from elsewhere. Start reading at [Sheet],
// then connect.go.
package pages
