package console

import (
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
}

// Number is one of the agency's WhatsApp numbers, by the channel's name in the simulator.
type Number struct{ Channel, Title, Phone string }

// Person is a client who can write on the left. Openers are offered while the chat is still empty.
type Person struct {
	Phone, Name string
	Place       string // the restaurant, shown under the name
	Openers     []string
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
	Config
	boot    string // tells one start of the sandbox from another
	build   string // changes with every byte of the page, so that an open page knows when it is out of date
	nudges  nudges
	presses presses
	closed  chan struct{}
	once    sync.Once
}

// New builds a console; it serves once its Handler is mounted at the root of a listener.
func New(cfg Config) *Console {
	return &Console{Config: cfg, boot: rand.Text(), build: digest(embedded), closed: make(chan struct{})}
}

// Handler serves the page, its stream and its actions.
func (c *Console) Handler() http.Handler { return c.routes() }

// Close ends every open stream, so that the listener can stop without waiting for browsers. Pages try to come back.
func (c *Console) Close() { c.once.Do(func() { close(c.closed) }) }
