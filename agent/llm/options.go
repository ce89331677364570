package llm

import (
	"maps"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/tmc/langchaingo/llms"
)

// metadataKey holds all that this package adds to [llms.CallOptions]. The router takes it out again before it asks a
// model that is not one of our adapters, because some langchaingo models send their metadata to the vendor.
// [llms.WithMetadata] replaces the whole map, so it has to stand before the options of this package.
const metadataKey = "marketa"

type extras struct {
	schema *Schema
	effort Effort
	pin    pin
	label  string
	pulse  *Pulse
}

type pin struct{ provider, model string }

// Schema is the shape that the answer's text must have: one JSON value, valid under JSON.
type Schema struct {
	Name string // letters, digits, _ and -, at most 64
	JSON *jsonschema.Schema
}

// WithSchema asks for an answer that is one JSON value of this shape. The router checks it, whatever the vendor
// promised, and [Answer.Text] is then only the JSON. An answer that calls tools is not checked.
func WithSchema(name string, schema *jsonschema.Schema) llms.CallOption {
	return edit(func(e *extras) { e.schema = &Schema{Name: name, JSON: schema} })
}

// WithEffort says how long the model may think.
func WithEffort(effort Effort) llms.CallOption {
	return edit(func(e *extras) { e.effort = effort })
}

// WithPinned asks this provider and model first: a tool loop stays where it began, because another vendor cannot read
// the first one's thoughts. When the pinned one fails the others follow in their order.
func WithPinned(provider, model string) llms.CallOption {
	return edit(func(e *extras) { e.pin = pin{provider, model} })
}

// WithLabel is handed through to [Call.Label], so that whoever books can tell the turn. It goes to no vendor.
func WithLabel(label string) llms.CallOption {
	return edit(func(e *extras) { e.label = label })
}

// SchemaOf, EffortOf and PulseOf are for adapters: what was asked beyond langchaingo's own options.
func SchemaOf(o *llms.CallOptions) *Schema { return extrasOf(o).schema }

// EffortOf is empty when nobody asked for an effort.
func EffortOf(o *llms.CallOptions) Effort { return extrasOf(o).effort }

// PulseOf is never nil: outside the router it beats for nobody.
func PulseOf(o *llms.CallOptions) *Pulse {
	if p := extrasOf(o).pulse; p != nil {
		return p
	}
	return &Pulse{}
}

// OptionsOf applies the options in order.
func OptionsOf(opts []llms.CallOption) llms.CallOptions {
	var o llms.CallOptions
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

func extrasOf(o *llms.CallOptions) extras {
	e, _ := o.Metadata[metadataKey].(extras)
	return e
}

// edit copies before it writes: the map may be the caller's own.
func edit(change func(*extras)) llms.CallOption {
	return func(o *llms.CallOptions) {
		e := extrasOf(o)
		change(&e)
		o.Metadata = maps.Clone(o.Metadata)
		if o.Metadata == nil {
			o.Metadata = map[string]any{}
		}
		o.Metadata[metadataKey] = e
	}
}
