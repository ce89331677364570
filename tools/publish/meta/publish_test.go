package meta

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"marketa/internal/fault"
	sim "marketa/sandbox/meta"
)

func TestAPhotoGoesFromItsAddressToTheFeed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token := b.pageToken(t, trattoria)
	id := b.ready(t, token, Draft{Kind: Image, ImageURL: b.put("carbonara.jpg", photo(400, 500)), Caption: "Carbonara\n\n#roma", AltText: "A plate"})
	if k, err := b.Container(t.Context(), token, id); err != nil || k.Status != Finished {
		t.Fatal(k, err)
	}
	media, err := b.Publish(t.Context(), token, account, id)
	if err != nil {
		t.Fatal(err)
	}
	got, err := b.Media(t.Context(), token, media)
	if err != nil || got.Caption != "Carbonara\n\n#roma" || got.Type != "IMAGE" || got.Product != "FEED" || !got.At.Equal(b.clock.Now()) {
		t.Fatal(got, err)
	}
	feed := b.sim.Feed(account)
	if len(feed) != 1 || feed[0].AltText != "A plate" || feed[0].Pictures[0].Width != 400 || feed[0].Permalink != got.Permalink {
		t.Errorf("%+v", feed)
	}
	if !strings.Contains(look(t, got.Permalink), "Carbonara") || look(t, feed[0].Pictures[0].URL) != string(photo(400, 500)) {
		t.Error("the permalink does not show it")
	}
	if !strings.HasPrefix(b.web.agents[0], "facebookexternalhit/1.1") {
		t.Error(b.web.agents)
	}
	if q, err := b.Quota(t.Context(), token, account); err != nil || q != (Quota{1, 100, 24 * time.Hour}) || !q.Left() {
		t.Error(q, err)
	}
}

func look(t *testing.T, address string) string {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", address, resp.Status)
	}
	return string(body)
}

func TestACarouselWaitsForItsPictures(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token := b.pageToken(t, trattoria)
	var children []string
	for _, name := range []string{"1.jpg", "2.jpg", "3.jpg"} {
		id, err := b.Create(t.Context(), token, account, Draft{Kind: Image, Child: true, ImageURL: b.put(name, photo(300, 300))})
		if err != nil {
			t.Fatal(err)
		}
		children = append(children, id)
	}
	whole := Draft{Kind: Carousel, Children: children, Caption: "Three"}
	if _, err := b.Create(t.Context(), token, account, whole); refused(t, err).Subcode != 2207027 {
		t.Fatal("made of pictures that are not ready")
	}
	b.clock.Advance(5 * time.Second)
	if _, err := b.Publish(t.Context(), token, account, b.ready(t, token, whole)); err != nil {
		t.Fatal(err)
	}
	if feed := b.sim.Feed(account); len(feed) != 1 || len(feed[0].Pictures) != 3 || feed[0].Caption != "Three" {
		t.Errorf("%+v", feed)
	}
	if _, err := b.Create(t.Context(), token, account, Draft{Kind: Carousel, Children: children[:1]}); refused(t, err).Cure != FixMedia {
		t.Error("a carousel of one")
	}
}

func TestStoriesAndReelsHaveTheirOwnPlaces(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token := b.pageToken(t, trattoria)
	story := b.ready(t, token, Draft{Kind: Story, ImageURL: b.put("s.jpg", photo(90, 160))})
	reel := b.ready(t, token, Draft{Kind: Reel, VideoURL: b.put("r.mp4", film()), Caption: "Pasta"})
	for _, id := range []string{story, reel} {
		if _, err := b.Publish(t.Context(), token, account, id); err != nil {
			t.Fatal(err)
		}
	}
	b.clock.Advance(time.Minute)
	stories, err := b.Recent(t.Context(), token, account, true)
	if err != nil || len(stories) != 1 || stories[0].Product != "STORY" {
		t.Error(stories, err)
	}
	if posts, err := b.Recent(t.Context(), token, account, false); err != nil || len(posts) != 1 || posts[0].Product != "REELS" || posts[0].Type != "VIDEO" {
		t.Error(posts, err)
	}
}

