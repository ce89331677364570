package gallery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
	"marketa/store"
)

// seen is what a model is asked for.
type seen struct {
	Recognised bool     `json:"recognised"`
	Alt        string   `json:"alt"`
	Dish       string   `json:"dish"`
	Tags       []string `json:"tags"`
	Season     string   `json:"season"`
	Kind       string   `json:"kind"`
	People     int      `json:"people"`
	Faces      bool     `json:"faces"`
	Children   bool     `json:"children"`
	Logos      bool     `json:"logos"`
	Text       string   `json:"text"`
	Quality    float64  `json:"quality"`
	Risk       float64  `json:"risk"`
	RiskNotes  string   `json:"risk_notes"`
}

var errNoModel = errors.New("gallery: no model is configured")

// see has a model write down what stands in the photo.
func (g *Gallery) see(ctx context.Context, p store.Photo, token store.LeaseToken) error {
	if p.State != store.PhotoNew && p.State != store.PhotoFailed {
		return nil
	}
	switch s, err := g.ask(ctx, p); {
	case err != nil:
		return err
	case s == nil:
		p.State, p.Risk, p.RiskNotes = store.PhotoUnknown, 1, "This file cannot be opened."
		if p.SmallKey != "" {
			p.RiskNotes = "The model would not describe this picture."
		}
	default:
		s.into(&p)
	}
	return g.DB.Tx(ctx, func(tx *store.Tx) error { return tx.PhotoSeen(ctx, p, token) })
}

// ask is nil where there is nothing to be seen, or nobody who wants to look. An error is worth another try.
func (g *Gallery) ask(ctx context.Context, p store.Photo) (*seen, error) {
	if p.SmallKey == "" {
		return nil, nil
	}
	if g.Router == nil {
		return nil, errNoModel
	}
	small, err := g.Files.Read(ctx, p.SmallKey, largestSmall)
	if err != nil {
		return nil, err
	}
	system, err := g.Prompts.Look()
	if err != nil {
		return nil, err
	}
	restaurant, _ := store.RestaurantFrom(ctx)
	msgs := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeSystem, system),
		{Role: llms.ChatMessageTypeHuman, Parts: []llms.ContentPart{llms.BinaryContent{MIMEType: "image/jpeg", Data: small}, llms.TextContent{Text: "Write down what stands in this picture."}}}}
	answer, err := g.Router.Generate(ctx, llm.Look, msgs, llm.WithSchema("picture", schema()), llm.WithEffort(llm.Low), llm.WithLabel(restaurant.String()+"/"+store.TurnID{}.String()))
	var refused *llm.Refused
	if errors.As(err, &refused) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("gallery: look: %w", err)
	}
	var s seen
	if err := json.Unmarshal([]byte(answer.Text), &s); err != nil {
		return nil, fmt.Errorf("gallery: look: %w", err)
	}
	return &s, nil
}

// schema closes the object and asks for every field, as strict servers want it.
func schema() *jsonschema.Schema {
	s, err := jsonschema.For[seen](nil)
	if err != nil {
		return &jsonschema.Schema{Type: "object"} // cannot be: a struct of plain fields
	}
	s.Properties["season"].Enum = []any{"", "spring", "summer", "autumn", "winter"}
	s.Properties["kind"].Enum = []any{"dish", "drink", "place", "people", "text", "other"}
	s.Properties["tags"].Types, s.Properties["tags"].Type = nil, "array"
	return s
}

const (
	longestAlt  = 300 // characters
	longestDish = 60
	longestTag  = 30
	longestText = 500
	mostTags    = 12
	mostPeople  = 10_000
)

// into writes it into the photo's own fields, cut and cleaned. A model that recognises nothing has said so: then nothing else counts as known.
func (s seen) into(p *store.Photo) {
	p.State = store.PhotoAnalyzed
	if !s.Recognised || strings.TrimSpace(s.Alt) == "" {
		p.State = store.PhotoUnknown
	}
	p.Alt, p.Dish = plain(s.Alt, longestAlt), strings.ToLower(plain(s.Dish, longestDish))
	p.TextInImage, p.RiskNotes = plain(s.Text, longestText), plain(s.RiskNotes, longestAlt)
	p.Tags = []string{}
	for _, t := range s.Tags {
		if t = strings.ToLower(plain(t, longestTag)); t != "" && !slices.Contains(p.Tags, t) && len(p.Tags) < mostTags {
			p.Tags = append(p.Tags, t)
		}
	}
	p.Season, p.Kind = s.Season, s.Kind
	p.People = min(max(s.People, 0), mostPeople)
	p.Faces, p.Children, p.Logos = s.Faces, s.Children, s.Logos
	p.Quality, p.Risk = share(s.Quality), share(s.Risk)
}

func share(x float64) float64 { return min(max(x, 0), 1) }

// plain is one line without what nobody sees.
func plain(s string, most int) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, ""), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
	}), " ")
	if runes := []rune(s); len(runes) > most {
		return strings.TrimSpace(string(runes[:most-1])) + "…"
	}
	return s
}
