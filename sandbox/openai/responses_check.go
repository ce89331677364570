package openai

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// check refuses what the vendor refuses. past are the items that previous_response_id stands for.
func (s *Sim) checkResponses(req responsesRequest, past []item) *fault {
	if req.Model == "" {
		return missing("model")
	}
	if !slices.Contains(s.cfg.Models, req.Model) {
		f := unknownModel(req.Model)
		return &f
	}
	checks := []func() *fault{
		func() *fault { return checkOptions(req) },
		func() *fault { return checkResponsesTools(req) },
		func() *fault { return checkFormat(req) },
		func() *fault { return s.checkItems(req, past) },
	}
	for _, check := range checks {
		if f := check(); f != nil {
			return f
		}
	}
	return nil
}

var (
	efforts   = []string{"none", "minimal", "low", "medium", "high", "xhigh", "max"}
	levels    = []string{"low", "medium", "high"}
	includes  = strings.Fields("web_search_call.action.sources web_search_call.results reasoning.encrypted_content message.output_text.logprobs message.input_image.image_url file_search_call.results code_interpreter_call.outputs computer_call_output.output.image_url")
	nameShape = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)
)

func checkOptions(req responsesRequest) *fault {
	switch {
	case len(req.Input) == 0 && req.PreviousResponseID == "":
		return missing("input")
	case req.PreviousResponseID != "" && len(req.Conversation) > 0 && string(req.Conversation) != "null":
		return invalid("previous_response_id", "mutually_exclusive_parameters", "Mutually exclusive parameters: 'previous_response_id' and 'conversation'. Ensure you are only providing one of them.")
	case req.MaxOutputTokens != nil && *req.MaxOutputTokens < 16:
		return invalid("max_output_tokens", "integer_below_min_value", "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got %d instead.", *req.MaxOutputTokens)
	case req.Reasoning != nil && req.Reasoning.Effort != "" && !slices.Contains(efforts, req.Reasoning.Effort):
		return wrongValue("reasoning.effort", req.Reasoning.Effort, efforts...)
	case req.Text != nil && req.Text.Verbosity != "" && !slices.Contains(levels, req.Text.Verbosity):
		return wrongValue("text.verbosity", req.Text.Verbosity, levels...)
	case req.Truncation != "" && req.Truncation != "auto" && req.Truncation != "disabled":
		return wrongValue("truncation", req.Truncation, "auto", "disabled")
	case req.Temperature != nil && reasons(req.Model, req.effort()):
		return unsupported("temperature")
	case req.TopP != nil && reasons(req.Model, req.effort()):
		return unsupported("top_p")
	case len(req.SafetyIdentifier) > 128:
		return invalid("safety_identifier", "string_above_max_length", "Invalid 'safety_identifier': string too long. Expected a string with maximum length 128.")
	}
	for i, v := range req.Include {
		if !slices.Contains(includes, v) {
			return wrongValue(fmt.Sprintf("include[%d]", i), v, includes...)
		}
	}
	return checkMetadata(req.Metadata)
}

func unsupported(param string) *fault {
	return invalid(param, "", "Unsupported parameter: '%s' is not supported with this model.", param)
}

func (r responsesRequest) effort() string {
	if r.Reasoning == nil {
		return ""
	}
	return r.Reasoning.Effort
}

// reasons: these models take no sampling parameters unless reasoning is off.
func reasons(model, effort string) bool {
	model = strings.TrimPrefix(model, "openai/")
	return effort != "none" && (strings.HasPrefix(model, "gpt-5") || strings.HasPrefix(model, "gpt-6"))
}

func checkMetadata(m map[string]string) *fault {
	if len(m) > 16 {
		return invalid("metadata", "object_above_max_properties", "Invalid 'metadata': too many properties. Expected an object with at most 16 properties, but got %d instead.", len(m))
	}
	for k, v := range m {
		if len(k) > 64 || len(v) > 512 {
			return invalid("metadata", "string_above_max_length", "Invalid 'metadata': keys have at most 64 and values at most 512 characters.")
		}
	}
	return nil
}

