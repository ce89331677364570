package store_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"marketa/store"
)

// photoOf is a photo of the gallery that a client has sent.
func (w *world) photoOf(who string) store.PhotoID {
	w.Helper()
	w.must(w.db.Ingest(w.ctx, webhook(message(who, "photo-"+who, "[image]"))))
	w.must(w.db.Ingest(w.ctx, store.Webhook{Body: []byte("{}"), Abouts: []store.About{about("photo-"+who, photoSaid(who))}}))
	w.fetched(who, "photo-"+who, "picture of "+who)
	return ask[store.PhotoID](w, `SELECT p.id FROM photos p JOIN messages m ON m.id = p.message_id WHERE m.vendor_id = $1`, "photo-"+who)
}

// written is a post's version, as a worker has made it.
func written(photo store.PhotoID, caption string) store.PostVersion {
	sum := sha256.Sum256([]byte("picture for " + caption))
	return store.PostVersion{PhotoID: photo, PictureKey: "posts/" + caption, PictureSHA256: sum[:], PictureWidth: 1080, PictureHeight: 1350, Caption: caption,
		Hashtags: []string{"torta", "milano"}, Alt: "Alt of " + caption, Language: "it", Networks: []string{store.Instagram, store.Facebook}, Author: "model"}
}

// posted is a post of a restaurant whose version waits for a decision.
func (w *world) posted(r store.RestaurantID, photo store.PhotoID, caption string) store.PostApproval {
	w.Helper()
	w.app(r, func(tx *store.Tx) error {
		id, err := tx.AskPost(w.ctx, store.NewPost{Brief: "brief of " + caption})
		w.must(err)
		task, err := tx.LeasePostTask(w.ctx, id)
		w.must(err)
		_, err = tx.HoldPost(w.ctx, task, written(photo, caption))
		return err
	})
	return w.pendingPost(r)
}

func (w *world) pendingPost(r store.RestaurantID) (a store.PostApproval) {
	w.Helper()
	id := ask[store.PostApprovalID](w, `SELECT id FROM post_approvals WHERE restaurant_id = $1 AND state = 'pending'`, r)
	w.desk(func(tx *store.Tx) (err error) { a, err = tx.PostApproval(w.ctx, id); return err })
	return a
}

// connects gives a restaurant an account to publish in.
func (w *world) connects(r store.RestaurantID) {
	w.Helper()
	w.exec(`CREATE TABLE IF NOT EXISTS connections (id uuid, restaurant_id uuid, state text, person_id text, page_id text, page_name text, ig_id text, scopes text[], token bytea, person_token bytea, checked_at timestamptz, created_at timestamptz)`)
	w.exec(`GRANT SELECT (restaurant_id, state, page_id, ig_id) ON connections TO marketa_gate`)
	w.exec(`INSERT INTO connections (id, restaurant_id, state, person_id, page_id, page_name, ig_id, scopes, token, person_token, checked_at, created_at)
		VALUES (gen_random_uuid(), $1, 'active', 'p', 'page-1', 'Trattoria', 'ig-1', '{}', 't', 't', now(), now())`, r)
}

func (w *world) decidePost(p store.PostPress) (d store.PostDecision) {
	w.Helper()
	w.desk(func(tx *store.Tx) (err error) { d, err = tx.DecidePost(w.ctx, p); return err })
	return d
}

func sendPost(a store.PostApproval) store.PostPress {
	return store.PostPress{Approval: a.ID, Action: store.Send, TelegramID: marta, Hash: a.ContentHash}
}

// waitingPost is a post of a connected restaurant.
func (w *world) waitingPost() (store.RestaurantID, store.PostApproval) {
	w.Helper()
	w.hire()
	photo := w.photoOf("anna")
	r := w.chat("anna").RestaurantID
	w.connects(r)
	return r, w.posted(r, photo, "Torta al limone.")
}

