package store_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"marketa/store"
)

// shot is a picture of a restaurant's gallery, as a test wants it.
type shot struct {
	name    string
	set     string // SQL assignments beside the usual ones
	vector  store.Vector
	model   string
	twinOf  string
	created time.Duration
}

// album puts pictures into a restaurant's gallery; the usual one is a good picture of a dish with nobody in it.
func (w *world) album(r store.RestaurantID, shots ...shot) map[string]store.PhotoID {
	w.Helper()
	ids := map[string]store.PhotoID{}
	for i, s := range shots {
		id := store.PhotoID(store.NewID[struct{}]())
		ids[s.name] = id
		w.exec(`INSERT INTO photos (id, restaurant_id, given_by, blob_key, small_key, sha256, mime, bytes, source, rights, state, alt, kind, quality, analyzed_at, created_at)
			VALUES ($1, $2, (SELECT id FROM managers LIMIT 1), 'b', 's', sha256($3::text::bytea), 'image/jpeg', 1, 'manager', 'agency', 'analyzed', $4, 'dish', 0.5, now(), $5)`,
			id, r, id.String(), "A picture of "+s.name, monday.Add(time.Duration(i)*time.Second+s.created))
		if s.set != "" {
			w.exec(`UPDATE photos SET `+s.set+` WHERE id = $1`, id)
		}
		if s.twinOf != "" {
			w.exec(`UPDATE photos SET twin_of = $2 WHERE id = $1`, id, ids[s.twinOf])
		}
		if s.vector != nil {
			if s.model == "" {
				s.model = "m"
			}
			w.exec(`INSERT INTO photo_vectors (restaurant_id, photo_id, vector, model, made_at) VALUES ($1, $2, $3::text::halfvec, $4, now())`, r, id, s.vector.String(), s.model)
		}
	}
	return ids
}

// eatery is a restaurant with a manager, whose rules and pictures a test makes.
func (w *world) eatery(who string) store.RestaurantID {
	w.Helper()
	w.ingest(message(who, "m-"+who, "ciao"))
	if ask[int](w, `SELECT count(*)::int FROM managers`) == 0 {
		w.hire()
	}
	return w.chat(who).RestaurantID
}

func (w *world) rule(r store.RestaurantID, clauses ...store.PhotoClause) {
	w.Helper()
	w.app(r, func(tx *store.Tx) error {
		return tx.AddRules(w.ctx, store.NewRules{Source: store.RulesFrom(store.NewID[struct{}]()), Words: "said", Clauses: clauses, ApprovedBy: "Marta"})
	})
}

func (w *world) searched(r store.RestaurantID, q store.PhotoQuery) (found store.FoundPhotos) {
	w.Helper()
	w.app(r, func(tx *store.Tx) (err error) { found, err = tx.SearchPhotos(w.ctx, q); return err })
	return found
}

func (w *world) faults(r store.RestaurantID, id store.PhotoID, at time.Time, posts ...store.PostID) (faults []string) {
	w.Helper()
	w.app(r, func(tx *store.Tx) (err error) { faults, err = tx.PhotoFaults(w.ctx, id, at, posts...); return err })
	return faults
}

// named are the names of what was found, in its order.
func named(ids map[string]store.PhotoID, found store.FoundPhotos) string {
	var out []string
	for _, p := range found.Photos {
		for name, id := range ids {
			if id == p.ID {
				out = append(out, name)
			}
		}
	}
	return strings.Join(out, " ")
}

func leftOut(found store.FoundPhotos) string {
	var out []string
	for _, l := range found.Left {
		out = append(out, fmt.Sprintf("%d %s", l.Count, l.Reason))
	}
	return strings.Join(out, "; ")
}

