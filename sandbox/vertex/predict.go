package vertex

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	_ "image/gif" // what it takes
	_ "image/jpeg"
	_ "image/png"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	_ "golang.org/x/image/bmp"
)

type predictRequest struct {
	Instances []struct {
		Text  *string `json:"text"`
		Image *struct {
			Bytes *string `json:"bytesBase64Encoded"`
			URI   string  `json:"gcsUri"`
			MIME  string  `json:"mimeType"`
		} `json:"image"`
		Video json.RawMessage `json:"video"`
	} `json:"instances"`
	Parameters struct {
		Dimension *int `json:"dimension"`
	} `json:"parameters"`
}

type predicted struct {
	Text  []float32 `json:"textEmbedding,omitempty"`
	Image []float32 `json:"imageEmbedding,omitempty"`
}

const (
	whole        = 1408
	largestImage = 20 << 20
	mostTokens   = 32
)

// predict answers in the order in which Google does: who asks, what for, how often, and then what.
func (s *Sim) predict(w http.ResponseWriter, r *http.Request) {
	input, out, p := s.judge(r)
	status := http.StatusOK
	if p != nil {
		status = p.code
	}
	s.mu.Lock()
	s.calls = append(s.calls, Call{At: s.cfg.Clock.Now(), Input: input, Status: status})
	s.mu.Unlock()
	if p != nil {
		refuse(w, *p)
		return
	}
	s.answer(w, out)
}

func (s *Sim) judge(r *http.Request) (input string, out predicted, p *problem) {
	model, op, _ := strings.Cut(r.PathValue("call"), ":")
	switch {
	case !s.authorised(r):
		return "", out, &unauthenticated
	case r.PathValue("project") != s.cfg.Project:
		return "", out, forbidden(r.PathValue("project"))
	case r.PathValue("location") != s.cfg.Location, model != Model, op != "predict":
		return "", out, &problem{404, "NOT_FOUND", "Publisher Model `" + strings.TrimPrefix(r.URL.Path, "/v1/") + "` was not found or your project does not have access to it.", nil}
	case s.spent():
		return "", out, &exhausted
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 40<<20))
	var q predictRequest
	if err != nil || json.Unmarshal(body, &q) != nil {
		return "", out, invalid("Invalid JSON payload received. Unexpected token.")
	}
	return q.answer()
}

func (q predictRequest) answer() (input string, out predicted, p *problem) {
	size := whole
	if q.Parameters.Dimension != nil {
		size = *q.Parameters.Dimension
	}
	switch {
	case len(q.Instances) != 1:
		return "", out, invalid("The simulator takes exactly one instance.")
	case !slices.Contains([]int{128, 256, 512, whole}, size):
		return "", out, invalid("Invalid embedding dimension. Supported: 128, 256, 512, 1408.")
	case q.Instances[0].Video != nil:
		return "", out, invalid("The simulator takes no video.")
	}
	one := q.Instances[0]
	if one.Text != nil && *one.Text != "" {
		input, out.Text = "text", ofText(*one.Text)[:size]
	}
	if one.Image != nil {
		raw, p := picture(one.Image.Bytes)
		if p != nil {
			return "image", out, p
		}
		out.Image = ofPicture(raw)[:size]
		input = map[string]string{"": "image", "text": "both"}[input]
	}
	if input == "" {
		return "", out, invalid("Instance must have at least one of text, image, video.")
	}
	return input, out, nil
}

func picture(code *string) ([]byte, *problem) {
	if code == nil {
		return nil, invalid("The simulator reads no gs:// addresses: send bytesBase64Encoded.")
	}
	raw, err := base64.StdEncoding.DecodeString(*code)
	if err != nil {
		return nil, invalid("Invalid value at 'instances.image.bytesBase64Encoded' (TYPE_BYTES).")
	}
	if len(raw) > largestImage {
		return nil, invalid("The image is larger than 20 MB.")
	}
	if _, _, err := image.DecodeConfig(bytes.NewReader(raw)); err != nil {
		return nil, invalid("Could not decode the image. Supported: BMP, GIF, JPG, PNG.")
	}
	return raw, nil
}

// spent says whether the minute's quota is used up.
func (s *Sim) spent() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, since := 0, s.cfg.Clock.Now().Add(-time.Minute)
	for _, c := range slices.Backward(s.calls) {
		if !c.At.After(since) {
			break
		}
		if c.Status == http.StatusOK {
			n++
		}
	}
	return n >= s.cfg.Quota
}

func (s *Sim) answer(w http.ResponseWriter, out predicted) {
	switch s.nextWrong() {
	case Short:
		out.Text, out.Image = out.Text[:min(9, len(out.Text))], out.Image[:min(9, len(out.Image))]
	case Zeros:
		clear(out.Text)
		clear(out.Image)
	case Nothing:
		reply(w, 200, map[string]any{"predictions": []any{}, "deployedModelId": "0"})
		return
	case Page:
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<html><title>Error 200</title></html>")
		return
	case Late:
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		_, _ = io.WriteString(w, `{"predictions": [{"textEmbedding": [0.01, 0.0`)
		return
	case Inside:
		reply(w, 200, problem{500, "INTERNAL", "Internal error encountered.", nil}.body())
		return
	}
	reply(w, 200, map[string]any{"predictions": []predicted{out}, "deployedModelId": "0"})
}