func TestAnApprovedPostIsDueInEveryNetworkOfTheConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r, a := w.waitingPost()
	w.forget()
	d := w.decidePost(sendPost(a))
	if d.Outcome != "ok" || d.State != "sent" || d.DecidedName != "Marta" || len(d.Published) != 2 || d.Restaurant != r {
		t.Fatalf("%+v", d)
	}
	same(w, "facebook page-1 due|instagram ig-1 due", `SELECT string_agg(concat_ws(' ', network, target, state), '|' ORDER BY network) FROM publications WHERE due_at = $1 AND next_at = $1`, w.clock.Now())
	same(w, "approved", `SELECT state FROM posts`)
	if w.jobs("publish") != 2 || w.jobs("show_post") != 1 {
		t.Errorf("%d and %d jobs", w.jobs("publish"), w.jobs("show_post"))
	}
}

func TestAPressOnAPostThatDoesNotCountChangesNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		world func(w *world, r store.RestaurantID, p *store.PostPress)
		want  string
	}{
		"by a stranger":           {func(w *world, _ store.RestaurantID, p *store.PostPress) { p.TelegramID = stranger }, "denied"},
		"by a viewer":             {func(w *world, _ store.RestaurantID, p *store.PostPress) { p.TelegramID = vera }, "denied"},
		"by an owner who is gone": {func(w *world, _ store.RestaurantID, p *store.PostPress) { p.TelegramID = gone }, "denied"},
		"by a manager removed meanwhile": {func(w *world, _ store.RestaurantID, p *store.PostPress) {
			p.TelegramID = ben
			w.exec(`UPDATE managers SET active = false WHERE telegram_id = $1`, ben)
		}, "denied"},
		"on other content": {func(w *world, _ store.RestaurantID, p *store.PostPress) { p.Hash = []byte("another") }, "stale"},
		"on no content":    {func(w *world, _ store.RestaurantID, p *store.PostPress) { p.Hash = nil }, "stale"},
		"on nothing":       {func(w *world, _ store.RestaurantID, p *store.PostPress) { p.Approval = store.PostApprovalID{1} }, "gone"},
		"unconnected":      {func(w *world, r store.RestaurantID, p *store.PostPress) { w.exec(`DELETE FROM connections`) }, "unconnected"},
		"broken": {func(w *world, r store.RestaurantID, p *store.PostPress) {
			w.exec(`UPDATE connections SET state = 'broken'`)
		}, "unconnected"},
		"photo taken back": {func(w *world, r store.RestaurantID, p *store.PostPress) {
			w.exec(`UPDATE photos SET withdrawn_at = now()`)
		}, "photo"},
		"photo of another's": {func(w *world, r store.RestaurantID, p *store.PostPress) {
			w.ingest(message("bruno", "b1", "salve"))
			w.exec(`UPDATE chats SET restaurant_id = $1 WHERE restaurant_id = $2`, w.chat("bruno").RestaurantID, r)
		}, "photo"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			r, a := w.waitingPost()
			p := sendPost(a)
			c.world(w, r, &p)
			before := w.print(r)
			if d := w.decidePost(p); d.Outcome != c.want {
				t.Errorf("%s, not %s", d.Outcome, c.want)
			}
			if changed := difference(before, w.print(r)); changed != "" {
				t.Errorf("changed:%s", changed)
			}
			same(w, 0, `SELECT count(*)::int FROM publications`)
		})
	}
}

