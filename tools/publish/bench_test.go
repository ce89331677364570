package publish_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"marketa/internal/files"
	"marketa/internal/render"
	"marketa/internal/seal"
	sim "marketa/sandbox/meta"
	"marketa/sandbox/wire"
	"marketa/store"
	"marketa/store/storetest"
	"marketa/tools/publish"
	"marketa/tools/publish/meta"
	"marketa/webhooks"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

// bench is a database, a clock that stands still, and the door through which pictures are fetched. Each life on it has a simulated
// Meta and a restaurant of its own.
type bench struct {
	testing.TB
	db    *store.DB
	root  *pgxpool.Pool // a superuser, for what other parts of the platform do
	clock *wire.Clock
	files *files.Store
	keys  *seal.Keys
	door  *httptest.Server
	log   *lines
	boss  store.ManagerID
	photo []byte
}

type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) { l.mu.Lock(); defer l.mu.Unlock(); return l.b.Write(p) }
func (l *lines) String() string              { l.mu.Lock(); defer l.mu.Unlock(); return l.b.String() }

const boss int64 = 7

var sunday = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

func newBench(t testing.TB) *bench {
	t.Helper()
	b := &bench{TB: t, db: storetest.New(t), clock: wire.Simulated(sunday), log: &lines{}}
	b.db.Clock = b.clock
	cfg, err := pgxpool.ParseConfig(storetest.Cluster(t))
	b.must(err)
	cfg.ConnConfig.Database = b.db.Pool().Config().ConnConfig.Database
	b.root, err = pgxpool.NewWithConfig(context.Background(), cfg)
	b.must(err)
	t.Cleanup(b.root.Close)
	dir := t.TempDir()
	b.files, err = files.Open(context.Background(), "file://"+dir)
	b.must(err)
	t.Cleanup(func() { _ = b.files.Close() })
	b.keys, err = seal.Open("", dir)
	b.must(err)
	b.door = httptest.NewServer(webhooks.Routes(webhooks.Config{Pictures: b.pictures(), Log: b.logger()}))
	t.Cleanup(b.door.Close)
	b.must(b.db.System(context.Background(), store.Desk, func(tx *store.Tx) error { return tx.MakeOwners(context.Background(), []int64{boss}) }))
	b.boss = ask[store.ManagerID](b, `SELECT id FROM managers`)
	p, err := render.Make(painting(), render.Crop{})
	b.must(err)
	b.photo = p.JPEG
	return b
}

func (b *bench) logger() *slog.Logger { return slog.New(slog.NewTextHandler(b.log, nil)) }

func (b *bench) pictures() publish.Pictures {
	p := publish.Pictures{DB: b.db, Files: b.files}
	if b.door != nil {
		p.PublicURL = b.door.URL
	}
	return p
}

