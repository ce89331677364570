package gemini

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// fault is an error in Google's shape: {"error":{"code","message","status","details"}}.
type fault struct {
	code    int
	status  string
	message string
	details []any
}

func (f fault) body() map[string]any {
	e := map[string]any{"code": f.code, "message": f.message, "status": f.status}
	if f.details != nil {
		e["details"] = f.details
	}
	return map[string]any{"error": e}
}

func invalid(format string, args ...any) *fault {
	return &fault{400, "INVALID_ARGUMENT", fmt.Sprintf(format, args...), nil}
}

var badKey = fault{400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", []any{
	map[string]any{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com",
		"metadata": map[string]any{"service": "generativelanguage.googleapis.com"}},
	map[string]any{"@type": "type.googleapis.com/google.rpc.LocalizedMessage", "locale": "en-US", "message": "API key not valid. Please pass a valid API key."},
}}

var (
	overloaded = fault{503, "UNAVAILABLE", "The model is overloaded. Please try again later.", nil}
	internal   = fault{500, "INTERNAL", "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting", nil}
)

// exhausted is a spent quota: per minute with the wait in RetryInfo (there is no Retry-After), or per day.
func exhausted(perDay bool) fault {
	id, wait := "GenerateRequestsPerMinutePerProjectPerModel", "7s"
	if perDay {
		id, wait = "GenerateRequestsPerDayPerProjectPerModel", "36000s"
	}
	metric := "generativelanguage.googleapis.com/generate_requests_per_model"
	return fault{429, "RESOURCE_EXHAUSTED", "You exceeded your current quota, please check your plan and billing details.", []any{
		map[string]any{"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": []any{
			map[string]any{"quotaMetric": metric, "quotaId": id, "quotaValue": "25"}}},
		map[string]any{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": wait},
	}}
}

func unknownModel(to target) fault {
	message := fmt.Sprintf("models/%s is not found for API version %s, or is not supported for %s. Call ListModels to see the list of available models and their supported methods.", to.model, to.version, to.op)
	if to.vertex {
		message = fmt.Sprintf("Publisher Model `%s` was not found or your project does not have access to it. Please ensure you are using a valid model version.", to.name)
	}
	return fault{404, "NOT_FOUND", message, nil}
}

func refuse(w http.ResponseWriter, f fault) { reply(w, f.code, f.body()) }

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write(encode(body))
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		b, _ = json.Marshal(internal.body())
	}
	return b
}

func notFoundPage(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte("<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)!!1</title><p><b>404.</b> That’s an error."))
}
