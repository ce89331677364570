package console

import (
	"context"
	"crypto/rand"
	"net/http"
	"sync"

	"marketa/sandbox/telegram"
	"marketa/sandbox/whapi"
	"marketa/sandbox/wire"
)

// Config says whose chats to show. Everybody named here must already be known to the simulators.
type Config struct {
	WhatsApp *whapi.Sim
	Telegram *telegram.Sim
	Clock    *wire.Clock

	Numbers  []Number // the agency's WhatsApp numbers, the first is open at the start
	People   []Person // who can write on the left, the first writes at the start
	Managers []Actor  // who can act on the right, strangers too; the first acts at the start
	Group    int64    // the approvals chat

	Model    string    // the name of the model that writes, shown in the bar
	StandIn  bool      // the model is the offline one: the badge says so
	Controls []Control // the menu of things to try

	// Why tells what stands behind a card, false where nothing does; messages of the bot that begin with CardMark offer it. Without it none do.
	Why      func(ctx context.Context, chat int64, message int) (Why, bool, error)
	CardMark string

	Outside Outside // the feeds, the payments and the CRM; without Places the page does not have them
}

// Number is one of the agency's WhatsApp numbers, by the channel's name in the simulator.
type Number struct{ Channel, Title, Phone string }

// Person is a client who can write on the left. Openers are offered while the chat is still empty, Voices are what this
// person might say in a voice note. Open is the chat that is open when somebody first looks: a channel or a group's id.
type Person struct {
	Phone, Name string
	Place       string // the restaurant, shown under the name
	Openers     []string
	Voices      []string
	Open        string
}

// Actor is somebody who can act on the right. Role is shown under the name, in plain words ("manager", "stranger").
type Actor struct {
	ID         int64
	Name, Role string
}

// Control is one line of the menu. Do runs when it is chosen; its error is shown to the person as it is. With On the
// line is a switch that shows On's answer.
type Control struct {
	Name  string // stable, for tests: "hour"
	Label string // for people: "Clock +1 hour"
	Note  string // a second line, may be empty
	Do    func() error
	On    func() bool
}

// Console is the page and what stands behind it.
type Console struct {
	build string // changes with every byte of the page, so that an open page knows when it is out of date

	mu  sync.Mutex
	now *generation
}

// generation is the console from one start of the sandbox to the next.
type generation struct {
	Config
	boot    string // tells one start of the sandbox from another
	build   string
	nudges  nudges
	presses presses
	over    chan struct{} // closed when another one took its place, or the console closed
	once    sync.Once
	last    bool // nothing follows
}

// New builds a console; it serves once its Handler is mounted at the root of a listener.
func New(cfg Config) *Console {
	c := &Console{build: digest(embedded)}
	c.now = c.begin(cfg)
	return c
}

func (c *Console) begin(cfg Config) *generation {
	return &generation{Config: cfg, boot: rand.Text(), build: c.build, over: make(chan struct{})}
}

// Replace shows another sandbox from now on. Pages that are open change over by themselves.
func (c *Console) Replace(cfg Config) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := c.now
	c.now = c.begin(cfg)
	before.end()
}

func (c *Console) current() *generation {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Handler serves the page, its stream and its actions.
func (c *Console) Handler() http.Handler { return c.routes() }

// Close ends every open stream, so that the listener can stop without waiting for browsers. Pages try to come back.
func (c *Console) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now.last = true
	c.now.end()
}

func (g *generation) end() { g.once.Do(func() { close(g.over) }) }

// last is read only after over is closed, which is after it was written.
func (g *generation) ended() (over, last bool) {
	select {
	case <-g.over:
		return true, g.last
	default:
		return false, false
	}
}
