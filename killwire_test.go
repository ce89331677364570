package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
)

// killWire is what stands between the platform and the world, so that every word of it can be its last: a proxy before
// Postgres and one before every vendor. Each thing that goes by is counted by its name, before it is passed on and again
// before its answer is.
type killWire struct {
	trap *trap
	dial func() (net.Conn, error) // Postgres
}

// postgres is the proxy's loop; it ends with the listener.
func (k *killWire) postgres(l net.Listener) {
	for {
		front, err := l.Accept()
		if err != nil {
			return
		}
		go k.connection(front)
	}
}

// pgLink is one connection: what was asked and waits for its answer, and what is known of its statements.
type pgLink struct {
	wire  *killWire
	front net.Conn
	back  net.Conn

	statements map[string]string // by the client's name for them
	asked      []string          // the names of what the round trip under way asks
	sweeps     bool              // this transaction is the sweeper's
	txn        []string          // what this transaction did

	mu    sync.Mutex
	trips []pgTrip // sent, and not answered yet
	open  bool     // a transaction, as Postgres said last
}

// pgTrip is one round trip to the database. An empty name is nothing that anybody would miss: preparing, listening, leading.
type pgTrip struct {
	name  string
	n     int
	after bool // its answer is a moment of its own
	fetch bool // River looks for jobs: a moment only when it finds some
}

func (k *killWire) connection(front net.Conn) {
	defer func() { _ = front.Close() }()
	back, err := k.dial()
	if err != nil {
		return
	}
	defer func() { _ = back.Close() }()
	c := &pgLink{wire: k, front: front, back: back, statements: map[string]string{}}
	in := bufio.NewReader(front)
	if cancels, err := c.greet(in); err != nil || cancels {
		_, _ = io.Copy(front, back)
		return
	}
	go func() {
		c.answers(bufio.NewReader(back))
		_ = front.Close()
		_ = back.Close()
	}()
	c.questions(in)
}

// greet passes the first message on, which has no type. https://www.postgresql.org/docs/current/protocol-message-formats.html
func (c *pgLink) greet(in *bufio.Reader) (cancels bool, err error) {
	head := make([]byte, 8)
	if _, err := io.ReadFull(in, head); err != nil {
		return false, err
	}
	rest := make([]byte, max(int(binary.BigEndian.Uint32(head))-8, 0))
	if _, err := io.ReadFull(in, rest); err != nil {
		return false, err
	}
	_, err = c.back.Write(append(head, rest...))
	const cancelRequest = 80877102
	return binary.BigEndian.Uint32(head[4:]) == cancelRequest, err
}

// readMessage gives a whole message, its head included.
func readMessage(in *bufio.Reader) (kind byte, whole []byte, err error) {
	head := make([]byte, 5)
	if _, err := io.ReadFull(in, head); err != nil {
		return 0, nil, err
	}
	whole = append(head, make([]byte, int(binary.BigEndian.Uint32(head[1:]))-4)...)
	_, err = io.ReadFull(in, whole[5:])
	return head[0], whole, err
}

// questions passes on what the platform asks, a round trip at a time.
func (c *pgLink) questions(in *bufio.Reader) {
	var kept []byte
	for {
		kind, whole, err := readMessage(in)
		if err != nil {
			return
		}
		kept = append(kept, whole...)
		switch c.read(kind, whole[5:]); kind {
		case 'P', 'B', 'D', 'E', 'C':
			continue // the round trip is not complete
		case 'Q', 'S':
			if !c.leave() {
				return
			}
		}
		if _, err := c.back.Write(kept); err != nil {
			return
		}
		kept = kept[:0]
	}
}

// read learns what is asked.
func (c *pgLink) read(kind byte, body []byte) {
	first, rest, _ := bytes.Cut(body, []byte{0})
	switch kind {
	case 'P':
		sql, _, _ := bytes.Cut(rest, []byte{0})
		c.statements[string(first)] = string(sql)
	case 'B':
		name, _, _ := bytes.Cut(rest, []byte{0})
		c.asked = append(c.asked, c.statements[string(name)])
	case 'Q':
		c.asked = append(c.asked, string(first))
	}
}