func TestAReelIsUploadedByBytes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token := b.pageToken(t, trattoria)
	id, err := b.Create(t.Context(), token, account, Draft{Kind: Reel, Upload: true, Caption: "Oven"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Publish(t.Context(), token, account, id); refused(t, err).Subcode != 2207027 {
		t.Fatal("published without a video")
	}
	if err := b.Upload(t.Context(), token, id, int64(len(film())), bytes.NewReader(film())); err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(5 * time.Second)
	if _, err := b.Publish(t.Context(), token, account, id); err != nil {
		t.Fatal(err)
	}
	if err := b.Upload(t.Context(), "EAAwrong", id, 1, strings.NewReader("x")); err == nil || strings.Contains(err.Error(), "EAA") {
		t.Error(err)
	}
}

func TestPicturesThatInstagramDoesNotTakeAreRefusedWithWhatToDo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token := b.pageToken(t, trattoria)
	long := strings.Repeat("ж", 2201)
	for name, tt := range map[string]struct {
		draft   Draft
		subcode int
		cure    Cure
	}{
		"PNG":        {Draft{Kind: Image, ImageURL: b.put("a.png", drawing(100, 100))}, 2207005, FixMedia},
		"too wide":   {Draft{Kind: Image, ImageURL: b.put("w.jpg", photo(400, 100))}, 2207009, FixMedia},
		"too tall":   {Draft{Kind: Image, ImageURL: b.put("t.jpg", photo(100, 200))}, 2207009, FixMedia},
		"too large":  {Draft{Kind: Image, ImageURL: b.put("l.jpg", append(photo(10, 10), make([]byte, 8<<20)...))}, 2207004, FixMedia},
		"a page":     {Draft{Kind: Image, ImageURL: b.put("h.jpg", []byte("<html>log in</html>"))}, 2207052, Retry},
		"not there":  {Draft{Kind: Image, ImageURL: b.shelf + "/none.jpg"}, 2207052, Retry},
		"not ASCII":  {Draft{Kind: Image, ImageURL: b.put("ж.jpg", photo(10, 10))}, 2207052, Retry},
		"not ours":   {Draft{Kind: Image, ImageURL: "http://192.0.2.1/a.jpg"}, 2207052, Retry},
		"long words": {Draft{Kind: Image, ImageURL: b.put("ok.jpg", photo(10, 10)), Caption: long}, 2207010, FixText},
		"hashtags":   {Draft{Kind: Image, ImageURL: b.put("ok.jpg", photo(10, 10)), Caption: strings.Repeat("#a ", 31)}, 2207010, FixText},
		"a kind":     {Draft{Kind: "POEM", ImageURL: b.put("ok.jpg", photo(10, 10))}, 2207023, Operator},
	} {
		_, err := b.Create(t.Context(), token, account, tt.draft)
		if e := refused(t, err); e.Subcode != tt.subcode || e.Cure != tt.cure || e.Outcome != NotDone {
			t.Errorf("%s: %v, %s", name, err, e.Cure)
		}
	}
	id := b.ready(t, token, Draft{Kind: Reel, VideoURL: b.put("v.mp4", photo(10, 10))})
	k, err := b.Container(t.Context(), token, id)
	if err != nil || k.Status != Failed || refused(t, k.Failure()).Cure != FixMedia {
		t.Error(k, err, k.Failure())
	}
}

func TestPublishingHasItsTimesAndLimits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token := b.pageToken(t, trattoria)
	d := Draft{Kind: Image, ImageURL: b.put("a.jpg", photo(10, 10)), Caption: "x"}
	early, _ := b.Create(t.Context(), token, account, d)
	if _, err := b.Publish(t.Context(), token, account, early); !refused(t, err).SafeToRetry() || As(err).RetryAfter() != 10*time.Second {
		t.Error("early:", err)
	}
	b.clock.Advance(24 * time.Hour)
	if k, err := b.Container(t.Context(), token, early); err != nil || k.Status != Expired || refused(t, k.Failure()).Cure != Renew {
		t.Error("old:", k, err)
	}
	b.sim.AddInstagram(sim.Instagram{ID: account, Username: "trattoria.demo", Quota: 1})
	if _, err := b.Publish(t.Context(), token, account, b.ready(t, token, d)); err != nil {
		t.Fatal(err)
	}
	_, err := b.Publish(t.Context(), token, account, b.ready(t, token, d))
	if e := refused(t, err); e.Subcode != 2207042 || e.Cure != Wait || e.Outcome != NotDone {
		t.Error("over the quota:", err)
	}
	if q, err := b.Quota(t.Context(), token, account); err != nil || q.Left() {
		t.Error(q, err)
	}
}

