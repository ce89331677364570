package webhooks_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"marketa/bots/telegram"
	"marketa/bots/whatsapp"
	"marketa/store"
	"marketa/store/storetest"
	"marketa/webhooks"
)

const (
	whapiToken     = "whapi-s3cret"
	telegramSecret = "telegram-s3cret"
)

// door is our way in on a real listener, with the real bots and a database of its own behind it.
type door struct {
	testing.TB
	*httptest.Server
	db   *store.DB
	root *pgxpool.Pool // a superuser who looks behind row-level security
	log  *lines
}

func newDoor(t testing.TB, change ...func(*webhooks.Config)) *door {
	t.Helper()
	d := &door{TB: t, db: storetest.New(t), log: &lines{}}
	log := slog.New(slog.NewTextHandler(d.log, nil))
	bot, err := telegram.New(telegram.Config{DB: d.db, Log: log})
	d.must(err)
	c := webhooks.Config{WhatsApp: &whatsapp.Bot{DB: d.db, Log: log}, Channels: []store.Channel{"company", "marketa"}, WhapiToken: whapiToken,
		Telegram: bot, TelegramSecret: telegramSecret, Ready: d.ready, Log: log}
	for _, f := range change {
		f(&c)
	}
	d.Server = httptest.NewServer(webhooks.Routes(c))
	d.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // a redirect is an answer
	t.Cleanup(d.Server.Close)
	cfg, err := pgxpool.ParseConfig(storetest.Cluster(t))
	d.must(err)
	cfg.ConnConfig.Database = d.db.Pool().Config().ConnConfig.Database
	d.root, err = pgxpool.NewWithConfig(context.Background(), cfg)
	d.must(err)
	t.Cleanup(d.root.Close)
	return d
}

// lines is a log that may be written and read at the same time.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (d *door) ready(ctx context.Context) error {
	ok, err := d.db.Migrated(ctx)
	if err == nil && !ok {
		err = fmt.Errorf("not migrated")
	}
	return err
}

func (d *door) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d *door) count(what string) (n int) {
	d.Helper()
	d.must(d.root.QueryRow(context.Background(), `SELECT count(*) FROM `+what).Scan(&n))
	return n
}

// request is what somebody sends to us.
type request struct {
	method, path string
	header       map[string]string
	body         io.Reader
}

func whapi(path, body string) request {
	return request{"POST", path, map[string]string{"X-Access-Token": whapiToken}, strings.NewReader(body)}
}

func update(path, body string) request {
	return request{"POST", path, map[string]string{"X-Telegram-Bot-Api-Secret-Token": telegramSecret}, strings.NewReader(body)}
}

const (
	botHook = "/webhooks/whapi/marketa/bot"
	tgHook  = "/webhooks/telegram"
)

// said is a client's message as Whapi brings it.
func said(id string) string {
	return fmt.Sprintf(`{"messages":[{"id":%q,"from_me":false,"type":"text","chat_id":"380501112233@s.whatsapp.net","timestamp":1795000101,
		"source":"mobile","text":{"body":"Hello"},"from":"380501112233","from_name":"Olena"}],"event":{"type":"messages","event":"post"},"channel_id":"MANTIS-AB12C"}`, id)
}

// answer is all that the other side can see, but for the time of day.
type answer struct {
	status  int
	headers string
	body    string
}

func (d *door) do(r request) (*http.Response, error) {
	req, err := http.NewRequest(r.method, d.URL+r.path, r.body)
	if err != nil {
		return nil, err
	}
	for k, v := range r.header {
		req.Header.Set(k, v)
	}
	return d.Client().Do(req)
}

