package gemini

import (
	"encoding/hex"
	"encoding/json"
	"hash/fnv"
	"net/http"
	"strings"
	"unicode/utf8"

	"marketa/sandbox/actor"
)

// response is the body of generateContent and of each stream frame.
type response struct {
	Candidates     []candidate     `json:"candidates,omitempty"`
	PromptFeedback *promptFeedback `json:"promptFeedback,omitempty"`
	UsageMetadata  *usage          `json:"usageMetadata,omitempty"`
	ModelVersion   string          `json:"modelVersion,omitempty"`
	ResponseID     string          `json:"responseId,omitempty"`
}

type candidate struct {
	Index         int            `json:"index"`
	Content       *content       `json:"content,omitempty"`
	FinishReason  string         `json:"finishReason,omitempty"`
	FinishMessage string         `json:"finishMessage,omitempty"`
	SafetyRatings []safetyRating `json:"safetyRatings,omitempty"`
}

type promptFeedback struct {
	BlockReason        string         `json:"blockReason"`
	BlockReasonMessage string         `json:"blockReasonMessage,omitempty"`
	SafetyRatings      []safetyRating `json:"safetyRatings,omitempty"`
}

type safetyRating struct {
	Category    string `json:"category"`
	Probability string `json:"probability"`
	Blocked     bool   `json:"blocked,omitempty"`
}

type usage struct {
	PromptTokenCount     int      `json:"promptTokenCount"`
	CandidatesTokenCount int      `json:"candidatesTokenCount,omitempty"`
	ThoughtsTokenCount   int      `json:"thoughtsTokenCount,omitempty"`
	TotalTokenCount      int      `json:"totalTokenCount"`
	PromptTokensDetails  []tokens `json:"promptTokensDetails,omitempty"`
	CandidatesDetails    []tokens `json:"candidatesTokensDetails,omitempty"`
	TrafficType          string   `json:"trafficType,omitempty"`
}

type tokens struct {
	Modality   string `json:"modality"`
	TokenCount int    `json:"tokenCount"`
}

// answer is what one call will say, before it is put into one body or many frames.
type answer struct {
	to      target
	id      string
	parts   []part
	finish  string
	message string
	block   string
	sealed  string // the signature that trails a text
	used    usage
}

func (s *Sim) generate(w http.ResponseWriter, r *http.Request, to target) {
	req, f := parseRequest(r.Body)
	if f == nil && !s.knows(to.model) {
		missing := unknownModel(to)
		f = &missing
	}
	if f == nil {
		f = s.check(to, req)
	}
	if f != nil {
		refuse(w, *f)
		return
	}
	n, mind, kind := s.turn()
	if kind == StallFirstByte && s.cfg.Clock.Wait(r.Context(), s.cfg.Clock.Now().Add(StallFor)) != nil {
		panic(http.ErrAbortHandler)
	}
	if s.failed(w, kind, to.op) {
		return
	}
	a := s.compose(to, req, mind, n, kind)
	if to.op == opStream {
		s.stream(w, r, a, kind)
		return
	}
	sendWhole(w, a, kind)
}

// failed answers the kinds that are an HTTP error or no answer at all.
func (s *Sim) failed(w http.ResponseWriter, kind Kind, op string) bool {
	switch kind {
	case RateLimited, DailyQuota:
		refuse(w, exhausted(kind == DailyQuota))
	case Overloaded:
		refuse(w, overloaded)
	case Internal:
		refuse(w, internal)
	case KeyRevoked:
		refuse(w, badKey)
	case ArrayError:
		reply(w, overloaded.code, []any{overloaded.body()})
	case NoCode:
		reply(w, http.StatusBadRequest, map[string]any{"error": map[string]any{"message": "Bad request."}})
	case HTMLError:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("<html><title>503 Service Unavailable</title><body>upstream connect error</body></html>"))
	case EmptyBody:
		w.WriteHeader(http.StatusOK)
	case ErrorFrame:
		if op == opStream {
			return false
		}
		refuse(w, overloaded)
	default:
		return false
	}
	return true
}

// compose lets the mind think and bends the result to kind.
func (s *Sim) compose(to target, req request, mind actor.Mind, n uint64, kind Kind) answer {
	a := answer{to: to, id: s.id(to.model, n), finish: "STOP"}
	reason, special := strings.CutPrefix(string(kind), "finish ")
	switch {
	case strings.HasPrefix(string(kind), "block "):
		a.block, a.finish = strings.TrimPrefix(string(kind), "block "), ""
	case special:
		a.finish = reason
	case kind == MalformedCall:
		a.finish, a.message = "MALFORMED_FUNCTION_CALL", "Malformed function call: print(default_api."
	case kind == EmptyAnswer:
	case makesImages(to.model) && wantsImage(req):
		a.parts = paint(req, kind == TextOnly)
	default:
		s.think(&a, req, mind, n, kind)
	}
	a.count(req)
	a.limit(req.GenerationConfig.MaxOutputTokens)
	return a
}

func (s *Sim) think(a *answer, req request, mind actor.Mind, n uint64, kind Kind) {
	r := mind.Answer(toActor(a.to.model, req))
	if r.Refusal != "" {
		a.finish, a.message = "SAFETY", r.Refusal
		return
	}
	if t := req.GenerationConfig.ThinkingConfig; t != nil && t.IncludeThoughts {
		a.parts = append(a.parts, part{Text: new("I read the request and weigh what to say."), Thought: true})
	}
	if r.Text != "" {
		a.parts = append(a.parts, part{Text: new(bend(r.Text, kind))})
		a.sealed = s.signText(a.to.model, r.Text)
	}
	if kind == MaxTokens {
		a.finish = "MAX_TOKENS"
	}
	for i, c := range r.Calls {
		a.parts = append(a.parts, s.callPart(a.to.model, c, n, i))
	}
}

