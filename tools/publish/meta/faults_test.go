package meta

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	sim "marketa/sandbox/meta"
	"marketa/sandbox/wire"
)

// driver is a small publisher that does what the package comment asks for; careless, it repeats whatever failed.
type driver struct {
	*bundle
	t        *testing.T
	token    Secret
	taken    []string
	careless bool
}

const patience = 400 // steps, of which each moves the clock

// publish brings one post to Instagram and gives its id.
func (d *driver) publish(draft Draft) string {
	var container string
	var asked time.Time // when publishing was first tried
	for range patience {
		if container == "" {
			container = d.create(draft)
			continue
		}
		switch k, err := d.Container(d.t.Context(), d.token, container); {
		case err != nil:
			d.rest(err)
			continue
		case k.Failure() != nil:
			container = "" // certainly not published
			continue
		case k.Status != Finished && k.Status != Published:
			d.clock.Advance(3 * time.Second)
			continue
		}
		if asked.IsZero() {
			asked = d.clock.Now()
		}
		id, err := d.Publish(d.t.Context(), d.token, account, container)
		switch {
		case err == nil:
			return id
		case d.careless || As(err).Outcome == NotDone:
			d.rest(err)
			continue
		}
		if id = d.look(container, Sought{Caption: draft.Caption, Product: "FEED", Since: asked, Taken: d.taken}); id != "" {
			return id
		}
	}
	d.t.Fatal("never published")
	return ""
}

func (d *driver) create(draft Draft) string {
	id, err := d.Create(d.t.Context(), d.token, account, draft)
	if err != nil {
		d.rest(err)
	}
	return id
}

// rest waits as long as an error asks.
func (d *driver) rest(err error) {
	d.t.Helper()
	switch e := refused(d.t, err); e.Cure {
	case Retry, Wait, Look, Renew:
		d.clock.Advance(max(e.RetryAfter(), time.Second))
	default:
		d.t.Fatalf("%v: %s", err, e.Cure)
	}
}

// look searches until it is found, or has certainly not been published: the container still says so when everything that is
// late must have arrived.
func (d *driver) look(container string, want Sought) string {
	waits := []time.Duration{15 * time.Second, time.Minute, 5 * time.Minute}
	for n := 0; n < patience; n++ {
		d.clock.Advance(waits[min(n, len(waits)-1)])
		list, err := d.Recent(d.t.Context(), d.token, account, false)
		if err != nil {
			continue
		}
		if found, ok := FindMedia(list, want); ok {
			return found.ID
		}
		k, err := d.Container(d.t.Context(), d.token, container)
		if err == nil && n >= len(waits) && k.Status != Published {
			return ""
		}
	}
	d.t.Fatal("neither found nor given up")
	return ""
}

// post brings one photo to the page.
func (d *driver) post(page string, photo Photo) string {
	asked := d.clock.Now()
	for range patience {
		id, err := d.PostPhoto(d.t.Context(), d.token, page, photo)
		switch {
		case err == nil:
			return id
		case d.careless || As(err).Outcome == NotDone:
			d.rest(err)
			continue
		}
		for _, wait := range []time.Duration{15 * time.Second, time.Minute, 5 * time.Minute} {
			d.clock.Advance(wait)
			list, err := d.PagePosts(d.t.Context(), d.token, page, asked.Add(-2*time.Minute))
			for err != nil {
				d.rest(err)
				list, err = d.PagePosts(d.t.Context(), d.token, page, asked.Add(-2*time.Minute))
			}
			if found, ok := FindPost(list, Sought{Caption: photo.Caption, Since: asked, Taken: d.taken}); ok {
				return found.ID
			}
		}
	}
	d.t.Fatal("never posted")
	return ""
}

