package choose_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
	"marketa/internal/fault"
	"marketa/internal/files"
	"marketa/stages"
	"marketa/store"
	"marketa/store/storetest"
	"marketa/tools/images/choose"
	"marketa/tools/images/search"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

// voice is a vendor's model that says what a test wants, and keeps what it was asked.
type voice struct {
	says   func(asked string) string // empty: it is down
	asked  []string
	images int
}

func (v *voice) Call(context.Context, string, ...llms.CallOption) (string, error) { return "", nil }

func (v *voice) GenerateContent(_ context.Context, msgs []llms.MessageContent, _ ...llms.CallOption) (*llms.ContentResponse, error) {
	var all strings.Builder
	v.images = 0
	for _, m := range msgs {
		for _, p := range m.Parts {
			switch p := p.(type) {
			case llms.TextContent:
				all.WriteString(p.Text + "\n")
			case llms.BinaryContent:
				v.images++
			}
		}
	}
	v.asked = append(v.asked, all.String())
	said := v.says(all.String())
	if said == "" {
		return nil, errors.New("down")
	}
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{{Content: said, StopReason: "stop"}}}, nil
}

type bench struct {
	*testing.T
	ctx     context.Context
	db      *store.DB
	sql     *pgxpool.Pool
	mine    store.RestaurantID
	chooser choose.Chooser
	voice   *voice
	n       int
}

func newBench(t *testing.T, says func(asked string) string) *bench {
	t.Helper()
	b := &bench{T: t, db: storetest.New(t), voice: &voice{says: says}}
	cfg, err := pgxpool.ParseConfig(storetest.Cluster(t))
	b.must(err)
	cfg.ConnConfig.Database, cfg.MaxConns = b.db.Pool().Config().ConnConfig.Database, 2
	b.sql, err = pgxpool.NewWithConfig(t.Context(), cfg)
	b.must(err)
	t.Cleanup(b.sql.Close)
	kept, err := files.Open(t.Context(), "file://"+t.TempDir()+"/media")
	b.must(err)
	prompts, err := stages.Load()
	b.must(err)
	hop := []llm.Hop{{Provider: "test", Model: "voice", Client: b.voice}}
	router, err := llm.NewRouter(llm.Config{Routes: map[llm.Task][]llm.Hop{llm.Choose: hop}, Failures: 1000})
	b.must(err)
	b.chooser = choose.Chooser{DB: b.db, Router: router, Prompts: prompts, Files: kept, Search: search.Search{DB: b.db}}
	b.mine = b.restaurant("anna")
	b.ctx = store.WithRestaurant(t.Context(), b.mine)
	return b
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) restaurant(who string) (id store.RestaurantID) {
	b.Helper()
	b.must(b.db.Ingest(b.Context(), store.Webhook{Source: "test", Body: []byte("{}"), Events: []store.Inbound{{Op: store.OpMessage, Channel: "marketa", Chat: store.VendorChatID(who),
		ChatKind: "direct", Title: who, VendorID: store.VendorMessageID("m-" + who), Author: store.Client, Kind: "text", Body: "ciao", SentAt: b.db.Clock.Now()}}}))
	b.must(b.db.System(b.Context(), store.Desk, func(tx *store.Tx) error { return tx.MakeOwners(b.Context(), []int64{7}) }))
	b.must(b.sql.QueryRow(b.Context(), `SELECT restaurant_id FROM chats WHERE vendor_chat_id = $1`, who).Scan(&id))
	return id
}

// picture puts one into a gallery, with its small copy; later ones are better.
func (b *bench) picture(of store.RestaurantID, alt, set string) (id store.PhotoID) {
	b.Helper()
	b.n++
	id = store.PhotoID(store.NewID[struct{}]())
	key := "small-" + id.String()
	b.must(b.chooser.Files.Put(b.Context(), key, "image/jpeg", bytes.NewReader([]byte("jpeg"))))
	_, err := b.sql.Exec(b.Context(), `INSERT INTO photos (id, restaurant_id, given_by, blob_key, small_key, sha256, mime, bytes, source, rights, state, alt, kind, quality, analyzed_at, created_at)
		VALUES ($1, $2, (SELECT id FROM managers LIMIT 1), 'b', $3, sha256($3::text::bytea), 'image/jpeg', 1, 'manager', 'agency', 'analyzed', $4, 'dish', $5, now(), now())`, id, of, key, alt, 0.5+float64(b.n)/100)
	b.must(err)
	if set != "" {
		_, err = b.sql.Exec(b.Context(), `UPDATE photos SET `+set+` WHERE id = $1`, id)
		b.must(err)
	}
	return id
}

func (b *bench) rule(c store.PhotoClause) {
	b.Helper()
	b.must(b.db.Tx(b.ctx, func(tx *store.Tx) error {
		return tx.AddRules(b.ctx, store.NewRules{Source: store.RulesFrom(store.NewID[struct{}]()), Words: "x", Clauses: []store.PhotoClause{c}, ApprovedBy: "Marta"})
	}))
}

// number is under which number a picture was shown to the model.
func number(asked, alt string) int {
	for line := range strings.SplitSeq(asked, "\n") {
		var n int
		if strings.Contains(line, "shows: "+alt) {
			_, _ = fmt.Sscanf(line, "picture %d:", &n)
			return n
		}
	}
	return -1
}

