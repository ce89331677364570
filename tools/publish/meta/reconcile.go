package meta

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// Sought is a post of which nobody knows whether it was published.
type Sought struct {
	Caption string
	Product string    // FEED, REELS, STORY; not compared on a page
	Since   time.Time // when publishing was first tried
	Taken   []string  // ids that belong to other posts of ours
}

// clockSlack is how far the vendor's clock may be behind ours.
const clockSlack = time.Minute

// FindMedia looks for it in a list of [Client.Recent]. Two that fit are none: then a person must look.
func FindMedia(list []Media, want Sought) (found Media, ok bool) { return only(FitMedia(list, want)) }

// FitMedia are all that could be it.
func FitMedia(list []Media, want Sought) []Media {
	return fitting(list, func(m Media) bool {
		return m.Product == want.Product && want.fits(m.ID, m.Caption, m.At.Time)
	})
}

// FindPost looks for it in a list of [Client.PagePosts].
func FindPost(list []Shown, want Sought) (found Shown, ok bool) { return only(FitPosts(list, want)) }

// FitPosts are all that could be it.
func FitPosts(list []Shown, want Sought) []Shown {
	return fitting(list, func(p Shown) bool { return want.fits(p.ID, p.Message, p.At.Time) })
}

func fitting[T any](list []T, fits func(T) bool) (found []T) {
	for _, item := range list {
		if fits(item) {
			found = append(found, item)
		}
	}
	return found
}

func only[T any](found []T) (one T, ok bool) {
	if len(found) != 1 {
		return one, false
	}
	return found[0], true
}

func (want Sought) fits(id, caption string, at time.Time) bool {
	return !slices.Contains(want.Taken, id) && !at.Before(want.Since.Add(-clockSlack).Truncate(time.Second)) &&
		normal(caption) == normal(want.Caption)
}

// normal forgives what the vendor does to white space.
func normal(caption string) string {
	return strings.Join(strings.FieldsFunc(caption, unicode.IsSpace), " ")
}
