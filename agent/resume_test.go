package agent_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"marketa/sandbox/actor"
	"marketa/sandbox/gemini"
	"marketa/store"
	"marketa/tools"
)

// cutter stands between the agent and Postgres, reads the protocol, and breaks the line at the nth commit: before the server
// has seen it, or after the server has done it. See https://www.postgresql.org/docs/current/protocol-message-formats.html.
type cutter struct {
	t        testing.TB
	listener net.Listener
	network  string
	address  string

	mu      sync.Mutex
	armed   bool
	after   bool // the commit is done, only its answer is lost
	dead    bool // from then on nothing gets through: the process is as good as dead
	left    int
	fired   bool
	refuses bool
	open    map[net.Conn]bool
}

// cutting makes a bench whose agent reaches its database through a cutter.
func cutting(t testing.TB) (*cutter, setup) {
	c := &cutter{t: t, open: map[net.Conn]bool{}}
	return c, func(p *parts) {
		p.url = c.stand(p.url)
	}
}

// stand listens and gives the address through which the same database is reached.
func (c *cutter) stand(direct string) string {
	c.t.Helper()
	cfg, err := pgxpool.ParseConfig(direct)
	if err != nil {
		c.t.Fatal(err)
	}
	c.network, c.address = "tcp", net.JoinHostPort(cfg.ConnConfig.Host, fmt.Sprint(cfg.ConnConfig.Port))
	if strings.HasPrefix(cfg.ConnConfig.Host, "/") {
		c.network, c.address = "unix", fmt.Sprintf("%s/.s.PGSQL.%d", cfg.ConnConfig.Host, cfg.ConnConfig.Port)
	}
	if c.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = c.listener.Close() })
	go c.accept()
	through := url.URL{Scheme: "postgres", User: url.UserPassword(cfg.ConnConfig.User, cfg.ConnConfig.Password), Host: c.listener.Addr().String(),
		Path: "/" + cfg.ConnConfig.Database, RawQuery: "sslmode=disable"}
	return through.String()
}

func (c *cutter) accept() {
	for {
		client, err := c.listener.Accept()
		if err != nil {
			return
		}
		c.mu.Lock()
		refuses := c.refuses
		c.mu.Unlock()
		server, err := net.Dial(c.network, c.address)
		if err != nil || refuses {
			_ = client.Close()
			continue
		}
		go c.serve(client, server)
	}
}

func (c *cutter) serve(client, server net.Conn) {
	c.mu.Lock()
	c.open[client], c.open[server] = true, true
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.open, client)
		delete(c.open, server)
		c.mu.Unlock()
		_, _ = client.Close(), server.Close()
	}()
	silent := make(chan bool, 1) // the answer to come gets lost
	go func() { defer client.Close(); c.answers(client, server, silent) }()
	if first, err := frame(client, 0); err != nil || send(server, first) != nil {
		return
	}
	for {
		message, err := frame(client, 1)
		if err != nil {
			return
		}
		cut, after := c.cuts(client, server, message)
		if cut && !after {
			return
		}
		if cut {
			silent <- true
		}
		if send(server, message) != nil {
			return
		}
	}
}

// answers passes on what the server says, until an answer has to get lost: that one is awaited, and the line breaks.
func (c *cutter) answers(client, server net.Conn, silent <-chan bool) {
	losing := false
	for {
		message, err := frame(server, 1)
		if err != nil {
			return
		}
		select {
		case losing = <-silent:
		default:
		}
		if losing && message[0] == 'Z' {
			c.mu.Lock()
			c.fired = true
			c.mu.Unlock()
			_ = server.Close()
			return
		}
		if !losing && send(client, message) != nil {
			return
		}
	}
}

// frame reads one message; kind is how many bytes stand before its length.
func frame(from io.Reader, kind int) ([]byte, error) {
	head := make([]byte, kind+4)
	if _, err := io.ReadFull(from, head); err != nil {
		return nil, err
	}
	body := make([]byte, int(binary.BigEndian.Uint32(head[kind:]))-4)
	_, err := io.ReadFull(from, body)
	return append(head, body...), err
}

func send(to io.Writer, message []byte) error { _, err := to.Write(message); return err }

