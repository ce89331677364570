package openai

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	sdk "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
)

// Transcriber writes down what is said in a sound. It is a model of its own kind: of a question it takes the sound, not the words, and it
// follows no instructions, which for a stranger's words is just as well.
type Transcriber struct {
	cfg   Config
	audio sdk.AudioTranscriptionService
}

// NewTranscriber makes one without asking the server anything.
func NewTranscriber(cfg Config) (*Transcriber, error) {
	c, err := New(cfg)
	if err != nil {
		return nil, err
	}
	opts := []option.RequestOption{option.WithBaseURL(c.cfg.BaseURL), option.WithMaxRetries(0), option.WithHTTPClient(llm.HTTPClient(cfg.HTTP))}
	if cfg.Key != "" {
		opts = append(opts, option.WithAPIKey(cfg.Key))
	}
	return &Transcriber{cfg: c.cfg, audio: sdk.NewAudioTranscriptionService(opts...)}, nil
}

// Provider is the client's name in routes.
func (t *Transcriber) Provider() string { return t.cfg.Name }

// Call is [llms.Model]'s older form.
func (t *Transcriber) Call(ctx context.Context, prompt string, opts ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, t, prompt, opts...)
}

// GenerateContent asks once. Silence is [llm.Inaudible]. Errors are *[llm.Error] and *[llm.Refused].
//
// POST /audio/transcriptions: https://platform.openai.com/docs/api-reference/audio/createTranscription
func (t *Transcriber) GenerateContent(ctx context.Context, msgs []llms.MessageContent, opts ...llms.CallOption) (*llms.ContentResponse, error) {
	o := llm.OptionsOf(opts)
	if o.Model == "" {
		o.Model = t.cfg.Model
	}
	sound, found := soundIn(msgs)
	if !found {
		return nil, badQuestion(nil).named(t.cfg.Name, o.Model)
	}
	pulse := llm.PulseOf(&o)
	ctx, x := llm.Observe(ctx, pulse)
	pulse.Whole()
	_, err := t.audio.New(ctx, sdk.AudioTranscriptionNewParams{Model: o.Model,
		File: sdk.File(bytes.NewReader(sound.Data), "sound."+extension(sound.MIMEType), sound.MIMEType)})
	if x.Whole() && x.Err() == nil {
		return heard(x), nil
	}
	return nil, explain(ctx, x, err, t.cfg.Now()).named(t.cfg.Name, o.Model)
}

func soundIn(msgs []llms.MessageContent) (llms.BinaryContent, bool) {
	for _, m := range msgs {
		for _, p := range m.Parts {
			if b, ok := p.(llms.BinaryContent); ok && strings.HasPrefix(b.MIMEType, "audio/") {
				return b, true
			}
		}
	}
	return llms.BinaryContent{}, false
}

// heard reads the answer. Usage comes in tokens from the newer models only.
func heard(x *llm.Exchange) *llms.ContentResponse {
	var body struct {
		Text  string `json:"text"`
		Usage struct {
			Input  int64 `json:"input_tokens"`
			Output int64 `json:"output_tokens"`
		} `json:"usage"`
	}
	_ = json.Unmarshal(x.Body, &body)
	text := strings.TrimSpace(body.Text)
	if text == "" {
		text = llm.Inaudible
	}
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{{Content: text, StopReason: "stop",
		GenerationInfo: llm.GenerationInfo(llm.Usage{Input: body.Usage.Input, Output: body.Usage.Output}, "")}}}
}

// extension is what the server goes by; it knows ogg, mp3, m4a, wav, webm and flac.
func extension(mime string) string {
	switch mime {
	case "audio/mpeg", "audio/mp3":
		return "mp3"
	case "audio/mp4", "audio/aac", "audio/x-m4a":
		return "m4a"
	case "audio/wav", "audio/x-wav":
		return "wav"
	case "audio/webm":
		return "webm"
	case "audio/flac":
		return "flac"
	}
	return "ogg"
}
