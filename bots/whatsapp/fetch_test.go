package whatsapp_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"marketa/bots/whatsapp"
	"marketa/internal/files"
	"marketa/internal/rest"
	vendor "marketa/sandbox/whapi"
	"marketa/sandbox/wire"
	"marketa/store"
)

const (
	byLink = "GET /in-files/{Number}/{File}"
	byID   = "GET /media/{MediaID}"
	again  = "GET /messages/{MessageID}"
)

// filing is a bench with a bucket.
type filing struct {
	*bench
	dir string
}

func newFiling(t *testing.T) *filing {
	t.Helper()
	b := newBench(t)
	f := &filing{b, filepath.Join(t.TempDir(), "media")}
	var err error
	b.bot.Files, err = files.Open(t.Context(), "file://"+f.dir)
	b.must(err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, b.srv.URL+"/settings", strings.NewReader(`{"media":{"auto_download":["image","document"]}}`))
	b.must(err)
	req.Header.Set("Authorization", "Bearer tok_marketa_secret")
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	b.must(err)
	if b.must(resp.Body.Close()); resp.StatusCode != http.StatusOK {
		t.Fatalf("settings: %s", resp.Status)
	}
	b.bot.Links = rest.SafeClient(rest.Options{AllowLoopback: true, Timeout: 5 * time.Second})
	return f
}

// sends is Anna sending a file that reaches us by one webhook.
func (f *filing) sends(m vendor.Media) {
	f.Helper()
	id, err := f.sim.SayMedia(number, anna, m)
	f.must(err)
	f.hear(`{"messages":[` + f.announced(id) + `],"event":{"type":"messages","event":"post"}}`)
}

// announced is a message as the vendor shows it.
func (f *filing) announced(id string) string {
	f.Helper()
	req, err := http.NewRequestWithContext(f.Context(), http.MethodGet, f.srv.URL+"/messages/"+id, nil)
	f.must(err)
	req.Header.Set("Authorization", "Bearer tok_marketa_secret")
	resp, err := http.DefaultClient.Do(req)
	f.must(err)
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	f.must(err)
	return string(body)
}

// fetch works on all files once.
func (f *filing) fetch() {
	f.Helper()
	type due struct {
		Restaurant store.RestaurantID
		Media      store.MediaID
	}
	for _, d := range table[due](f.bench, `SELECT restaurant_id AS restaurant, id AS media FROM media ORDER BY created_at, id`) {
		f.must((&whatsapp.FetchWorker{Bot: f.bot}).Work(f.Context(), &river.Job[store.FetchMedia]{Args: store.FetchMedia{Restaurant: d.Restaurant, Media: d.Media}}))
	}
}

func (f *filing) state() string {
	f.Helper()
	return value[string](f.bench, `SELECT string_agg(state, ' ' ORDER BY created_at, id) FROM media`)
}

// stored are the files of the bucket.
func (f *filing) stored() (names []string) {
	f.Helper()
	err := filepath.WalkDir(f.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, path)
		}
		return err
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		f.Fatal(err)
	}
	return names
}

func picture(w, h int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w {
		img.Set(i, i%h, color.RGBA{uint8(i), 100, 50, 255})
	}
	var out bytes.Buffer
	_ = jpeg.Encode(&out, img, nil) // into memory
	return out.Bytes()
}

func TestAPhotoIsFetchedComparedAndMadeSmall(t *testing.T) {
	f := newFiling(t)
	f.sends(vendor.Media{Kind: "image", Bytes: picture(2000, 1000)})
	f.fetch()
	if s := f.state(); s != "kept" {
		t.Fatalf("it is %s", s)
	}
	if n := len(f.stored()); n != 2 {
		t.Errorf("%d files in the bucket, want the photo and its small version", n)
	}
	if got := value[string](f.bench, `SELECT width || 'x' || height || ' ' || source || ' ' || rights FROM photos`); got != "2000x1000 whatsapp client" {
		t.Errorf("the gallery has %s", got)
	}
	small, err := f.bot.Files.Read(t.Context(), value[string](f.bench, `SELECT small_key FROM media`), 1<<20)
	f.must(err)
	if size, err := jpeg.DecodeConfig(bytes.NewReader(small)); err != nil || size.Width != 1024 || size.Height != 512 {
		t.Errorf("the small version is %+v, %v", size, err)
	}
	for _, name := range f.stored() {
		if strings.Contains(name, anna) {
			t.Errorf("a key names a person: %s", name)
		}
	}
	if link := value[string](f.bench, `SELECT link FROM media`); link != "" {
		t.Error("the link, which anybody could read, is kept")
	}
}

