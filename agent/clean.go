package agent

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// What comes from models and clients is made fit for Postgres and for prompts here. Nothing in this file does I/O.

// clean is text as Postgres takes it.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// tags are what a fence is made of (see stages.Fence).
var tags = strings.NewReplacer("<", "‹", "＜", "‹", "﹤", "‹")

// noTags keeps a value from outside from looking like one of our fences, wherever in a prompt it stands.
func noTags(s string) string { return tags.Replace(s) }

// oneLine keeps a text from outside on one line, without what nobody sees.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	}), " ")
}

// cutTo shortens what nobody will send; a text that may leave is cut by shorten.
func cutTo(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// arguments are a model's arguments as JSON that Postgres takes. What is none becomes a string, which the tool refuses in
// words.
func arguments(s string) json.RawMessage {
	if strings.TrimSpace(s) == "" {
		return json.RawMessage(`{}`)
	}
	if !json.Valid([]byte(s)) {
		return quoted(cutTo(s, mostRecorded/4))
	}
	return jsonClean([]byte(s))
}

const mostRecorded = 32 << 10 // bytes of arguments in a row: a tool takes more, but then something is wrong

// forTheRecord is what stands in the row of a call.
func forTheRecord(args json.RawMessage) json.RawMessage {
	if len(args) <= mostRecorded {
		return args
	}
	return quoted(cutTo(string(args), 500))
}

func quoted(s string) json.RawMessage {
	b, _ := json.Marshal(clean(s)) // a string
	return b
}

// jsonClean takes away what JSON may say and jsonb refuses: NUL, half a character, numbers beyond all numbers.
func jsonClean(b []byte) json.RawMessage {
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return json.RawMessage(`{}`)
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(cleanValue(value)) != nil {
		return json.RawMessage(`{}`)
	}
	return bytes.TrimSpace(out.Bytes())
}

func cleanValue(v any) any {
	switch v := v.(type) {
	case string:
		return clean(v)
	case json.Number:
		return cleanNumber(v)
	case []any:
		for i := range v {
			v[i] = cleanValue(v[i])
		}
		return v
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, inner := range v {
			out[clean(k)] = cleanValue(inner)
		}
		return out
	}
	return v
}

func cleanNumber(n json.Number) any {
	if len(n) <= 20 && !strings.ContainsAny(string(n), "eE") {
		return n
	}
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil || math.IsInf(f, 0) {
		return cutTo(string(n), 40) // a text, which no schema takes for a number
	}
	return f
}