func checkResponsesTools(req responsesRequest) *fault {
	names := map[string]bool{}
	for i, t := range req.Tools {
		at := fmt.Sprintf("tools[%d]", i)
		switch {
		case t.searches():
		case t.Type != "function":
			return wrongValue(at+".type", t.Type, "function", "web_search", "web_search_preview")
		case t.Name == "":
			return missing(at + ".name")
		default:
			if f := checkFunction(at, t.Name, t.Parameters, t.Strict, at+".parameters"); f != nil {
				return f
			}
			names[t.Name] = true
		}
	}
	_, f := readChoice(req.ToolChoice, names, len(req.Tools))
	return f
}

func checkFunction(at, name string, parameters json.RawMessage, strict *bool, param string) *fault {
	if !nameShape.MatchString(name) {
		return invalid(at+".name", "invalid_value", "Invalid '%s.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.", at)
	}
	if strict == nil || !*strict {
		return nil
	}
	if said := strictTrouble(parameters); said != "" {
		return invalid(param, "invalid_function_parameters", "Invalid schema for function '%s': %s", name, said)
	}
	return nil
}

// choice is tool_choice, read: the mode (auto, none, required) and, where given, the only names allowed.
type choice struct {
	mode string
	only []string
}

func readChoice(raw json.RawMessage, names map[string]bool, offered int) (choice, *fault) {
	if len(raw) == 0 || string(raw) == "null" {
		return choice{mode: "auto"}, nil
	}
	if mode, ok := asString(raw); ok {
		switch {
		case mode != "auto" && mode != "none" && mode != "required":
			return choice{}, wrongValue("tool_choice", mode, "none", "auto", "required")
		case mode == "required" && offered == 0:
			return choice{}, invalid("tool_choice", "", "Tool choice 'required' must be specified with 'tools' parameter.")
		}
		return choice{mode: mode}, nil
	}
	var o struct {
		Type, Name, Mode string
		Function         struct{ Name string }
		Tools            []struct{ Type, Name string }
	}
	if err := json.Unmarshal(raw, &o); err != nil {
		return choice{}, wrongJSON("tool_choice", err)
	}
	switch o.Type {
	case "function":
		return oneFunction(o.Name+o.Function.Name, names)
	case "allowed_tools":
		c := choice{mode: o.Mode}
		for _, t := range o.Tools {
			c.only = append(c.only, t.Name)
		}
		return c, nil
	}
	return choice{}, wrongValue("tool_choice.type", o.Type, "function", "allowed_tools", "web_search_preview", "file_search", "code_interpreter", "image_generation", "mcp", "custom")
}

func oneFunction(name string, names map[string]bool) (choice, *fault) {
	if !names[name] {
		return choice{}, invalid("tool_choice", "", "Tool choice '%s' not found in 'tools' parameter.", name)
	}
	return choice{mode: "required", only: []string{name}}, nil
}

func checkFormat(req responsesRequest) *fault {
	if req.Text == nil || req.Text.Format == nil {
		return nil
	}
	switch f := req.Text.Format; f.Type {
	case "text":
		return nil
	case "json_object":
		if !strings.Contains(strings.ToLower(string(req.Input)), "json") {
			return invalid("input", "", "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'.")
		}
		return nil
	case "json_schema":
		return checkSchemaFormat(f, "text.format", "text.format.schema")
	default:
		return wrongValue("text.format.type", f.Type, "json_object", "json_schema", "text")
	}
}

func checkSchemaFormat(f *format, at, param string) *fault {
	switch {
	case f.Name == "":
		return missing(at + ".name")
	case !nameShape.MatchString(f.Name):
		return invalid(at+".name", "invalid_value", "Invalid '%s.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.", at)
	case len(f.Schema) == 0:
		return missing(at + ".schema")
	case f.Strict != nil && *f.Strict:
		if said := strictTrouble(f.Schema); said != "" {
			return invalid(param, "invalid_json_schema", "Invalid schema for response_format '%s': %s", f.Name, said)
		}
	}
	return nil
}