func TestTheWaysToAFile(t *testing.T) {
	gone := vendor.Refuse(http.StatusNotFound, "Specified media not found")
	other := wire.Fault{Status: 200, Body: "<html>sign in</html>"}
	tests := []struct {
		name   string
		media  vendor.Media
		faults map[string][]wire.Fault
		want   string
	}{
		{"ByLink", vendor.Media{}, map[string][]wire.Fault{byID: {gone}, again: {gone}}, "kept"},
		{"NoLink", vendor.Media{NoLink: true}, nil, "kept"},
		{"TheLinkIsDead", vendor.Media{}, map[string][]wire.Fault{byLink: {gone}, again: {gone}}, "kept"},
		{"TheLinkGivesAPage", vendor.Media{}, map[string][]wire.Fault{byLink: {other}}, "kept"},
		{"TheLinkIsCut", vendor.Media{}, map[string][]wire.Fault{byLink: {{Cut: true}, {Cut: true}}}, "kept"},
		{"OnlyAfterTheResync", vendor.Media{}, map[string][]wire.Fault{byLink: {gone}, byID: {gone}}, "kept"},
		{"OtherBytesEverywhere", vendor.Media{BadHash: true}, nil, "waiting"},
		{"NobodyHasIt", vendor.Media{Lost: true}, nil, "waiting"},
		{"Truncated", vendor.Media{}, map[string][]wire.Fault{byLink: {{Status: 200, Body: "half"}, {Status: 200, Body: "half"}}, byID: {{Status: 200, Body: "half"}, {Status: 200, Body: "half"}}}, "waiting"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFiling(t)
			tt.media.Kind, tt.media.Bytes = "document", []byte("the words of a menu")
			tt.media.FileName = "menu.pdf"
			f.sends(tt.media)
			for op, faults := range tt.faults {
				f.sim.Faults().Next(op, faults...)
			}
			f.fetch()
			if s := f.state(); s != tt.want {
				t.Errorf("it is %s, want %s: %s", s, tt.want, f.log)
			}
			if n := len(f.stored()); (n == 1) != (tt.want == "kept") {
				t.Errorf("%d files in the bucket", n)
			}
		})
	}
}

func TestTheSameBytesAreStoredOnce(t *testing.T) {
	f := newFiling(t)
	for range 3 {
		f.sends(vendor.Media{Kind: "document", Bytes: []byte("menu"), FileName: "menu.pdf"})
	}
	f.fetch()
	if s, n := f.state(), len(f.stored()); s != "kept kept kept" || n != 1 {
		t.Errorf("%s, %d files", s, n)
	}
}

func TestALinkIntoOurOwnHouseIsNotFollowed(t *testing.T) {
	f := newFiling(t)
	f.bot.Links = rest.SafeClient(rest.Options{}) // as in production
	f.sends(vendor.Media{Kind: "document", Bytes: []byte("menu"), FileName: "menu.pdf"})
	f.sim.Faults().Down(byID, vendor.Refuse(http.StatusNotFound, "Specified media not found"))
	f.fetch()
	if s := f.state(); s != "waiting" {
		t.Errorf("it is %s", s)
	}
	f.sim.Faults().Up(byID)
	f.clock.Advance(time.Minute)
	f.fetch()
	if s := f.state(); s != "kept" { // by its id, from the vendor's own address
		t.Errorf("it is %s", s)
	}
}

func TestAFileThatNoBucketTakesIsTriedAgain(t *testing.T) {
	f := newFiling(t)
	f.sends(vendor.Media{Kind: "document", Bytes: []byte("menu"), FileName: "menu.pdf"})
	good := f.bot.Files
	broken, err := files.Open(t.Context(), "file://"+f.dir)
	f.must(err)
	f.must(broken.Close())
	f.bot.Files = broken
	f.fetch()
	if s := f.state(); s != "waiting" {
		t.Fatalf("it is %s", s)
	}
	f.bot.Files = good
	f.clock.Advance(time.Minute)
	f.fetch()
	if s := f.state(); s != "kept" {
		t.Errorf("it is %s", s)
	}
}