func TestAccountsThatCannotBePublishedToSayWhatToDo(t *testing.T) {
	t.Parallel()
	const personal = "17841400002003"
	for name, tt := range map[string]struct {
		change  func(*sim.Sim)
		choice  sim.Choice
		account string
		cure    Cure
		words   string
	}{
		"personal":      {func(*sim.Sim) {}, sim.Choice{}, personal, Owner, "Business"},
		"restricted":    {func(s *sim.Sim) { s.AddInstagram(sim.Instagram{ID: account, Restricted: true}) }, sim.Choice{}, account, Owner, "Instagram app"},
		"declined":      {func(*sim.Sim) {}, sim.Choice{Decline: []string{"instagram_content_publish"}}, account, Permit, "every box"},
		"without task":  {func(s *sim.Sim) { s.Appoint(anna, trattoria, "ANALYZE") }, sim.Choice{}, account, Permit, "owner"},
		"page unticked": {func(*sim.Sim) {}, sim.Choice{Pages: []string{bakery}}, account, Look, "look"},
	} {
		b := setup(t)
		token := b.connected(t, tt.choice)
		tt.change(b.sim)
		_, err := b.Create(t.Context(), token, tt.account, Draft{Kind: Image, ImageURL: b.put("a.jpg", photo(10, 10))})
		if e := refused(t, err); e.Cure != tt.cure || !strings.Contains(fault.Say(err), tt.words) {
			t.Errorf("%s: %v, %s, %q", name, err, e.Cure, fault.Say(err))
		}
	}
}

func TestAPageShowsPhotosAndPosts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token := b.pageToken(t, bakery)
	start := b.clock.Now()
	one, err := b.PostPhoto(t.Context(), token, bakery, Photo{URL: b.put("bread.png", drawing(20, 20)), Caption: "Bread"})
	if err != nil {
		t.Fatal(err)
	}
	var photos []string
	for _, name := range []string{"a.jpg", "b.jpg"} {
		id, err := b.AddPhoto(t.Context(), token, bakery, Photo{URL: b.put(name, photo(20, 20))})
		if err != nil {
			t.Fatal(err)
		}
		photos = append(photos, id)
	}
	if feed := b.sim.PageFeed(bakery); len(feed) != 1 {
		t.Fatalf("people see photos that were only added: %+v", feed)
	}
	two, err := b.Post(t.Context(), token, bakery, PagePost{Message: "Cakes & more", Photos: photos})
	if err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(time.Minute)
	list, err := b.PagePosts(t.Context(), token, bakery, start)
	if err != nil || len(list) != 2 || list[0].ID != two || list[1].ID != one {
		t.Fatal(list, err)
	}
	shown, err := b.ReadPost(t.Context(), token, two)
	if err != nil || !strings.Contains(look(t, shown.Permalink), "Cakes &amp; more") {
		t.Error(shown, err)
	}
	if feed := b.sim.PageFeed(bakery); len(feed) != 2 || len(feed[0].Pictures) != 2 || feed[0].Caption != "Cakes & more" {
		t.Errorf("%+v", feed)
	}
	_, err = b.Post(t.Context(), token, bakery, PagePost{Message: "Cakes & more", Photos: photos})
	if e := refused(t, err); e.Code != 506 || e.Outcome != Unknown || e.SafeToRetry() {
		t.Error(err)
	}
}

func TestAPageMayRefuse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	person, token := b.connected(t, sim.Choice{}), b.pageToken(t, bakery)
	if _, err := b.Post(t.Context(), person, bakery, PagePost{Message: "x"}); refused(t, err).Cure != Permit {
		t.Error("with the person's token:", err)
	}
	if _, err := b.PostPhoto(t.Context(), token, bakery, Photo{URL: b.put("x.jpg", []byte("no picture"))}); refused(t, err).Cure != FixMedia {
		t.Error("no picture:", err)
	}
	b.sim.AddPage(sim.Page{ID: bakery, Name: "Bakery", NeedsPPA: true})
	if _, err := b.Post(t.Context(), token, bakery, PagePost{Message: "x"}); refused(t, err).Cure != Owner || !strings.Contains(fault.Say(err), "facebook.com") {
		t.Error("unconfirmed:", err)
	}
}

func TestALimitIsWaitedForAsLongAsItSays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token := b.pageToken(t, trattoria)
	b.sim.Throttle(account, 80002, 20*time.Minute)
	_, err := b.Quota(t.Context(), token, account)
	if e := refused(t, err); e.Cure != Wait || e.RetryAfter() != 21*time.Minute || !e.SafeToRetry() {
		t.Fatal(err, e.RetryAfter())
	}
	b.clock.Advance(As(err).RetryAfter())
	if _, err := b.Quota(t.Context(), token, account); err != nil {
		t.Error(err)
	}
}
