package vertex

import (
	"encoding/json"
	"net/http"
)

// problem is an error in Google's shape.
type problem struct {
	code    int
	status  string
	message string
	details []any
}

func (p problem) body() map[string]any {
	e := map[string]any{"code": p.code, "message": p.message, "status": p.status}
	if p.details != nil {
		e["details"] = p.details
	}
	return map[string]any{"error": e}
}

func invalid(message string) *problem { return &problem{400, "INVALID_ARGUMENT", message, nil} }

func forbidden(project string) *problem {
	return &problem{403, "PERMISSION_DENIED", "Permission 'aiplatform.endpoints.predict' denied on resource '//aiplatform.googleapis.com/projects/" + project + "' (or it may not exist).",
		[]any{map[string]any{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "IAM_PERMISSION_DENIED", "domain": "aiplatform.googleapis.com"}}}
}

var (
	unauthenticated = problem{401, "UNAUTHENTICATED", "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.",
		[]any{map[string]any{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "ACCESS_TOKEN_TYPE_UNSUPPORTED", "domain": "googleapis.com"}}}
	exhausted = problem{429, "RESOURCE_EXHAUSTED", "Quota exceeded for aiplatform.googleapis.com/online_prediction_requests_per_base_model with base model: multimodalembedding. Please submit a quota increase request.", nil}
)

func refuse(w http.ResponseWriter, p problem) { reply(w, p.code, p.body()) }

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
