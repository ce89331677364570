package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"marketa/internal/language"
	"marketa/internal/opening"
)

// Section is a part of a restaurant's profile with a shape of its own. The values are those of facts.section.
type Section string

const (
	SectionBrand      Section = "brand"      // colours, fonts, style, logo: one line each
	SectionTone       Section = "tone"       // how they want to sound
	SectionLanguages  Section = "languages"  // of their guests
	SectionHours      Section = "hours"      // by weekday, with exceptions by date
	SectionDishes     Section = "dishes"     // with the price in their own words
	SectionDirectives Section = "directives" // what they wish of posts
	SectionRules      Section = "rules"      // what must never be
	SectionUSP        Section = "usp"        // what only they have
	SectionHandover   Section = "handover"   // notes of ours for each other: never for a client
)

// Sections are all, in the order in which people read them.
func Sections() []Section {
	return []Section{SectionHours, SectionLanguages, SectionTone, SectionBrand, SectionUSP, SectionDishes, SectionDirectives, SectionRules, SectionHandover}
}

// SectionOf is the section that a field's name means, with the line of it where the name tells it.
func SectionOf(field string) (s Section, key string, ok bool) {
	switch field = strings.TrimSuffix(strings.ToLower(field), "_"); field {
	case "hours", "opening_hours", "opening_times", "opening", "closed", "closing_day", "closing_days", "orari", "öffnungszeiten", "horario", "horarios":
		return SectionHours, "", true
	case "languages", "language":
		return SectionLanguages, "", true
	case "tone", "voice", "tone_of_voice":
		return SectionTone, "", true
	case "brand", "colours", "colors", "colour", "color", "fonts", "font", "style", "logo":
		return SectionBrand, brandKey(field), true
	case "dish", "dishes", "special", "specials":
		return SectionDishes, "", true
	case "directive", "directives", "wish", "wishes", "content", "content_wishes":
		return SectionDirectives, "", true
	case "rule", "rules", "custom_rules", "never", "forbidden":
		return SectionRules, "", true
	case "usp", "unique", "special_about_us":
		return SectionUSP, "", true
	case "handover", "handover_notes":
		return SectionHandover, "", true
	}
	return "", "", false
}

func brandKey(field string) string {
	switch field = strings.TrimSuffix(field, "s"); field {
	case "colour", "color":
		return "colours"
	case "font":
		return "fonts"
	}
	return field
}

// Noted is who has said something, where, and when it was written down.
type Noted struct {
	Source string // who said so, where: "Anna on WhatsApp"
	By     string // who of us has released it; empty: nobody had to
	At     time.Time
}

// ProfileLine is one line of a section. The newest of a key counts; the older ones are its history.
type ProfileLine struct {
	Section Section
	Key     string
	Text    string // in words, whole
	Typed   Typed
	Gone    bool // it was taken back
	Noted
}

// Typed is what a program may take from an entry: the part that fits its section.
type Typed struct {
	Codes []string       `json:"codes,omitempty"` // languages
	Spans *opening.Spans `json:"spans,omitempty"` // hours of the key
	Name  string         `json:"name,omitempty"`  // a dish
	Price string         `json:"price,omitempty"` // as they say it; it decides nothing
}

// Profile is what is known about a restaurant, in sections.
type Profile struct {
	Hours      Hours
	Languages  Languages
	Tone       Said // empty text: not known
	Brand      []Said
	USP        []Said
	Dishes     []Dish
	Directives []Said
	Rules      []Said
	Handover   []Said // ours: never for a client
	Others     []Said // free facts; the key is the field

	mapped []mapped         // free facts that stand in a section, as they were noted
	typed  map[Section]bool // those that somebody has noted by line
}

type mapped struct {
	Fact
	section Section
}

// Said is a line in words.
type Said struct {
	Key, Text string
	Noted
}

// Hours are when they are open. Words are what was noted and could not be read by days.
type Hours struct {
	opening.Hours
	Words string
	Noted // the newest of all
}

