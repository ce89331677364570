// Package search finds pictures in a restaurant's gallery by what they show, under the restaurant's rules, and says why each
// was found and what was left out for which rule.
//
// It knows store, stages, tools and the model contract; the ranking and every filter are SQL in store (search.go). What
// is wanted is said in English first, for pictures are described in English and the vectors know no other language. Where no model or
// no vectors can be had, it goes by the words as they are. Start reading at [Search.Find].
package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
	"marketa/internal/language"
	"marketa/stages"
	"marketa/store"
	"marketa/tools"
)

// Embedder gives words a place among the pictures' meanings.
type Embedder interface {
	Model() string // whose vectors they are
	Text(ctx context.Context, english string) ([]float32, error)
}

// Search is the capability. The restaurant is the context's.
type Search struct {
	DB      *store.DB
	Embed   Embedder    // nil: by words only
	Router  *llm.Router // nil: the words as they are
	Prompts *stages.Prompts
	Log     *slog.Logger
}

// Wanted is what a picture is wanted for. All of it may be empty.
type Wanted struct {
	Words  string // in any language
	Kind   string // dish, place, people, drink, text, other
	Season string
	Dish   string
	At     time.Time // when it is to be shown; zero: now
	For    []store.PostID
	Not    []store.PhotoID
	Most   int
}

// Found is what there is, the best first.
type Found struct {
	store.FoundPhotos
	English string // what was looked for, as it was understood
}

// Find looks for pictures that may be shown. A model that is down makes the search poorer, never wrong.
func (s Search) Find(ctx context.Context, w Wanted) (Found, error) {
	out := Found{English: s.english(ctx, w.Words)}
	q := store.PhotoQuery{Words: Terms(w.Words + " " + out.English), Kind: w.Kind, Season: w.Season, Dish: w.Dish, At: w.At, For: w.For, Not: w.Not, Most: w.Most}
	if s.Embed != nil && out.English != "" {
		v, err := s.Embed.Text(ctx, out.English)
		if err != nil {
			s.note("no vector of the words", err)
		} else {
			q.Vector, q.Model = v, s.Embed.Model()
		}
	}
	err := s.DB.Tx(ctx, func(tx *store.Tx) (err error) { out.FoundPhotos, err = tx.SearchPhotos(ctx, q); return err })
	if err != nil {
		return out, fmt.Errorf("search: %w", err)
	}
	return out, nil
}

func (s Search) note(what string, err error) {
	if s.Log != nil {
		s.Log.Warn("photo search: "+what, "error", err)
	}
}

// longestWanted is how much of somebody's words is looked at.
const longestWanted = 500

// english says what is wanted in English; the words themselves where nobody can.
func (s Search) english(ctx context.Context, words string) string {
	words = strings.TrimSpace(words)
	if r := []rune(words); len(r) > longestWanted {
		words = string(r[:longestWanted])
	}
	if words == "" || s.Router == nil {
		return words
	}
	if language.Of(words) == "en" && len(strings.Fields(words)) < 15 {
		return words
	}
	said, err := s.ask(ctx, words)
	if err != nil || said == "" {
		if err != nil {
			s.note("no English of the words", err)
		}
		return words
	}
	return said
}

func (s Search) ask(ctx context.Context, words string) (string, error) {
	system, err := s.Prompts.PhotoQuery()
	if err != nil {
		return "", err
	}
	restaurant, _ := store.RestaurantFrom(ctx)
	msgs := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeSystem, system), llms.TextParts(llms.ChatMessageTypeHuman, stages.Fence(stages.TagDraft, words))}
	shape := &jsonschema.Schema{Type: "object", Required: []string{"english"}, AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}},
		Properties: map[string]*jsonschema.Schema{"english": {Type: "string"}}}
	answer, err := s.Router.Generate(ctx, llm.Translate, msgs, llm.WithSchema("photo_query", shape), llm.WithEffort(llm.Minimal), llm.WithLabel(restaurant.String()+"/"+store.TurnID{}.String()))
	if err != nil {
		return "", err
	}
	var a struct {
		English string `json:"english"`
	}
	if err := json.Unmarshal([]byte(answer.Text), &a); err != nil {
		return "", errors.New("no JSON")
	}
	if r := []rune(strings.TrimSpace(a.English)); len(r) <= longestWanted {
		return string(r), nil
	}
	return "", nil
}

const mostTerms = 12

// Terms are the words that a picture's description may contain, each once.
func Terms(words string) (out []string) {
	for w := range strings.FieldsFuncSeq(store.FoldWords(words), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len([]rune(w)) > 2 && !slices.Contains(filler, w) && !slices.Contains(out, w) && len(out) < mostTerms {
			out = append(out, w)
		}
	}
	return out
}

// filler are words that say nothing about a picture.
var filler = strings.Fields(`the and for with our your their about post posts story write make show find look want need please photo photos picture pictures image images foto fotos
	bild bilder some any all from this that these those are was will can best good new next nice what which who how has have there here one two
	che per con una uno del della dello dei delle gli nel nella sul sulla scrivi fai trova cerca mostra voglio vorrei immagine immagini post sono alla alle agli
	der die das den dem des ein eine einen einem einer und mit für fur von vom zum zur uber such suche finde zeig zeige schreib mach mache ist sind unser unsere unseren beitrag
	los las del para con por una uno unos unas sobre busca encuentra muestra escribe haz quiero imagen imagenes nuestro nuestra nuestros nuestras publicacion`)

