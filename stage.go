package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"marketa/sandbox"
	"marketa/sandbox/console"
)

// stage is a sandbox on which an agency is played: the simulated vendors, the platform against them, and a past. It can be
// set up anew while the command runs.
type stage struct {
	cfg Config // of the environment; what points it at the vendors is added at every opening
	log *slog.Logger

	mu    sync.Mutex
	world *sandbox.World
	app   *App
	page  *console.Console
}

// open begins with an empty database and new vendors, and lets the curtain rise.
func (s *stage) open(ctx context.Context) error {
	cfg := s.cfg
	fresh, err := freshDatabase(ctx, cfg.DatabaseURL)
	if err != nil {
		return err
	}
	cfg.DatabaseURL = fresh
	if s.world, err = sandbox.Start(sandbox.Config{Seed: uint64(time.Now().UnixNano())}); err != nil {
		return err
	}
	restaurants, err := s.world.Seed()
	if err != nil {
		return err
	}
	if s.app, err = NewApp(ctx, cfg.against(s.world), s.world.Clock, s.log); err != nil {
		return err
	}
	if err := s.app.seed(ctx, restaurants); err != nil {
		return err
	}
	if err := s.app.Start(ctx, RoleAll); err != nil {
		return err
	}
	s.world.Hook("http://" + s.app.Addr)
	return s.rise()
}

// rise lets somebody new write, and the time pass that the platform gives people to finish a thought, so that the first
// card is there when the page opens.
func (s *stage) rise() error {
	if err := s.world.Opening(); err != nil {
		return err
	}
	for giveUp := time.Now().Add(2 * time.Second); time.Now().Before(giveUp); time.Sleep(10 * time.Millisecond) {
		if pending, _ := s.world.WhatsApp.Courier().Pending(); pending == 0 {
			break
		}
	}
	s.world.Ahead(s.cfg.BurstWindow)
	return nil
}

func (s *stage) close() (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shut()
}

func (s *stage) shut() (err error) {
	if s.app != nil {
		err = stopApp(s.app)
	}
	if s.world != nil {
		err = errors.Join(err, s.world.Close())
	}
	s.app, s.world = nil, nil
	return err
}

// reset plays the same agency from the beginning. Pages that are open change over by themselves.
func (s *stage) reset() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.app == nil {
		return errors.New("the sandbox is stopping")
	}
	if err := s.shut(); err != nil {
		s.log.Warn("the old sandbox did not stop cleanly", "error", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := s.open(ctx); err != nil {
		return err
	}
	s.page.Replace(s.consoleConfig())
	return nil
}

func (s *stage) setPage(page *console.Console) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.page = page
}

func (s *stage) consoleConfig() console.Config {
	w, real := s.world, s.cfg.GeminiAPIKey != "" || s.cfg.OpenAIBaseURL != ""
	c := console.Config{WhatsApp: w.WhatsApp, Telegram: w.Telegram, Clock: w.Clock, Group: sandbox.Approvals,
		Numbers: []console.Number{{Channel: "marketa", Title: "Marketa", Phone: sandbox.MarketaPhone}, {Channel: "company", Title: "The agency", Phone: sandbox.CompanyPhone}},
		Managers: []console.Actor{{ID: sandbox.ManagerA, Name: "Marta", Role: "manager"}, {ID: sandbox.ManagerB, Name: "Ben", Role: "manager"},
			{ID: sandbox.Stranger, Name: "Sam", Role: "a stranger"}},
		Model: modelName(s.cfg.against(w)), StandIn: !real, Controls: s.controls(), Why: s.app.why, CardMark: "💬", Outside: s.outside()}
	for _, p := range sandbox.Cast() {
		c.People = append(c.People, console.Person{Phone: p.Phone, Name: p.Name, Place: p.Place, Openers: p.Openers, Voices: p.Voices})
	}
	return c
}

// controls are what a visitor can try beside writing.
func (s *stage) controls() []console.Control {
	w := s.world
	ahead := func(d time.Duration) func() error { return func() error { w.Ahead(d); return nil } }
	list := []console.Control{
		{Name: "hour", Label: "Clock +1 hour", Do: ahead(time.Hour)},
		{Name: "day", Label: "Clock +1 day", Do: ahead(24 * time.Hour)},
		{Name: "lose", Label: "Lose the next WhatsApp answer", Note: "The message goes out, but the platform is not told", Do: func() error { w.LoseNextAnswer(); return nil }},
	}
	for _, v := range []struct{ name, label string }{{"whatsapp", "WhatsApp is away"}, {"telegram", "Telegram is away"}, {"model", "The models are away"},
		{"meta", "Instagram and Facebook are away"}, {"stripe", "Stripe is away"}, {"planfix", "Planfix is away"}} {
		list = append(list, console.Control{Name: v.name + "-away", Label: v.label,
			Do: func() error { w.Toggle(v.name); return nil }, On: func() bool { return w.Away(v.name) }})
	}
	return append(list, console.Control{Name: "reset", Label: "Start over", Note: "Back to the four restaurants of the beginning", Do: s.reset})
}