func (d *door) send(r request) (a answer, err error) {
	resp, err := d.do(r)
	if err != nil {
		return a, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	resp.Header.Del("Date")
	return answer{resp.StatusCode, fmt.Sprint(resp.Header), string(body)}, err
}

func (d *door) get(r request) answer {
	d.Helper()
	a, err := d.send(r)
	d.must(err)
	return a
}

func TestWhatIsNotYoursIsNotThere(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	closed := newDoor(t, func(c *webhooks.Config) { c.WhapiToken, c.TelegramSecret = "", "" })
	token := func(v string) map[string]string { return map[string]string{"X-Access-Token": v} }
	secret := func(v string) map[string]string { return map[string]string{"X-Telegram-Bot-Api-Secret-Token": v} }
	both := map[string]string{"X-Access-Token": whapiToken, "X-Telegram-Bot-Api-Secret-Token": telegramSecret}
	large := strings.Repeat("x", 8<<20+1)
	for name, c := range map[string]struct {
		door *door
		request
		body string
	}{
		"no secret":                          {d, request{"POST", botHook, nil, nil}, said("1")},
		"a wrong secret":                     {d, request{"POST", botHook, token("wrong"), nil}, said("1")},
		"the beginning of the secret":        {d, request{"POST", botHook, token(whapiToken[:5]), nil}, said("1")},
		"the secret and more":                {d, request{"POST", botHook, token(whapiToken + "x"), nil}, said("1")},
		"the other door's secret":            {d, request{"POST", botHook, token(telegramSecret), nil}, said("1")},
		"the secret in another header":       {d, request{"POST", botHook, secret(whapiToken), nil}, said("1")},
		"the secret in the address":          {d, request{"POST", botHook + "?token=" + whapiToken, nil, nil}, said("1")},
		"a wrong secret, and too much":       {d, request{"POST", botHook, token("wrong"), nil}, large},
		"an unknown channel":                 {d, request{"POST", "/webhooks/whapi/other/bot", both, nil}, said("1")},
		"an unknown hook":                    {d, request{"POST", "/webhooks/whapi/marketa/other", both, nil}, said("1")},
		"no hook":                            {d, request{"POST", "/webhooks/whapi/marketa", both, nil}, said("1")},
		"a slash more":                       {d, request{"POST", botHook + "/", both, nil}, said("1")},
		"two slashes":                        {d, request{"POST", "/webhooks//whapi/marketa/bot", both, nil}, said("1")},
		"two slashes at the beginning":       {d, request{"POST", "//webhooks/telegram", both, nil}, `{"update_id":1}`},
		"a dot":                              {d, request{"POST", "/webhooks/./telegram", both, nil}, `{"update_id":1}`},
		"two dots":                           {d, request{"POST", "/webhooks/x/../telegram", both, nil}, `{"update_id":1}`},
		"an escaped slash":                   {d, request{"POST", "/webhooks%2Ftelegram%2F", both, nil}, `{"update_id":1}`},
		"capital letters":                    {d, request{"POST", "/Webhooks/telegram", both, nil}, `{"update_id":1}`},
		"reading a hook":                     {d, request{"GET", botHook, both, nil}, ""},
		"asking for its head":                {d, request{"HEAD", botHook, both, nil}, ""},
		"putting":                            {d, request{"PUT", botHook, both, nil}, said("1")},
		"asking what may be done":            {d, request{"OPTIONS", tgHook, both, nil}, ""},
		"deleting":                           {d, request{"DELETE", tgHook, both, nil}, ""},
		"an unheard-of method":               {d, request{"BREW", tgHook, both, nil}, ""},
		"telegram, no secret":                {d, request{"POST", tgHook, nil, nil}, `{"update_id":1}`},
		"telegram, a wrong secret":           {d, request{"POST", tgHook, secret("wrong"), nil}, `{"update_id":1}`},
		"telegram, a slash more":             {d, request{"POST", tgHook + "/", both, nil}, `{"update_id":1}`},
		"writing to livez":                   {d, request{"POST", "/livez", both, nil}, "x"},
		"writing to readyz":                  {d, request{"POST", "/readyz", both, nil}, "x"},
		"the root":                           {d, request{"GET", "/", both, nil}, ""},
		"no secret configured, none given":   {closed, request{"POST", botHook, nil, nil}, said("1")},
		"no secret configured, an empty one": {closed, request{"POST", botHook, token(""), nil}, said("1")},
		"no secret configured, telegram":     {closed, request{"POST", tgHook, secret(""), nil}, `{"update_id":1}`},
	} {
		t.Run(name, func(t *testing.T) {
			r, nowhere := c.request, c.request
			nowhere.path = "/there/is/no/such/place"
			r.body, nowhere.body = strings.NewReader(c.body), strings.NewReader(c.body)
			got, want := c.door.get(r), c.door.get(nowhere)
			if got != want || want.status != http.StatusNotFound {
				t.Errorf("got %+v\nan unknown path: %+v", got, want)
			}
		})
	}
	for _, x := range []*door{d, closed} {
		if n := x.count("raw_webhooks") + x.count("updates") + x.count("messages") + x.count("notices"); n != 0 {
			t.Errorf("%d rows of what was refused", n)
		}
	}
}

func TestWhatIsKnownIsKept(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	ok := answer{200, "map[Content-Length:[3] Content-Type:[text/plain; charset=utf-8]]", "ok\n"}
	for range 2 { // vendors repeat themselves
		for _, r := range []request{whapi(botHook, said("1")), whapi("/webhooks/whapi/company/log", said("2")), whapi("/webhooks/whapi/marketa/log", said("1")), update(tgHook, `{"update_id":1}`)} {
			if got := d.get(r); got != ok {
				t.Errorf("%s: %+v", r.path, got)
			}
		}
	}
	if m, r, u := d.count("messages"), d.count("raw_webhooks"), d.count("updates"); m != 2 || r != 6 || u != 1 {
		t.Errorf("%d messages, %d bodies, %d updates", m, r, u)
	}
	if n := d.count("raw_webhooks WHERE source = 'whapi/company/log' AND readable"); n != 2 {
		t.Errorf("%d bodies of the company's log hook", n)
	}
}

func TestBodiesHaveALimit(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	fill := func(body string, size int) string { return body + strings.Repeat(" ", size-len(body)) }
	for name, c := range map[string]struct {
		request
		want int
	}{
		"as much as Whapi may":          {whapi(botHook, fill(said("1"), 8<<20)), 200},
		"more than Whapi may":           {whapi(botHook, fill(said("2"), 8<<20+1)), 413},
		"as much as Telegram may":       {update(tgHook, fill(`{"update_id":1}`, 1<<20)), 200},
		"more than Telegram may":        {update(tgHook, fill(`{"update_id":2}`, 1<<20+1)), 413},
		"more, of a length not said":    {unsized(update(tgHook, fill(`{"update_id":3}`, 1<<20+1))), 413},
		"as much, of a length not said": {unsized(update(tgHook, fill(`{"update_id":4}`, 1<<20))), 200},
		"more, with a wrong secret":     {request{"POST", tgHook, map[string]string{"X-Telegram-Bot-Api-Secret-Token": "no"}, strings.NewReader(fill("", 1<<20+1))}, 404},
		"more, to an unknown path":      {request{"POST", "/nowhere", nil, strings.NewReader(fill("", 1<<20+1))}, 404},
	} {
		t.Run(name, func(t *testing.T) {
			if got := d.get(c.request); got.status != c.want {
				t.Errorf("%d", got.status)
			}
		})
	}
	if m, u := d.count("messages"), d.count("updates"); m != 1 || u != 2 {
		t.Errorf("%d messages, %d updates", m, u)
	}
}

// unsized is sent in chunks.
func unsized(r request) request {
	r.body = io.MultiReader(r.body)
	return r
}

func TestABodyThatBreaksOffIsNotKept(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	c, err := net.Dial("tcp", d.Listener.Addr().String())
	d.must(err)
	defer c.Close()
	_, err = fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nX-Telegram-Bot-Api-Secret-Token: %s\r\nContent-Length: 100\r\n\r\n{\"update_id\":1}", tgHook, telegramSecret)
	d.must(err)
	d.must(c.(*net.TCPConn).CloseWrite())
	said, _ := io.ReadAll(c)
	if !strings.HasPrefix(string(said), "HTTP/1.1 400 ") || d.count("updates")+d.count("raw_webhooks") != 0 {
		t.Errorf("answered %q", said)
	}
}

// The acknowledgement comes after the commit: while that is held up there is none, and with it the row is there.
func TestTheAnswerComesAfterTheCommit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		request
		table string
	}{{whapi(botHook, said("1")), "messages"}, {update(tgHook, `{"update_id":1}`), "updates"}, {update(tgHook, `no json`), "raw_webhooks"}} {
		d := newDoor(t)
		tx, err := d.root.Begin(context.Background())
		d.must(err)
		_, err = tx.Exec(context.Background(), `LOCK TABLE `+c.table+` IN EXCLUSIVE MODE`)
		d.must(err)
		type result struct {
			status, rows int
			err          error
		}
		answered := make(chan result, 1)
		go func() { // the first line of the answer is the acknowledgement
			resp, err := d.do(c.request)
			if err != nil {
				answered <- result{err: err}
				return
			}
			defer resp.Body.Close()
			answered <- result{resp.StatusCode, d.count(c.table), err}
		}()
		d.until("it is held up", func() bool {
			return d.count(`pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) == 1
		})
		select {
		case r := <-answered:
			t.Errorf("answered before the commit: %+v", r)
		default:
		}
		d.must(tx.Rollback(context.Background()))
		if r := <-answered; r.err != nil || r.status != 200 || r.rows != 1 {
			t.Errorf("%s: %+v", c.table, r)
		}
	}
}

func (d *door) until(what string, holds func() bool) {
	d.Helper()
	for giveUp := time.Now().Add(30 * time.Second); !holds(); {
		if time.Now().After(giveUp) {
			d.Fatalf("in vain: %s", what)
		}
	}
}

func TestWithoutTheDatabaseTheVendorIsToldToComeAgain(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	requests := func() []request {
		return []request{whapi(botHook, said("1")), whapi(botHook, "no json"), update(tgHook, `{"update_id":1}`), update(tgHook, "no json")}
	}
	d.allow(false)
	for _, r := range requests() {
		if got := d.get(r); got.status != 503 || got.body != "try again\n" {
			t.Errorf("%s: %+v", r.path, got)
		}
	}
	if got := d.get(request{method: "POST", path: botHook}); got.status != 404 {
		t.Errorf("a stranger learns of it: %+v", got)
	}
	if got := d.get(request{method: "GET", path: "/livez"}); got.status != 200 || got.body != "alive\n" {
		t.Errorf("livez: %+v", got)
	}
	if got := d.get(request{method: "GET", path: "/readyz"}); got.status != 503 || got.body != "not ready\n" {
		t.Errorf("readyz: %+v", got)
	}
	d.allow(true)
	for _, r := range requests() {
		if got := d.get(r); got.status != 200 {
			t.Errorf("%s, with the database back: %+v", r.path, got)
		}
	}
	if got := d.get(request{method: "GET", path: "/readyz"}); got.status != 200 || got.body != "ready\n" {
		t.Errorf("readyz: %+v", got)
	}
	if m, u := d.count("messages"), d.count("updates"); m != 1 || u != 1 {
		t.Errorf("%d messages, %d updates", m, u)
	}
	for _, secret := range []string{whapiToken, telegramSecret, "380501112233", "Hello"} {
		if strings.Contains(d.log.String(), secret) {
			t.Errorf("%q is in the log:\n%s", secret, d.log)
		}
	}
	if !strings.Contains(d.log.String(), "webhook not kept") {
		t.Errorf("nothing is in the log: %s", d.log)
	}
}

// allow gives the database back, or takes it away from everybody but the superuser's open connections.
func (d *door) allow(yes bool) {
	d.Helper()
	name := d.db.Pool().Config().ConnConfig.Database
	cfg := d.root.Config()
	cfg.ConnConfig.Database = "postgres"
	server, err := pgxpool.NewWithConfig(context.Background(), cfg)
	d.must(err)
	defer server.Close()
	d.must(d.root.Ping(context.Background()))
	_, err = server.Exec(context.Background(), fmt.Sprintf(`ALTER DATABASE %q ALLOW_CONNECTIONS %v`, name, yes))
	d.must(err)
	_, err = server.Exec(context.Background(), `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1 AND usename = 'marketa'`, name)
	d.must(err)
}

func TestAnUnreadableBodyIsKeptAndToldOnce(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	for _, body := range []string{"no json", "[]", "", "\x00\xff", `{"update_id":"seven"}`} {
		for _, r := range []request{whapi(botHook, body), update(tgHook, body)} {
			want := r.path == botHook && strings.HasPrefix(body, "{") // an object that says nothing to us
			if got := d.get(r); got.status != 200 {
				t.Errorf("%s %q: %+v", r.path, body, got)
			}
			n := d.count(fmt.Sprintf(`raw_webhooks WHERE body = '\x%x' AND readable = %v AND source LIKE '%s%%'`, body, want, map[string]string{botHook: "whapi", tgHook: "telegram"}[r.path]))
			if n != 1 {
				t.Errorf("%s %q: kept %d times", r.path, body, n)
			}
		}
	}
	if n := d.count(`alerts`); n != 2 {
		t.Errorf("%d alerts for two causes", n)
	}
}
