package choose

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
	"marketa/stages"
	"marketa/store"
)

var errNobody = errors.New("choose: nobody to ask")

// verdict is what a model is asked for.
type verdict struct {
	Order []place `json:"order"`
	Seen  []sight `json:"seen"`

	checks []string
	shown  []int // the pictures that it has been shown
}

type place struct {
	Picture int    `json:"picture"`
	Reason  string `json:"reason"`
	Focus   Point  `json:"focus"`
}

type sight struct {
	Picture int   `json:"picture"`
	Checks  []int `json:"checks"`
}

const largestSmall = 4 << 20 // bytes

// look shows the pictures to a model, with what is known of each and what is to be looked for.
func (c Chooser) look(ctx context.Context, brief string, photos []store.FoundPhoto) (verdict, error) {
	if c.Router == nil || c.Files == nil {
		return verdict{}, errNobody
	}
	v := verdict{checks: checks(photos)}
	parts := []llms.ContentPart{llms.TextContent{Text: stages.Fence(stages.TagDraft, brief)}}
	for i, p := range photos {
		if p.SmallKey == "" {
			continue
		}
		small, err := c.Files.Read(ctx, p.SmallKey, largestSmall)
		if err != nil {
			continue // one that cannot be shown is not chosen
		}
		v.shown = append(v.shown, i)
		parts = append(parts, llms.TextContent{Text: fmt.Sprintf("picture %d: %s", i, facts(p.Photo))}, llms.BinaryContent{MIMEType: "image/jpeg", Data: small})
	}
	if len(v.shown) == 0 || len(v.shown) == 1 && len(v.checks) == 0 {
		return verdict{}, errNobody // nothing to choose
	}
	system, err := c.Prompts.PhotoChoice(stages.PhotoChoiceData{Checks: v.checks})
	if err != nil {
		return verdict{}, err
	}
	restaurant, _ := store.RestaurantFrom(ctx)
	msgs := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeSystem, system), {Role: llms.ChatMessageTypeHuman, Parts: parts}}
	answer, err := c.Router.Generate(ctx, llm.Choose, msgs, llm.WithSchema("photo_choice", schema()), llm.WithEffort(llm.Low), llm.WithLabel(restaurant.String()+"/"+store.TurnID{}.String()))
	if err != nil {
		return verdict{}, err
	}
	if err := json.Unmarshal([]byte(answer.Text), &v); err != nil {
		return verdict{}, fmt.Errorf("choose: %w", err)
	}
	v.Order = slices.DeleteFunc(v.Order, func(o place) bool { return !slices.Contains(v.shown, o.Picture) }) // nobody has shown it that one
	return v, nil
}

const mostChecks = 12

// checks are what is to be looked for in any of them.
func checks(photos []store.FoundPhoto) (all []string) {
	for _, p := range photos {
		for _, check := range p.Open {
			if !slices.Contains(all, check) && len(all) < mostChecks {
				all = append(all, check)
			}
		}
	}
	return all
}

// facts is what is known of a picture, on one line. A model has written it down, perhaps from words in the picture.
func facts(p store.Photo) string {
	known := []string{"shows: " + p.Alt}
	for _, f := range [][2]string{{"dish", p.Dish}, {"kind", p.Kind}, {"season", p.Season}, {"tags", strings.Join(p.Tags, ", ")}} {
		if f[1] != "" {
			known = append(known, f[0]+": "+f[1])
		}
	}
	line := strings.NewReplacer("<", "‹", "＜", "‹", "﹤", "‹").Replace(strings.Join(known, "; "))
	return fmt.Sprintf("%s; quality: %.1f", line, p.Quality)
}

// saveLooks keeps what was looked for in each picture and whether it was seen. It holds from now on.
func (c Chooser) saveLooks(ctx context.Context, photos []store.FoundPhoto, v verdict) error {
	if len(v.checks) == 0 {
		return nil
	}
	seen := map[[2]int]bool{}
	for _, s := range v.Seen {
		for _, check := range s.Checks {
			seen[[2]int{s.Picture, check}] = true
		}
	}
	return c.DB.Tx(ctx, func(tx *store.Tx) error {
		for _, i := range v.shown {
			for n, check := range v.checks {
				if !slices.Contains(photos[i].Open, check) {
					continue // somebody has looked before
				}
				if err := tx.SaveLook(ctx, store.Look{Photo: photos[i].ID, Question: check, Seen: seen[[2]int{i, n}]}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (p Point) valid() *Point {
	in := func(x float64) bool { return !math.IsNaN(x) && x >= 0 && x <= 1 }
	if !in(p.X) || !in(p.Y) {
		return nil
	}
	return &p
}

const longestReason = 200 // characters

// plain is a reason as a card shows it.
func plain(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }), " ")
	if r := []rune(s); len(r) > longestReason {
		return string(r[:longestReason-1]) + "…"
	}
	return s
}

func schema() *jsonschema.Schema {
	plain := func(kind string) *jsonschema.Schema { return &jsonschema.Schema{Type: kind} }
	list := func(of *jsonschema.Schema) *jsonschema.Schema { return &jsonschema.Schema{Type: "array", Items: of} }
	object := func(of map[string]*jsonschema.Schema) *jsonschema.Schema {
		return &jsonschema.Schema{Type: "object", Properties: of, Required: slices.Sorted(maps.Keys(of)), AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}}}
	}
	focus := object(map[string]*jsonschema.Schema{"x": plain("number"), "y": plain("number")})
	return object(map[string]*jsonschema.Schema{
		"order": list(object(map[string]*jsonschema.Schema{"picture": plain("integer"), "reason": plain("string"), "focus": focus})),
		"seen":  list(object(map[string]*jsonschema.Schema{"picture": plain("integer"), "checks": list(plain("integer"))})),
	})
}
