// Package desk is what the bot can do for a manager who speaks to it: look into chats and restaurants, and propose what he
// asks for. An effect is a card that a manager taps, never a call.
//
// It knows store, stages and tools. Every restaurant and every person is named in words and resolved by the platform
// (store.Names); what a turn may look into is the context's store.Scope, and data is read under the restaurant's own
// row-level security (store.DB.Look). Start reading at [Desk.Reads] and [Desk.Proposes], one small file each; what a
// confirmed proposal does stands in effects.go.
package desk

import (
	"context"
	"strings"
	"time"
	"unicode"

	"marketa/store"
	"marketa/tools"
)

// Desk is the capability.
type Desk struct{ DB *store.DB }

// Tools are all.
func (d Desk) Tools() []tools.Tool { return append(d.Reads(), d.Proposes()...) }

// Reads are what every manager may use.
func (d Desk) Reads() []tools.Tool {
	return []tools.Tool{d.findRestaurant(), d.showRestaurant(), d.recentChats(), d.readChat(), d.waiting(), d.whoWaits(), d.pace()}
}

// Proposes are for those who may decide.
func (d Desk) Proposes() []tools.Tool {
	return []tools.Tool{d.write(), d.moveStage(), d.remind()}
}

// The kinds of proposals.
const (
	Message  = "client_message"
	Stage    = "stage_move"
	Reminder = "reminder"
)

// directory reads who there is, with the scope that the call has to keep to.
func (d Desk) directory(ctx context.Context) (dir store.Names, s *store.Scope, err error) {
	if s, err = store.ScopeFrom(ctx); err != nil {
		return nil, nil, err
	}
	err = d.DB.System(ctx, store.Desk, func(tx *store.Tx) error { dir, err = tx.Names(ctx); return err })
	return dir, s, err
}

// restaurant resolves a name.
func (d Desk) restaurant(ctx context.Context, name string) (store.Known, *store.Scope, error) {
	dir, s, err := d.directory(ctx)
	if err != nil {
		return store.Known{}, s, err
	}
	e, err := dir.FindRestaurant(s, name)
	return e, s, err
}

// chat resolves a name.
func (d Desk) chat(ctx context.Context, name string, direct bool) (store.Known, *store.Scope, error) {
	dir, s, err := d.directory(ctx)
	if err != nil {
		return store.Known{}, s, err
	}
	e, err := dir.FindChat(s, name, direct)
	return e, s, err
}

// oneLine is a text as a card shows it.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d'
	}), " ")
}

// name is a name from outside, short and on one line.
func name(s string) string {
	s = oneLine(s)
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	if s == "" {
		return "New contact"
	}
	return s
}

// at is a time as a model reads it, in a zone.
func at(t *time.Time, zone string) string {
	if t == nil {
		return "never"
	}
	return t.In(place(zone)).Format("Mon 2 Jan 2006 15:04")
}

func place(zone string) *time.Location {
	if loc, err := time.LoadLocation(zone); err == nil {
		return loc
	}
	return time.UTC
}

// span is how long something lasts, in words.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < 2*time.Hour:
		return plural(int(d.Minutes()), "minute")
	case d < 48*time.Hour:
		return plural(int(d.Hours()), "hour")
	}
	return plural(int(d.Hours()/24), "day")
}