func painting() []byte {
	img := image.NewRGBA(image.Rect(0, 0, 400, 400))
	for i := range img.Pix {
		img.Pix[i] = uint8(i % 251)
	}
	img.Set(1, 1, color.White)
	var out bytes.Buffer
	_ = jpeg.Encode(&out, img, nil)
	return out.Bytes()
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func ask[T any](b *bench, sql string, args ...any) (v T) {
	b.Helper()
	if err := b.root.QueryRow(context.Background(), sql, args...).Scan(&v); err != nil {
		b.Fatalf("%s: %v", sql, err)
	}
	return v
}

func (b *bench) exec(sql string, args ...any) {
	b.Helper()
	_, err := b.root.Exec(context.Background(), sql, args...)
	b.must(err)
}

// life is one restaurant that has connected its page and its account at a Meta of its own.
type life struct {
	*bench
	sim  *sim.Sim
	ctx  context.Context // of the restaurant
	id   store.RestaurantID
	chat string
	pub  *publish.Publisher
	wire *fragile

	reconnect func()
}

const (
	anna    = "1001"
	page    = "2001"
	account = "17841400002001"
)

// fragile is the way to Meta, on which the process may die: before a call leaves, or after its answer has come.
type fragile struct {
	die func(op string, answered bool) bool // nil: it does not
}

type killed struct{}

func (f *fragile) RoundTrip(r *http.Request) (*http.Response, error) {
	if f.die != nil && f.die(r.Method+" "+r.URL.Path, false) {
		panic(killed{})
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if f.die != nil && f.die(r.Method+" "+r.URL.Path, true) {
		if err == nil {
			_ = resp.Body.Close()
		}
		panic(killed{})
	}
	return resp, err
}

// born makes a life. name is one of its own.
func (b *bench) born(name string) *life {
	b.Helper()
	l := &life{bench: b, sim: sim.New(sim.Config{Clock: b.clock, Seed: 1}), wire: &fragile{}, chat: name}
	b.Cleanup(l.sim.Close)
	l.sim.AddPerson(sim.Person{ID: anna, Name: "Anna"})
	l.sim.AddInstagram(sim.Instagram{ID: account, Username: "trattoria.demo"})
	l.sim.AddPage(sim.Page{ID: page, Name: name, Instagram: account})
	l.sim.Appoint(anna, page, sim.AllTasks()...)
	server := httptest.NewServer(l.sim.Handler())
	b.Cleanup(server.Close)
	client := func(h *http.Client) *meta.Client {
		return meta.New(meta.Config{GraphURL: server.URL, DialogURL: server.URL, RuploadURL: server.URL, AppID: "900", AppSecret: "sim_app_secret_000", HTTP: h})
	}
	l.pub = &publish.Publisher{DB: b.db, Meta: client(&http.Client{Transport: l.wire}), Keys: b.keys, Pictures: b.pictures(), Log: b.logger()}
	b.must(b.db.Ingest(context.Background(), store.Webhook{Source: "test", Body: []byte("{}"), Events: []store.Inbound{{Op: store.OpMessage, Channel: "marketa",
		Chat: store.VendorChatID(name), ChatKind: "direct", Title: name, VendorID: store.VendorMessageID("m-" + name), Author: store.Client, Kind: "text",
		Body: "Ciao, potete pubblicare la torta al limone?", SentAt: b.clock.Now()}}}))
	l.id = ask[store.RestaurantID](b, `SELECT restaurant_id FROM chats WHERE vendor_chat_id = $1`, name)
	b.exec(`UPDATE chats SET busy_since = NULL, handled = watermark WHERE vendor_chat_id = $1`, name)
	b.exec(`UPDATE restaurants SET stage = 'first_approvals' WHERE id = $1`, l.id)
	l.ctx = store.WithRestaurant(context.Background(), l.id)
	l.reconnect = func() { l.connect(client(http.DefaultClient)) }
	l.reconnect()
	return l
}

// connect goes the way of a person through the consent page.
func (l *life) connect(client *meta.Client) {
	l.Helper()
	const returning = "http://127.0.0.1:1/back"
	back, err := l.sim.Consent(client.DialogURL(meta.Dialog{RedirectURI: returning, State: "s", Scopes: meta.PublishingScopes()}), sim.Choice{})
	l.must(err)
	u, err := url.Parse(back)
	l.must(err)
	short, err := client.Exchange(l.ctx, u.Query().Get("code"), returning)
	l.must(err)
	long, err := client.Extend(l.ctx, short.Token)
	l.must(err)
	pages, err := client.Pages(l.ctx, long.Token)
	l.must(err)
	c := store.Connection{ID: store.NewConnectionID(), PersonID: anna, PersonName: "Anna", PageID: page, PageName: l.chat, IGID: account, IGName: "trattoria.demo", Scopes: meta.PublishingScopes()}
	c.Token, err = l.keys.Seal([]byte(pages[0].Token), c.About())
	l.must(err)
	c.PersonToken, err = l.keys.Seal([]byte(long.Token), c.AboutPerson())
	l.must(err)
	l.app(func(tx *store.Tx) error { return tx.SaveConnection(l.ctx, c) })
}

// gives puts a photo into the gallery, on which nothing is wrong.
func (l *life) gives(name string) (id store.PhotoID) {
	l.Helper()
	l.app(func(tx *store.Tx) (err error) {
		id, _, err = tx.GivePhoto(l.ctx, l.boss, store.Kept{Key: "photo-" + name, SHA256: []byte(name), Bytes: 1, MIME: "image/jpeg", Width: 400, Height: 400})
		return err
	})
	l.exec(`UPDATE photos SET state = 'analyzed', analyzed_at = now(), kind = 'dish', quality = 1, next_at = NULL WHERE id = $1`, id)
	return id
}

func (l *life) app(fn func(tx *store.Tx) error) { l.Helper(); l.must(l.db.Tx(l.ctx, fn)) }

func (l *life) desk(fn func(tx *store.Tx) error) {
	l.Helper()
	l.must(l.db.System(context.Background(), store.Desk, fn))
}

// approved is a post that a manager has released, with its publications by network.
func (l *life) approved(caption string, at *time.Time, networks ...string) (post store.PostID, pubs map[string]store.PublicationID) {
	l.Helper()
	p := render.Picture{JPEG: l.photo, Width: 400, Height: 400}
	key, photo := "picture", l.gives(uuid.NewString())
	l.must(l.files.Put(l.ctx, key, "image/jpeg", bytes.NewReader(p.JPEG)))
	l.app(func(tx *store.Tx) (err error) {
		if post, err = tx.AskPost(l.ctx, store.NewPost{Brief: "x", Networks: networks, PublishAt: at}); err != nil {
			return err
		}
		task, err := tx.LeasePostTask(l.ctx, post)
		if err != nil {
			return err
		}
		_, err = tx.HoldPost(l.ctx, task, store.PostVersion{PhotoID: photo, PictureKey: key, PictureSHA256: sum(p.JPEG), PictureWidth: p.Width, PictureHeight: p.Height, Caption: caption,
			Hashtags: []string{"torta"}, Alt: "A cake", Language: "it", Networks: networks, PublishAt: at, Author: "model"})
		return err
	})
	return post, l.released(post)
}

func (l *life) released(post store.PostID) map[string]store.PublicationID {
	l.Helper()
	l.desk(func(tx *store.Tx) error {
		a, err := tx.PostApproval(l.ctx, ask[store.PostApprovalID](l.bench, `SELECT id FROM post_approvals WHERE post_id = $1 AND state = 'pending'`, post))
		if err != nil {
			return err
		}
		d, err := tx.DecidePost(l.ctx, store.PostPress{Approval: a.ID, Action: store.Send, TelegramID: boss, Hash: a.ContentHash})
		if err == nil && d.Outcome != "ok" {
			err = fmt.Errorf("decided: %s", d.Outcome)
		}
		return err
	})
	pubs := map[string]store.PublicationID{}
	l.app(func(tx *store.Tx) error {
		all, err := tx.PublicationsOf(l.ctx, post)
		for _, p := range all {
			pubs[p.Network] = p.ID
		}
		return err
	})
	return pubs
}

func (l *life) publication(id store.PublicationID) (p store.Publication) {
	l.Helper()
	l.app(func(tx *store.Tx) (err error) { p, err = tx.Publication(l.ctx, id); return err })
	return p
}

// work lets a worker go on; alive is false when it was killed.
func (l *life) work(id store.PublicationID) (alive bool) {
	l.Helper()
	defer func() {
		if r := recover(); r != nil {
			if _, dead := r.(killed); !dead {
				panic(r)
			}
		}
	}()
	if err := l.pub.Publish(l.ctx, id); err != nil && !store.IsLeaseLost(err) {
		l.Errorf("publish: %v", err)
	}
	return true
}

// drain works until nothing is due within the horizon, moving the clock as far as it has to. That nobody is asked is part of it.
func (l *life) drain(horizon time.Duration) {
	l.Helper()
	if asked := l.drainAll(horizon); asked > 0 {
		l.Errorf("managers were asked %d times", asked)
	}
}

// notices are what the managers hear, the oldest first.
func (l *life) notices() []string {
	l.Helper()
	r, err := l.root.Query(l.ctx, `SELECT html FROM notices WHERE about = $1 AND kind = 'alert' ORDER BY created_at, id`, l.id)
	l.must(err)
	defer r.Close()
	var out []string
	for r.Next() {
		var s string
		l.must(r.Scan(&s))
		out = append(out, s)
	}
	return out
}

func (l *life) heard(parts ...string) {
	l.Helper()
	all := l.notices()
	if len(all) == 0 {
		l.Fatalf("the managers heard nothing; log: %s", l.log)
	}
	for _, part := range parts {
		if !strings.Contains(all[len(all)-1], part) {
			l.Errorf("the managers heard %q, without %q", all[len(all)-1], part)
		}
	}
}

func sum(b []byte) []byte { h := sha256.Sum256(b); return h[:] }
