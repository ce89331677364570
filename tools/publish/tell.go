package publish

import (
	"context"
	"fmt"
	"html"
	"slices"
	"strings"
	"time"

	"marketa/stages"
	"marketa/store"
)

// settled runs in the transaction in which a publication comes to rest: when nothing else of its post moves any more, the managers
// hear what is live.
func (j *job) settled(ctx context.Context, tx *store.Tx) error {
	all, err := tx.Live(ctx, j.PostID)
	if err != nil {
		return err
	}
	var links []string
	for _, p := range all {
		switch {
		case moves(p, tx.Now):
			return nil // it tells of all
		case p.State == "published" && p.ToldAt == nil:
			links = append(links, linkLine(p))
		}
	}
	if len(links) == 0 {
		return nil
	}
	first, err := tx.FirstPublished(ctx, j.PostID)
	if err != nil {
		return err
	}
	if first {
		if _, err := tx.Happened(ctx, stages.ApprovalsDone, "the first post is live"); err != nil {
			return err
		}
	}
	text := fmt.Sprintf("✅ <b>%s</b>: the post is live.\n%s", html.EscapeString(j.restaurant.Name), strings.Join(links, "\n"))
	if err := tx.Tell(ctx, store.Notice{Kind: "alert", HTML: text}, "live-"+j.ID.String()); err != nil {
		return err
	}
	if err := tx.TellCRM(ctx, "live-"+j.ID.String(), stages.CRMPublished(html.UnescapeString(strings.Join(links, "\n")))); err != nil {
		return err
	}
	if err := tx.ToldLive(ctx, j.PostID); err != nil {
		return err
	}
	return tx.Ease(ctx, connectionLost, tx.Restaurant.String(), "Publishing works again.")
}

// soon is how long the news of one network waits for the other.
const soon = 10 * time.Minute

func moves(p store.Publication, now time.Time) bool {
	return p.NextAt != nil && p.NextAt.Before(now.Add(soon))
}

func linkLine(p store.Publication) string {
	if p.Permalink == "" {
		return networkName(p.Network) + ": it is there, but its address was not told."
	}
	return networkName(p.Network) + ": " + html.EscapeString(p.Permalink)
}

func networkName(network string) string {
	if network == store.Facebook {
		return "Facebook"
	}
	return "Instagram"
}

// The words of the buttons under a notice; what a press does is judged by the row.
const (
	CodeThere  = "ut"
	CodeAgain  = "ua"
	CodeAnyway = "uw"
	CodeDrop   = "ud"
)

// fail ends it with something to do for a person.
func (j *job) fail(ctx context.Context, say string) (bool, error) {
	return j.end(ctx, "failed", say, j.notice("❌", "was not published on "+networkName(j.Network), []string{say}, "",
		store.PublicationButton("🔁 Try again", CodeAgain, j.ID), store.PublicationButton("🗑 Discard", CodeDrop, j.ID)))
}

// ask leaves the question whether it is there to a manager.
func (j *job) ask(ctx context.Context, say string) (bool, error) {
	return j.end(ctx, "asked", say, j.notice("❓", "is perhaps on "+networkName(j.Network)+", perhaps not", []string{say}, "",
		store.PublicationButton("✅ It is there", CodeThere, j.ID), store.PublicationButton("🔁 It is not there: publish again", CodeAgain, j.ID)))
}

// hold leaves it to a manager to release it. One notice for all networks: the buttons do it for all that are held for the same.
func (j *job) hold(ctx context.Context, found []store.SafetyFinding) (bool, error) {
	j.Findings = nil
	var words []string
	for _, f := range found {
		j.Findings, words = append(j.Findings, f.Key), append(words, f.Words)
	}
	slices.Sort(j.Findings)
	say := "Held: " + strings.Join(words, "; ") + "."
	same := fmt.Sprint("held-", j.ApprovalID, j.Findings, j.DueAt.Unix())
	return j.end(ctx, "held", say, j.notice("✋", "is held and not published", words, same,
		store.PublicationButton("⚠️ Publish anyway", CodeAnyway, j.ID), store.PublicationButton("🗑 Discard", CodeDrop, j.ID)))
}

func (j *job) notice(mark, what string, why []string, dedup string, buttons ...store.NoticeButton) func(context.Context, *store.Tx) error {
	var text strings.Builder
	fmt.Fprintf(&text, "%s <b>%s</b>: the post %s.", mark, html.EscapeString(j.restaurant.Name), what)
	for _, line := range why {
		if len(why) > 1 {
			line = "• " + line
		}
		text.WriteString("\n" + html.EscapeString(upperFirst(line)))
	}
	fmt.Fprintf(&text, "\n<blockquote>%s</blockquote>", html.EscapeString(cut(j.version.Caption, 120)))
	if dedup == "" {
		dedup = fmt.Sprint("publication-", j.ID, "-", j.State, "-", j.now().Unix())
	}
	return func(ctx context.Context, tx *store.Tx) error {
		return tx.Tell(ctx, store.Notice{Kind: "alert", HTML: text.String(), Buttons: [][]store.NoticeButton{buttons}}, dedup)
	}
}

func upperFirst(s string) string {
	for i, r := range s {
		return strings.ToUpper(string(r)) + s[i+len(string(r)):]
	}
	return s
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return strings.TrimSpace(string(r[:n-1])) + "…"
	}
	return s
}
