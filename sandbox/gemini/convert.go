package gemini

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"marketa/sandbox/actor"
	"marketa/sandbox/props"
)

// toActor turns a checked request into the mind's terms.
func toActor(model string, req request) actor.Request {
	r := actor.Request{Model: model, Tools: toTools(req), ToolChoice: toChoice(req.ToolConfig), Schema: toSchema(req.GenerationConfig)}
	if req.SystemInstruction != nil {
		r.System = textOf(*req.SystemInstruction)
	}
	for _, c := range req.Contents {
		r.Turns = append(r.Turns, toTurn(c))
	}
	return r
}

func toTurn(c content) actor.Turn {
	t := actor.Turn{Role: "user", Text: textOf(c)}
	if c.Role == "model" {
		t.Role = "assistant"
	}
	for _, f := range callsIn(c) {
		t.Calls = append(t.Calls, actor.Call{ID: f.ID, Name: f.Name, Args: f.Args})
	}
	for _, a := range answersIn(c) {
		t.Results = append(t.Results, actor.Result{CallID: a.ID, Name: a.Name, Output: output(a.Response)})
	}
	t.Sounds, t.Pictures = soundsIn(c), picturesIn(c)
	if len(t.Results) > 0 && t.Text == "" {
		t.Role = "tool"
	}
	return t
}

// soundsIn are what is to be heard in a turn.
func soundsIn(c content) (all []actor.Sound) {
	for _, p := range c.Parts {
		if p.InlineData == nil || !strings.HasPrefix(p.InlineData.MimeType, "audio/") {
			continue
		}
		data, err := base64.StdEncoding.DecodeString(p.InlineData.Data)
		words, known := props.Heard(data)
		all = append(all, actor.Sound{Words: words, Known: known && err == nil})
	}
	return all
}

// picturesIn are what is to be seen in a turn.
func picturesIn(c content) (all [][]byte) {
	for _, p := range c.Parts {
		if p.InlineData == nil || !strings.HasPrefix(p.InlineData.MimeType, "image/") {
			continue
		}
		if data, err := base64.StdEncoding.DecodeString(p.InlineData.Data); err == nil {
			all = append(all, data)
		}
	}
	return all
}

// textOf joins the words of a turn; pictures and files are named, thoughts left out.
func textOf(c content) string {
	var b strings.Builder
	for _, p := range c.Parts {
		switch {
		case p.Thought:
		case p.Text != nil:
			b.WriteString(*p.Text)
		case p.InlineData != nil:
			b.WriteString("\n[" + p.InlineData.MimeType + "]\n")
		case p.FileData != nil:
			b.WriteString("\n[" + p.FileData.MimeType + "]\n")
		}
	}
	return strings.TrimSpace(b.String())
}

// output unwraps the {"output": …} convention; an {"error": …} stays as it is.
func output(response map[string]json.RawMessage) string {
	for _, key := range []string{"output", "result"} {
		inner, ok := response[key]
		if !ok || len(response) != 1 {
			continue
		}
		var text string
		if json.Unmarshal(inner, &text) == nil {
			return text
		}
		return string(inner)
	}
	return string(encode(response))
}

func toTools(req request) []actor.Tool {
	var tools []actor.Tool
	for _, set := range req.Tools {
		for _, d := range set.FunctionDeclarations {
			args := d.ParametersJSONSchema
			if d.Parameters != nil {
				args = encode(d.Parameters)
			}
			if allowed(req.ToolConfig, d.Name) {
				tools = append(tools, actor.Tool{Name: d.Name, Description: d.Description, Schema: args})
			}
		}
	}
	return tools
}

func allowed(c *toolConfig, name string) bool {
	return c == nil || c.FunctionCallingConfig == nil || len(c.FunctionCallingConfig.AllowedFunctionNames) == 0 ||
		slices.Contains(c.FunctionCallingConfig.AllowedFunctionNames, name)
}

func toChoice(c *toolConfig) string {
	if c == nil || c.FunctionCallingConfig == nil || c.FunctionCallingConfig.Mode == "VALIDATED" {
		return "auto"
	}
	switch mode := strings.ToLower(c.FunctionCallingConfig.Mode); mode {
	case "any", "none":
		return mode
	}
	return "auto"
}

func toSchema(g generationConfig) json.RawMessage {
	switch {
	case g.ResponseSchema != nil:
		return encode(g.ResponseSchema)
	case g.ResponseJSONSchema != nil:
		return g.ResponseJSONSchema
	case g.ResponseMimeType == "application/json":
		return json.RawMessage(`{"type":"object"}`)
	}
	return nil
}
