package llm

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"

	"github.com/tmc/langchaingo/llms"
)

// CallID is what [llms.ToolCall.ID] holds. Some vendors sign their thoughts when they call a tool and refuse to go on
// unless the signature comes back with the call; langchaingo's messages have no place for it, so it rides in the id. A
// transcript saved as JSON and resumed by another process still carries it.
//
// Written out: the vendor's id alone where nothing is signed, else
//
//	<vendor's id>~sig1~<provider>~<model>~<signature>
//
// with provider and model query-escaped and the signature in unpadded URL-safe base64.
type CallID struct {
	ID              string // as the vendor knows it; made by [NewCallID] where it gave none
	Provider, Model string // who signed: nobody else can read the signature
	Signature       []byte
}

const (
	signed = "~sig1~"
	made   = "call_mk"
)

// NewCallID is for a vendor that names its calls by their order only.
func NewCallID() string {
	var b [10]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program rather than return an error
	return made + hex.EncodeToString(b[:])
}

// Made says that the id was made by us and means nothing to the vendor.
func (c CallID) Made() bool { return strings.HasPrefix(c.ID, made) }

func (c CallID) String() string {
	if len(c.Signature) == 0 {
		return c.ID
	}
	return c.ID + signed + escape(c.Provider) + "~" + escape(c.Model) + "~" + base64.RawURLEncoding.EncodeToString(c.Signature)
}

// SignatureFor is the signature if this provider and model made it, nothing otherwise.
func (c CallID) SignatureFor(provider, model string) []byte {
	if c.Provider != provider || c.Model != model {
		return nil
	}
	return c.Signature
}

// ParseCallID reads any id, also one that carries nothing.
func ParseCallID(s string) CallID {
	at := strings.LastIndex(s, signed)
	if at < 0 {
		return CallID{ID: s}
	}
	fields := strings.Split(s[at+len(signed):], "~")
	if len(fields) != 3 {
		return CallID{ID: s}
	}
	provider, err1 := unescape(fields[0])
	model, err2 := unescape(fields[1])
	signature, err3 := base64.RawURLEncoding.DecodeString(fields[2])
	if err1 != nil || err2 != nil || err3 != nil {
		return CallID{ID: s}
	}
	return CallID{ID: s[:at], Provider: provider, Model: model, Signature: signature}
}

// escape also hides the separator, which a URL may show as it is.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "~", "%7E") }

func unescape(s string) (string, error) { return url.QueryUnescape(s) }

// plainIDs is the transcript for a model that is not one of our adapters: it gets the vendors' ids alone.
func plainIDs(msgs []llms.MessageContent) []llms.MessageContent {
	out := make([]llms.MessageContent, len(msgs))
	for i, m := range msgs {
		out[i] = llms.MessageContent{Role: m.Role, Parts: make([]llms.ContentPart, len(m.Parts))}
		for j, part := range m.Parts {
			out[i].Parts[j] = plainPart(part)
		}
	}
	return out
}

func plainPart(part llms.ContentPart) llms.ContentPart {
	switch p := part.(type) {
	case llms.ToolCall:
		p.ID = ParseCallID(p.ID).ID
		return p
	case llms.ToolCallResponse:
		p.ToolCallID = ParseCallID(p.ToolCallID).ID
		return p
	}
	return part
}
