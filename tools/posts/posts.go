// Package posts writes posts: from a brief to a version that waits for a manager, with its picture as it will be published.
//
// It knows store, stages, tools, the model contract and where bytes lie; a photo is chosen by whoever is given as [Posts.Pick], for
// capabilities do not import each other. Nothing here publishes: a version becomes a card, and only the database's decide_post()
// lets it go. Start reading at [Posts.Tools] (what may be asked for), then [Worker] (the steps, each saved), caption.go (the
// model's part) and check.go (what its words may not say).
package posts

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode"

	"marketa/agent/llm"
	"marketa/internal/fault"
	"marketa/internal/files"
	"marketa/internal/language"
	"marketa/internal/render"
	"marketa/stages"
	"marketa/store"
	"marketa/tools"
)

// Posts is the capability.
type Posts struct {
	DB      *store.DB
	Router  *llm.Router // nil: no model is configured
	Prompts *stages.Prompts
	Files   *files.Store
	Pick    Picker // nil: the newest photo
	Log     *slog.Logger
}

// Picker chooses a photo of the context's restaurant. What it returns as a fault.Error (no photo fits) is what the managers hear.
type Picker func(ctx context.Context, w Wanted) (Picked, error)

// Wanted is what a photo is for.
type Wanted struct {
	Brief string
	Post  store.PostID
	At    time.Time       // when it is published
	Not   []store.PhotoID // shown for this post already
}

// Picked is a photo with the reason, in plain words.
type Picked struct {
	Photo    store.PhotoID
	Why      string
	Crop     render.Crop // zero: the middle of it
	Warnings []string
}

// The kinds of proposals.
const (
	Write   = "post_write"   // a manager's: begun at once, it ends in a card
	Propose = "post_propose" // a client's conversation: begun when the reply is released
)

// Tools are what an agent can do: the first for managers (tools.ForDesk), the second in a client's turn.
func (p Posts) Tools() []tools.Tool {
	return []tools.Tool{
		tools.DefinePropose("posts_write", "Write a post for Instagram and Facebook, when the manager asks for one. It is begun at once and becomes a card of its own with the picture and the words; nothing is published before a manager taps Send there. Do not write the caption yourself.",
			p.proposing(Write, "a post is being written: %s")),
		tools.DefinePropose("posts_propose", "Propose a post for the restaurant's Instagram and Facebook, when the client asks for one or tells news that make one. After your reply is released it is written and shown to a manager; nothing is published before that. Do not promise a date.",
			p.proposing(Propose, "write a post: %s")),
	}
}

// ForManagers are what managers can have done for any restaurant.
func (p Posts) ForManagers() []tools.Tool {
	return []tools.Tool{tools.ForDesk(p.DB, p.Tools()[0])}
}

// WriteArgs are what a post is to be about.
type WriteArgs struct {
	Brief    string `json:"brief" jsonschema:"what the post is about and what it must say, in the words in which it was asked for; only what was said"`
	Language string `json:"language,omitempty" jsonschema:"the language of the post, only if one was asked for: it, de, en …; else empty"`
	On       string `json:"on,omitempty" jsonschema:"instagram or facebook, only if just one was asked for; else empty"`
	At       string `json:"at,omitempty" jsonschema:"when to publish, only if a time was asked for: YYYY-MM-DD HH:MM where the restaurant is; else empty"`
}

const longestBrief = 600 // characters

// wish is the payload of both kinds.
type wish struct {
	Brief    string     `json:"brief"`
	Language string     `json:"language,omitempty"`
	Networks []string   `json:"networks,omitempty"`
	At       *time.Time `json:"at,omitempty"`
}

func (p Posts) proposing(kind, show string) func(context.Context, WriteArgs) (tools.Proposal, error) {
	return func(ctx context.Context, args WriteArgs) (tools.Proposal, error) {
		w, err := p.wish(ctx, args)
		if err != nil {
			return tools.Proposal{}, err
		}
		said := fmt.Sprintf(show, "“"+w.Brief+"”")
		if len(w.Networks) == 1 {
			said += ", only on " + networkName(w.Networks[0])
		}
		if w.At != nil {
			said += ", for " + args.At
		}
		return tools.NewProposal(kind, w, said)
	}
}

func (p Posts) wish(ctx context.Context, args WriteArgs) (w wish, err error) {
	w.Brief = oneLine(args.Brief)
	if w.Brief == "" || len([]rune(w.Brief)) > longestBrief {
		return w, fault.New(fault.Invalid, "brief must have 1 to %d characters.", longestBrief)
	}
	if args.Language != "" {
		code, known := language.Find(args.Language)
		if !known {
			return w, fault.New(fault.Invalid, "language must be a code like it, de or en, or empty.")
		}
		w.Language = code
	}
	switch args.On {
	case "":
	case store.Instagram, store.Facebook:
		w.Networks = []string{args.On}
	default:
		return w, fault.New(fault.Invalid, "on must be instagram, facebook or empty.")
	}
	if args.At == "" {
		return w, nil
	}
	var zone string
	if err := p.DB.Tx(ctx, func(tx *store.Tx) error { r, err := tx.OwnRestaurant(ctx); zone = r.Zone; return err }); err != nil {
		return w, err
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", args.At, place(zone))
	switch now := p.DB.Clock.Now(); {
	case err != nil:
		return w, fault.New(fault.Invalid, "at must look like 2026-03-02 10:00, or be empty.")
	case !at.After(now):
		return w, fault.New(fault.Invalid, "That time is over. There it is %s now.", now.In(place(zone)).Format("2006-01-02 15:04"))
	}
	w.At = &at
	return w, nil
}

// Begin starts what a manager has asked for, in the transaction of his turn.
func Begin(ctx context.Context, tx *store.Tx, c store.Confirm) error {
	return begin(ctx, tx, c.Payload, store.ProposalID{})
}

// Apply starts what a reply to a client has released, once.
func Apply(ctx context.Context, tx *store.Tx, p store.HeldProposal) error {
	return begin(ctx, tx, p.Payload, p.ID)
}

func begin(ctx context.Context, tx *store.Tx, payload json.RawMessage, source store.ProposalID) error {
	var w wish
	if err := json.Unmarshal(payload, &w); err != nil {
		return fmt.Errorf("posts: begin: %w", err)
	}
	_, err := tx.AskPost(ctx, store.NewPost{Brief: w.Brief, Language: w.Language, Networks: w.Networks, PublishAt: w.At, Source: source})
	return err
}

func networkName(n string) string {
	return map[string]string{store.Instagram: "Instagram", store.Facebook: "Facebook"}[n]
}

func place(zone string) *time.Location {
	if loc, err := time.LoadLocation(zone); err == nil {
		return loc
	}
	return time.UTC
}

// oneLine is a text as a card shows it.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d'
	}), " ")
}
