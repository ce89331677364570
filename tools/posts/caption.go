package posts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
	"marketa/internal/fault"
	"marketa/internal/language"
	"marketa/stages"
	"marketa/store"
)

var errNoModel = fault.New(fault.Unavailable, "No language model is configured, so nobody can write posts. Set one, then ask me again.")

// asked is what the model is told, besides the picture.
type asked struct {
	data      stages.CaptionData
	system    string
	published []string
	known     string // everything that may be stated as a fact
}

// caption has the model write the words for the chosen picture. What is wrong with them it is told once; what is still wrong then
// is for the manager to see. other says that the manager's words ask for another photo.
func (w *writing) caption(ctx context.Context) (said *words, other bool, err error) {
	if w.Router == nil {
		return nil, false, errNoModel
	}
	a, err := w.ask(ctx)
	if err != nil {
		return nil, false, err
	}
	shown, err := w.Files.Read(ctx, w.found.Picture.Key, mostPhoto)
	if err != nil {
		return nil, false, fmt.Errorf("posts: read a picture: %w", err)
	}
	human := llms.MessageContent{Role: llms.ChatMessageTypeHuman, Parts: []llms.ContentPart{llms.TextContent{Text: w.request(a)}, llms.BinaryContent{MIMEType: "image/jpeg", Data: shown}}}
	msgs := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeSystem, a.system), human}
	for try := 0; ; try++ {
		answer, err := w.Router.Generate(ctx, llm.Caption, msgs, llm.WithSchema("post", captionSchema()), llm.WithEffort(llm.Low), w.label())
		if err != nil {
			return nil, false, fmt.Errorf("posts: caption: %w", err)
		}
		var got written
		if err := json.Unmarshal([]byte(answer.Text), &got); err != nil {
			return nil, false, fmt.Errorf("posts: caption: %w", err)
		}
		said, faults := got.checked(a)
		if len(faults) == 0 || try > 0 {
			if said.Caption == "" {
				return nil, false, errors.New("posts: the model has written nothing")
			}
			said.Doubts = faults
			return said, got.Photo == "other" && w.task.Kind == store.TaskWords, nil
		}
		msgs = append(msgs, answer.Message(), llms.TextParts(llms.ChatMessageTypeHuman, "Not yet. Put this right and return the whole JSON object again:\n- "+strings.Join(faults, "\n- ")))
	}
}

// written is what the model returns.
type written struct {
	Caption  string   `json:"caption"`
	Hashtags []string `json:"hashtags"`
	Alt      string   `json:"alt"`
	Photo    string   `json:"photo"`
}

func (w *writing) label() llms.CallOption {
	return llm.WithLabel(w.post.RestaurantID.String() + "/" + store.TurnID{}.String())
}

func (w *writing) ask(ctx context.Context) (a asked, err error) {
	photo, err := w.photo(ctx, w.found.Photo)
	if err != nil {
		return a, err
	}
	err = w.DB.Tx(ctx, func(tx *store.Tx) error {
		r, err := tx.OwnRestaurant(ctx)
		if err != nil {
			return err
		}
		facts, err := tx.Facts(ctx)
		if err != nil {
			return err
		}
		if a.published, err = tx.Captions(ctx, 3); err != nil {
			return err
		}
		a.data = stages.CaptionData{Name: r.Name, Now: tx.Now.In(place(r.Zone)), Photo: aboutPhoto(photo)}
		for _, f := range facts {
			switch {
			case f.Field == "tone" || f.Field == "voice":
				a.data.Tone = f.Value
			case !ours(f.Field):
				a.data.Facts = append(a.data.Facts, stages.Fact{Field: f.Field, Value: f.Value})
			}
		}
		a.data.Code, err = w.languageOf(ctx, tx, facts)
		return err
	})
	if err != nil {
		return a, err
	}
	a.data.Language = language.Name(a.data.Code)
	a.known = knownTo(a.data, w.post.Brief, w.task.Hint)
	for _, v := range w.past {
		if v.Author == "manager" {
			a.known += "\n" + v.Caption
		}
	}
	a.system, err = w.Prompts.Caption(a.data)
	return a, err
}

// ours are fields that guests are not told: notes for each other, people's numbers.
func ours(field string) bool {
	return stages.PrivateField(field) || slices.Contains([]string{"handover", "notes", "contact", "languages", "language"}, field)
}

// wishes are fields that say how a post is to be, not what is true.
func wishes(field string) bool {
	return slices.Contains([]string{"rules", "wishes", "directives"}, field)
}

