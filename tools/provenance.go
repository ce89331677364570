package tools

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/google/jsonschema-go/jsonschema"
	"golang.org/x/text/unicode/norm"
)

// Origin is where the value of an argument came from.
type Origin string

const (
	FromManager  Origin = "manager"  // a manager's own words
	FromCRM      Origin = "crm"      // a record: the CRM, the profile, the price list
	FromConstant Origin = "constant" // one of the values that the schema lists
	FromClient   Origin = "client"   // a client's words
	FromForward  Origin = "forward"  // words that a client has only passed on
	FromImage    Origin = "image"    // what was read in a picture or a file
	FromWeb      Origin = "web"      // a page
	FromModel    Origin = "model"    // nobody's words: put together by the model, out of whatever it has read
)

// Span is a text that a model has read, and whose it is.
type Span struct {
	Origin Origin
	Text   string
}

// Origins are those of every text and number among a call's arguments, by path: phone, days[2], address.street.
// They are stored with the call.
type Origins map[string][]Origin

// Trace labels each argument with every origin whose words contain it: letters and digits are compared, whatever their
// case, spacing and punctuation. What occurs nowhere is the model's, and that is no better than a stranger's: it may be a
// stranger's words in other words. Arguments that cannot be read have no origins; Run refuses them.
func (t Tool) Trace(args json.RawMessage, spans []Span) Origins {
	value, err := object(args)
	if err != nil || t.args == nil {
		return Origins{}
	}
	heard := make([]words, len(spans))
	for i, s := range spans {
		heard[i] = wordsOf(s.Text)
	}
	found := Origins{}
	leaves("", value, t.args.schema, func(path, text string, s *jsonschema.Schema) {
		origins := map[Origin]bool{}
		if s != nil && slices.Contains(s.Enum, any(text)) {
			origins[FromConstant] = true
		}
		for i, span := range spans {
			if heard[i].contain(wordsOf(text)) {
				origins[span.Origin] = true
			}
		}
		if len(origins) == 0 {
			origins[FromModel] = true
		}
		found[path] = slices.Sorted(maps.Keys(origins))
	})
	return found
}

// Tainted are the paths that nobody vouches for, sorted: no manager, no record and no list holds these values. The card
// shows them, and a tool that moves money, publishes or picks a recipient must not take them. The other way round it is
// no proof: a short value may stand in a manager's words by chance.
func (o Origins) Tainted() []string {
	var paths []string
	for path, origins := range o {
		if !slices.ContainsFunc(origins, Origin.vouches) {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}

func (o Origin) vouches() bool { return o == FromManager || o == FromCRM || o == FromConstant }

// leaves visits every text and number with its path and, where the schema knows it, its schema.
func leaves(path string, value any, s *jsonschema.Schema, visit func(path, text string, s *jsonschema.Schema)) {
	switch v := value.(type) {
	case string:
		visit(path, v, s)
	case int64:
		visit(path, strconv.FormatInt(v, 10), s)
	case float64:
		visit(path, strconv.FormatFloat(v, 'f', -1, 64), s)
	case map[string]any:
		for name, inner := range v {
			leaves(strings.TrimPrefix(path+"."+name, "."), inner, property(s, name), visit)
		}
	case []any:
		for i, inner := range v {
			leaves(fmt.Sprintf("%s[%d]", path, i), inner, item(s), visit)
		}
	}
}

func property(s *jsonschema.Schema, name string) *jsonschema.Schema {
	if s == nil {
		return nil
	}
	return s.Properties[name]
}

func item(s *jsonschema.Schema) *jsonschema.Schema {
	if s == nil {
		return nil
	}
	return s.Items
}

// words are a text made comparable.
type words struct {
	apart    string // " rosso 12 50 ": one space around each
	together string // "rosso1250"
	plain    string // as it came, for what has neither letters nor digits
}

const longEnough = 6 // letters and digits that do not meet by chance: a phone number may be spaced in any way

func wordsOf(text string) words {
	text = strings.ToLower(norm.NFKC.String(text))
	parts := strings.FieldsFunc(strings.Map(visible, text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
	return words{
		apart:    " " + strings.Join(parts, " ") + " ",
		together: strings.Join(parts, ""),
		plain:    strings.TrimSpace(text),
	}
}

func (w words) contain(value words) bool {
	if value.together == "" {
		return value.plain != "" && strings.Contains(w.plain, value.plain)
	}
	return strings.Contains(w.apart, value.apart) ||
		len([]rune(value.together)) >= longEnough && strings.Contains(w.together, value.together)
}

// visible drops what nobody sees, so that it cannot hide where a word came from.
func visible(r rune) rune {
	if unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}