// Languages are codes: it, en.
type Languages struct {
	Codes []string
	Noted
}

// Dish is something that they cook.
type Dish struct {
	Name, Price string
	Noted
}

// noted is a row of facts.
type noted struct {
	Field   string
	Value   string
	Section *string
	Key     string
	Typed   []byte
	Gone    bool
	Source  string
	NotedBy string
	NotedAt time.Time
}

func (n noted) who() Noted { return Noted{Source: n.Source, By: n.NotedBy, At: n.NotedAt} }

const notedColumns = `field, value, section, key, typed, gone, source, noted_by, noted_at`

// Profile reads all sections. Facts whose field means a section stand in it.
func (tx *Tx) Profile(ctx context.Context) (Profile, error) {
	all, err := rows[noted](ctx, tx, `SELECT `+notedColumns+` FROM (SELECT DISTINCT ON (field, section, key) id, `+notedColumns+` FROM facts
		WHERE restaurant_id = $1 ORDER BY field, section, key, noted_at DESC, id DESC) newest ORDER BY noted_at, id`, tx.Restaurant)
	if err != nil {
		return Profile{}, fmt.Errorf("store: profile: %w", err)
	}
	var p Profile
	for _, n := range all {
		if err := p.take(n); err != nil {
			return Profile{}, fmt.Errorf("store: profile: %s %s: %w", n.Field, n.Key, err)
		}
	}
	p.Hours.Hours = p.Hours.Current(tx.Now)
	return p, nil
}

// take adds what was noted next.
func (p *Profile) take(n noted) error {
	if n.Section == nil {
		p.takeFact(n)
		return nil
	}
	var typed Typed
	if len(n.Typed) > 0 {
		if err := json.Unmarshal(n.Typed, &typed); err != nil {
			return err
		}
	}
	line := Said{Key: n.Key, Text: n.Value, Noted: n.who()}
	if p.typed == nil {
		p.typed = map[Section]bool{}
	}
	p.typed[Section(*n.Section)] = true
	switch Section(*n.Section) {
	case SectionHours:
		p.Hours.Noted = n.who()
		switch {
		case n.Gone:
			p.Hours.forget(n.Key)
		case typed.Spans != nil:
			p.Hours.Set(n.Key, *typed.Spans)
		}
	case SectionLanguages:
		p.Languages = Languages{typed.Codes, n.who()}
	case SectionTone:
		p.Tone = line
	case SectionDishes:
		p.Dishes = slices.DeleteFunc(p.Dishes, func(d Dish) bool { return strings.EqualFold(d.Name, typed.Name) })
		if !n.Gone {
			p.Dishes = append(p.Dishes, Dish{typed.Name, typed.Price, n.who()})
		}
	default:
		if list := p.list(Section(*n.Section)); list != nil {
			*list = slices.DeleteFunc(*list, func(l Said) bool { return l.Key == n.Key || strings.EqualFold(l.Text, n.Value) })
			if !n.Gone {
				*list = append(*list, line)
			}
		}
	}
	return nil
}

// list is where the lines of a section stand that are words only.
func (p *Profile) list(s Section) *[]Said {
	switch s {
	case SectionBrand:
		return &p.Brand
	case SectionDirectives:
		return &p.Directives
	case SectionRules:
		return &p.Rules
	case SectionUSP:
		return &p.USP
	case SectionHandover:
		return &p.Handover
	}
	return nil
}

