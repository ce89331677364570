package rules

import (
	"slices"

	"marketa/store"
)

// contradiction finds two rules that no picture can keep together.
func contradiction(all []store.PhotoClause) (a, b store.PhotoClause, found bool) {
	for i, x := range all {
		for _, y := range all[i+1:] {
			if together(x, y) && (clash(x, y) || clash(y, x)) {
				return x, y, true
			}
		}
	}
	return a, b, false
}

// together: there is a month in which both hold.
func together(x, y store.PhotoClause) bool {
	return len(x.Months) == 0 || len(y.Months) == 0 || slices.ContainsFunc(x.Months, func(m int) bool { return slices.Contains(y.Months, m) })
}

// peopled are things that are not there without people.
var peopled = []store.PhotoFeature{store.OfPeople, store.OfFaces, store.OfChildren}

// clash says whether what x wants is what y leaves out.
func clash(x, y store.PhotoClause) bool {
	if x.Verb != store.Require {
		return false
	}
	within := !slices.ContainsFunc(x.Values, func(v string) bool { return !slices.Contains(y.Values, v) })
	switch y.Verb {
	case store.Forbid:
		needsPeople := slices.Contains(peopled, x.Of) || x.Of == store.OfKind && slices.Equal(x.Values, []string{"people"})
		switch {
		case y.Of == store.OfPeople && y.Number == nil && needsPeople:
			return true
		case x.Of == store.OfLook:
			return y.Of == store.OfLook && x.Check == y.Check
		case len(y.Values) == 0:
			return x.Of == y.Of && y.Number == nil
		}
		return (x.Of == y.Of || byWords(x) && byWords(y)) && within
	case store.Require:
		// A picture has one kind, one season, one source.
		single := x.Of == store.OfKind || x.Of == store.OfSeason || x.Of == store.OfSource
		return single && x.Of == y.Of && !slices.ContainsFunc(x.Values, func(v string) bool { return slices.Contains(y.Values, v) })
	}
	return false
}

func byWords(c store.PhotoClause) bool { return c.Of == store.OfDish || c.Of == store.OfTags }