// gets is the picture that a rule leaves out, its own words for why, and one that stays.
func TestEveryRuleLeavesOutWhatItSaysAndNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	num := func(x float64) *float64 { return &x }
	for i, tt := range []struct {
		clause    store.PhotoClause
		out, stay string // SQL
		reason    string
	}{
		{store.PhotoClause{Verb: store.Forbid, Of: store.OfPeople}, `people = 1`, `people = 0`, "people in the picture"},
		{store.PhotoClause{Verb: store.Forbid, Of: store.OfPeople}, `kind = 'people'`, `kind = 'place'`, "people in the picture"},
		{store.PhotoClause{Verb: store.Require, Of: store.OfPeople}, `people = 0`, `people = 2`, "no people in the picture"},
		{store.PhotoClause{Verb: store.Forbid, Of: store.OfPeople, Number: num(2)}, `people = 3`, `people = 2`, "more than 2 people in the picture"},
		{store.PhotoClause{Verb: store.Forbid, Of: store.OfFaces}, `faces = true`, `people = 1`, "faces that can be recognised"},
		{store.PhotoClause{Verb: store.Forbid, Of: store.OfChildren}, `children = true`, `people = 1`, "children in the picture"},
		{store.PhotoClause{Verb: store.Forbid, Of: store.OfLogos}, `logos = true`, ``, "a logo in the picture"},
		{store.PhotoClause{Verb: store.Forbid, Of: store.OfText}, `text_in_image = 'SALE'`, ``, "text in the picture"},
		{store.PhotoClause{Verb: store.Forbid, Of: store.OfText}, `kind = 'text'`, ``, "text in the picture"},
		{store.PhotoClause{Verb: store.Require, Of: store.OfKind, Values: []string{"place", "drink"}}, `kind = 'dish'`, `kind = 'drink'`, "not a picture of the place or drinks"},
		{store.PhotoClause{Verb: store.Forbid, Of: store.OfKind, Values: []string{"text"}}, `kind = 'text'`, ``, "a picture of menus, flyers and other text"},
		{store.PhotoClause{Verb: store.Require, Of: store.OfSeason, Values: []string{"summer"}}, `season = ''`, `season = 'summer'`, "not a summer picture"},
		{store.PhotoClause{Verb: store.Forbid, Of: store.OfSeason, Values: []string{"winter"}}, `season = 'winter'`, `season = ''`, "a winter picture"},
		{store.PhotoClause{Verb: store.Require, Of: store.OfDish, Values: []string{"lemon cake"}}, `dish = 'cake', alt = 'Lemon cake'`, `dish = 'Lemon Cakes'`, "no lemon cake in the picture"},
		{store.PhotoClause{Verb: store.Forbid, Of: store.OfDish, Values: []string{"tiramisu"}}, `alt = 'A Tiramisù on a plate'`, `dish = 'cake'`, "tiramisu in the picture"},
		{store.PhotoClause{Verb: store.Forbid, Of: store.OfTags, Values: []string{"beer", "wine"}}, `tags = '{table,beers}'`, `tags = '{winery}'`, "beer or wine in the picture"},
		{store.PhotoClause{Verb: store.Require, Of: store.OfTags, Values: []string{"sea"}}, `tags = '{seafood}'`, `tags = '{beach,sea}'`, "no sea in the picture"},
		{store.PhotoClause{Verb: store.Forbid, Of: store.OfTags, Values: []string{"c++ (.*"}}, `tags = '{"c++ (.*"}'`, `tags = '{cats}'`, "c++ (.* in the picture"},
		{store.PhotoClause{Verb: store.Require, Of: store.OfSource, Values: []string{"manager"}}, `source = 'whatsapp'`, ``, "does not come from manager"},
		{store.PhotoClause{Verb: store.Require, Of: store.OfQuality, Number: num(0.6)}, `quality = 0.5`, `quality = 0.6`, "not of good quality"},
		{store.PhotoClause{Verb: store.Require, Of: store.OfRisk, Number: num(0.1)}, `risk = 0.2`, `risk = 0.1`, "too risky"},
		{store.PhotoClause{Verb: store.Forbid, Of: "weather"}, ``, ``, "a rule that this version does not know"},
	} {
		t.Run(fmt.Sprint(i, tt.reason), func(t *testing.T) {
			r := w.eatery(fmt.Sprintf("rule%d", i))
			w.rule(r, tt.clause)
			ids := w.album(r, shot{name: "out", set: tt.out}, shot{name: "stay", set: tt.stay})
			found := w.searched(r, store.PhotoQuery{})
			want, reason := "stay", tt.reason+" (rule 1)"
			count := "1 "
			if tt.clause.Of == "weather" { // what nobody understands leaves everything out
				want, count = "", "2 "
			}
			if got := named(ids, found); got != want || leftOut(found) != count+reason {
				t.Errorf("found %q, %s", got, leftOut(found))
			}
			if got := w.faults(r, ids["out"], monday); len(got) != 1 || got[0] != reason {
				t.Errorf("faults %v", got)
			}
			if got := w.faults(r, ids["stay"], monday); want != "" && len(got) != 0 {
				t.Errorf("faults of what stays: %v", got)
			}
		})
	}
}

func TestWhatMayNeverBeShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.eatery("anna")
	ids := w.album(r, shot{name: "good"}, shot{name: "withdrawn", set: `withdrawn_at = now()`}, shot{name: "rightless", set: `rights = 'unknown'`}, shot{name: "new", set: `state = 'new'`},
		shot{name: "unknown", set: `state = 'unknown'`}, shot{name: "failed", set: `state = 'failed'`}, shot{name: "risky", set: `risk = 0.6`}, shot{name: "dark", set: `quality = 0.1`},
		shot{name: "likeness", twinOf: "good"}, shot{name: "copy", set: `twin = true`})
	found := w.searched(r, store.PhotoQuery{})
	if got := named(ids, found); got != "good" || found.Fit != 1 {
		t.Errorf("found %q of %d", got, found.Fit)
	}
	if got := leftOut(found); got != "1 nobody has given us the right to show it; 3 nobody has looked at it yet, so that it is not known what is in it; 1 too risky; 1 of poor quality" {
		t.Error(got)
	}
	for name, want := range map[string]string{"good": "", "withdrawn": "the client has taken it back", "rightless": "nobody has given us the right to show it", "risky": "too risky", "dark": "", "likeness": "",
		"new": "nobody has looked at it yet, so that it is not known what is in it"} {
		if got := strings.Join(w.faults(r, ids[name], monday), "|"); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := w.faults(w.eatery("bruno"), ids["good"], monday); len(got) != 1 || got[0] != "the picture is not in this restaurant's gallery" {
		t.Errorf("another's: %v", got)
	}
}

func TestARuleHoldsInItsMonthsByTheRestaurantsClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.eatery("anna")
	w.exec(`UPDATE restaurants SET zone = 'Asia/Tokyo' WHERE id = $1`, r)
	w.rule(r, store.PhotoClause{Verb: store.Forbid, Of: store.OfTags, Values: []string{"terrace"}, Months: []int{1, 2, 3, 4, 10, 11, 12}})
	id := w.album(r, shot{name: "terrace", set: `tags = '{terrace}'`})["terrace"]
	april := time.Date(2026, 4, 30, 14, 59, 0, 0, time.UTC) // 23:59 in Tokyo
	if got := w.faults(r, id, april); len(got) != 1 {
		t.Errorf("in April: %v", got)
	}
	if got := w.faults(r, id, april.Add(time.Minute)); len(got) != 0 {
		t.Errorf("in May: %v", got)
	}
}

func TestAPictureRestsAfterItWasShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.eatery("anna")
	w.connects(r)
	ids := w.album(r, shot{name: "a"}, shot{name: "b"}, shot{name: "c"}, shot{name: "copy", twinOf: "a"})
	post := w.posted(r, ids["a"], "A post.")
	if got := w.searched(r, store.PhotoQuery{}); named(ids, got) != "c b" || leftOut(got) != "1 shown within 14 days" {
		t.Errorf("while a card waits: %s, %s", named(ids, got), leftOut(got))
	}
	if got := w.searched(r, store.PhotoQuery{For: []store.PostID{post.PostID}}); named(ids, got) != "c b a" {
		t.Errorf("for its own post: %s", named(ids, got))
	}
	if got := w.faults(r, ids["a"], w.clock.Now()); len(got) != 0 {
		t.Errorf("a card that waits keeps nobody from publishing: %v", got)
	}
	w.decidePost(sendPost(post))
	w.exec(`UPDATE publications SET state = 'published', published_at = $1`, w.clock.Now())
	shown := w.clock.Now()
	for day, want := range map[int]string{1: "shown within 14 days", 13: "shown within 14 days", 15: ""} {
		at := shown.AddDate(0, 0, day)
		for _, name := range []string{"a", "copy"} {
			if got := strings.Join(w.faults(r, ids[name], at), "|"); got != want {
				t.Errorf("%s on day %d: %s", name, day, got)
			}
		}
		if got := w.faults(r, ids["a"], at, post.PostID); len(got) != 0 {
			t.Errorf("its own post: %v", got)
		}
		if got := named(ids, w.searched(r, store.PhotoQuery{At: at})); strings.Contains(got, "a") != (want == "") {
			t.Errorf("day %d: %s", day, got)
		}
	}
	// A rule makes it longer, never shorter.
	long, short := 30.0, 1.0
	w.rule(r, store.PhotoClause{Verb: store.Require, Of: store.OfRest, Number: &short}, store.PhotoClause{Verb: store.Require, Of: store.OfRest, Number: &long})
	if got := strings.Join(w.faults(r, ids["a"], shown.AddDate(0, 0, 20)), "|"); got != "shown within 30 days (rule 2)" {
		t.Error(got)
	}
}

