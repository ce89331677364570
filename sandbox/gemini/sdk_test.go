package gemini_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/genai"

	"marketa/sandbox/gemini"
)

func (b *bundle) sdk(cfg genai.ClientConfig) *genai.Client {
	b.t.Helper()
	cfg.HTTPOptions.BaseURL = b.url
	c, err := genai.NewClient(context.Background(), &cfg)
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

var menu = []*genai.Tool{{FunctionDeclarations: []*genai.FunctionDeclaration{{Name: "get_menu", Description: "The menu",
	Parameters: &genai.Schema{Type: genai.TypeObject, Properties: map[string]*genai.Schema{"day": {Type: genai.TypeString}, "n": {Type: genai.TypeInteger}}}}}}}

func TestTheSDKCompletesAToolLoop(t *testing.T) {
	b := setup(t, toolUser())
	c := b.sdk(genai.ClientConfig{APIKey: key, Backend: genai.BackendGeminiAPI})
	talk := []*genai.Content{genai.NewContentFromText("the menu?", genai.RoleUser)}
	cfg := &genai.GenerateContentConfig{Tools: menu, SystemInstruction: genai.NewContentFromText("help", genai.RoleUser)}
	first, err := c.Models.GenerateContent(context.Background(), "gemini-3.1-pro-preview", talk, cfg)
	if err != nil {
		t.Fatal(err)
	}
	answers := &genai.Content{Role: "user"}
	for _, f := range first.FunctionCalls() {
		answers.Parts = append(answers.Parts, &genai.Part{FunctionResponse: &genai.FunctionResponse{ID: f.ID, Name: f.Name, Response: map[string]any{"output": "carbonara"}}})
	}
	talk = append(talk, first.Candidates[0].Content, answers)
	second, err := c.Models.GenerateContent(context.Background(), "gemini-3.1-pro-preview", talk, cfg)
	if err != nil || second.Text() != "Menu: carbonara" {
		t.Fatalf("%v %+v", err, second)
	}
	talk[1].Parts[0].ThoughtSignature = nil
	_, err = c.Models.GenerateContent(context.Background(), "gemini-3.1-pro-preview", talk, cfg)
	var refused genai.APIError
	if !errors.As(err, &refused) || refused.Code != 400 || !strings.Contains(refused.Message, "thought_signature") {
		t.Errorf("without the signature: %v", err)
	}
}

func TestTheSDKStreams(t *testing.T) {
	b := setup(t, says("Ciao 👩‍🍳, a domenica!"))
	c := b.sdk(genai.ClientConfig{APIKey: key, Backend: genai.BackendGeminiAPI})
	read := func() (text string, finish genai.FinishReason, err error) {
		for r, err := range c.Models.GenerateContentStream(context.Background(), "gemini-3.1-pro-preview", genai.Text("ciao"), nil) {
			if err != nil {
				return text, finish, err
			}
			text += r.Text()
			finish = r.Candidates[0].FinishReason
		}
		return text, finish, nil
	}
	if text, finish, err := read(); err != nil || text != "Ciao 👩‍🍳, a domenica!" || finish != genai.FinishReasonStop {
		t.Fatalf("%q %q %v", text, finish, err)
	}
	b.sim.Misbehave(gemini.ErrorFrame, 1)
	var failed genai.APIError
	if text, _, err := read(); !errors.As(err, &failed) || failed.Code != 503 || text == "" {
		t.Errorf("error frame: %q %v", text, err)
	}
	b.sim.Misbehave(gemini.EndEarly, 1)
	if _, finish, err := read(); err != nil || finish != "" {
		t.Errorf("early end: %q %v", finish, err)
	}
}

func TestTheSDKSpeaksVertex(t *testing.T) {
	b := setup(t, says("ok"))
	bearer := &http.Client{Transport: withBearer{}}
	c := b.sdk(genai.ClientConfig{Backend: genai.BackendVertexAI, Project: "p", Location: "europe-west1", HTTPClient: bearer})
	got, err := c.Models.GenerateContent(context.Background(), "gemini-3.1-pro-preview", genai.Text("ciao"), nil)
	if err != nil || got.Text() != "ok" {
		t.Fatalf("%v %+v", err, got)
	}
}

type withBearer struct{}

func (withBearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+key)
	return http.DefaultTransport.RoundTrip(r)
}

func TestTheSDKSeesQuotasAndBlocks(t *testing.T) {
	b := setup(t, says("ok"))
	c := b.sdk(genai.ClientConfig{APIKey: key, Backend: genai.BackendGeminiAPI})
	b.sim.Misbehave(gemini.RateLimited, 1)
	_, err := c.Models.GenerateContent(context.Background(), "gemini-3.1-pro-preview", genai.Text("x"), nil)
	var limited genai.APIError
	if !errors.As(err, &limited) || limited.Code != 429 || len(limited.Details) != 2 {
		t.Errorf("429: %+v", err)
	}
	b.sim.Misbehave(gemini.Block("SAFETY"), 1)
	got, err := c.Models.GenerateContent(context.Background(), "gemini-3.1-pro-preview", genai.Text("x"), nil)
	if err != nil || len(got.Candidates) != 0 || got.PromptFeedback.BlockReason != genai.BlockedReasonSafety {
		t.Errorf("blocked: %v %+v", err, got)
	}
}