func bend(text string, kind Kind) string {
	switch kind {
	case FencedJSON:
		return "```json\n" + text + "\n```"
	case MaxTokens:
		half := []rune(text)
		return string(half[:len(half)/2])
	}
	return text
}

// callPart is one function call; only the first of an answer carries a signature.
func (s *Sim) callPart(model string, c actor.Call, n uint64, i int) part {
	args := c.Args
	if len(args) == 0 {
		args = json.RawMessage("{}")
	}
	f := functionCall{ID: s.id(c.Name, n<<8+uint64(i))[:8], Name: c.Name, Args: args}
	p := part{FunctionCall: &f}
	if i == 0 && !strings.HasPrefix(model, "gemini-2") {
		p.ThoughtSignature = s.sign(model, f)
	}
	return p
}

func (s *Sim) id(word string, n uint64) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s.cfg.Key + word))
	_, _ = h.Write([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
	return hex.EncodeToString(h.Sum(nil))
}

// count sets the usage: thoughts are billed beside the candidates.
func (a *answer) count(req request) {
	prompt := len(encode(req.Contents))/4 + len(encode(req.SystemInstruction))/4 + 1
	a.used = usage{PromptTokenCount: prompt, PromptTokensDetails: []tokens{{"TEXT", prompt}}}
	if a.to.vertex {
		a.used.TrafficType = "ON_DEMAND"
	}
	if a.block == "" && len(a.parts) > 0 {
		a.used.ThoughtsTokenCount = 16 + prompt%17
	}
	text, image := 0, 0
	for _, p := range a.parts {
		text += p.tokens()
		if p.InlineData != nil {
			image += 1120
		}
	}
	a.used.CandidatesTokenCount = text + image
	if image > 0 {
		a.used.CandidatesDetails = []tokens{{"TEXT", text}, {"IMAGE", image}}
	}
	a.used.TotalTokenCount = prompt + a.used.CandidatesTokenCount + a.used.ThoughtsTokenCount
}

func (p part) tokens() int {
	switch {
	case p.Thought:
		return 0
	case p.Text != nil:
		return (utf8.RuneCountInString(*p.Text) + 3) / 4
	case p.FunctionCall != nil:
		return len(p.FunctionCall.Args)/4 + 4
	}
	return 0
}

// limit applies maxOutputTokens, which pays for the thoughts too: a small one leaves nothing to say.
func (a *answer) limit(most int) {
	if most == 0 || a.used.CandidatesTokenCount+a.used.ThoughtsTokenCount <= most || a.finish != "STOP" {
		return
	}
	left := most - a.used.ThoughtsTokenCount
	var kept []part
	for _, p := range a.parts {
		if p.Text != nil && !p.Thought && left > 0 {
			words := []rune(*p.Text)
			kept = append(kept, part{Text: new(string(words[:min(len(words), left*4)]))})
			left = 0
		}
	}
	a.parts, a.sealed, a.finish = kept, "", "MAX_TOKENS"
	a.used.TotalTokenCount -= a.used.CandidatesTokenCount
	a.used.CandidatesTokenCount = max(0, most-a.used.ThoughtsTokenCount)
	a.used.TotalTokenCount += a.used.CandidatesTokenCount
}

// whole is the answer in one body.
func (a answer) whole() response {
	r := a.frame(a.parts)
	if a.sealed != "" && len(r.Candidates) > 0 && !strings.HasPrefix(a.to.model, "gemini-2") {
		sealText(r.Candidates[0].Content.Parts, a.sealed)
	}
	return a.finished(r)
}

func sealText(parts []part, signature string) {
	for i := range parts {
		if parts[i].Text != nil && !parts[i].Thought {
			parts[i].ThoughtSignature = signature
		}
	}
}

func (a answer) frame(parts []part) response {
	r := response{ModelVersion: a.to.model, ResponseID: a.id}
	if a.block != "" {
		r.PromptFeedback = &promptFeedback{BlockReason: a.block, BlockReasonMessage: "The prompt was blocked.", SafetyRatings: []safetyRating{{"HARM_CATEGORY_DANGEROUS_CONTENT", "HIGH", true}}}
		return r
	}
	c := candidate{}
	if len(parts) > 0 || a.finish == "STOP" || a.finish == "MAX_TOKENS" {
		c.Content = &content{Role: "model", Parts: append([]part(nil), parts...)}
	}
	r.Candidates = []candidate{c}
	return r
}

// finished adds what only the last frame has: the reason and the final usage.
func (a answer) finished(r response) response {
	used := a.used
	r.UsageMetadata = &used
	for i := range r.Candidates {
		r.Candidates[i].FinishReason, r.Candidates[i].FinishMessage = a.finish, a.message
		if a.finish == "SAFETY" {
			r.Candidates[i].SafetyRatings = []safetyRating{{"HARM_CATEGORY_HARASSMENT", "HIGH", true}}
		}
	}
	return r
}

func sendWhole(w http.ResponseWriter, a answer, kind Kind) {
	body := encode(a.whole())
	if kind != CutStream && kind != EndEarly {
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		_, _ = w.Write(body)
		return
	}
	writeCut(w, body)
}