// randomClause is anything that a model might write, sense or not.
func randomClause(dice *rand.Rand) store.PhotoClause {
	pick := func(of ...string) string { return of[dice.IntN(len(of))] }
	c := store.PhotoClause{Verb: store.PhotoVerb(pick("forbid", "require", "prefer", "allow")),
		Of: store.PhotoFeature(pick("kind", "people", "faces", "children", "logos", "text", "season", "dish", "tags", "source", "quality", "risk", "rest", "look", "everything"))}
	for range dice.IntN(3) {
		c.Values = append(c.Values, pick("dish", "place", "summer", "terrace", "manager", "' OR true --", "", "%", `\`, "(("))
	}
	if dice.IntN(2) == 0 {
		n := dice.Float64()*4 - 1
		c.Number = &n
	}
	if dice.IntN(3) == 0 {
		c.Months = []int{dice.IntN(12) + 1}
	}
	c.Check = pick("", "the old logo", "'); DROP TABLE photos; --")
	return c
}

// Whatever a rule says, one more of them never lets in what was left out before.
func TestOneMoreRuleNeverLetsMoreIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dice := rand.New(rand.NewPCG(7, 7))
	for round := range 12 {
		r := w.eatery(fmt.Sprintf("round%d", round))
		var shots []shot
		for i := range 24 {
			shots = append(shots, shot{name: fmt.Sprint(i), set: fmt.Sprintf(`people = %d, kind = '%s', season = '%s', tags = '{%s}', risk = %v, quality = %v, logos = %v`, dice.IntN(2),
				[]string{"dish", "place"}[dice.IntN(2)], []string{"", "summer"}[dice.IntN(2)], []string{"terrace", "table"}[dice.IntN(2)], dice.Float64(), dice.Float64(), dice.IntN(4) == 0)})
		}
		ids := w.album(r, shots...)
		before := w.searched(r, store.PhotoQuery{Most: 100})
		for step := range 6 {
			c := randomClause(dice)
			w.rule(r, c)
			after := w.searched(r, store.PhotoQuery{Most: 100})
			for _, p := range after.Photos {
				if !slices.ContainsFunc(before.Photos, func(b store.FoundPhoto) bool { return b.ID == p.ID }) {
					t.Fatalf("round %d, step %d: %+v lets %s in", round, step, c, named(ids, store.FoundPhotos{Photos: []store.FoundPhoto{p}}))
				}
			}
			for _, id := range ids { // both ways of asking say the same, but for the poor ones that nobody looks for
				faults := w.faults(r, id, w.clock.Now())
				found := slices.ContainsFunc(after.Photos, func(p store.FoundPhoto) bool { return p.ID == id })
				if found && len(faults) > 0 {
					t.Fatalf("found in spite of %v", faults)
				}
			}
			before = after
		}
	}
}

func randomVector(dice *rand.Rand) store.Vector {
	v := make(store.Vector, store.VectorSize)
	sum := 0.0
	for i := range v {
		v[i] = float32(dice.NormFloat64())
		sum += float64(v[i]) * float64(v[i])
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(sum))
	}
	return v
}

// Exactly what going through all of them by hand gives, also for a restaurant that shares the server with others of the same pictures.
func TestTheSearchFindsWhatLookingAtEveryPictureFinds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dice := rand.New(rand.NewPCG(1, 2))
	r, other := w.eatery("anna"), w.eatery("bruno")
	const n, most = 150, 12
	vectors := make([]store.Vector, n)
	var shots, canaries []shot
	for i := range vectors {
		vectors[i] = randomVector(dice)
		shots = append(shots, shot{name: fmt.Sprint(i), vector: vectors[i]})
		canaries = append(canaries, shot{name: fmt.Sprint("canary", i), vector: vectors[i], set: `quality = 1, alt = 'canary'`})
	}
	ids, theirs := w.album(r, shots...), w.album(other, canaries...)
	for range 20 {
		q := randomVector(dice)
		order := make([]int, n)
		near := make([]float64, n)
		for i, v := range vectors {
			order[i] = i
			for j := range v {
				near[i] += float64(v[j]) * float64(q[j])
			}
		}
		slices.SortFunc(order, func(a, b int) int { return int(math.Copysign(1, near[b]-near[a])) })
		found := w.searched(r, store.PhotoQuery{Vector: q, Model: "m", Most: most})
		if len(found.Photos) != most {
			t.Fatalf("%d found", len(found.Photos))
		}
		for i, p := range found.Photos {
			if ids[fmt.Sprint(order[i])] != p.ID && math.Abs(near[order[i]]-*p.Near) > 0.001 { // halves of a float: what differs by less is the same
				t.Errorf("place %d: %s, not %d", i, named(ids, store.FoundPhotos{Photos: []store.FoundPhoto{p}}), order[i])
			}
			if p.Alt == "canary" || slices.Contains(slices.Collect(mapsValues(theirs)), p.ID) {
				t.Fatal("a picture of another restaurant")
			}
		}
	}
	// The very vector of a picture finds it first, and vectors of another model count for nothing.
	if got := w.searched(r, store.PhotoQuery{Vector: vectors[17], Model: "m", Most: 1}); named(ids, got) != "17" || *got.Photos[0].Near < 0.999 {
		t.Errorf("%s", named(ids, got))
	}
	if got := w.searched(r, store.PhotoQuery{Vector: vectors[17], Model: "another", Most: 3}); got.Photos[0].Near != nil {
		t.Error("a vector of another model was compared")
	}
}

func mapsValues(m map[string]store.PhotoID) func(func(store.PhotoID) bool) {
	return func(yield func(store.PhotoID) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

func TestWordsAndLikesPutPicturesInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.eatery("anna")
	ids := w.album(r, shot{name: "cake", set: `dish = 'lemon cake', quality = 0.4`}, shot{name: "cake2", set: `dish = 'lemon cake', quality = 0.41`}, shot{name: "lemons", set: `tags = '{lemon}'`},
		shot{name: "garden", set: `tags = '{garden}', quality = 0.45`}, shot{name: "pasta", set: `dish = 'pasta', quality = 0.9`})
	if got := named(ids, w.searched(r, store.PhotoQuery{Words: []string{"lemon", "cake"}})); got != "cake2 cake lemons pasta garden" {
		t.Error(got)
	}
	// Without anything asked for: the best, and not the same dish over and over.
	if got := named(ids, w.searched(r, store.PhotoQuery{Most: 3})); got != "pasta lemons garden" {
		t.Error(got)
	}
	w.rule(r, store.PhotoClause{Verb: store.Prefer, Of: store.OfTags, Values: []string{"garden"}})
	found := w.searched(r, store.PhotoQuery{})
	if got := named(ids, found); !strings.HasPrefix(got, "garden") || len(found.Photos) != 5 || found.Photos[0].Likes[0] != "rather pictures with garden (rule 1)" {
		t.Errorf("%s %v", got, found.Photos[0].Likes)
	}
	for _, q := range []store.PhotoQuery{{Kind: "drink"}, {Dish: "steak"}, {Not: []store.PhotoID{ids["cake"], ids["cake2"], ids["lemons"], ids["garden"], ids["pasta"]}}} {
		if got := w.searched(r, q); len(got.Photos) != 0 {
			t.Errorf("%+v: %s", q, named(ids, got))
		}
	}
	if got := w.searched(r, store.PhotoQuery{Dish: "Lemon cake"}); named(ids, got) != "cake2 cake" {
		t.Error(named(ids, got))
	}
}

func TestWhatHasToBeLookedForIsOpenUntilSomebodyHasLooked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.eatery("anna")
	w.rule(r, store.PhotoClause{Verb: store.Forbid, Of: store.OfLook, Check: "the old logo"}, store.PhotoClause{Verb: store.Require, Of: store.OfLook, Check: "our red door"})
	ids := w.album(r, shot{name: "a"}, shot{name: "b"}, shot{name: "c"})
	look := func(name, question string, seen bool) {
		w.app(r, func(tx *store.Tx) error {
			return tx.SaveLook(w.ctx, store.Look{Photo: ids[name], Question: question, Seen: seen})
		})
	}
	look("a", "the old logo", true)
	look("a", "our red door", true)
	look("b", "the old logo", false)
	look("b", "our red door", false)
	found := w.searched(r, store.PhotoQuery{})
	if got := named(ids, found); got != "c" || strings.Join(found.Photos[0].Open, "|") != "the old logo|our red door" {
		t.Errorf("%s: %v", got, found.Photos[0].Open)
	}
	if got := leftOut(found); got != "1 “the old logo” is in the picture (rule 1); 1 “our red door” is not in the picture (rule 2)" {
		t.Error(got)
	}
	var doubts []string
	w.app(r, func(tx *store.Tx) (err error) { doubts, err = tx.PhotoDoubts(w.ctx, ids["c"], monday); return err })
	if strings.Join(doubts, "|") != "nobody has checked this picture for “the old logo” (rule 1)|nobody has checked this picture for “our red door” (rule 2)" {
		t.Error(doubts)
	}
	look("c", "the old logo", false)
	look("c", "our red door", true)
	if found = w.searched(r, store.PhotoQuery{}); named(ids, found) != "c" || len(found.Photos[0].Open) != 0 {
		t.Errorf("%+v", found)
	}
}
