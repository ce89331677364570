package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"marketa/sandbox"
	"marketa/sandbox/actor"
	"marketa/sandbox/wire"
	"marketa/store/storetest"
)

// moment is a place of the walk where the platform can be killed: before the n-th thing of a name is passed on, or after it was
// done and before its answer comes back. It can also be told to stop (SIGTERM): while it does something else, or while a
// vendor keeps it waiting and does the work only when it has given up.
type moment struct {
	name string // db:commit-insert-steps, whapi:POST /messages/text, idle:card
	n    int    // counted from the client's first word, or from the restart
	how  string
}

const (
	before = "before"
	after  = "after"
	term   = "term"
	stall  = "stall"
)

func (m moment) String() string { return fmt.Sprintf("%s#%d:%s", m.name, m.n, m.how) }

// plan is what a run has to bear: moments, one after the other, and whether WhatsApp's webhooks come late, so that nobody
// hears of a message that went out until its delivery is settled.
type plan struct {
	late    bool
	moments []moment
}

// String is what -kill.at takes: late,whapi:POST /messages/text#1:after
func (p plan) String() string {
	var words []string
	if p.late {
		words = append(words, "late")
	}
	for _, m := range p.moments {
		words = append(words, m.String())
	}
	return strings.Join(words, ",")
}

func parsePlan(s string) (p plan, err error) {
	rest, late := strings.CutPrefix(s, "late,")
	p.late = late
	for _, one := range strings.Split(rest, ",") {
		name, place, ok := strings.Cut(one, "#")
		count, how, also := strings.Cut(place, ":")
		n, err := strconv.Atoi(count)
		if !ok || !also || err != nil {
			return p, fmt.Errorf("%q is no moment; one looks like db:insert-steps#3:before", one)
		}
		p.moments = append(p.moments, moment{name, n, how})
	}
	return p, nil
}

// trap counts what goes by, and strikes when the next planned moment is there. Nothing is counted between a strike and the
// restart.
type trap struct {
	kill func(how string) // returns when the platform is dead, or told to stop

	mu    sync.Mutex
	armed bool
	plan  []moment
	seen  map[string]int
	order []moment // what went by and could have been planned
}

// arm begins to count anew.
func (t *trap) arm() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.armed, t.seen = true, map[string]int{}
}

// pass counts one more of a name.
func (t *trap) pass(name string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.armed {
		return 0
	}
	t.seen[name]++
	return t.seen[name]
}

// strikes gives what has happened to the platform at this moment, if anything: it is dead, or was told to stop and lives on.
func (t *trap) strikes(m moment) (how string) {
	t.mu.Lock()
	how = t.lockedDue(m)
	t.mu.Unlock()
	if how != "" {
		t.kill(how)
	}
	return how
}

// kills is strikes for whom it makes no difference that the platform is told to stop.
func (t *trap) kills(m moment) bool {
	how := t.strikes(m)
	return how == before || how == after
}

// past is what has gone by, and how much of the plan has not.
func (t *trap) past() (seen []moment, left int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.order), len(t.plan)
}

func (t *trap) lockedDue(m moment) string {
	if !t.armed || m.n == 0 {
		return ""
	}
	if m.name != "db:any" {
		t.order = append(t.order, m)
	}
	if len(t.plan) == 0 {
		return ""
	}
	next := t.plan[0]
	asked := m
	if m.how == before && (next.how == term || next.how == stall) {
		asked.how = next.how
	}
	if asked != next {
		return ""
	}
	t.plan, t.armed = t.plan[1:], false
	return next.how
}

// box is one platform in a process of its own, shut in: its only ways out lead through the test.
type box struct {
	t     *testing.T
	world *sandbox.World
	trap  *trap
	db    *pgx.Conn // past the proxy, as superuser: for looking only
	plan  plan
	bin   string
	env   []string
	dir   string
	addr  string
	log   *os.File
	life  context.Context // ends in time before go test's -timeout, which would leave the platform behind

	mu      sync.Mutex
	cmd     *exec.Cmd
	dead    chan struct{}
	started time.Time
	struck  time.Time // when it was killed or told to stop; zero while it should live
	how     string
}

// newBox starts the vendors and a database, and the platform in the middle of the traps. It knows nothing but the fixed
// names of the environment.
func newBox(t *testing.T, bin string, mind actor.Mind, p plan) *box {
	t.Helper()
	world, err := sandbox.Start(sandbox.Config{Clock: wire.Real(), Seed: 7, Mind: mind})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = world.Close() })
	b := &box{t: t, world: world, plan: p, bin: bin, dir: t.TempDir(), addr: freePort(t), trap: &trap{plan: p.moments}}
	b.trap.kill = b.strike
	b.life = lifeOf(t)
	database := storetest.URL(t)
	b.db = b.connect(database)
	b.env = append(b.environment(), "DATABASE_URL="+b.proxyDatabase(database))
	if b.log, err = os.Create(filepath.Join(b.dir, "log")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.close)
	b.start()
	b.waitReady()
	world.Hook("http://" + b.addr)
	return b
}

func lifeOf(t *testing.T) context.Context {
	end, limited := t.Deadline()
	if !limited {
		return context.Background()
	}
	life, stop := context.WithDeadline(context.Background(), end.Add(-5*time.Second))
	t.Cleanup(stop)
	return life
}

// freePort is an address that stays ours while nobody listens there: below the ports that connections get by themselves.
func freePort(t *testing.T) string {
	t.Helper()
	for range 1000 {
		addr := fmt.Sprintf("127.0.0.1:%d", 20000+rand.IntN(10000))
		if l, err := net.Listen("tcp", addr); err == nil {
			_ = l.Close()
			return addr
		}
	}
	t.Fatal("no free port")
	return ""
}

