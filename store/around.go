package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// File is a message's file as a card and a prompt show it.
type File struct {
	ID         MediaID
	MessageID  MessageID
	Kind       string
	FileName   string
	MIME       string
	Seconds    int64
	State      string // waiting, kept, lost, once, large, withdrawn
	Failures   int
	BlobKey    string
	SmallKey   string
	Bytes      int64
	Heard      string // no, waiting, done, failed
	Deaf       int
	Transcript string
	Width      int
	Height     int
}

// Sounds says whether somebody may be speaking in it.
func (f File) Sounds() bool { return f.Kind == "voice" || f.Kind == "audio" }

// Around is what stands around a message beside its words.
type Around struct {
	Files     []File
	Forwarded bool   // somebody else's words, passed on
	Quoted    string // the words that it answers; empty: none
	Reactions []Reaction
}

// Reaction is an emoji that a client has put to a message, the last one of each person.
type Reaction struct {
	Target VendorMessageID
	Who    string
	Emoji  string
	At     time.Time
}

// around adds to messages of one chat what stands around them.
func (tx *Tx) around(ctx context.Context, messages []Message) error {
	if len(messages) == 0 {
		return nil
	}
	ids := make([]MessageID, len(messages))
	at := map[MessageID]*Message{}
	for i := range messages {
		ids[i], at[messages[i].ID] = messages[i].ID, &messages[i]
	}
	files, err := rows[File](ctx, tx, `SELECT f.id, f.message_id, f.kind, f.file_name, f.mime, f.seconds, f.state, f.failures, coalesce(f.blob_key, '') AS blob_key,
		coalesce(f.small_key, '') AS small_key, coalesce(f.bytes, 0) AS bytes, f.heard, f.deaf, f.transcript, coalesce(p.width, 0) AS width, coalesce(p.height, 0) AS height
		FROM media f LEFT JOIN LATERAL (SELECT width, height FROM photos p WHERE p.restaurant_id = f.restaurant_id AND p.sha256 = f.sha256 LIMIT 1) p ON true
		WHERE f.message_id = ANY($1) ORDER BY f.message_id, f.n`, ids)
	if err != nil {
		return fmt.Errorf("store: files of messages: %w", err)
	}
	for _, f := range files {
		m := at[f.MessageID]
		m.Around.Files = append(m.Around.Files, f)
	}
	return tx.quoted(ctx, ids, at)
}

// quoted adds what messages answer: as it stands in our record now, else as the vendor showed it.
func (tx *Tx) quoted(ctx context.Context, ids []MessageID, at map[MessageID]*Message) error {
	type quote struct {
		ID        MessageID
		Forwarded bool
		Quoted    string
	}
	quotes, err := rows[quote](ctx, tx, `SELECT m.id, m.forwarded > 0 AS forwarded,
		CASE WHEN q.deleted_at IS NOT NULL THEN '' ELSE coalesce(nullif(q.body, ''), m.quoted_body) END AS quoted
		FROM messages m LEFT JOIN messages q ON q.channel = m.channel AND q.vendor_id = m.quoted_id AND q.chat_id = m.chat_id
		WHERE m.id = ANY($1) AND (m.forwarded > 0 OR m.quoted_id IS NOT NULL OR m.quoted_body <> '')`, ids)
	if err != nil {
		return fmt.Errorf("store: quoted messages: %w", err)
	}
	for _, q := range quotes {
		at[q.ID].Around.Forwarded, at[q.ID].Around.Quoted = q.Forwarded, q.Quoted
	}
	return nil
}

// reactions are the emojis that clients have put to messages of a chat, the last one of each person, as far back as a card matters.
func (tx *Tx) reactions(ctx context.Context, chat ChatID, to []VendorMessageID) ([]Reaction, error) {
	if len(to) == 0 {
		return nil, nil
	}
	r, err := rows[Reaction](ctx, tx, `SELECT * FROM (SELECT DISTINCT ON (quoted_id, person_id) quoted_id AS target, author_name AS who, body AS emoji, sent_at AS at FROM messages
		WHERE chat_id = $1 AND kind = 'reaction' AND author = 'client' AND deleted_at IS NULL AND quoted_id = ANY($2)
		ORDER BY quoted_id, person_id, sent_at DESC, id DESC) t WHERE emoji <> '' ORDER BY at`, chat, to)
	if err != nil {
		return nil, fmt.Errorf("store: reactions: %w", err)
	}
	return r, nil
}

// ReactionsToUs are the clients' reactions to what we have said among the messages.
func (tx *Tx) ReactionsToUs(ctx context.Context, chat ChatID, messages []Message) ([]Reaction, error) {
	var ours []VendorMessageID
	for _, m := range messages {
		if m.Author != Client {
			ours = append(ours, m.VendorID)
		}
	}
	return tx.reactions(ctx, chat, ours)
}

// spoken writes into the words of messages what models need of their files: a name, what was said, what we could not get. It is still
// the client's text.
func spoken(messages []Message) {
	for i := range messages {
		m := &messages[i]
		for _, f := range m.Around.Files {
			m.Body = f.inWords(m.Body)
		}
	}
}

// inWords is a message's words with its file in them: "[voice note, 14 s] come to us", "[photo, not fetched: nobody has seen it] our terrace".
func (f File) inWords(body string) string {
	rest, labelled := strings.CutPrefix(body, "[")
	label, words, closed := strings.Cut(rest, "]")
	if !labelled || !closed {
		return body
	}
	words = strings.TrimSpace(words)
	if label == "file" && f.FileName != "" {
		label += " " + f.FileName // an edited caption came without it
	}
	if f.Sounds() {
		words = f.Transcript
		if f.Seconds > 0 {
			label += fmt.Sprintf(", %d s", f.Seconds)
		}
	}
	if why := f.unseen(); why != "" {
		label += ", " + why
	}
	return strings.TrimSpace("[" + label + "] " + words)
}

// unseen is why nobody has seen or heard it; empty: it is there, or never mattered.
func (f File) unseen() string {
	switch {
	case f.State == "once":
		return "to be viewed once: only the phone shows it"
	case f.State == "lost":
		return "lost: we have not got it"
	case f.State == "large":
		return "too large: nobody has seen it"
	case f.Sounds() && f.Transcript == "":
		return "not written down: a colleague will listen to it"
	case f.State == "waiting" && f.Kind == "image":
		return "not fetched yet: nobody has seen it"
	}
	return ""
}

// Albums puts pictures and videos that were sent together into one group each; every other message is a group of its own.
func Albums(messages []Message) (groups [][]Message) {
	for _, m := range messages {
		if n := len(groups); n > 0 && together(groups[n-1][len(groups[n-1])-1], m) {
			groups[n-1] = append(groups[n-1], m)
			continue
		}
		groups = append(groups, []Message{m})
	}
	return groups
}

// together: two pictures or videos of the same person, one right after the other.
func together(a, b Message) bool {
	const apart = 2 * time.Minute
	kinds := []string{"image", "video"}
	return slices.Contains(kinds, a.Kind) && slices.Contains(kinds, b.Kind) && a.Author == b.Author && a.AuthorName == b.AuthorName &&
		a.DeletedAt == nil && b.DeletedAt == nil && b.SentAt.Sub(a.SentAt) < apart && a.Around.Quoted == b.Around.Quoted
}