// aboutPhoto is what is known of a photo.
func aboutPhoto(p store.Photo) (out []stages.Fact) {
	if p.State != store.PhotoAnalyzed {
		return nil
	}
	for _, f := range []stages.Fact{{Field: "shows", Value: p.Alt}, {Field: "dish", Value: p.Dish}, {Field: "kind", Value: p.Kind}, {Field: "season", Value: p.Season},
		{Field: "tags", Value: strings.Join(p.Tags, ", ")}, {Field: "text_in_it", Value: p.TextInImage}} {
		if f.Value != "" {
			out = append(out, f)
		}
	}
	return out
}

func knownTo(d stages.CaptionData, more ...string) string {
	all := append([]string{d.Name, d.Tone, d.Now.Format("2006")}, more...)
	for _, f := range slices.Concat(d.Facts, d.Photo) {
		if !wishes(f.Field) && f.Field != "text_in_it" { // the last are somebody else's words
			all = append(all, f.Value)
		}
	}
	return strings.Join(all, "\n")
}

// languageOf is the post's language: the one asked for, else that of the version before, else the restaurant's guests', else that in
// which the restaurant writes to us.
func (w *writing) languageOf(ctx context.Context, tx *store.Tx, facts []store.Fact) (string, error) {
	if code := languageIn(w.task.Hint); code != "" && w.task.Kind == store.TaskWords {
		return code, nil
	}
	if last := w.last(); last == nil && w.post.Language != "" {
		return w.post.Language, nil
	} else if last != nil {
		return last.Language, nil
	}
	for _, f := range facts {
		if f.Field != "languages" && f.Field != "language" {
			continue
		}
		for _, named := range strings.FieldsFunc(f.Value, func(r rune) bool { return strings.ContainsRune(",;/ ()", r) }) {
			if code, ok := language.Find(named); ok {
				return code, nil
			}
		}
	}
	chats, err := tx.OwnChats(ctx)
	if err != nil {
		return "", err
	}
	for _, c := range chats {
		said, err := tx.ClientWords(ctx, c.ID, 10)
		if err != nil {
			return "", err
		}
		if code := language.Of(strings.Join(said, "\n")); code != "" {
			return code, nil
		}
	}
	if code := language.Of(w.post.Brief); code != "" {
		return code, nil
	}
	return "en", nil
}

var intoLanguage = regexp.MustCompile(`(?i)\b(?:in|into|to|auf|ins|en|al?)\s+(\p{L}{5,})`)

// languageIn is the language that a manager's words ask for: "in German", "auf Deutsch".
func languageIn(hint string) string {
	for _, m := range intoLanguage.FindAllStringSubmatch(hint, -1) {
		if code, ok := language.Find(m[1]); ok {
			return code
		}
	}
	return ""
}

// request is the task in the model's words.
func (w *writing) request(a asked) string {
	parts := []string{stages.Fence(stages.TagBrief, w.post.Brief)}
	if len(a.published) > 0 {
		parts = append(parts, stages.Fence(stages.TagPublished, strings.Join(a.published, "\n---\n")))
	}
	if last := w.last(); last != nil {
		parts = append(parts, stages.Fence(stages.TagPreviousDraft, last.Caption+"\n\nhashtags: "+strings.Join(last.Hashtags, ", ")+"\nalt: "+last.Alt))
	}
	if hint := w.hint(); hint != "" {
		parts = append(parts, stages.Fence(stages.TagManagerHint, hint))
	}
	return strings.Join(parts, "\n")
}

// samePhotoElse is the hint after Other photo: the manager was content with the words.
const samePhotoElse = "The photo is another one now. Keep the caption as it is where it fits this photo; write the alt text anew."

func (w *writing) hint() string {
	switch {
	case w.task.Kind == store.TaskPhoto:
		return samePhotoElse
	case w.found.Changed:
		return w.task.Hint + "\n(The photo has been exchanged already.) " + samePhotoElse
	}
	return w.task.Hint
}

// own are a manager's own words, as they stand. Hashtags in them are hashtags.
func (w *writing) own() *words {
	text, tags := takeHashtags(w.task.Hint)
	out := &words{Caption: text, Hashtags: tags, Language: language.Of(text)}
	if last := w.last(); last != nil {
		out.Alt = last.Alt
		if len(tags) == 0 {
			out.Hashtags = last.Hashtags
		}
		if out.Language == "" {
			out.Language = last.Language
		}
	}
	return out
}

func captionSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "object", Required: []string{"caption", "hashtags", "alt", "photo"},
		AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}},
		Properties: map[string]*jsonschema.Schema{
			"caption":  {Type: "string", Description: "the words under the picture, without hashtags"},
			"hashtags": {Type: "array", Items: &jsonschema.Schema{Type: "string"}, Description: "3 to 8, without #"},
			"alt":      {Type: "string", Description: "what the photo shows, for people who cannot see it"},
			"photo":    {Type: "string", Enum: []any{"keep", "other"}, Description: "other only if <manager_hint> asks for another photo"},
		}}
}
