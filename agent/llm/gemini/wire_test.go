package gemini_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"marketa/agent/llm"
	"marketa/agent/llm/gemini"
	"marketa/agent/llm/llmtest"
)

const model = "gemini-3.1-pro-preview"

func open(base, key string) (llm.Adapter, error) {
	return gemini.New(gemini.Config{BaseURL: base, Key: key})
}

func TestStreamedGenerateContentKeepsTheContract(t *testing.T) {
	w := googleWire()
	w.Streams = true
	w.Read = func(r *http.Request, body []byte) (*llmtest.Asked, error) {
		if r.URL.Path != "/v1beta/models/"+model+":streamGenerateContent" || r.URL.RawQuery != "alt=sse" {
			return nil, nil
		}
		return read(r, body)
	}
	llmtest.Run(t, w)
}

func TestPlainGenerateContentKeepsTheContract(t *testing.T) {
	w := googleWire()
	w.Read = func(r *http.Request, body []byte) (*llmtest.Asked, error) {
		if r.URL.Path != "/v1beta/models/"+model+":generateContent" {
			return nil, nil
		}
		return read(r, body)
	}
	llmtest.Run(t, w)
}

func googleWire() llmtest.Wire {
	return llmtest.Wire{
		Features: llmtest.Features{Signatures: true, Schema: true},
		Provider: "gemini", Model: model, New: open, Frames: frames, Body: whole,
		Fail: func(status int) string {
			return fmt.Sprintf(`{"error":{"code":%d,"message":"PROMPT-WORDS http://secret","status":"STATUS_%d"}}`, status, status)
		},
	}
}

func parts(r llmtest.Reply) (list []string) {
	if r.Text != "" {
		list = append(list, fmt.Sprintf(`{"text":%s}`, quote(r.Text)))
	}
	for _, c := range r.Calls {
		signature := ""
		if c.Signature != "" {
			signature = `,"thoughtSignature":` + quote(c.Signature)
		}
		list = append(list, fmt.Sprintf(`{"functionCall":{"id":%s,"name":%s,"args":%s}%s}`, quote(c.ID), quote(c.Name), c.Arguments, signature))
	}
	return list
}

func finish(r llmtest.Reply) string {
	switch {
	case r.Refused:
		return "SAFETY"
	case r.CutOff:
		return "MAX_TOKENS"
	}
	return "STOP"
}

func frame(parts, finish string, r llmtest.Reply) string {
	end, usage := "", ""
	if finish != "" {
		end = `,"finishReason":"` + finish + `","finishMessage":"","safetyRatings":[]`
		usage = fmt.Sprintf(`,"usageMetadata":{"promptTokenCount":%d,"candidatesTokenCount":%d,"thoughtsTokenCount":%d,"totalTokenCount":9,"trafficType":"ON_DEMAND"}`,
			r.Input, r.Output-r.Output/2, r.Output/2)
	}
	return fmt.Sprintf(`{"candidates":[{"index":0,"content":{"role":"model","parts":[%s]}%s}]%s,"modelVersion":"%s","responseId":"resp_7"}`, parts, end, usage, model)
}

func whole(r llmtest.Reply) string { return frame(strings.Join(parts(r), ","), finish(r), r) }

// frames puts a thought first, which nobody may see, and splits the text.
func frames(r llmtest.Reply) []string {
	list := []string{frame(`{"text":"SECRET thoughts","thought":true}`, "", r)}
	half := len([]rune(r.Text)) / 2
	if half > 0 {
		list = append(list, frame(`{"text":`+quote(string([]rune(r.Text)[:half]))+`}`, "", r))
		r.Text = string([]rune(r.Text)[half:])
	}
	list = append(list, frame(strings.Join(parts(r), ","), finish(r), r))
	for i := range list {
		list[i] = "data: " + list[i] + "\r\n\r\n"
	}
	return list
}

func quote(s string) string { raw, _ := json.Marshal(s); return string(raw) }

func read(r *http.Request, body []byte) (*llmtest.Asked, error) {
	var req struct {
		Contents          []content `json:"contents"`
		SystemInstruction content   `json:"systemInstruction"`
		Tools             []struct {
			FunctionDeclarations []struct {
				Name                 string         `json:"name"`
				ParametersJSONSchema map[string]any `json:"parametersJsonSchema"`
			} `json:"functionDeclarations"`
		} `json:"tools"`
		GenerationConfig struct {
			ResponseMIMEType   string         `json:"responseMimeType"`
			ResponseJSONSchema map[string]any `json:"responseJsonSchema"`
		} `json:"generationConfig"`
	}
	if err := json.Unmarshal(body, &req); err != nil {
		return nil, err
	}
	asked := &llmtest.Asked{Model: strings.Split(strings.TrimPrefix(r.URL.Path, "/v1beta/models/"), ":")[0], Key: r.Header.Get("x-goog-api-key")}
	asked.Schema = req.GenerationConfig.ResponseMIMEType == "application/json" && req.GenerationConfig.ResponseJSONSchema["type"] == "object"
	for _, p := range req.SystemInstruction.Parts {
		asked.System += p.Text
	}
	for _, tool := range req.Tools {
		for _, f := range tool.FunctionDeclarations {
			asked.Tools = append(asked.Tools, f.Name)
		}
	}
	for _, c := range req.Contents {
		for _, p := range c.Parts {
			p.into(asked)
		}
	}
	return asked, nil
}

type content struct {
	Role  string `json:"role"`
	Parts []part `json:"parts"`
}

type part struct {
	Text         string `json:"text"`
	FunctionCall *struct {
		ID   string          `json:"id"`
		Name string          `json:"name"`
		Args json.RawMessage `json:"args"`
	} `json:"functionCall"`
	FunctionResponse *struct {
		ID       string          `json:"id"`
		Name     string          `json:"name"`
		Response json.RawMessage `json:"response"`
	} `json:"functionResponse"`
	ThoughtSignature string `json:"thoughtSignature"`
}

func (p part) into(asked *llmtest.Asked) {
	switch {
	case p.FunctionCall != nil:
		asked.Calls = append(asked.Calls, llmtest.Call{ID: p.FunctionCall.ID, Name: p.FunctionCall.Name, Arguments: string(p.FunctionCall.Args), Signature: p.ThoughtSignature})
	case p.FunctionResponse != nil:
		asked.Results = append(asked.Results, llmtest.Result{ID: p.FunctionResponse.ID, Name: p.FunctionResponse.Name, Content: string(p.FunctionResponse.Response)})
	case p.Text != "":
		asked.Words = append(asked.Words, p.Text)
	}
}