// cuts counts commits.
func (c *cutter) cuts(client, server net.Conn, message []byte) (cut, after bool) {
	if message[0] != 'Q' || !strings.HasPrefix(string(message[5:]), "commit") {
		return false, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.armed {
		return false, false
	}
	if c.left--; c.left != 0 {
		return false, false
	}
	c.fired, c.refuses = true, c.dead
	for other := range c.open {
		if c.dead && other != client && other != server {
			_ = other.Close()
		}
	}
	return true, c.after
}

// arm breaks the line at the nth commit from here on. With dead, nothing gets through after that until disarm.
func (c *cutter) arm(nth int, after, dead bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.armed, c.left, c.after, c.dead, c.fired = true, nth, after, dead, false
}

// disarm says whether it has come to the cut.
func (c *cutter) disarm() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.armed, c.refuses = false, false
	return c.fired
}

// counted are tools that count how often they run. profile_read looks into the database, as the real one does.
type counted struct {
	db   *store.DB
	mu   sync.Mutex
	runs int
}

func (c *counted) ran() {
	c.mu.Lock()
	c.runs++
	c.mu.Unlock()
}

type noArgs struct{}

type hours struct {
	Hours string `json:"hours"`
}

type wish struct {
	Value string `json:"value" jsonschema:"what is to be noted"`
}

func (c *counted) tools() []tools.Tool {
	return []tools.Tool{
		tools.DefineRead("profile_read", "Reads.", func(ctx context.Context, _ noArgs) (hours, error) {
			c.ran()
			return hours{"12-15"}, c.db.Tx(ctx, func(tx *store.Tx) error { _, err := tx.OwnRestaurant(ctx); return err })
		}),
		tools.DefinePropose("profile_propose", "Proposes.", func(_ context.Context, w wish) (tools.Proposal, error) {
			c.ran()
			return tools.NewProposal("profile_change", map[string]string{"field": "hours", "value": w.Value}, "hours = "+w.Value)
		}),
		tools.DefinePropose("ask_managers", "Asks.", func(_ context.Context, w wish) (tools.Proposal, error) {
			c.ran()
			return tools.NewProposal("question", map[string]string{"question": w.Value}, w.Value)
		}),
	}
}

// outcome is what must be the same however often it took.
type outcome struct {
	Text, Author, State string
	Notes               store.Notes
	Proposals           []string
}

func (c *chat) outcome() outcome {
	v := c.card()
	return outcome{v.Text, v.Author, v.State, v.Notes, v.Proposals}
}

func TestATurnResumesFromWhateverWasSaved(t *testing.T) {
	for _, mode := range []struct {
		name        string
		after, dead bool
		again       int // answers of models that were not saved, over all runs: those are asked for once more
	}{
		{"TheCommitIsLost", false, false, 4},
		{"TheCommitIsDoneAndNobodyKnows", true, false, 0},
		{"KilledBeforeTheCommit", false, true, 8}, // also between the booking of an answer and its step
		{"KilledAfterTheCommit", true, true, 4},
	} {
		t.Run(mode.name, func(t *testing.T) {
			line, through := cutting(t)
			count := &counted{}
			b := newBench(t, through, func(p *parts) { p.tools = count.tools() })
			count.db = b.db
			b.think(script("Domenica 12-15. Ho una domanda per te.", []actor.Call{call("profile_read", `{}`), call("profile_propose", `{"value":"12-16"}`)},
				[]actor.Call{call("ask_managers", `{"value":"price?"}`)}))

			clean := b.chat("Anna", "390000000000")
			clean.asks("Ciao! Domenica 12-16, ok?")
			want, asks, runs := clean.outcome(), len(b.allPrompts()), count.runs
			if want.Text == "" || len(want.Proposals) != 1 || len(want.Notes.Questions) != 1 || asks != 4 || runs != 3 {
				t.Fatalf("without any trouble: %+v, %d requests, %d calls", want, asks, runs)
			}
			again := 0
			for nth := 1; ; nth++ {
				anna := b.chat("Anna", fmt.Sprintf("3900000%05d", nth))
				anna.writes("Ciao! Domenica 12-16, ok?")
				b.clock.Advance(window)
				asked, ran := len(b.allPrompts()), count.runs
				line.arm(nth, mode.after, mode.dead)
				anna.works()
				if !line.disarm() {
					if nth < 15 {
						t.Errorf("only %d commits", nth-1)
					}
					break
				}
				for range 3 {
					b.clock.Advance(store.LeaseTime + time.Second)
					anna.works()
				}
				if got := anna.outcome(); !reflect.DeepEqual(got, want) {
					t.Errorf("commit %d:\n got %+v\nwant %+v", nth, got, want)
				}
				if n := b.count(`approvals WHERE chat_id = $1`, anna.id); n != 1 || anna.busy() || anna.statuses() != "drafted" {
					t.Errorf("commit %d: %d cards, busy %v, turns %q", nth, n, anna.busy(), anna.statuses())
				}
				more := len(b.allPrompts()) - asked - asks
				if again += more; more < 0 || more > 1 {
					t.Errorf("commit %d: %d requests too many", nth, more)
				}
				if more := count.runs - ran - runs; more < 0 || more > 1 {
					t.Errorf("commit %d: %d calls of tools too many", nth, more)
				}
			}
			if again != mode.again {
				t.Errorf("%d answers of models were asked for again, want %d", again, mode.again)
			}
			b.nothingLeft()
		})
	}
}

