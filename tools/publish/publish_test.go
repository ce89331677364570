package publish_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	sim "marketa/sandbox/meta"
	"marketa/sandbox/wire"
	"marketa/store"
)

func TestAnApprovedPostGoesLiveAndEverybodyHears(t *testing.T) {
	t.Parallel()
	l := newBench(t).born("Trattoria")
	l.app(func(tx *store.Tx) error { return tx.LinkCRMTask(l.ctx, store.CRMTask{Task: 7, LinkedBy: "test"}) })
	post, _ := l.approved("Torta al limone.", nil, store.Instagram, store.Facebook)
	l.drain(time.Minute)
	feed, wall := l.sim.Feed(account), l.sim.PageFeed(page)
	if len(feed) != 1 || len(wall) != 1 || feed[0].Caption != "Torta al limone.\n\n#torta" || feed[0].AltText != "A cake" || wall[0].Caption != feed[0].Caption {
		t.Fatalf("%+v %+v; log: %s", feed, wall, l.log)
	}
	if size := feed[0].Pictures[0].Size; size != len(l.photo) {
		t.Errorf("another picture: %d bytes instead of %d", size, len(l.photo))
	}
	l.heard("Trattoria", "is live", feed[0].Permalink, wall[0].Permalink)
	if words := ask[string](l.bench, `SELECT string_agg(words, '') FROM crm_outbox WHERE words LIKE 'A post is live%'`); words != "A post is live.\nInstagram: "+feed[0].Permalink+"\nFacebook: "+wall[0].Permalink {
		t.Errorf("the CRM reads %q", words)
	}
	if stage := ask[string](l.bench, `SELECT stage FROM restaurants WHERE id = $1`, l.id); stage != "activation" {
		t.Errorf("stage %s", stage)
	}
	l.clock.Advance(10 * time.Second)
	l.must(l.pub.TellClient(l.ctx, post))
	if text := ask[string](l.bench, `SELECT d.text FROM approvals a JOIN drafts d ON d.id = a.draft_id WHERE a.restaurant_id = $1 AND a.state = 'pending'`, l.id); !strings.HasPrefix(text, "Il vostro post è online:\nInstagram: "+feed[0].Permalink) || !strings.Contains(text, wall[0].Permalink) {
		t.Errorf("the client would hear %q", text)
	}
}

func TestALostAnswerMakesNoDouble(t *testing.T) {
	t.Parallel()
	l := newBench(t).born("Trattoria")
	for _, op := range []string{"POST /{id}/media_publish", "POST /{id}/photos"} {
		l.sim.Lie(op, sim.Refused(1, 0))
	}
	l.approved("Torta.", nil, store.Instagram, store.Facebook)
	l.drain(time.Hour)
	if len(l.sim.Feed(account)) != 1 || len(l.sim.PageFeed(page)) != 1 {
		t.Fatalf("%d and %d; log: %s", len(l.sim.Feed(account)), len(l.sim.PageFeed(page)), l.log)
	}
	l.heard("is live", "Instagram: http", "Facebook: http")
}

func (l *life) settle(id store.PublicationID, a store.Action) {
	l.Helper()
	l.desk(func(tx *store.Tx) error {
		s, err := tx.SettlePublication(l.ctx, id, a, boss)
		if err == nil && s.Outcome != "ok" {
			err = fmt.Errorf("settled: %s", s.Outcome)
		}
		return err
	})
}

func (l *life) stands(pubs map[string]store.PublicationID, state string) {
	l.Helper()
	for network, id := range pubs {
		if p := l.publication(id); p.State != state {
			l.Errorf("%s is %s instead of %s: %s; log: %s", network, p.State, state, p.Fault, l.log)
		}
	}
}

func TestWhatIsHeldWaitsForAPersonsWord(t *testing.T) {
	t.Parallel()
	l := newBench(t).born("Trattoria")
	_, pubs := l.approved("Festa.", nil, store.Instagram, store.Facebook)
	l.exec(`UPDATE photos SET children = true`)
	l.drain(time.Hour)
	l.stands(pubs, "held")
	l.heard("Trattoria", "held", "parents agree", "Festa.")
	if n := len(l.notices()); n != 1 {
		t.Errorf("%d notices for one post", n)
	}
	l.settle(pubs[store.Instagram], store.AnywayAction)
	l.settle(pubs[store.Facebook], store.DropAction)
	l.drain(time.Hour)
	if len(l.sim.Feed(account)) != 1 || len(l.sim.PageFeed(page)) != 0 {
		t.Error("published on", len(l.sim.Feed(account)), len(l.sim.PageFeed(page)))
	}
	l.heard("is live", "Instagram: http")
}

// A post for tomorrow is looked at when it is approved, and again when its time has come.
func TestAScheduledPostIsCheckedTwice(t *testing.T) {
	t.Parallel()
	l := newBench(t).born("Trattoria")
	tomorrow := l.clock.Now().Add(24 * time.Hour)
	_, pubs := l.approved("Torta.", &tomorrow, store.Instagram)
	l.drain(time.Hour)
	if p := l.publication(pubs[store.Instagram]); p.State != "due" || p.CheckedAt == nil || !p.NextAt.Equal(tomorrow) {
		t.Fatalf("%+v", p)
	}
	if len(l.sim.Attempts()) > 20 || len(l.sim.Feed(account)) != 0 {
		t.Error("Meta was called already")
	}
	l.exec(`UPDATE photos SET withdrawn_at = now()`)
	l.clock.Advance(24 * time.Hour)
	l.drain(time.Hour)
	l.stands(pubs, "failed")
	l.heard("was not published on Instagram", "taken this photo back")
}

