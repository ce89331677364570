package stripe

import (
	"net/http"
	"strings"

	"marketa/sandbox/wire"
)

// refusal is the vendor's error object. https://docs.stripe.com/api/errors
type refusal struct {
	Status      int    `json:"-"`
	Type        string `json:"type"`
	Code        string `json:"code,omitempty"`
	DeclineCode string `json:"decline_code,omitempty"`
	Message     string `json:"message"`
	Param       string `json:"param,omitempty"`
	DocURL      string `json:"doc_url,omitempty"`
}

func refuse(status int, code, param, message string) *refusal {
	r := &refusal{Status: status, Type: "invalid_request_error", Code: code, Param: param, Message: message}
	if code != "" {
		r.DocURL = "https://stripe.com/docs/error-codes/" + strings.ReplaceAll(code, "_", "-")
	}
	return r
}

func missing(param string) *refusal {
	return refuse(http.StatusBadRequest, "parameter_missing", param, "Missing required param: "+param+".")
}

func noSuch(kind, param, id string) *refusal {
	status := http.StatusNotFound
	if param != "id" {
		status = http.StatusBadRequest // named by a parameter, not by the path
	}
	return refuse(status, "resource_missing", param, "No such "+kind+": '"+id+"'")
}

func broken() *refusal {
	return &refusal{Status: http.StatusInternalServerError, Type: "api_error",
		Message: "An unknown error occurred. Our engineers have been notified."}
}

func tooMany() *refusal {
	r := refuse(http.StatusTooManyRequests, "rate_limit", "",
		"Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.")
	return r
}

func lockTimeout() *refusal {
	return refuse(http.StatusTooManyRequests, "lock_timeout", "",
		"This object cannot be accessed right now because another API request or Stripe process is currently accessing it. "+
			"If you see this error intermittently, retry the request.")
}

// RateLimited is the vendor's answer to too many calls.
func RateLimited() wire.Fault { return tooMany().fault() }

// Locked is the vendor's answer while another call works on the same object.
func Locked() wire.Fault { return lockTimeout().fault() }

// Unavailable is an answer of 500 before anything was done, which nobody can know.
func Unavailable() wire.Fault { return broken().fault() }

func (r *refusal) fault() wire.Fault {
	return wire.Fault{Status: r.Status, Header: map[string]string{"Content-Type": "application/json"}, Body: string(encode(envelope{r}))}
}

type envelope struct {
	Error *refusal `json:"error"`
}
