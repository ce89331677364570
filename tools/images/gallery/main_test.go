package gallery_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"image"
	"image/color"
	"image/jpeg"
	"log/slog"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"marketa/agent/llm"
	"marketa/agent/llm/openai"
	"marketa/internal/files"
	"marketa/internal/render"
	sim "marketa/sandbox/openai"
	space "marketa/sandbox/vertex"
	"marketa/sandbox/wire"
	"marketa/stages"
	"marketa/store"
	"marketa/store/storetest"
	"marketa/tools/images/gallery"
	"marketa/tools/images/vertex"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

var monday = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// bench is a gallery between a real database and simulated models.
type bench struct {
	*testing.T
	ctx     context.Context
	clock   *wire.Clock
	db      *store.DB
	sql     *pgxpool.Pool
	files   *files.Store
	model   *sim.Sim
	space   *space.Sim
	models  string // their address
	gallery *gallery.Gallery
	n       int
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{T: t, ctx: t.Context(), clock: wire.Simulated(monday), db: storetest.New(t)}
	b.db.Clock = b.clock
	cfg, err := pgxpool.ParseConfig(storetest.Cluster(t))
	b.must(err)
	cfg.ConnConfig.Database, cfg.MaxConns = b.db.Pool().Config().ConnConfig.Database, 2
	b.sql, err = pgxpool.NewWithConfig(b.ctx, cfg)
	b.must(err)
	t.Cleanup(b.sql.Close)
	b.files, err = files.Open(b.ctx, "file://"+t.TempDir()+"/media")
	b.must(err)
	b.model = sim.New(sim.Config{Clock: b.clock, Key: "key", ResponsesAPI: true})
	b.space = space.New(space.Config{Clock: b.clock, Token: "token", Project: "p", Location: "l"})
	models, places := httptest.NewServer(b.model.Handler()), httptest.NewServer(b.space.Handler())
	t.Cleanup(models.Close)
	t.Cleanup(places.Close)
	b.models = models.URL
	prompts, err := stages.Load()
	b.must(err)
	vectors, err := vertex.New(vertex.Config{BaseURL: places.URL, Project: "p", Location: "l", Credentials: "token"})
	b.must(err)
	b.gallery = &gallery.Gallery{DB: b.db, Files: b.files, Router: b.router(), Prompts: prompts, Space: vectors, Log: slog.New(slog.DiscardHandler)}
	return b
}

