package gemini

import (
	"encoding/base64"
	"encoding/json"
	"mime"
	"path"
	"strings"

	"github.com/tmc/langchaingo/llms"
	"google.golang.org/genai"

	"marketa/agent/llm"
)

// contents is the transcript in Google's words: system text apart, the answers of tools as the user's, answers that
// stand behind one another in one content, because Google counts them against the calls before.
func (q question) contents() (system []*genai.Part, contents []*genai.Content) {
	names := map[string]string{} // of calls, by id: an answer has to name its function
	afterTool := false
	for _, m := range q.msgs {
		isTool := m.Role == llms.ChatMessageTypeTool || m.Role == llms.ChatMessageTypeFunction
		parts := q.parts(m, names)
		switch {
		case len(parts) == 0:
			continue
		case m.Role == llms.ChatMessageTypeSystem:
			system = append(system, parts...)
			continue
		case isTool && afterTool:
			last := contents[len(contents)-1]
			last.Parts = append(last.Parts, parts...)
		default:
			contents = append(contents, &genai.Content{Role: role(m.Role), Parts: parts})
		}
		afterTool = isTool
	}
	return system, contents
}

func role(r llms.ChatMessageType) string {
	if r == llms.ChatMessageTypeAI {
		return genai.RoleModel
	}
	return genai.RoleUser
}

// parts of one message. Only the first call of a step needs a signature; without one of its own it gets the sentinel.
func (q question) parts(m llms.MessageContent, names map[string]string) []*genai.Part {
	var parts []*genai.Part
	first := true
	for _, p := range m.Parts {
		switch p := p.(type) {
		case llms.TextContent:
			if p.Text != "" {
				parts = append(parts, &genai.Part{Text: p.Text})
			}
		case llms.BinaryContent:
			parts = append(parts, genai.NewPartFromBytes(p.Data, p.MIMEType))
		case llms.ImageURLContent:
			parts = append(parts, image(p.URL))
		case llms.ToolCall:
			if p.FunctionCall != nil {
				names[p.ID] = p.FunctionCall.Name
				parts, first = append(parts, q.call(p, first)), false
			}
		case llms.ToolCallResponse:
			if p.Name == "" {
				p.Name = names[p.ToolCallID]
			}
			parts = append(parts, toolAnswer(p))
		}
	}
	return parts
}

func (q question) call(c llms.ToolCall, first bool) *genai.Part {
	id := llm.ParseCallID(c.ID)
	part := &genai.Part{FunctionCall: &genai.FunctionCall{ID: vendorID(id), Name: c.FunctionCall.Name, Args: object(c.FunctionCall.Arguments, "arguments")}}
	if !q.distrust {
		part.ThoughtSignature = id.SignatureFor(q.provider, q.model)
	}
	if part.ThoughtSignature == nil && first && signs(q.model) {
		part.ThoughtSignature = []byte(sentinel)
	}
	return part
}

// signed says whether the request carries signatures of our own that a server could refuse.
func (q question) signed() bool {
	for _, m := range q.msgs {
		for _, p := range m.Parts {
			if c, ok := p.(llms.ToolCall); ok && llm.ParseCallID(c.ID).SignatureFor(q.provider, q.model) != nil {
				return true
			}
		}
	}
	return false
}

func toolAnswer(r llms.ToolCallResponse) *genai.Part {
	return &genai.Part{FunctionResponse: &genai.FunctionResponse{
		ID: vendorID(llm.ParseCallID(r.ToolCallID)), Name: r.Name, Response: object(r.Content, "output"),
	}}
}

// vendorID leaves out the ids that we made up: where the server gave none it goes by the order.
func vendorID(id llm.CallID) string {
	if id.Made() {
		return ""
	}
	return id.ID
}

// object is text as the JSON object that it is, or else as the value (or the words) under key.
func object(text, key string) map[string]any {
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		value = text
	}
	if m, ok := value.(map[string]any); ok {
		return m
	}
	if text == "" && key == "arguments" {
		return map[string]any{}
	}
	return map[string]any{key: value}
}

// image takes a data URL apart; another address is left for the server to fetch.
func image(url string) *genai.Part {
	if rest, isData := strings.CutPrefix(url, "data:"); isData {
		kind, encoded, _ := strings.Cut(rest, ";base64,")
		if data, err := base64.StdEncoding.DecodeString(encoded); err == nil {
			return genai.NewPartFromBytes(data, kind)
		}
	}
	kind := mime.TypeByExtension(path.Ext(url))
	if kind == "" {
		kind = "image/jpeg"
	}
	return genai.NewPartFromURI(url, kind)
}
