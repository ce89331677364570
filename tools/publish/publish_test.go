package publish_test

import (
	"strings"
	"testing"
	"time"

	sim "marketa/sandbox/meta"
	"marketa/store"
)

func TestAnApprovedPostGoesLiveAndEverybodyHears(t *testing.T) {
	t.Parallel()
	l := newBench(t).born("Trattoria")
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
	if stage := ask[string](l.bench, `SELECT stage FROM restaurants WHERE id = $1`, l.id); stage != "activation" {
		t.Errorf("stage %s", stage)
	}
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