// torment queues what can go wrong, by seed.
func torment(s *sim.Sim, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 7))
	s.RepeatPublishes(true)
	s.ReadyAfter(time.Duration(random.IntN(40)) * time.Second)
	s.Late(time.Duration(random.IntN(120))*time.Second, time.Duration(random.IntN(120))*time.Second)
	limit := sim.Refused(80002, 0)
	limit.Account, limit.Minutes = account, 1+random.IntN(30)
	faults := []wire.Fault{{Cut: true}, {LoseAnswer: true}, {LoseAnswer: true}, {Status: 502, Body: "<html>"},
		sim.Refused(1, 0).Fault(), limit.Fault(), sim.Refused(-2, 2207003).Fault(), {Status: 200, Body: `{"error":{"code":2}}`}}
	lies := []sim.Refusal{sim.Refused(1, 0), sim.Refused(4, 2207051), sim.Refused(-1, 2207001)}
	for _, op := range []string{"POST /{id}/media", "POST /{id}/media_publish", "POST /{id}/photos"} {
		for range random.IntN(4) {
			s.Faults().Next(op, faults[random.IntN(len(faults))])
		}
		if random.IntN(2) == 0 {
			s.Lie(op, lies[random.IntN(len(lies))])
		}
	}
	reads := []wire.Fault{{Cut: true}, sim.Refused(100, 33).Fault(), sim.Refused(2, 0).Fault()}
	for _, op := range []string{"GET /{id}", "GET /{id}/media", "GET /{id}/published_posts"} {
		for range random.IntN(3) {
			s.Faults().Next(op, reads[random.IntN(len(reads))])
		}
	}
}

// run publishes two posts of the same words on Instagram and two on the page, and counts what people see.
func run(t *testing.T, seed uint64, careless bool) (instagram, page int) {
	b := setup(t)
	d := &driver{bundle: b, t: t, token: b.pageToken(t, trattoria), careless: careless}
	address := b.put("a.jpg", photo(20, 20))
	torment(b.sim, seed)
	for range 2 {
		d.taken = append(d.taken, d.publish(Draft{Kind: Image, ImageURL: address, Caption: "Lunch menu\n#today"}))
	}
	for n := range 2 {
		d.taken = append(d.taken, d.post(trattoria, Photo{URL: address, Caption: fmt.Sprint("Lunch ", n)}))
	}
	seen := map[string]bool{}
	for _, id := range d.taken {
		seen[id] = true
	}
	if len(seen) != 4 {
		t.Errorf("seed %d: one post was taken for two: %v", seed, d.taken)
	}
	return len(b.sim.Feed(account)), len(b.sim.PageFeed(trattoria))
}

func TestNothingIsPublishedTwiceWhateverGetsLost(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		if instagram, page := run(t, seed, false); instagram != 2 || page != 2 {
			t.Errorf("seed %d: people see %d posts on Instagram and %d on the page instead of 2 and 2", seed, instagram, page)
		}
	}
}

// Without looking first the same faults do make doubles: the test above can fail.
func TestWhoRepeatsBlindlyPublishesTwice(t *testing.T) {
	t.Parallel()
	doubles := 0
	for seed := range uint64(20) {
		instagram, page := run(t, seed, true)
		doubles += instagram - 2 + page - 2
	}
	if doubles == 0 {
		t.Error("the simulator is too kind")
	}
}

func TestWhatCouldBeTwoPostsIsNone(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	post := func(id, caption string, ago time.Duration) Media {
		return Media{ID: id, Caption: caption, Product: "FEED", At: graphTime{at.Add(-ago)}}
	}
	want := Sought{Caption: "Soup  of\nthe day ", Product: "FEED", Since: at, Taken: []string{"3"}}
	for name, tt := range map[string]struct {
		list []Media
		id   string
	}{
		"one":            {[]Media{post("1", "Soup of the day", 0), post("2", "Bread", 0)}, "1"},
		"the clock":      {[]Media{post("1", "Soup of the day", time.Minute)}, "1"},
		"too old":        {[]Media{post("1", "Soup of the day", 62*time.Second)}, ""},
		"two":            {[]Media{post("1", "Soup of the day", 0), post("2", "Soup of the day", 0)}, ""},
		"one is another": {[]Media{post("3", "Soup of the day", 0), post("2", "Soup of the day", 0)}, "2"},
		"a reel":         {[]Media{{ID: "1", Caption: "Soup of the day", Product: "REELS", At: graphTime{at}}}, ""},
		"none":           {nil, ""},
	} {
		if got, ok := FindMedia(tt.list, want); got.ID != tt.id || ok != (tt.id != "") {
			t.Errorf("%s: %q, %v", name, got.ID, ok)
		}
	}
}