func TestTwoPressesOnAPostMakeOneDecision(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, a := w.waitingPost()
	outcomes := make([]string, 8)
	var all sync.WaitGroup
	for i := range outcomes {
		all.Go(func() {
			p := sendPost(a)
			p.TelegramID = []int64{marta, ben}[i%2]
			p.Action = []store.Action{store.Send, store.Discard, store.RedoIt}[i%3]
			err := w.db.System(w.ctx, store.Desk, func(tx *store.Tx) error {
				d, err := tx.DecidePost(w.ctx, p)
				outcomes[i] = d.Outcome
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	got := strings.Join(outcomes, " ")
	if strings.Count(got, "ok") != 1 || strings.Count(got, "already") != 7 {
		t.Error(got)
	}
	same(w, true, `SELECT count(*) IN (0, 2) FROM publications`)
	same(w, 1, `SELECT count(*)::int FROM audit WHERE action LIKE 'post.%'`)
}

// Nothing is published that nobody has approved, whoever tries and however.
func TestNobodyPublishesPastTheGate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r, a := w.waitingPost()
	none := store.RestaurantID{}
	insert := `INSERT INTO publications (id, restaurant_id, post_id, version_id, approval_id, content_hash, network, target, due_at, created_at)
		SELECT gen_random_uuid(), restaurant_id, post_id, version_id, id, content_hash, 'instagram', 'ig-1', now(), now() FROM post_approvals LIMIT 1`
	forge := func(stage string) {
		t.Helper()
		for role, bound := range map[string]store.RestaurantID{"marketa_app": r, "marketa_desk": none, "marketa_ingest": none, "": none} {
			if err := w.as(role, bound, insert); err == nil && ask[int](w, `SELECT count(*)::int FROM publications`) > 0 {
				t.Errorf("%s: %q has published", stage, role)
			}
		}
	}
	forge("pending")
	// Also not as the superuser, while it is not approved: the key names the approval of this very content.
	if _, err := w.root.Exec(w.ctx, insert); err == nil {
		t.Error("a publication without an approval")
	}
	for what, sql := range map[string]string{
		"an approval decided by the app":    `UPDATE post_approvals SET state = 'sent', decided_by = (SELECT id FROM managers LIMIT 1), decided_at = now()`,
		"an approval that is there decided": `INSERT INTO post_approvals (id, restaurant_id, post_id, version_id, content_hash, state, decided_by, decided_at, created_at) SELECT gen_random_uuid(), restaurant_id, post_id, version_id, content_hash, 'sent', gen_random_uuid(), now(), now() FROM post_approvals`,
		"another caption":                   `UPDATE post_versions SET caption = 'x'`,
		"another picture":                   `UPDATE post_versions SET picture_sha256 = sha256('x')`,
		"another hash":                      `UPDATE post_versions SET content_hash = sha256('x')`,
		"a version of other content":        `INSERT INTO post_versions SELECT gen_random_uuid(), restaurant_id, post_id, 9, photo_id, '', picture_key, picture_sha256, 1, 1, 'another caption', hashtags, alt, language, networks, publish_at, '{}', '', content_hash, 'model', now() FROM post_versions LIMIT 1`,
		"a decision by the app itself":      `SELECT * FROM decide_post(gen_random_uuid(), 'send', 1, NULL, '', NULL, NULL, NULL, NULL, now())`,
	} {
		if err := w.as("marketa_app", r, sql); err == nil {
			t.Errorf("accepted: %s", what)
		}
	}
	for _, sql := range []string{`UPDATE post_approvals SET state = 'sent'`, `UPDATE post_versions SET caption = 'x'`, `DELETE FROM post_approvals`} {
		if err := w.as("marketa_desk", none, sql); err == nil {
			t.Errorf("the desk: %s", sql)
		}
	}
	if d := w.decidePost(sendPost(a)); d.Outcome != "ok" {
		t.Fatalf("%+v", d)
	}
	// What was approved cannot become something else, not even by the superuser's hand.
	for _, sql := range []string{`UPDATE post_versions SET caption = 'x'`, `UPDATE publications SET content_hash = sha256('x')`, `UPDATE post_approvals SET state = 'discarded'`,
		`UPDATE post_versions SET caption = 'x', content_hash = post_hash(picture_sha256, 'x', hashtags, alt, networks, publish_at)`} {
		if _, err := w.root.Exec(w.ctx, sql); err == nil {
			t.Errorf("accepted: %s", sql)
		}
	}
	for _, sql := range []string{`UPDATE publications SET target = 'mine'`, `UPDATE publications SET version_id = gen_random_uuid()`, `UPDATE publications SET due_at = now()`} {
		if err := w.as("marketa_app", r, sql); err == nil {
			t.Errorf("the app: %s", sql)
		}
	}
}

func TestEveryPartOfAPostIsInItsHash(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	base := `sha256('p'), 'caption', '{a,b}', 'alt', '{instagram}', '2026-03-02 12:00Z'`
	for _, other := range []string{`sha256('q'), 'caption', '{a,b}', 'alt', '{instagram}', '2026-03-02 12:00Z'`, `sha256('p'), 'caption2', '{a,b}', 'alt', '{instagram}', '2026-03-02 12:00Z'`,
		`sha256('p'), 'caption', '{a,c}', 'alt', '{instagram}', '2026-03-02 12:00Z'`, `sha256('p'), 'caption', '{a}', 'alt', '{instagram}', '2026-03-02 12:00Z'`,
		`sha256('p'), 'caption', '{a,b}', 'alt2', '{instagram}', '2026-03-02 12:00Z'`, `sha256('p'), 'caption', '{a,b}', 'alt', '{facebook}', '2026-03-02 12:00Z'`,
		`sha256('p'), 'caption', '{a,b}', 'alt', '{instagram}', '2026-03-02 12:01Z'`, `sha256('p'), 'caption', '{a,b}', 'alt', '{instagram}', NULL`} {
		same(w, true, `SELECT post_hash(`+base+`) <> post_hash(`+other+`)`)
	}
	same(w, true, `SELECT post_hash(`+base+`) IS NOT NULL AND post_hash(sha256('p'), 'c', '{}', '', '{facebook}', NULL) IS NOT NULL`)
}

func TestAnotherTimeWaitsOnTheSameCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, a := w.waitingPost()
	w.desk(func(tx *store.Tx) error {
		return tx.SavePostCard(w.ctx, store.PostCard{ApprovalID: a.ID, TgChatID: 1, MessageID: 2})
	})
	at := w.clock.Now().Add(3 * time.Hour)
	p := sendPost(a)
	p.Action, p.PublishAt = store.Retime, &at
	d := w.decidePost(p)
	if d.Outcome != "ok" || d.State != "pending" || d.Shown == a.ID {
		t.Fatalf("%+v", d)
	}
	if again := w.decidePost(sendPost(a)); again.Outcome != "already" || again.State != "superseded" {
		t.Errorf("the old one: %+v", again)
	}
	w.desk(func(tx *store.Tx) error {
		cards, err := tx.PostCards(w.ctx, d.Shown)
		if err != nil || len(cards) != 1 {
			t.Errorf("%+v %v", cards, err)
		}
		a, err = tx.PostApproval(w.ctx, d.Shown)
		return err
	})
	if sent := w.decidePost(sendPost(a)); sent.Outcome != "ok" {
		t.Errorf("%+v", sent)
	}
	same(w, 2, `SELECT count(*)::int FROM publications WHERE due_at = $1`, at)
}

func TestATimeThatHasPassedIsNotSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, a := w.waitingPost()
	at := w.clock.Now().Add(time.Hour)
	p := sendPost(a)
	p.Action, p.PublishAt = store.Retime, &at
	shown := w.decidePost(p).Shown
	w.clock.Advance(2 * time.Hour)
	w.desk(func(tx *store.Tx) (err error) { a, err = tx.PostApproval(w.ctx, shown); return err })
	if d := w.decidePost(sendPost(a)); d.Outcome != "late" || d.State != "pending" {
		t.Errorf("%+v", d)
	}
	p = sendPost(a)
	p.Action = store.Retime
	if d := w.decidePost(p); d.Outcome != "ok" {
		t.Errorf("now: %+v", d)
	}
}

func TestAPostIsAskedForOnceAndWrittenByOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, a := w.waitingPost()
	r := a.Restaurant
	source := store.ProposalID{7}
	for range 2 {
		w.app(r, func(tx *store.Tx) error {
			_, err := tx.AskPost(w.ctx, store.NewPost{Brief: "x", Source: source})
			return err
		})
	}
	same(w, 1, `SELECT count(*)::int FROM posts WHERE source = $1`, source)
	id := ask[store.PostID](w, `SELECT id FROM posts WHERE source = $1`, source)
	var task store.PostTask
	w.app(r, func(tx *store.Tx) (err error) { task, err = tx.LeasePostTask(w.ctx, id); return err })
	if err := w.appErr(r, func(tx *store.Tx) error { _, err := tx.LeasePostTask(w.ctx, id); return err }); !store.IsLeaseLost(err) {
		t.Errorf("two write: %v", err)
	}
	if err := w.appErr(r, func(tx *store.Tx) error {
		_, err := tx.OpenPostTask(w.ctx, store.PostTask{PostID: id, Kind: store.TaskRedo})
		return err
	}); !errors.Is(err, store.ErrWritingAlready) {
		t.Errorf("a second task: %v", err)
	}
	w.clock.Advance(store.LeaseTime + time.Second)
	w.app(r, func(tx *store.Tx) error { _, err := tx.LeasePostTask(w.ctx, id); return err })
	if err := w.appErr(r, func(tx *store.Tx) error {
		return tx.SavePostWork(w.ctx, store.PostTask{ID: task.ID, LeaseToken: task.LeaseToken, Work: json.RawMessage(`{}`)})
	}); !store.IsLeaseLost(err) {
		t.Errorf("the first still writes: %v", err)
	}
}

func TestWhatCouldNotBeRewrittenWaitsAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r, a := w.waitingPost()
	p := sendPost(a)
	p.Action, p.Hint = store.RedoIt, "shorter"
	w.decidePost(p)
	w.app(r, func(tx *store.Tx) error {
		_, err := tx.OpenPostTask(w.ctx, store.PostTask{PostID: a.PostID, Kind: store.TaskWords, Hint: "shorter"})
		w.must(err)
		task, err := tx.LeasePostTask(w.ctx, a.PostID)
		w.must(err)
		again, err := tx.FailPostTask(w.ctx, task, "The models are away.")
		if !again {
			t.Error("it does not wait again")
		}
		return err
	})
	b := w.pendingPost(r)
	if b.ID == a.ID || !bytes.Equal(b.ContentHash, a.ContentHash) {
		t.Errorf("%+v", b)
	}
	same(w, "{\"The models are away.\"}", `SELECT warnings::text FROM post_versions WHERE id = $1`, b.VersionID)
}