// Tool lets a model look for pictures.
func (s Search) Tool() tools.Tool {
	return tools.DefineRead("images_search", "Find pictures in this restaurant's gallery by what they show. Only pictures that may be shown are found: rules, rights, risk and what was shown lately are seen to; left_out says what was not found for which reason.", s.find)
}

// Kind and Season are closed lists.
type (
	Kind   string
	Season string
)

func (Kind) Choices() []string   { return []string{"dish", "place", "people", "drink", "text", "other"} }
func (Season) Choices() []string { return []string{"spring", "summer", "autumn", "winter"} }

// Args are what is looked for.
type Args struct {
	What   string `json:"what" jsonschema:"what the picture should show or what it is for, in the words of who asks, any language; empty for whatever is best"`
	Kind   Kind   `json:"kind,omitempty" jsonschema:"only pictures of this kind"`
	Season Season `json:"season,omitempty" jsonschema:"no picture of another season"`
	Dish   string `json:"dish,omitempty" jsonschema:"only pictures of this dish or drink, in English"`
	Most   int    `json:"most,omitempty" jsonschema:"how many, 1 to 12; 6 if it is not said"`
}

// Result is what a model sees.
type Result struct {
	Photos  []Picture `json:"photos"`
	LeftOut []string  `json:"left_out,omitempty"`
	Note    string    `json:"note,omitempty"`
}

// Picture is one that may be shown.
type Picture struct {
	ID      store.PhotoID `json:"id"`
	Shows   string        `json:"shows"`
	Dish    string        `json:"dish,omitempty"`
	Kind    string        `json:"kind"`
	Season  string        `json:"season,omitempty"`
	Tags    []string      `json:"tags,omitempty"`
	Why     string        `json:"why"`
	ToCheck []string      `json:"to_check,omitempty"` // what somebody has to look for in it
}

const (
	usual = 6
	most  = 12
)

func (s Search) find(ctx context.Context, args Args) (Result, error) {
	n := args.Most
	if n < 1 || n > most {
		n = usual
	}
	found, err := s.Find(ctx, Wanted{Words: args.What, Kind: string(args.Kind), Season: string(args.Season), Dish: args.Dish, Most: n})
	if err != nil {
		return Result{}, err
	}
	out := Result{Photos: []Picture{}, LeftOut: LeftOut(found.Left)}
	for _, p := range fitting(found.Photos, args.What+" "+found.English) {
		out.Photos = append(out.Photos, Picture{ID: p.ID, Shows: p.Alt, Dish: p.Dish, Kind: p.Kind, Season: p.Season, Tags: p.Tags, Why: Why(p, args.What+" "+found.English), ToCheck: p.Open})
	}
	switch {
	case len(found.Photos) == 0 && len(found.Left) == 0:
		out.Note = "There are no such pictures in the gallery. Ask for some."
	case len(found.Photos) == 0:
		out.Note = "None of the pictures may be shown. left_out says why; ask for other pictures, or a manager can retire a rule."
	}
	return out, nil
}

// fitting leaves away what is neither named nor nearly as near as the nearest one, where anything is named at all.
func fitting(photos []store.FoundPhoto, wanted string) []store.FoundPhoto {
	var out []store.FoundPhoto
	nearest, any := 0.0, false
	for _, p := range photos {
		any = any || len(named(p, wanted)) > 0
		if p.Near != nil {
			nearest = max(nearest, *p.Near)
		}
	}
	if !any {
		return photos
	}
	for _, p := range photos {
		if len(named(p, wanted)) > 0 || p.Near != nil && *p.Near > nearest*nearly {
			out = append(out, p)
		}
	}
	return out
}

const nearly = 0.95

// named are the words of what is wanted that a picture's own words contain.
func named(p store.FoundPhoto, wanted string) (out []string) {
	text := " " + store.FoldWords(p.Dish+" "+strings.Join(p.Tags, " ")+" "+p.Alt) + " "
	for _, t := range Terms(wanted) {
		if strings.Contains(text, t) {
			out = append(out, t)
		}
	}
	return out
}

// LeftOut says in plain words what was not found and why: "3 left out: people in the picture (rule 1)".
func LeftOut(left []store.LeftOut) []string {
	var out []string
	for _, l := range left {
		out = append(out, fmt.Sprintf("%d left out: %s", l.Count, l.Reason))
	}
	return out
}

// Why says in a few words what speaks for a picture.
func Why(p store.FoundPhoto, wanted string) string {
	var why []string
	switch words := named(p, wanted); {
	case len(words) > 0:
		why = append(why, "it shows: "+strings.Join(words, ", "))
	case len(Terms(wanted)) > 0:
		why = append(why, "its description does not name it")
	}
	why = append(why, p.Likes...)
	switch {
	case p.Quality >= 0.7:
		why = append(why, "good quality")
	case p.Quality < 0.4:
		why = append(why, "of middling quality")
	}
	if len(why) == 0 {
		return "nothing speaks against it"
	}
	return strings.Join(why, "; ")
}