// takeFact puts a free fact where it fits.
func (p *Profile) takeFact(n noted) {
	line := Said{Key: n.Field, Text: n.Value, Noted: n.who()}
	section, key, ok := SectionOf(n.Field)
	if ok {
		p.mapped = append(p.mapped, mapped{Fact{Field: n.Field, Value: n.Value, Source: n.Source, By: n.NotedBy, NotedAt: n.NotedAt}, section})
	}
	switch {
	case !ok:
		p.Others = append(p.Others, line)
	case section == SectionHours:
		p.takeHours(n)
	case section == SectionLanguages:
		if codes := language.Named(n.Value); len(codes) > 0 {
			p.Languages = Languages{codes, n.who()}
		}
	case section == SectionTone:
		p.Tone = line
	case section == SectionDishes:
		p.Dishes = append(p.Dishes, Dish{Name: n.Value, Noted: n.who()})
	default:
		line.Key = cmp.Or(key, n.Field)
		*p.list(section) = append(*p.list(section), line)
	}
}

// takeHours: "hours" is the whole week anew, "closed" only the days that it names; what cannot be read stays in words.
func (p *Profile) takeHours(n noted) {
	text, whole := n.Value, true
	if field := strings.ToLower(n.Field); strings.HasPrefix(field, "clos") {
		text, whole = "closed "+n.Value, false
	}
	read, err := opening.Read(text, n.NotedAt)
	switch {
	case err != nil && !whole:
		return
	case err != nil:
		p.Hours = Hours{Words: n.Value, Noted: n.who()}
		return
	case whole:
		p.Hours = Hours{Hours: read, Noted: n.who()}
		return
	}
	for _, key := range read.Keys() {
		spans, _ := read.Get(key)
		p.Hours.Set(key, spans)
	}
	p.Hours.Noted = n.who()
}

func (h *Hours) forget(key string) {
	for day := range h.Week {
		if opening.Key(day) == key {
			delete(h.Week, day)
		}
	}
	delete(h.Except, key)
}

// Known says whether there is anything in a section.
func (p Profile) Known(s Section) bool { return len(p.Lines(s)) > 0 }

// Lines are a section in words, one line each, with who said so.
func (p Profile) Lines(s Section) (out []Said) {
	switch s {
	case SectionHours:
		if text := p.Hours.String(); text != "" {
			return []Said{{Text: text, Noted: p.Hours.Noted}}
		}
	case SectionLanguages:
		if len(p.Languages.Codes) > 0 {
			return []Said{{Text: strings.Join(p.Languages.Codes, ", "), Noted: p.Languages.Noted}}
		}
	case SectionTone:
		if p.Tone.Text != "" {
			return []Said{p.Tone}
		}
	case SectionDishes:
		for _, d := range p.Dishes {
			out = append(out, Said{Key: d.Name, Text: d.String(), Noted: d.Noted})
		}
	default:
		if list := p.list(s); list != nil {
			return *list
		}
	}
	return out
}

// String is both: what can be read by days, and the words of what cannot.
func (h Hours) String() string {
	return strings.Trim(h.Hours.String()+"; "+h.Words, "; ")
}

func (d Dish) String() string {
	if d.Price == "" {
		return d.Name
	}
	return d.Name + ", " + d.Price
}

// facts are the profile as fields and values, for a prompt: without what is ours alone. What was noted as a free fact stands
// as it was noted, until somebody notes that section by line.
func (p Profile) facts() (out []Fact) {
	for _, s := range Sections() {
		if p.typed[s] && s != SectionHandover && p.Known(s) {
			out = append(out, p.fact(s))
		}
	}
	for _, m := range p.mapped {
		if !p.typed[m.section] && m.section != SectionHandover {
			out = append(out, m.Fact)
		}
	}
	for _, o := range p.Others {
		out = append(out, Fact{Field: o.Key, Value: o.Text, Source: o.Source, By: o.By, NotedAt: o.At})
	}
	slices.SortStableFunc(out, func(a, b Fact) int { return strings.Compare(a.Field, b.Field) })
	return out
}

// fact is a section in one value.
func (p Profile) fact(s Section) Fact {
	f := Fact{Field: string(s)}
	var texts []string
	for _, l := range p.Lines(s) {
		text := l.Text
		if s == SectionBrand && l.Key != "" && l.Key != string(s) {
			text = l.Key + ": " + text
		}
		if texts = append(texts, text); !l.At.Before(f.NotedAt) {
			f.NotedAt, f.Source, f.By = l.At, l.Source, l.By
		}
	}
	f.Value = strings.Join(texts, "; ")
	return f
}