// postsOf are a tenant's posts: one that is published, one that waits and whose next version is being written.
func (w *world) postsOf(x *tenant) {
	w.Helper()
	r := x.chat.RestaurantID
	photo := ask[store.PhotoID](w, `SELECT id FROM photos WHERE restaurant_id = $1 LIMIT 1`, r)
	a := w.posted(r, photo, "post of "+x.mark)
	w.exec(`UPDATE post_approvals SET state = 'sent', decided_by = (SELECT id FROM managers LIMIT 1), decided_at = now() WHERE id = $1`, a.ID)
	w.exec(`INSERT INTO publications (id, restaurant_id, post_id, version_id, approval_id, content_hash, network, target, due_at, next_at, created_at)
		SELECT gen_random_uuid(), restaurant_id, post_id, version_id, id, content_hash, 'instagram', 'ig of ' || $2::text, $3, $3, $3 FROM post_approvals WHERE id = $1`, a.ID, x.mark, w.clock.Now())
	x.publication = ask[store.PublicationID](w, `SELECT id FROM publications WHERE approval_id = $1`, a.ID)
	x.post = w.posted(r, photo, "waiting post of "+x.mark)
	w.app(r, func(tx *store.Tx) error {
		_, err := tx.OpenPostTask(w.ctx, store.PostTask{PostID: x.post.PostID, Kind: store.TaskRedo, Hint: "hint of " + x.mark})
		w.must(err)
		x.writes, err = tx.LeasePostTask(w.ctx, x.post.PostID)
		w.must(err)
		x.publishes, x.published, err = tx.LeasePublication(w.ctx, x.publication)
		w.must(err)
		return tx.ToldLive(w.ctx, x.publishes.PostID)
	})
	w.desk(func(tx *store.Tx) error {
		return tx.SavePostCard(w.ctx, store.PostCard{ApprovalID: x.post.ID, TgChatID: 1, MessageID: x.card.MessageID + 500})
	})
}

