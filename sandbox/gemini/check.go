package gemini

import (
	"regexp"
	"slices"
	"strings"
)

// check refuses what the vendor refuses, with its words where they are known.
func (s *Sim) check(to target, req request) *fault {
	for _, f := range []*fault{
		checkContents(req.Contents),
		s.checkTools(req),
		checkGeneration(to.model, req),
	} {
		if f != nil {
			return f
		}
	}
	if f := checkPairs(req.Contents); f != nil {
		return f
	}
	return s.checkSignatures(to.model, req.Contents)
}

func checkContents(contents []content) *fault {
	if len(contents) == 0 {
		return invalid("* GenerateContentRequest.contents: contents is not specified")
	}
	for i, c := range contents {
		if c.Role != "user" && c.Role != "model" && (c.Role != "" || len(contents) > 1) {
			return invalid("Please use a valid role: user, model.")
		}
		if len(c.Parts) == 0 {
			return invalid("* GenerateContentRequest.contents[%d].parts: contents.parts must not be empty.", i)
		}
		for j, p := range c.Parts {
			if !p.hasData() {
				return invalid("* GenerateContentRequest.contents[%d].parts[%d].data: required oneof field 'data' must have one initialized field", i, j)
			}
		}
	}
	return nil
}

func (p part) hasData() bool {
	return p.Text != nil || p.InlineData != nil || p.FileData != nil || p.FunctionCall != nil || p.FunctionResponse != nil || p.ThoughtSignature != ""
}

