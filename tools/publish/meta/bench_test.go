package meta

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	sim "marketa/sandbox/meta"
	"marketa/sandbox/wire"
)

const (
	anna      = "1001"
	trattoria = "2001"           // a page with a business account
	bakery    = "2002"           // without Instagram
	cafe      = "2003"           // with a personal account
	hidden    = "2004"           // held through a business
	account   = "17841400002001" // the trattoria's
	returning = "http://127.0.0.1:1/oauth/meta/callback"
)

// bundle is the client in front of the simulator, and a place on the web where pictures lie.
type bundle struct {
	*Client
	sim    *sim.Sim
	clock  *wire.Clock
	url    string
	web    *shelf
	shelf  string
	usages []Usage
	mu     sync.Mutex
}

func setup(t *testing.T, change ...func(*sim.Config)) *bundle {
	t.Helper()
	b := &bundle{clock: wire.Simulated(time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)), web: &shelf{files: map[string][]byte{}}}
	cfg := sim.Config{Clock: b.clock, Seed: 1}
	for _, c := range change {
		c(&cfg)
	}
	b.sim = sim.New(cfg)
	t.Cleanup(b.sim.Close)
	populate(b.sim)
	b.url = serve(t, b.sim.Handler())
	b.shelf = serve(t, b.web)
	b.Client = New(Config{GraphURL: b.url, DialogURL: b.url, RuploadURL: b.url, AppID: "900", AppSecret: "sim_app_secret_000", Watch: b.hear})
	b.now = b.clock.Now
	return b
}

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv.URL
}

func (b *bundle) hear(u Usage) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.usages = append(b.usages, u)
}

func populate(s *sim.Sim) {
	s.AddPerson(sim.Person{ID: anna, Name: "Anna"})
	s.AddInstagram(sim.Instagram{ID: account, Username: "trattoria.demo", Name: "Trattoria"})
	s.AddInstagram(sim.Instagram{ID: "17841400002003", Username: "cafe.private", Personal: true})
	s.AddPage(sim.Page{ID: trattoria, Name: "Trattoria Demo", Username: "trattoriademo", Category: "Italian Restaurant", Instagram: account})
	s.AddPage(sim.Page{ID: bakery, Name: "Bakery"})
	s.AddPage(sim.Page{ID: cafe, Name: "Café", Instagram: "17841400002003"})
	s.AddPage(sim.Page{ID: hidden, Name: "Hidden Bistro", PortfolioOnly: true})
	for _, page := range []string{trattoria, bakery, cafe, hidden} {
		s.Appoint(anna, page, sim.AllTasks()...)
	}
}

// connected goes the whole way and gives the person's long-lived token.
func (b *bundle) connected(t *testing.T, choice sim.Choice) Secret {
	t.Helper()
	back, err := b.sim.Consent(b.DialogURL(Dialog{RedirectURI: returning, State: "signed-state", Scopes: PublishingScopes()}), choice)
	if err != nil {
		t.Fatal(err)
	}
	code, _, err := Returned(queryOf(t, back))
	if err != nil {
		t.Fatal(err)
	}
	short, err := b.Exchange(t.Context(), code, returning)
	if err != nil {
		t.Fatal(err)
	}
	long, err := b.Extend(t.Context(), short.Token)
	if err != nil {
		t.Fatal(err)
	}
	return long.Token
}

// pageToken is the token of a page after everything was agreed to.
func (b *bundle) pageToken(t *testing.T, page string) Secret {
	t.Helper()
	p, err := b.Page(t.Context(), b.connected(t, sim.Choice{}), page)
	if err != nil || p.Token == "" {
		t.Fatal(p, err)
	}
	return p.Token
}

func queryOf(t *testing.T, address string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

// refused wants an Error.
func refused(t *testing.T, err error) *Error {
	t.Helper()
	e := As(err)
	if e == nil {
		t.Fatalf("want an *Error, got %v", err)
	}
	return e
}

// shelf is a web server with files, which remembers who came.
type shelf struct {
	mu     sync.Mutex
	files  map[string][]byte
	agents []string
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.agents = append(s.agents, r.UserAgent())
	body, found := s.files[r.URL.Path]
	if !found {
		http.NotFound(w, r)
		return
	}
	_, _ = w.Write(body)
}

// put lays a file on the shelf and gives its address.
func (b *bundle) put(name string, body []byte) string {
	b.web.mu.Lock()
	defer b.web.mu.Unlock()
	b.web.files["/"+name] = body
	return b.shelf + "/" + name
}

func photo(width, height int) []byte {
	var out bytes.Buffer
	_ = jpeg.Encode(&out, canvas(width, height), nil)
	return out.Bytes()
}

func drawing(width, height int) []byte {
	var out bytes.Buffer
	_ = png.Encode(&out, canvas(width, height))
	return out.Bytes()
}

func canvas(width, height int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		img.Set(x, x%height, color.RGBA{uint8(x), 120, 40, 255})
	}
	return img
}

func film() []byte { return []byte("\x00\x00\x00\x20ftypisom" + strings.Repeat("x", 100)) }

// ready makes a container and lets it become ready.
func (b *bundle) ready(t *testing.T, token Secret, d Draft) string {
	t.Helper()
	id, err := b.Create(t.Context(), token, account, d)
	if err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(5 * time.Second)
	return id
}