func TestAPictureThatIsNotTheApprovedOneIsNotPublished(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(l *life){
		"another": func(l *life) {
			l.must(l.files.Delete(l.ctx, "picture"))
			l.must(l.files.Put(l.ctx, "picture", "image/jpeg", strings.NewReader("something else")))
		},
		"gone": func(l *life) { l.must(l.files.Delete(l.ctx, "picture")) },
	} {
		l := newBench(t).born("Trattoria")
		_, pubs := l.approved("Torta.", nil, store.Instagram, store.Facebook)
		spoil(l)
		l.drain(time.Hour)
		l.stands(pubs, "failed")
		l.heard("picture that was approved is not there")
		if len(l.sim.Feed(account)) > 0 {
			t.Error(name, "was published")
		}
	}
}

func TestABrokenTokenStopsEverythingUntilTheyConnectAgain(t *testing.T) {
	t.Parallel()
	l := newBench(t).born("Trattoria")
	l.exec(`UPDATE restaurants SET stage = 'active'`)
	l.sim.Invalidate(anna, 460)
	_, pubs := l.approved("Torta.", nil, store.Instagram, store.Facebook)
	l.drain(time.Hour)
	l.stands(pubs, "due")
	if state, stage := ask[string](l.bench, `SELECT state FROM connections`), ask[string](l.bench, `SELECT stage FROM restaurants`); state != "broken" || stage != "at_risk" {
		t.Error(state, stage)
	}
	if n := ask[int](l.bench, `SELECT count(*)::int FROM alerts WHERE cause = 'connection-lost' AND cleared_at IS NULL`); n != 1 {
		t.Errorf("%d alerts", n)
	}
	if p := l.publication(pubs[store.Instagram]); !strings.Contains(p.Fault, "connection link") {
		t.Error(p.Fault)
	}
	l.reconnect()
	l.drain(time.Hour)
	l.stands(pubs, "published")
	if n := ask[int](l.bench, `SELECT count(*)::int FROM alerts WHERE cause = 'connection-lost' AND cleared_at IS NULL`); n != 0 {
		t.Error("the alert stays")
	}
}

func TestWhatIsLongOverdueIsNotPublishedByItself(t *testing.T) {
	t.Parallel()
	l := newBench(t).born("Trattoria")
	_, pubs := l.approved("Pranzo di oggi.", nil, store.Facebook)
	l.sim.Faults().Down("*", wire.Fault{Status: 503})
	l.clock.Advance(7 * time.Hour)
	l.drain(time.Minute)
	l.stands(pubs, "held")
	l.heard("should have gone out on 22 November")
	l.sim.Faults().Up("*")
	l.settle(pubs[store.Facebook], store.AnywayAction)
	l.drain(time.Hour)
	l.stands(pubs, "published")
}

func TestRefusalsBecomeWordsWithWhatToDo(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		code, subcode int
		say           string
	}{{36003, 2207009, "Crop it"}, {25, 2207050, "Instagram app"}, {10, 0, "permission"}, {100, 0, "operator"}} {
		l := newBench(t).born("Trattoria")
		l.sim.Faults().Next("POST /{id}/media", sim.Refused(tt.code, tt.subcode).Fault())
		_, pubs := l.approved("Torta.", nil, store.Instagram)
		l.drain(time.Hour)
		l.stands(pubs, "failed")
		l.heard("was not published on Instagram", tt.say)
		l.settle(pubs[store.Instagram], store.AgainAction)
		l.drain(time.Hour)
		l.stands(pubs, "published")
	}
}

func TestAFullQuotaIsWaitedFor(t *testing.T) {
	t.Parallel()
	l := newBench(t).born("Trattoria")
	l.sim.AddInstagram(sim.Instagram{ID: account, Username: "trattoria.demo", Quota: 1})
	_, first := l.approved("Uno.", nil, store.Instagram)
	l.drain(time.Hour)
	l.stands(first, "published")
	l.clock.Advance(20 * time.Hour)
	_, second := l.approved("Due.", nil, store.Instagram)
	l.drain(time.Hour)
	l.stands(second, "due")
	if p := l.publication(second[store.Instagram]); !strings.Contains(p.Fault, "limit of posts") {
		t.Error(p.Fault)
	}
	l.drain(5 * time.Hour)
	l.stands(second, "published")
}

func TestTheNewsWaitsForAChatThatIsFree(t *testing.T) {
	t.Parallel()
	l := newBench(t).born("Trattoria")
	post, _ := l.approved("Torta.", nil, store.Instagram)
	l.drain(time.Hour)
	l.exec(`UPDATE chats SET busy_since = now()`)
	l.clock.Advance(10 * time.Second)
	l.must(l.pub.TellClient(l.ctx, post))
	if n := ask[int](l.bench, `SELECT count(*)::int FROM approvals`); n != 0 {
		t.Fatal("the news pushed in")
	}
	l.exec(`UPDATE chats SET busy_since = NULL`)
	l.clock.Advance(2 * time.Minute)
	l.must(l.pub.TellClient(l.ctx, post))
	if err := l.pub.TellClient(l.ctx, post); !store.IsLeaseLost(err) {
		t.Errorf("told twice: %v", err)
	}
	if n := ask[int](l.bench, `SELECT count(*)::int FROM approvals WHERE state = 'pending'`); n != 1 {
		t.Errorf("%d cards", n)
	}
}
