package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"marketa/internal/fault"
	"marketa/store"
)

// finding is one line of the doctor: what was looked at, how it is, and what to do.
type finding struct {
	Part  string `json:"part"`
	State string `json:"state"`
	Cure  string `json:"cure,omitempty"`
	Bad   bool   `json:"bad"`
	Fixed bool   `json:"fixed,omitempty"`

	fix func(ctx context.Context) error // nil: the doctor cannot mend it
}

func fine(part, state string) finding { return finding{Part: part, State: state} }
func bad(part, state, cure string) finding {
	return finding{Part: part, State: state, Cure: cure, Bad: true}
}
func advice(part, state, cure string) finding { return finding{Part: part, State: state, Cure: cure} }

// visit is one look at everything.
type visit struct {
	app *App // clients only: nothing of it runs; db is nil while the database cannot be used
	cfg Config
}

const lookTime = 20 * time.Second // of one part

// doctor looks at every part. It changes nothing, unless --fix allows it to mend what can be mended without asking.
func doctor(ctx context.Context, cfg Config, args []string, out, errOut io.Writer) error {
	flags := flag.NewFlagSet("doctor", flag.ContinueOnError)
	flags.SetOutput(errOut)
	asJSON, fix := flags.Bool("json", false, "one JSON array"), flags.Bool("fix", false, "mend what can be mended")
	if err := flags.Parse(args); err != nil {
		return fault.Wrap(err, fault.Invalid, "doctor takes --json and --fix.")
	}
	all := examine(ctx, cfg, *fix)
	if *asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(all); err != nil {
			return fmt.Errorf("doctor: %w", err)
		}
	} else {
		printFindings(out, all)
	}
	ill := 0
	for _, f := range all {
		if f.Bad {
			ill++
		}
	}
	if ill > 0 {
		return fault.New(fault.Unavailable, "%d of %d parts need attention, see above.", ill, len(all))
	}
	return nil
}

// examine looks at one part after the other; with fix it mends and looks again.
func examine(ctx context.Context, cfg Config, fix bool) (all []finding) {
	v := &visit{app: &App{cfg: cfg}, cfg: cfg}
	db, err := store.Open(ctx, cfg.DatabaseURL)
	if err != nil {
		all = append(all, bad("database", "cannot be opened", fault.Say(err)))
	} else {
		defer db.Close()
		v.app.db = db
	}
	looks := []func(context.Context) []finding{v.lookMedia, v.lookModels, v.lookTelegram, v.lookWhatsApp, v.lookMeta, v.lookStripe, v.lookPlanfix, v.lookVertex}
	if db != nil {
		looks = append([]func(context.Context) []finding{v.lookDatabase}, looks...)
	}
	for _, look := range looks {
		found := inTime(ctx, look)
		if fix && mend(ctx, found) {
			again := inTime(ctx, look)
			for i := range again {
				again[i].Fixed = i < len(found) && found[i].Fixed && !again[i].Bad
			}
			found = again
		}
		all = append(all, found...)
	}
	return all
}

func inTime(ctx context.Context, look func(context.Context) []finding) []finding {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	return look(ctx)
}

// mend says whether anything was tried.
func mend(ctx context.Context, found []finding) (tried bool) {
	for i, f := range found {
		if !f.Bad || f.fix == nil {
			continue
		}
		tried = true
		call, cancel := context.WithTimeout(ctx, lookTime)
		found[i].Fixed = f.fix(call) == nil
		cancel()
	}
	return tried
}

func printFindings(out io.Writer, all []finding) {
	for _, f := range all {
		mark := "ok   "
		switch {
		case f.Bad:
			mark = "BAD  "
		case f.Fixed:
			mark = "fixed"
		}
		fmt.Fprintf(out, "%s %s: %s\n", mark, f.Part, f.State)
		if f.Cure != "" {
			fmt.Fprintf(out, "      → %s\n", f.Cure)
		}
		if f.Bad && f.fix != nil {
			fmt.Fprintln(out, "      → or let marketa doctor --fix do it")
		}
	}
}

// sayVendor is what a vendor's client has to say to people.
func sayVendor(err error) string {
	var sayer interface{ Say() string }
	if errors.As(err, &sayer) {
		return sayer.Say()
	}
	return fault.Say(err)
}

func (v *visit) reachable() bool { return strings.HasPrefix(v.cfg.PublicURL, "https://") }