// reachesOfPosts are the methods about posts, each aimed at a tenant's rows.
func reachesOfPosts(ctx context.Context, x tenant) map[string]func(tx *store.Tx) (any, error) {
	only := func(f func(tx *store.Tx) error) func(tx *store.Tx) (any, error) {
		return func(tx *store.Tx) (any, error) { return nil, f(tx) }
	}
	card := store.PostCard{ApprovalID: x.post.ID, TgChatID: 1, MessageID: x.card.MessageID + 500}
	return map[string]func(tx *store.Tx) (any, error){
		"AskPost":       only(func(tx *store.Tx) error { _, err := tx.AskPost(ctx, store.NewPost{Brief: "x"}); return err }),
		"Captions":      func(tx *store.Tx) (any, error) { return tx.Captions(ctx, 9) },
		"DecidePost":    func(tx *store.Tx) (any, error) { return tx.DecidePost(ctx, sendPost(x.post)) },
		"DrawPostLater": only(func(tx *store.Tx) error { return tx.DrawPostLater(ctx, x.post.ID, store.LeaseToken{}, time.Hour) }),
		"DropPostCard":  only(func(tx *store.Tx) error { return tx.DropPostCard(ctx, card) }),
		"FailPostTask":  only(func(tx *store.Tx) error { _, err := tx.FailPostTask(ctx, x.writes, "intruder"); return err }),
		"HoldPost": only(func(tx *store.Tx) error {
			_, err := tx.HoldPost(ctx, x.writes, written(store.PhotoID{1}, "intruder"))
			return err
		}),
		"LeasePostTask": func(tx *store.Tx) (any, error) { return tx.LeasePostTask(ctx, x.post.PostID) },
		"LeasePostView": func(tx *store.Tx) (any, error) { return tx.LeasePostView(ctx, x.post.ID) },
		"LeasePublication": func(tx *store.Tx) (any, error) {
			p, _, err := tx.LeasePublication(ctx, x.publication)
			return p, err
		},
		"OpenPostTask": only(func(tx *store.Tx) error {
			_, err := tx.OpenPostTask(ctx, store.PostTask{PostID: x.post.PostID, Kind: store.TaskRedo})
			return err
		}),
		"Post":            func(tx *store.Tx) (any, error) { return tx.Post(ctx, x.post.PostID) },
		"PostApproval":    func(tx *store.Tx) (any, error) { return tx.PostApproval(ctx, x.post.ID) },
		"PostCardAt":      func(tx *store.Tx) (any, error) { c, _, err := tx.PostCardAt(ctx, 1, card.MessageID); return c, err },
		"PostCards":       func(tx *store.Tx) (any, error) { return tx.PostCards(ctx, x.post.ID) },
		"PostDrawn":       only(func(tx *store.Tx) error { return tx.PostDrawn(ctx, x.post.ID, store.LeaseToken{}, 1) }),
		"PostTaskLater":   only(func(tx *store.Tx) error { return tx.PostTaskLater(ctx, x.writes, monday) }),
		"PostVersion":     func(tx *store.Tx) (any, error) { return tx.PostVersion(ctx, x.post.VersionID) },
		"PostVersions":    func(tx *store.Tx) (any, error) { return tx.PostVersions(ctx, x.post.PostID) },
		"PostView":        func(tx *store.Tx) (any, error) { return tx.PostView(ctx, x.post.ID) },
		"Publication":     func(tx *store.Tx) (any, error) { return tx.Publication(ctx, x.publication) },
		"PublicationsOf":  func(tx *store.Tx) (any, error) { return tx.PublicationsOf(ctx, x.publishes.PostID) },
		"RenewPostTask":   only(func(tx *store.Tx) error { return tx.RenewPostTask(ctx, x.writes) }),
		"RenewPostView":   only(func(tx *store.Tx) error { return tx.RenewPostView(ctx, x.post.ID, store.LeaseToken{}) }),
		"SavePostCard":    only(func(tx *store.Tx) error { return tx.SavePostCard(ctx, card) }),
		"SavePostWork":    only(func(tx *store.Tx) error { return tx.SavePostWork(ctx, x.writes) }),
		"SavePublication": only(func(tx *store.Tx) error { return tx.SavePublication(ctx, x.publishes, x.published, true) }),
		"TouchPost":       only(func(tx *store.Tx) error { return tx.TouchPost(ctx, x.post.ID) }),
	}
}
