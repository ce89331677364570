package openai

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// fault is an error in OpenAI's shape; an empty param or code is null (https://developers.openai.com/docs/guides/error-codes).
type fault struct {
	status  int
	message string
	kind    string // the "type"
	param   string
	code    string
}

func (f fault) body() map[string]any {
	return map[string]any{"error": map[string]any{"message": f.message, "type": f.kind, "param": orNull(f.param), "code": orNull(f.code)}}
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func invalid(param, code, format string, args ...any) *fault {
	return &fault{http.StatusBadRequest, fmt.Sprintf(format, args...), "invalid_request_error", param, code}
}

func missing(param string) *fault {
	return invalid(param, "missing_required_parameter", "Missing required parameter: '%s'.", param)
}

func wrongValue(param, got string, supported ...string) *fault {
	return invalid(param, "invalid_value", "Invalid value: '%s'. Supported values are: '%s'.", got, strings.Join(supported, "', '"))
}

// wrongJSON words what encoding/json found; at is the path of the value that was read.
func wrongJSON(at string, err error) *fault {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return invalid("", "", "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The API expects a JSON payload.)")
	}
	path := strings.Trim(at+"."+wrong.Field, ".")
	return invalid(path, "invalid_type", "Invalid type for '%s': expected another type, but got %s instead.", path, wrong.Value)
}

var (
	badKey      = fault{401, "Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys.", "invalid_request_error", "", "invalid_api_key"}
	serverError = fault{500, "The server had an error while processing your request. Sorry about that!", "server_error", "", ""}
)

func noSuchURL(r *http.Request) fault {
	return fault{404, fmt.Sprintf("Invalid URL (%s %s)", r.Method, r.URL.Path), "invalid_request_error", "", ""}
}

func unknownModel(model string) fault {
	return fault{404, fmt.Sprintf("The model `%s` does not exist or you do not have access to it.", model), "invalid_request_error", "", "model_not_found"}
}

func (s *Sim) refuse(w http.ResponseWriter, f fault) { reply(w, f.status, f.body()) }

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(encode(body))
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		b, _ = json.Marshal(serverError.body())
	}
	return b
}