var functionName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.:-]{0,127}$`)

func (s *Sim) checkTools(req request) *fault {
	seen, search := map[string]bool{}, false
	for i, set := range req.Tools {
		search = search || set.GoogleSearch != nil
		for j, d := range set.FunctionDeclarations {
			switch {
			case !functionName.MatchString(d.Name):
				return invalid("* GenerateContentRequest.tools[%d].function_declarations[%d].name: Invalid function name. Must start with a letter or an underscore. Must be alphameric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 128.", i, j)
			case seen[d.Name]:
				return invalid("Duplicate function declaration found: %s", d.Name)
			case d.Parameters != nil && d.ParametersJSONSchema != nil:
				return invalid("* GenerateContentRequest.tools[%d].function_declarations[%d]: parameters and parameters_json_schema are mutually exclusive", i, j)
			}
			if f := checkSchema(d.Parameters, "parameters"); f != nil {
				return f
			}
			seen[d.Name] = true
		}
	}
	if search && len(seen) > 0 && !s.cfg.SearchWithTools {
		return invalid("Tool use with function calling is unsupported by the model.")
	}
	return checkCalling(req.ToolConfig, seen)
}

func checkCalling(c *toolConfig, declared map[string]bool) *fault {
	if c == nil || c.FunctionCallingConfig == nil {
		return nil
	}
	mode, names := c.FunctionCallingConfig.Mode, c.FunctionCallingConfig.AllowedFunctionNames
	switch {
	case !slices.Contains([]string{"", "MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"}, mode):
		return invalid("Invalid value at 'tool_config.function_calling_config.mode' (type.googleapis.com/google.ai.generativelanguage.v1beta.FunctionCallingConfig.Mode), %q", mode)
	case len(names) > 0 && mode != "ANY" && mode != "VALIDATED":
		return invalid("Function calling config is set without function_calling_config.mode=ANY: allowed_function_names should be set only when the mode is ANY or VALIDATED.")
	case mode == "ANY" && len(declared) == 0:
		return invalid("Function calling mode is set to ANY but no function declarations are provided.")
	}
	for _, n := range names {
		if !declared[n] {
			return invalid("Function calling config has allowed_function_names %q that is not declared in tools.", n)
		}
	}
	return nil
}

var schemaTypes = []string{"STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"}

func checkSchema(s *schema, at string) *fault {
	if s == nil {
		return nil
	}
	if s.Type != "" && !slices.Contains(schemaTypes, strings.ToUpper(s.Type)) {
		return invalid("Invalid value at '%s.type' (type.googleapis.com/google.ai.generativelanguage.v1beta.Type), %q", at, s.Type)
	}
	if strings.EqualFold(s.Type, "ARRAY") && s.Items == nil {
		return invalid("* GenerateContentRequest.%s.items: missing field.", at)
	}
	for _, name := range s.Required {
		if s.Properties[name] == nil {
			return invalid("* GenerateContentRequest.%s.required: property %q is not defined", at, name)
		}
	}
	for name, p := range s.Properties {
		if f := checkSchema(p, at+".properties["+name+"]"); f != nil {
			return f
		}
	}
	return checkSchema(s.Items, at+".items")
}

func checkGeneration(model string, req request) *fault {
	g := req.GenerationConfig
	wantsSchema := g.ResponseSchema != nil || g.ResponseJSONSchema != nil
	switch {
	case g.ResponseSchema != nil && g.ResponseJSONSchema != nil:
		return invalid("* GenerateContentRequest.generation_config: response_schema and response_json_schema are mutually exclusive")
	case wantsSchema && g.ResponseMimeType != "application/json" && g.ResponseMimeType != "text/x.enum":
		return invalid("Controlled generation with a response schema is only supported with response mime type 'application/json' or 'text/x.enum'.")
	case g.ResponseMimeType == "application/json" && len(req.Tools) > 0 && strings.HasPrefix(model, "gemini-2"):
		return invalid("Function calling with a response mime type: 'application/json' is unsupported")
	case slices.Contains(g.ResponseModalities, "IMAGE") && !makesImages(model):
		return invalid("The requested combination of response modalities (%s) is not supported by the model. models/%s accepts: TEXT", strings.Join(g.ResponseModalities, ", "), model)
	case makesImages(model) && len(req.Tools) > 0 && functions(req) > 0:
		return invalid("Function calling is not enabled for models/%s", model)
	case makesImages(model) && g.ResponseMimeType == "application/json":
		return invalid("JSON mode is not enabled for models/%s", model)
	case g.MaxOutputTokens < 0 || g.MaxOutputTokens > 65536:
		return invalid("Unable to submit request because it has a maxOutputTokens value of %d but the supported range is from 1 (inclusive) to 65537 (exclusive).", g.MaxOutputTokens)
	}
	if f := checkImage(g.ImageConfig); f != nil {
		return f
	}
	return checkSchema(g.ResponseSchema, "generation_config.response_schema")
}

func functions(req request) int {
	n := 0
	for _, set := range req.Tools {
		n += len(set.FunctionDeclarations)
	}
	return n
}

// checkPairs: each model turn with calls is followed by exactly one answer per call.
func checkPairs(contents []content) *fault {
	for i, c := range contents {
		calls, answers := callsIn(c), answersIn(c)
		if len(answers) > 0 && (i == 0 || len(callsIn(contents[i-1])) == 0) {
			return invalid("Please ensure that function response turn comes immediately after a function call turn.")
		}
		if len(calls) == 0 {
			continue
		}
		if c.Role != "model" || i == 0 || contents[i-1].Role == "model" {
			return invalid("Please ensure that function call turn comes immediately after a user turn or after a function response turn.")
		}
		if i+1 == len(contents) || len(answersIn(contents[i+1])) != len(calls) {
			return invalid("Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.")
		}
		if f := checkNames(calls, answersIn(contents[i+1])); f != nil {
			return f
		}
	}
	return nil
}

func checkNames(calls []*functionCall, answers []*functionResponse) *fault {
	for _, a := range answers {
		if !slices.ContainsFunc(calls, func(c *functionCall) bool { return c.Name == a.Name && (a.ID == "" || c.ID == "" || a.ID == c.ID) }) {
			return invalid("Function response %q (id %q) does not belong to any function call of the preceding turn.", a.Name, a.ID)
		}
		if a.Response == nil {
			return invalid("* GenerateContentRequest.contents.parts.function_response.response: Response cannot be empty.")
		}
	}
	return nil
}

func callsIn(c content) (calls []*functionCall) {
	for _, p := range c.Parts {
		if p.FunctionCall != nil {
			calls = append(calls, p.FunctionCall)
		}
	}
	return calls
}

func answersIn(c content) (answers []*functionResponse) {
	for _, p := range c.Parts {
		if p.FunctionResponse != nil {
			answers = append(answers, p.FunctionResponse)
		}
	}
	return answers
}
