package gemini

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
)

// sentinel stands in for the signature of a call that another model made; its base64 form is what the Go SDK sends.
// https://ai.google.dev/gemini-api/docs/thought-signatures
const sentinel = "skip_thought_signature_validator"

// sign binds a call to the model and the key, so that a signature taken to another route is refused as corrupted.
func (s *Sim) sign(model string, c functionCall) string {
	return s.signText(model, c.Name+"\x00"+canonical(c.Args))
}

func (s *Sim) signText(model, text string) string {
	mac := hmac.New(sha256.New, []byte("simulated gemini\x00"+s.cfg.Key+"\x00"+model))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// canonical makes arguments comparable after a client decoded and encoded them again.
func canonical(args json.RawMessage) string {
	var v any
	if json.Unmarshal(args, &v) != nil || v == nil {
		return "{}"
	}
	return string(encode(v))
}

func isSentinel(signature string) bool {
	raw, err := base64.StdEncoding.DecodeString(signature)
	return signature == sentinel || (err == nil && string(raw) == sentinel)
}

// enforcesSignatures: Gemini 2 and the image models do not.
func enforcesSignatures(model string) bool {
	return !strings.HasPrefix(model, "gemini-2") && !makesImages(model)
}

// checkSignatures looks at every step since the last real words of the user: its first function call must carry the
// signature that was issued for it.
func (s *Sim) checkSignatures(model string, contents []content) *fault {
	if !enforcesSignatures(model) {
		return nil
	}
	for i := currentTurn(contents); i < len(contents); i++ {
		first := firstCall(contents[i])
		if contents[i].Role != "model" || first == nil {
			continue
		}
		switch sig := first.ThoughtSignature; {
		case sig == "":
			return invalid("Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call `default_api:%s` , position %d. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.", first.FunctionCall.Name, i+1)
		case sig != s.sign(model, *first.FunctionCall) && !isSentinel(sig):
			return invalid("Corrupted thought signature.")
		}
	}
	return nil
}

func currentTurn(contents []content) int {
	for i := len(contents) - 1; i >= 0; i-- {
		if contents[i].Role == "model" {
			continue
		}
		for _, p := range contents[i].Parts {
			if p.FunctionResponse == nil {
				return i
			}
		}
	}
	return 0
}

func firstCall(c content) *part {
	for i := range c.Parts {
		if c.Parts[i].FunctionCall != nil {
			return &c.Parts[i]
		}
	}
	return nil
}