// router is one that has not met any failure yet: its breakers go by the real clock.
func (b *bench) router() *llm.Router {
	b.Helper()
	client, err := openai.New(openai.Config{BaseURL: b.models + "/v1", Key: "key", Model: "gpt-5.4-mini"})
	b.must(err)
	router, err := llm.NewRouter(llm.Config{Routes: map[llm.Task][]llm.Hop{llm.Look: {{Model: "gpt-5.4-mini", Client: client}}}, Book: func(llm.Call) {}, Clock: b.clock,
		Log: slog.New(slog.DiscardHandler)})
	b.must(err)
	return router
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// photo is a picture that the client of a chat has sent, kept as the chat's bot keeps it.
func (b *bench) photo(chat string, content []byte) (store.RestaurantID, store.PhotoID) {
	b.Helper()
	b.n++
	id := store.VendorMessageID("m" + string(rune('a'+b.n)))
	b.must(b.db.Ingest(b.ctx, store.Webhook{Source: "whapi/marketa/bot", Body: []byte("{}"), Readable: true,
		Events: []store.Inbound{{Op: store.OpMessage, Channel: "marketa", Chat: store.VendorChatID(chat), ChatKind: "direct", Title: chat, VendorID: id, Author: store.Client,
			Sender: "id-of-" + chat, SenderName: chat, Kind: "image", Body: "[photo]", SentAt: b.clock.Now()}},
		Abouts: []store.About{{Channel: "marketa", VendorID: id, Files: []store.FileSaid{{Kind: "image", VendorID: "v", MIME: "image/jpeg"}}}}}))
	r := ask[store.RestaurantID](b, `SELECT restaurant_id FROM chats WHERE vendor_chat_id = $1`, chat)
	media := ask[store.MediaID](b, `SELECT f.id FROM media f JOIN messages m ON m.id = f.message_id WHERE m.vendor_id = $1`, id)
	sum := sha256.Sum256(content)
	k := store.Kept{Key: r.String() + "/" + hex.EncodeToString(sum[:]), SHA256: sum[:], Bytes: int64(len(content)), MIME: "image/jpeg"}
	b.must(b.files.Put(b.ctx, k.Key, k.MIME, bytes.NewReader(content)))
	if small, err := render.Whole(content); err == nil {
		k.SmallKey, k.Width, k.Height = k.Key+".small", small.Width, small.Height
		b.must(b.files.Put(b.ctx, k.SmallKey, k.MIME, bytes.NewReader(small.JPEG)))
	}
	b.in(r, func(tx *store.Tx) error {
		f, token, err := tx.LeaseMedia(b.ctx, media, false)
		if err != nil {
			return err
		}
		return tx.KeepMedia(b.ctx, f, token, k)
	})
	return r, ask[store.PhotoID](b, `SELECT id FROM photos WHERE restaurant_id = $1 AND sha256 = $2`, r, sum[:])
}

func (b *bench) in(r store.RestaurantID, fn func(tx *store.Tx) error) {
	b.Helper()
	b.must(b.db.Tx(store.WithRestaurant(b.ctx, r), fn))
}

// look works on a photo once, as its job does.
func (b *bench) look(r store.RestaurantID, id store.PhotoID) { b.lookIn(b.ctx, r, id) }

func (b *bench) lookIn(ctx context.Context, r store.RestaurantID, id store.PhotoID) {
	b.Helper()
	b.must((&gallery.LookWorker{Gallery: b.gallery}).Work(ctx, &river.Job[store.LookAtPhoto]{Args: store.LookAtPhoto{Restaurant: r, Photo: id}}))
}

func (b *bench) row(r store.RestaurantID, id store.PhotoID) (p store.Photo) {
	b.Helper()
	b.in(r, func(tx *store.Tx) (err error) { p, err = tx.Photo(b.ctx, id); return err })
	return p
}

// looked is how often the model has been asked.
func (b *bench) looked() int { return len(b.model.Calls()) }

// ask reads as a superuser would, past every policy.
func ask[T any](b *bench, sql string, args ...any) (v T) {
	b.Helper()
	b.must(b.sql.QueryRow(b.ctx, sql, args...).Scan(&v))
	return v
}

// dotted is a picture, twice as wide as high as it is stored, with a red stored corner at the top left.
func dotted() []byte {
	img := image.NewRGBA(image.Rect(0, 0, 64, 32))
	for y := range 32 {
		for x := range 64 {
			img.Set(x, y, color.White)
			if x < 16 && y < 16 {
				img.Set(x, y, color.RGBA{220, 0, 0, 255})
			}
		}
	}
	var out bytes.Buffer
	_ = jpeg.Encode(&out, img, &jpeg.Options{Quality: 95})
	return out.Bytes()
}

// withEXIF puts a camera's notes into a JPEG: how it was held, when, and where.
func withEXIF(photo []byte, turn uint16) []byte {
	le := binary.LittleEndian
	var t bytes.Buffer
	put := func(v ...any) {
		for _, x := range v {
			_ = binary.Write(&t, le, x)
		}
	}
	entry := func(tag, kind uint16, count, value uint32) { put(tag, kind, count, value) }
	const ifd0, exif, gps, data = 8, 8 + 2 + 4*12 + 4, 8 + 2 + 4*12 + 4 + 2 + 12 + 4, 8 + 2 + 4*12 + 4 + 2 + 12 + 4 + 2 + 4*12 + 4
	put([]byte("II*\x00"), uint32(ifd0), uint16(4))
	entry(0x010F, 2, 12, data) // make
	entry(0x0112, 3, 1, uint32(turn))
	entry(0x8769, 4, 1, exif)
	entry(0x8825, 4, 1, gps)
	put(uint32(0), uint16(1))
	entry(0x9003, 2, 20, data+12) // taken
	put(uint32(0), uint16(4))
	entry(1, 2, 2, uint32('N'))
	entry(2, 5, 3, data+32)
	entry(3, 2, 2, uint32('E'))
	entry(4, 5, 3, data+56)
	put(uint32(0), []byte("SECRETMAKER\x00"), []byte("2026:02:14 20:15:00\x00"))
	put(uint32(44), uint32(1), uint32(29), uint32(1), uint32(37), uint32(1), uint32(11), uint32(1), uint32(20), uint32(1), uint32(33), uint32(1))
	notes := append([]byte("Exif\x00\x00"), t.Bytes()...)
	head := binary.BigEndian.AppendUint16([]byte{0xFF, 0xD8, 0xFF, 0xE1}, uint16(2+len(notes)))
	return append(append(head, notes...), photo[2:]...)
}