// checkItems looks at each item, at reasoning that was tampered with, and at calls and outputs that lack each other.
func (s *Sim) checkItems(req responsesRequest, past []item) *fault {
	for i, it := range req.items {
		if f := s.checkItem(fmt.Sprintf("input[%d]", i), it); f != nil {
			return f
		}
	}
	return checkPairs(append(slices.Clone(past), req.items...))
}

func (s *Sim) checkItem(at string, it item) *fault {
	switch it.Type {
	case "message":
		return checkMessage(at, it)
	case "function_call":
		if it.CallID == "" || it.Name == "" || it.Arguments == nil {
			return missing(at + firstMissing(it))
		}
	case "function_call_output":
		if it.CallID == "" {
			return missing(at + ".call_id")
		}
		if len(it.Output) == 0 {
			return missing(at + ".output")
		}
	case "reasoning":
		return s.checkReasoning(it)
	case "web_search_call", "item_reference":
	default:
		return wrongValue(at+".type", it.Type, "message", "function_call", "function_call_output", "reasoning", "web_search_call")
	}
	return nil
}

func firstMissing(it item) string {
	switch {
	case it.CallID == "":
		return ".call_id"
	case it.Name == "":
		return ".name"
	}
	return ".arguments"
}

func checkMessage(at string, it item) *fault {
	inside := map[string][]string{
		"user": {"input_text", "input_image", "input_file"}, "system": {"input_text"}, "developer": {"input_text"},
		"assistant": {"output_text", "refusal"},
	}[it.Role]
	if inside == nil {
		return wrongValue(at+".role", it.Role, "assistant", "system", "developer", "user")
	}
	list, err := parts(it.Content, inside[0])
	if err != nil {
		return wrongJSON(at+".content", err)
	}
	for i, p := range list {
		if !slices.Contains(inside, p.Type) {
			return wrongValue(fmt.Sprintf("%s.content[%d].type", at, i), p.Type, inside...)
		}
		if _, ok := asString(p.ImageURL); p.Type == "input_image" && !ok && p.FileID == "" {
			return invalid(fmt.Sprintf("%s.content[%d].image_url", at, i), "invalid_type", "Invalid type for '%s.content[%d].image_url': expected an image URL, but got an object instead.", at, i)
		}
	}
	return nil
}

// checkReasoning: encrypted content comes back unchanged; without it the id must be one that is kept.
func (s *Sim) checkReasoning(it item) *fault {
	if it.EncryptedContent != nil && *it.EncryptedContent != "" {
		if *it.EncryptedContent != s.seal(it.ID) {
			return invalid("", "invalid_encrypted_content", "The encrypted content for item %s could not be verified. Reason: Encrypted content could not be decrypted or parsed.", it.ID)
		}
		return nil
	}
	if !s.keeps(it.ID) {
		return &fault{404, fmt.Sprintf("Item with id '%s' not found. Items are not persisted when `store` is set to false. Try again with `store` set to true, or remove this item from your input.", it.ID), "invalid_request_error", "input", ""}
	}
	return nil
}

func (s *Sim) seal(id string) string {
	mac := hmac.New(sha256.New, []byte("simulated openai "+s.cfg.Key))
	mac.Write([]byte(id))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// checkPairs matches on call_id, as the vendor does, not on id.
func checkPairs(items []item) *fault {
	calls, answered := map[string]bool{}, map[string]bool{}
	for _, it := range items {
		switch it.Type {
		case "function_call":
			calls[it.CallID] = true
		case "function_call_output":
			if !calls[it.CallID] {
				return invalid("input", "", "No tool call found for function call output with call_id %s.", it.CallID)
			}
			answered[it.CallID] = true
		}
	}
	for _, it := range items {
		if it.Type == "function_call" && !answered[it.CallID] {
			return invalid("input", "", "No tool output found for function call %s.", it.CallID)
		}
	}
	return nil
}