// leave counts a round trip; it says no when the platform died before it left.
func (c *pgLink) leave() bool {
	t := c.name(c.asked)
	c.asked = nil
	trap := c.wire.trap
	if n := trap.pass("db:any"); trap.kills(moment{"db:any", n, before}) {
		return false
	}
	if t.name != "" && !t.fetch {
		t.n = trap.pass(t.name)
		if trap.kills(moment{t.name, t.n, before}) {
			return false
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trips = append(c.trips, t)
	return true
}

// name says what a round trip is about. It is asked between two answers, so that Postgres' last word on transactions holds.
func (c *pgLink) name(asked []string) pgTrip {
	c.mu.Lock()
	open := c.open
	c.mu.Unlock()
	if !open {
		c.sweeps, c.txn = false, nil
	}
	var names []string
	for _, sql := range asked {
		word := sqlVerb.FindString(sql)
		if strings.EqualFold(word, "commit") {
			if deed := c.deed(); deed != "" {
				return pgTrip{name: "db:commit-" + deed, after: true}
			}
			return pgTrip{}
		}
		open = open || strings.EqualFold(word, "begin")
		c.sweeps = c.sweeps || strings.Contains(sql, "SET swept_at")
		if name := nameSQL(sql); name != "" && !c.sweeps {
			names = append(names, name)
		}
	}
	c.txn = append(c.txn, names...)
	if len(names) == 0 {
		return pgTrip{}
	}
	return pgTrip{name: "db:" + strings.Join(names, "+"), after: !open, fetch: names[0] == riverFetch}
}

// deed is what a transaction is named after: the last thing that it changed, beside enqueuing, or else read. The sweeper's
// has no name.
func (c *pgLink) deed() (last string) {
	if c.sweeps {
		return ""
	}
	for _, name := range c.txn {
		if last == "" || !strings.HasPrefix(name, "river-") && (strings.HasPrefix(last, "select-") || !strings.HasPrefix(name, "select-")) {
			last = name
		}
	}
	return last
}

var (
	riverName = regexp.MustCompile(`-- name: (\w+)`)
	sqlVerb   = regexp.MustCompile(`\w+`)
	sqlObject = regexp.MustCompile(`(?i)\b(?:INTO|UPDATE|FROM)\s+(\w+)`)
)

const riverFetch = "river-JobGetAvailable"

// nameSQL is a statement in two words, empty for what belongs to the housekeeping of connections, migrations and River.
func nameSQL(sql string) string {
	if m := riverName.FindStringSubmatch(sql); m != nil {
		if m[1] == "JobGetAvailable" || m[1] == "JobSetStateIfRunningMany" || strings.HasPrefix(m[1], "JobInsert") {
			return "river-" + m[1]
		}
		return ""
	}
	o := sqlObject.FindStringSubmatch(sql)
	if o == nil || strings.Contains(sql, "goose") || strings.Contains(sql, "river") || strings.Contains(sql, "pg_") {
		return ""
	}
	return strings.ToLower(sqlVerb.FindString(sql) + "-" + o[1])
}

// answers passes on what Postgres says, a round trip at a time.
func (c *pgLink) answers(in *bufio.Reader) {
	var kept []byte
	greeted, rows := false, 0
	for {
		kind, whole, err := readMessage(in)
		if err != nil {
			_, _ = c.front.Write(kept) // a last error, if any
			return
		}
		kept = append(kept, whole...)
		switch kind {
		case 'D':
			rows++
		case 'Z':
			if greeted && !c.arrive(rows, whole[5]) {
				return
			}
			greeted, rows = true, 0
		}
		// All but the parts of an answer goes on at once: greetings, notifications, an invitation to copy.
		if strings.IndexByte("123DTtnCEsI", kind) >= 0 && len(kept) < 1<<20 {
			continue
		}
		if _, err := c.front.Write(kept); err != nil {
			return
		}
		kept = kept[:0]
	}
}

// arrive says no when the platform died before it learnt the answer.
func (c *pgLink) arrive(rows int, status byte) bool {
	c.mu.Lock()
	c.open = status != 'I'
	if len(c.trips) == 0 {
		c.mu.Unlock()
		return true
	}
	t := c.trips[0]
	c.trips = c.trips[1:]
	c.mu.Unlock()
	trap := c.wire.trap
	if t.fetch && rows > 0 {
		t.n = trap.pass(t.name)
		return !trap.kills(moment{t.name, t.n, after})
	}
	return t.n == 0 || !t.after || !trap.kills(moment{t.name, t.n, after})
}

// vendor passes calls on to a simulator. What the vendor does is done, whether or not the platform lives to hear of it.
func (k *killWire) vendor(name string, sim http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		hungUp := r.Context().Done()
		r = r.WithContext(context.WithoutCancel(r.Context()))
		r.Body = io.NopCloser(bytes.NewReader(body))
		m := moment{name: name + ":" + operationOf(r), how: before}
		if m.name == "telegram:setMyCommands" || m.name == "telegram:deleteWebhook" {
			sim.ServeHTTP(w, r) // told at every start
			return
		}
		m.n = k.trap.pass(m.name)
		switch k.trap.strikes(m) {
		case before:
			panic(http.ErrAbortHandler)
		case stall:
			<-hungUp
		}
		answer := httptest.NewRecorder()
		sim.ServeHTTP(answer, r)
		if m.how = after; k.trap.kills(m) {
			panic(http.ErrAbortHandler)
		}
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}

// operationOf is a call without the ids and tokens in its path.
func operationOf(r *http.Request) string {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch {
	case strings.HasPrefix(parts[0], "bot"):
		return parts[len(parts)-1] // a Telegram method
	case strings.Contains(r.URL.Path, "@"):
		parts = parts[:len(parts)-1] // a chat
	}
	return r.Method + " /" + strings.Join(parts, "/")
}
