package connect

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"

	"github.com/google/uuid"

	"marketa/internal/language"
	"marketa/internal/seal"
	"marketa/store"
	"marketa/tools/publish/meta"
)

// Flow is the way of a client from a link to a connected page.
type Flow struct {
	DB        *store.DB
	Meta      *meta.Client
	Keys      *seal.Keys
	PublicURL string // without a slash at its end
	AppID     string // of our app at Meta; empty: nobody can connect
	Log       *slog.Logger
}

// Kind is that of a proposal that puts the link under a draft.
const Kind = "connect_link"

func (f *Flow) redirect() string { return f.PublicURL + "/oauth/meta/callback" }

// Attach makes the link of a draft.
func (f *Flow) Attach(ctx context.Context, tx *store.Tx, chat store.ChatID, _ json.RawMessage) (string, error) {
	link, err := tx.MakeLink(ctx, chat, store.LinkConnect, uuid.Nil)
	if err != nil {
		return "", err
	}
	return link.Address(f.PublicURL), tx.ConnectionStep(ctx, link.ID, "drafted", "")
}

// Sent notes that a manager has released a draft with the link.
func (f *Flow) Sent(ctx context.Context, tx *store.Tx, _ store.HeldProposal) error {
	return tx.ConnectionStep(ctx, store.LinkID{}, "sent", "")
}

// Scene is what a client sees next.
type Scene string

const (
	Ask         Scene = "ask"          // who asks for what, and Continue
	Choose      Scene = "choose"       // several pages
	NoInstagram Scene = "no_instagram" // the page has none: link it and look again, or go on without
	Personal    Scene = "personal"     // the page's account is a private one
	NoRole      Scene = "no_role"      // they may not publish on that page
	NoPages     Scene = "no_pages"
	Declined    Scene = "declined" // boxes left out
	Cancelled   Scene = "cancelled"
	Lost        Scene = "lost" // Facebook did not finish, or what it gave is worth nothing any more
	Away        Scene = "away" // Facebook does not answer
	Done        Scene = "done"
	Used        Scene = "used"      // the link has done its work
	Expired     Scene = "expired"   // the link is too old
	Late        Scene = "late"      // the visit is too old
	Replayed    Scene = "replayed"  // this way back was gone before
	Elsewhere   Scene = "elsewhere" // another browser
	Often       Scene = "often"     // set out too many times
)

// View is a scene with what its page says.
type View struct {
	Scene      Scene
	Language   string
	Restaurant string
	Until      string // of the link, as a day
	State      string // of the visit, where something can be pressed
	Page       string
	Instagram  string
	Pages      []Offer
	Missing    []string // scopes
}

// Offer is a page to choose.
type Offer struct{ ID, Name, Instagram string }

// view is a scene of a link's restaurant.
func (f *Flow) view(ctx context.Context, tx *store.Tx, l store.Link, scene Scene) (View, error) {
	r, err := tx.OwnRestaurant(ctx)
	if err != nil {
		return View{}, err
	}
	v := View{Scene: scene, Restaurant: r.Name, Until: l.ExpiresAt.Format("2.1.2006")}
	v.Language, err = tongue(ctx, tx, l.Chat)
	return v, err
}

// tongue is the language of what they wrote last, else the one that the record names.
func tongue(ctx context.Context, tx *store.Tx, chat store.ChatID) (string, error) {
	said, err := tx.ClientWords(ctx, chat, 10)
	if err != nil {
		return "", err
	}
	for _, words := range said {
		if code := language.Of(words); code != "" {
			return code, nil
		}
	}
	facts, err := tx.Facts(ctx)
	for _, fact := range facts {
		if fact.Field == "languages" {
			return named(fact.Value), err
		}
	}
	return "en", err
}

// named is the first language that a record's words name.
func named(words string) string {
	words = strings.ToLower(words)
	best, at := "en", len(words)
	for name, code := range map[string]string{"ital": "it", "german": "de", "deutsch": "de", "spanish": "es", "español": "es", "spanisch": "es", "english": "en", "englisch": "en"} {
		if i := strings.Index(words, name); i >= 0 && i < at {
			best, at = code, i
		}
	}
	return best
}

// Configured says that there is an app at Meta to connect with.
func (f *Flow) Configured() bool { return f.AppID != "" }