// connect looks at the database as a superuser does.
func (b *box) connect(database string) *pgx.Conn {
	b.t.Helper()
	cfg, err := pgx.ParseConfig(storetest.Cluster(b.t))
	if err != nil {
		b.t.Fatal(err)
	}
	own, err := pgx.ParseConfig(database)
	if err != nil {
		b.t.Fatal(err)
	}
	cfg.Database = own.Database
	conn, err := pgx.ConnectConfig(context.Background(), cfg)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// proxyDatabase puts a proxy before the database and gives its address.
func (b *box) proxyDatabase(database string) string {
	b.t.Helper()
	cfg, err := pgx.ParseConfig(database)
	if err != nil {
		b.t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = l.Close() })
	network, address := socketOf(cfg.Host, cfg.Port)
	go (&killWire{trap: b.trap, dial: func() (net.Conn, error) { return net.Dial(network, address) }}).postgres(l)
	return fmt.Sprintf("postgres://%s:%s@%s/%s?sslmode=disable", cfg.User, cfg.Password, l.Addr(), cfg.Database)
}

func socketOf(host string, port uint16) (network, address string) {
	if strings.HasPrefix(host, "/") {
		return "unix", filepath.Join(host, ".s.PGSQL."+strconv.Itoa(int(port)))
	}
	return "tcp", net.JoinHostPort(host, strconv.Itoa(int(port)))
}

// environment names the vendors, each behind a trap.
func (b *box) environment() []string {
	k, w := &killWire{trap: b.trap}, b.world
	serve := func(name string, h http.Handler) string {
		s, err := wire.Serve("", k.vendor(name, h))
		if err != nil {
			b.t.Fatal(err)
		}
		b.t.Cleanup(func() { _ = s.Close() })
		return s.URL
	}
	return []string{
		"HOME=" + b.dir, "MARKETA_ENV=development", "MARKETA_DATA_DIR=" + b.dir, "LISTEN_ADDR=" + b.addr, "BURST_WINDOW=200ms",
		"WHAPI_BASE_URL=" + serve("whapi", w.WhatsApp.Handler()), "WHAPI_WEBHOOK_TOKEN=" + w.WhapiHookToken,
		"WHAPI_CHANNELS=marketa=" + w.WhapiTokens["marketa"] + ",company=" + w.WhapiTokens["company"],
		"TELEGRAM_BASE_URL=" + serve("telegram", w.Telegram.Handler()), "TELEGRAM_BOT_TOKEN=" + w.TelegramToken,
		"TELEGRAM_WEBHOOK_SECRET=" + w.TelegramSecret, fmt.Sprintf("TELEGRAM_OWNERS=%d,%d", sandbox.ManagerA, sandbox.ManagerB),
		fmt.Sprintf("TELEGRAM_APPROVALS_CHAT=%d", sandbox.Approvals),
		"GEMINI_BASE_URL=" + serve("gemini", w.Gemini.Handler()), "GEMINI_API_KEY=" + w.GeminiKey,
		"OPENAI_BASE_URL=" + serve("openai", w.OpenAI.Handler()) + "/v1", "OPENAI_API_KEY=" + w.OpenAIKey,
	}
}

// start runs the platform (again).
func (b *box) start() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	cmd := exec.CommandContext(b.life, b.bin, "serve")
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = b.env, b.dir, b.log, b.log
	if err := cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	dead := make(chan struct{})
	b.cmd, b.dead, b.started, b.struck, b.how = cmd, dead, time.Now(), time.Time{}, ""
	go func() {
		_ = cmd.Wait() // how it ended is read from ProcessState
		close(dead)
	}()
}

// strike kills the platform and returns when it is dead, or tells it to stop and returns at once.
func (b *box) strike(how string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.struck.IsZero() {
		b.struck, b.how = time.Now(), how
	}
	if how == term || how == stall {
		_ = b.cmd.Process.Signal(syscall.SIGTERM)
		return
	}
	_ = b.cmd.Process.Kill()
	<-b.dead
}

// state tells whether the platform is dead, and if so when and how it was struck.
func (b *box) state() (dead bool, struck time.Time, how string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-b.dead:
		dead = true
	default:
	}
	return dead, b.struck, b.how
}

func (b *box) close() {
	b.strike(after)
	if b.t.Failed() {
		b.t.Logf("to play this again: go test -run TestKill9 -kill.at '%s' .", b.plan)
		text, _ := os.ReadFile(b.log.Name())
		b.t.Logf("the platform's log:\n%s", text)
	}
	_ = b.log.Close()
}

// waitReady is for the first start only: a restart is judged by what it does.
func (b *box) waitReady() {
	b.t.Helper()
	giveUp := time.Now().Add(endLimit)
	for {
		resp, err := http.Get("http://" + b.addr + "/readyz")
		if err == nil {
			_ = resp.Body.Close()
			// The bot's commands are told at the start; they are no part of the walk.
			if resp.StatusCode == http.StatusOK && len(b.world.Telegram.Calls()) > 0 {
				return
			}
		}
		if dead, _, _ := b.state(); dead || time.Now().After(giveUp) {
			b.t.Fatalf("the platform does not start (%v)", err)
		}
		time.Sleep(look)
	}
}

// look is the time between two looks at something that is waited for.
const look = 25 * time.Millisecond

// buildBinary makes the binary once, as a person does.
func buildBinary(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "marketa")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return bin
}