func TestATurnStoppedInTheMiddleOfAModelsAnswerGoesOn(t *testing.T) {
	b := newBench(t)
	rounds := [][]actor.Call{{call("profile_read", `{}`)}, {call("ask_managers", `{"question":"price?"}`)}}
	b.think(script("Domenica 12-15.", rounds...))
	clean := b.chat("Anna", "390000000000")
	clean.asks("Domenica 12-15?")
	want, asks := clean.outcome(), len(b.allPrompts())
	for nth := 1; nth <= asks; nth++ {
		anna := b.chat("Anna", fmt.Sprintf("3900000%05d", nth))
		ctx, stop := context.WithCancel(b.ctx)
		b.meanwhile(nth, stop, script("Domenica 12-15.", rounds...))
		before := len(b.allPrompts())
		anna.writes("Domenica 12-15?")
		b.clock.Advance(window)
		anna.worksIn(ctx)
		if anna.statuses() != "running" {
			t.Fatalf("request %d: turns %q", nth, anna.statuses())
		}
		anna.works() // at once: the lease was given back
		if got := anna.outcome(); !reflect.DeepEqual(got, want) {
			t.Errorf("request %d:\n got %+v\nwant %+v", nth, got, want)
		}
		if more := len(b.allPrompts()) - before - asks; more != 1 {
			t.Errorf("request %d: %d requests too many, want the one that was cut short", nth, more)
		}
	}
}

// A model may name its calls alike in every answer; they are different calls all the same.
func TestCallsOfTheSameNameAreDifferentCalls(t *testing.T) {
	for name, id := range map[string]string{"Short": "call_0", "Endless": "call_" + strings.Repeat("0123456789abcdef", 500)} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, func(p *parts) { p.onlyOpen, p.around = true, calledAlways(id) })
			anna := b.anna()
			anna.writes("ciao?")
			anna.knows("hours", "12-15", "menu", "pizza")
			var heard []string
			b.think(func(r actor.Request) actor.Reply {
				heard = nil
				for _, t := range r.Turns {
					for _, res := range t.Results {
						heard = append(heard, res.Output)
					}
				}
				return script("fatto", []actor.Call{call("profile_read", `{"section":"hours"}`)}, []actor.Call{call("profile_read", `{"section":"menu"}`)})(r)
			})
			b.clock.Advance(window)
			anna.works()
			if len(heard) != 2 || !strings.Contains(heard[0], "12-15") || !strings.Contains(heard[1], "pizza") {
				t.Errorf("the model heard %q\n%s", heard, b.logs)
			}
		})
	}
}

// Another vendor cannot read the first one's thoughts: a loop of tools stays where it began, also after a restart.
func TestALoopOfToolsStaysWithItsModel(t *testing.T) {
	b := newBench(t, func(p *parts) { p.fallback = true })
	b.gemini.Misbehave(gemini.Overloaded, 2) // triage and the first answer; then it is well again
	rounds := [][]actor.Call{{call("profile_read", `{}`)}, {call("profile_read", `{"section":"hours"}`)}}
	anna := b.anna()
	ctx, stop := context.WithCancel(b.ctx)
	b.meanwhile(3, stop, script("ok", rounds...)) // triage, the first answer, and in the middle of the second
	anna.writes(question)
	b.clock.Advance(window)
	anna.worksIn(ctx)
	b.think(script("ok", rounds...))
	anna.works()
	if v := anna.card(); v.Text != "ok" || v.Notes.Model != "openai/"+openaiModel || len(b.gemini.Calls()) != 2 {
		t.Errorf("got %q by %s, the other was asked %d times", v.Text, v.Notes.Model, len(b.gemini.Calls()))
	}
}