func TestTheModelsOrderCountsAndWhatItInventsDoesNot(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(asked string) string {
		return fmt.Sprintf(`{"order": [{"picture": 99, "reason": "mine", "focus": {"x": 0, "y": 0}}, {"picture": -1, "reason": "x", "focus": {"x": 0, "y": 0}},
			{"picture": %d, "reason": " The \u202e cake\nis whole. ", "focus": {"x": 0.4, "y": 7}}, {"picture": %[1]d, "reason": "again", "focus": {"x": 0, "y": 0}}], "seen": []}`, number(asked, "one"))
	})
	one, two := b.picture(b.mine, "one", ""), b.picture(b.mine, "two", "")
	got, err := b.chooser.Pick(b.ctx, choose.Brief{Words: "the cake"})
	b.must(err)
	if got.Photo.ID != one || got.Reason != "The cake is whole." || got.Focus != nil || !got.ByModel || b.voice.images != 2 {
		t.Errorf("%+v, %d images", got.Option, b.voice.images)
	}
	if len(got.RunnersUp) != 1 || got.RunnersUp[0].Photo.ID != two {
		t.Errorf("%d runners-up", len(got.RunnersUp))
	}
}

func TestTheOrderOfTheSearchStandsWhenTheModelIsDownOrSaysNothing(t *testing.T) {
	t.Parallel()
	for name, says := range map[string]string{"down": "", "nothing": `{"order": [], "seen": []}`, "invented": `{"order": [{"picture": 5, "reason": "x", "focus": {"x": 0, "y": 0}}], "seen": []}`, "no JSON": "The second one!"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, func(string) string { return says })
			b.picture(b.mine, "one", "")
			best := b.picture(b.mine, "two", "")
			got, err := b.chooser.Pick(b.ctx, choose.Brief{Words: "x"})
			b.must(err)
			if got.Photo.ID != best || got.ByModel || got.Reason == "" {
				t.Errorf("%+v", got.Option)
			}
		})
	}
}

func TestNothingThatMayNotBeShownIsShownToTheModelOrChosen(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(asked string) string {
		return `{"order": [{"picture": 0, "reason": "x", "focus": {"x": 0.5, "y": 0.5}}, {"picture": 1, "reason": "x", "focus": {"x": 0.5, "y": 0.5}}], "seen": []}`
	})
	b.picture(b.restaurant("bruno"), "canary", "quality = 1")
	b.picture(b.mine, "guests", "people = 2, quality = 1")
	good, better := b.picture(b.mine, "plate", ""), b.picture(b.mine, "bowl", "")
	b.rule(store.PhotoClause{Verb: store.Forbid, Of: store.OfPeople})
	got, err := b.chooser.Pick(b.ctx, choose.Brief{Words: "canary guests"})
	b.must(err)
	if asked := b.voice.asked[0]; strings.Contains(asked, "canary\n") || strings.Contains(asked, "shows: guests") || strings.Contains(asked, "shows: canary") {
		t.Errorf("it was shown %s", asked)
	}
	if got.Photo.ID != better || len(got.RunnersUp) != 1 || got.RunnersUp[0].Photo.ID != good || strings.Join(got.LeftOut, "|") != "1 left out: people in the picture (rule 1)" {
		t.Errorf("%+v %v", got.Option, got.LeftOut)
	}
	_, err = b.chooser.Pick(b.ctx, choose.Brief{Words: "x", Not: []store.PhotoID{good, better}})
	if fault.KindOf(err) != fault.NotFound || !strings.Contains(fault.Say(err), "There is no other picture that may be shown: 1 left out: people in the picture (rule 1).") {
		t.Errorf("%v: %s", err, fault.Say(err))
	}
}

func TestWhatAModelSeesInAPictureKeepsItOutFromThenOn(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(asked string) string {
		if !strings.Contains(asked, "0: the old logo") {
			return `{"order": [], "seen": []}`
		}
		return fmt.Sprintf(`{"order": [{"picture": %d, "reason": "Best.", "focus": {"x": 0.5, "y": 0.5}}], "seen": [{"picture": %[1]d, "checks": [0, 9]}, {"picture": 44, "checks": [0]}]}`, number(asked, "door"))
	})
	door, plate := b.picture(b.mine, "door", "quality = 0.9"), b.picture(b.mine, "plate", "")
	b.rule(store.PhotoClause{Verb: store.Forbid, Of: store.OfLook, Check: "the old logo"})
	got, err := b.chooser.Pick(b.ctx, choose.Brief{Words: "x"})
	b.must(err)
	if got.Photo.ID != plate || len(got.Doubts) != 0 {
		t.Errorf("%+v", got.Option)
	}
	var faults []string
	b.must(b.db.Tx(b.ctx, func(tx *store.Tx) (err error) { faults, err = tx.PhotoFaults(b.ctx, door, time.Now()); return err }))
	if strings.Join(faults, "|") != "“the old logo” is in the picture (rule 1)" {
		t.Error(faults)
	}
	// While nobody can look, it is said so.
	b.rule(store.PhotoClause{Verb: store.Forbid, Of: store.OfLook, Check: "the red door"})
	b.voice.says = func(string) string { return "" }
	got, err = b.chooser.Pick(b.ctx, choose.Brief{Words: "x"})
	b.must(err)
	if got.Photo.ID != plate || strings.Join(got.Doubts, "|") != "nobody has checked this picture for “the red door” (rule 2)" {
		t.Errorf("%+v", got.Option)
	}
}

func TestWithoutPicturesItSaysWhatToDo(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(string) string { return "" })
	_, err := b.chooser.Pick(b.ctx, choose.Brief{Words: "x"})
	if fault.Say(err) != "There is no picture in the gallery yet. Ask the client for some." {
		t.Error(fault.Say(err))
	}
	b.picture(b.mine, "risky", "risk = 0.9")
	_, err = b.chooser.Pick(b.ctx, choose.Brief{Words: "x"})
	if fault.Say(err) != "No picture may be shown: 1 left out: too risky. Ask the client for new ones, or retire a rule." {
		t.Error(fault.Say(err))
	}
	if len(b.voice.asked) != 0 {
		t.Error("a model was asked about nothing")
	}
}