// NoteLine writes down what a person has said; the older lines of the key stay as history. of is the proposal that was
// released, zero for none: its entries are written once.
func (tx *Tx) NoteLine(ctx context.Context, e ProfileLine, of ProposalID) error {
	typed, err := json.Marshal(e.Typed)
	if err != nil {
		return fmt.Errorf("store: note entry: %w", err)
	}
	var proposal *ProposalID
	if !of.IsZero() {
		proposal = &of
	}
	if _, err := tx.exec(ctx, `INSERT INTO facts (id, restaurant_id, field, value, source, proposal_id, noted_at, section, key, typed, gone, noted_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $3, $8, $9, $10, $11) ON CONFLICT (proposal_id, field, key) DO NOTHING`,
		NewID[rowKind](), tx.Restaurant, string(e.Section), e.Text, e.Source, proposal, tx.Now, e.Key, typed, e.Gone, e.By); err != nil {
		return fmt.Errorf("store: note entry: %w", err)
	}
	return tx.StageMayMove(ctx)
}

// History is what was noted of a section, the newest first, with what has been overtaken.
func (tx *Tx) History(ctx context.Context, s Section, n int) ([]ProfileLine, error) {
	all, err := rows[noted](ctx, tx, `SELECT `+notedColumns+` FROM facts WHERE restaurant_id = $1 AND (section = $2 OR section IS NULL) ORDER BY noted_at DESC, id DESC`, tx.Restaurant, string(s))
	if err != nil {
		return nil, fmt.Errorf("store: history: %w", err)
	}
	var out []ProfileLine
	for _, x := range all {
		if of, _, ok := SectionOf(x.Field); x.Section == nil && (!ok || of != s) {
			continue
		}
		e := ProfileLine{Section: s, Key: x.Key, Text: x.Value, Gone: x.Gone, Noted: x.who()}
		if len(x.Typed) > 0 {
			_ = json.Unmarshal(x.Typed, &e.Typed)
		}
		if out = append(out, e); len(out) == n {
			break
		}
	}
	return out, nil
}

// AllHistory is what was noted of everything, the newest first. The key of a free fact is its field.
func (tx *Tx) AllHistory(ctx context.Context, n int) ([]ProfileLine, error) {
	all, err := rows[noted](ctx, tx, `SELECT `+notedColumns+` FROM facts WHERE restaurant_id = $1 ORDER BY noted_at DESC, id DESC LIMIT $2`, tx.Restaurant, n)
	if err != nil {
		return nil, fmt.Errorf("store: history: %w", err)
	}
	var out []ProfileLine
	for _, x := range all {
		l := ProfileLine{Key: x.Field, Text: x.Value, Gone: x.Gone, Noted: x.who()}
		if x.Section != nil {
			l.Section, l.Key = Section(*x.Section), x.Key
		}
		out = append(out, l)
	}
	return out, nil
}

// SaidIn is who has said what a proposal notes, and who has released it.
func (tx *Tx) SaidIn(ctx context.Context, p ProposalID) (Noted, error) {
	type from struct{ Client, Manager string }
	f, err := row[from](ctx, tx, `SELECT coalesce(nullif(c.title, ''), 'a client') AS client, coalesce(m.name, '') AS manager FROM proposals p
		JOIN approvals a ON a.id = p.approval_id JOIN chats c ON c.id = a.chat_id LEFT JOIN managers m ON m.id = a.decided_by WHERE p.id = $1`, p)
	if err != nil {
		return Noted{}, fmt.Errorf("store: who said it: %w", err)
	}
	return Noted{Source: f.Client + " on WhatsApp", By: f.Manager, At: tx.Now}, nil
}
