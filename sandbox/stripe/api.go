package stripe

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"
)

const version = "2023-10-16"

// work does one call under the lock.
type work func(c *call) (any, *refusal)

// call is one request, taken apart.
type call struct {
	id   string // {id} of the path
	form map[string]string
	host string // of our own pages
}

func (c *call) get(name string) string { return c.form[name] }

// has is true for a parameter or for one within it.
func (c *call) has(name string) bool {
	for k := range c.form {
		if k == name || strings.HasPrefix(k, name+"[") {
			return true
		}
	}
	return false
}

// within are the members of a hash: metadata[a]=b.
func (c *call) within(name string) map[string]string {
	members := map[string]string{}
	for k, v := range c.form {
		if rest, ok := strings.CutPrefix(k, name+"["); ok && strings.HasSuffix(rest, "]") && !strings.Contains(rest, "[") {
			members[strings.TrimSuffix(rest, "]")] = v
		}
	}
	return members
}

// listed are the members of a list, in order: expand[0]=a.
func (c *call) listed(name string) []string {
	members := c.within(name)
	order := make([]string, 0, len(members))
	for k := range members {
		order = append(order, k)
	}
	sort.Slice(order, func(i, j int) bool {
		return len(order[i]) < len(order[j]) || len(order[i]) == len(order[j]) && order[i] < order[j]
	})
	values := make([]string, len(order))
	for i, k := range order {
		values[i] = members[k]
	}
	return values
}

// routes is every path of the account, with the parameters that it takes.
func (s *Sim) routes() *http.ServeMux {
	m := http.NewServeMux()
	list := []string{"limit", "starting_after", "ending_before", "expand[]"}
	api := func(pattern string, do work, params ...string) {
		m.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, pattern, params, do) })
	}
	api("GET /v1/prices", s.listPrices, append(list, "active", "currency", "lookup_keys[]", "product", "type", "recurring[interval]")...)
	api("GET /v1/customers", s.listCustomers, append(list, "email", "created[]")...)
	api("POST /v1/customers", s.createCustomer, "name", "email", "phone", "description", "preferred_locales[]", "metadata[]", "tax_exempt", "expand[]")
	api("GET /v1/customers/{id}", s.getCustomer, "expand[]")
	api("POST /v1/customers/{id}", s.updateCustomer, "name", "email", "phone", "description", "preferred_locales[]", "metadata[]", "tax_exempt", "expand[]")
	api("GET /v1/checkout/sessions", s.listSessions, append(list, "customer", "subscription")...)
	api("POST /v1/checkout/sessions", s.createSession, "mode", "line_items[][price]", "line_items[][quantity]", "customer", "client_reference_id",
		"success_url", "cancel_url", "locale", "metadata[]", "subscription_data[metadata][]", "subscription_data[trial_period_days]",
		"subscription_data[trial_settings][end_behavior][missing_payment_method]", "payment_method_collection",
		"allow_promotion_codes", "automatic_tax[enabled]", "tax_id_collection[enabled]", "billing_address_collection", "expires_at", "expand[]")
	api("GET /v1/checkout/sessions/{id}", s.getSession, "expand[]")
	api("POST /v1/checkout/sessions/{id}/expire", s.expireSession, "expand[]")
	api("POST /v1/billing_portal/sessions", s.createPortal, "customer", "return_url", "configuration", "locale", "expand[]")
	api("GET /v1/subscriptions", s.listSubscriptions, append(list, "customer", "price", "status")...)
	api("GET /v1/subscriptions/{id}", s.getSubscription, "expand[]")
	api("POST /v1/subscriptions/{id}", s.updateSubscription, "cancel_at_period_end", "metadata[]", "expand[]")
	api("DELETE /v1/subscriptions/{id}", s.deleteSubscription, "invoice_now", "prorate", "expand[]")
	api("GET /v1/invoices", s.listInvoices, append(list, "customer", "subscription", "status")...)
	api("GET /v1/invoices/{id}", s.getInvoice, "expand[]")
	api("GET /v1/events", s.listEvents, append(list, "type", "types[]", "created[]")...)
	api("GET /v1/events/{id}", s.getEvent)
	api("POST /v1/webhook_endpoints", s.createEndpoint, "url", "enabled_events[]", "api_version", "description", "metadata[]")
	api("GET /v1/webhook_endpoints", s.listEndpoints, list...)
	m.HandleFunc("/v1/", s.unknown)
	s.pages(m)
	return m
}

func operation(m *http.ServeMux) func(*http.Request) string {
	return func(r *http.Request) string {
		_, pattern := m.Handler(r)
		return pattern
	}
}

func (s *Sim) unknown(w http.ResponseWriter, r *http.Request) {
	if no := s.authorize(r); no != nil {
		answer(w, no.Status, encode(envelope{no}))
		return
	}
	answer(w, http.StatusNotFound, encode(envelope{refuse(http.StatusNotFound, "", "",
		fmt.Sprintf("Unrecognized request URL (%s: %s). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.", r.Method, r.URL.Path))}))
}

// serve checks in the vendor's order: key, version, quota, parameters, idempotency key; then the work.
func (s *Sim) serve(w http.ResponseWriter, r *http.Request, op string, params []string, do work) {
	s.mu.Lock()
	requestID := s.id("req_")
	s.mu.Unlock()
	w.Header().Set("Request-Id", requestID)
	w.Header().Set("Stripe-Version", version)
	if no := s.check(r); no != nil {
		answer(w, no.Status, encode(envelope{no}))
		return
	}
	c, no := take(r, params)
	if no != nil {
		answer(w, no.Status, encode(envelope{no}))
		return
	}
	key := r.Header.Get("Idempotency-Key")
	if r.Method != http.MethodPost {
		key = "" // the vendor ignores it: GET and DELETE are idempotent by themselves
	}
	status, body, replayed := s.run(op, key, c, do)
	if key != "" {
		w.Header().Set("Idempotency-Key", key)
	}
	if replayed {
		w.Header().Set("Idempotent-Replayed", "true")
	}
	s.mu.Lock()
	s.calls = append(s.calls, Call{op, c.form, r.Header.Get("Idempotency-Key"), r.Header.Get("Stripe-Version"), status, replayed})
	s.mu.Unlock()
	answer(w, status, body)
}

func (s *Sim) check(r *http.Request) *refusal {
	if no := s.authorize(r); no != nil {
		return no
	}
	if v := r.Header.Get("Stripe-Version"); v != "" && v != version {
		return refuse(http.StatusBadRequest, "", "", "Invalid Stripe API version: "+v)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.quota.take(s.clock.Now()) {
		return tooMany()
	}
	return nil
}

// authorize takes the key as a bearer or as the user of basic authentication.
func (s *Sim) authorize(r *http.Request) *refusal {
	key, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		key, _, _ = r.BasicAuth()
	}
	switch key = strings.TrimSpace(key); {
	case key == "":
		return refuse(http.StatusUnauthorized, "", "", "You did not provide an API key. You need to provide your API key in the Authorization header, "+
			"using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, "+
			"or we can help at https://support.stripe.com/.")
	case key != s.key:
		return refuse(http.StatusUnauthorized, "", "", "Invalid API Key provided: "+masked(key))
	}
	return nil
}

func masked(key string) string {
	if len(key) < 12 {
		return strings.Repeat("*", len(key))
	}
	return key[:8] + strings.Repeat("*", len(key)-12) + key[len(key)-4:]
}

var index = regexp.MustCompile(`\[\d*\]`)

// take reads the form and refuses what the operation does not know.
func take(r *http.Request, known []string) (*call, *refusal) {
	values := r.URL.Query()
	if r.Method == http.MethodPost {
		if ct := r.Header.Get("Content-Type"); !strings.HasPrefix(ct, "application/x-www-form-urlencoded") {
			return nil, refuse(http.StatusBadRequest, "", "", "Invalid request (check that your POST content type is application/x-www-form-urlencoded).")
		}
		body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		if err == nil {
			values, err = url.ParseQuery(string(body))
		}
		if err != nil {
			return nil, refuse(http.StatusBadRequest, "", "", "Invalid request: unable to parse the request body.")
		}
	}
	c := &call{id: r.PathValue("id"), form: map[string]string{}, host: "http://" + r.Host}
	for _, name := range sortedNames(values) {
		if !isKnown(name, known) {
			first, _, _ := strings.Cut(name, "[")
			return nil, refuse(http.StatusBadRequest, "parameter_unknown", name, "Received unknown parameter: "+first)
		}
		for i, v := range values[name] {
			if strings.HasSuffix(name, "[]") {
				c.form[fmt.Sprintf("%s[%d]", strings.TrimSuffix(name, "[]"), i)] = v
			} else {
				c.form[name] = v
			}
		}
	}
	return c, nil
}

func sortedNames(values url.Values) []string {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// isKnown compares with numbers taken out of brackets; "metadata[]" stands for any member.
func isKnown(name string, known []string) bool {
	plain := index.ReplaceAllString(name, "[]")
	if slices.Contains(known, plain) {
		return true
	}
	open := strings.LastIndex(plain, "[")
	return open > 0 && slices.Contains([]string{"metadata[]", "created[]", "subscription_data[metadata][]"}, plain[:open]+"[]") &&
		slices.Contains(known, plain[:open]+"[]")
}

// kept is what is stored under an idempotency key.
type kept struct {
	hash   [32]byte
	busy   bool
	status int
	body   []byte
	until  time.Time
}

// run does the work, once per key. Refusals of parameters are not kept, as with the vendor: they did nothing.
func (s *Sim) run(op, key string, c *call, do work) (status int, body []byte, replayed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.catchUp()
	hash := hashOf(op, c)
	if k := s.keys[key]; key != "" && k != nil && (k.busy || s.now().Before(k.until)) {
		switch {
		case k.hash != hash:
			no := &refusal{Status: http.StatusBadRequest, Type: "idempotency_error", Message: "Keys for idempotent requests can only be used with the same " +
				"parameters they were first used with. Try using a key other than '" + key + "' if you meant to execute a different request."}
			return no.Status, encode(envelope{no}), false
		case k.busy:
			no := &refusal{Status: http.StatusConflict, Type: "idempotency_error", Code: "idempotency_key_in_use", Message: "There is currently another " +
				"in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): " +
				key + ". Please try again later."}
			return no.Status, encode(envelope{no}), false
		}
		return k.status, k.body, true
	}
	k := &kept{hash: hash, busy: true}
	if key != "" {
		s.keys[key] = k
	}
	s.dawdle(op)
	status, body = s.do(op, c, do)
	k.busy, k.status, k.body, k.until = false, status, body, s.now().Add(24*time.Hour)
	if key != "" && status >= 400 && status < 500 && status != http.StatusPaymentRequired {
		delete(s.keys, key)
	}
	return status, body, false
}

// dawdle waits without the lock where the operation is slow.
func (s *Sim) dawdle(op string) {
	d := s.slow[op]
	if d <= 0 {
		return
	}
	until := s.clock.Now().Add(d)
	s.mu.Unlock()
	_ = s.clock.Wait(s.ctx, until)
	s.mu.Lock()
	s.catchUp()
}

func (s *Sim) do(op string, c *call, do work) (int, []byte) {
	result, no := do(c)
	if s.broken[op] > 0 {
		s.broken[op]--
		no = broken()
	}
	if no != nil {
		return no.Status, encode(envelope{no})
	}
	return http.StatusOK, encode(result)
}

func hashOf(op string, c *call) [32]byte {
	form, _ := json.Marshal(c.form) // a map's keys come sorted
	return sha256.Sum256(append([]byte(op+" "+c.id+" "), form...))
}

func encode(v any) []byte {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic(err) // our own structs
	}
	return b
}

func answer(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// page is the vendor's list.
type page struct {
	Object  string `json:"object"`
	URL     string `json:"url"`
	HasMore bool   `json:"has_more"`
	Data    []any  `json:"data"`
}

// paged cuts one page out of everything that matched, newest first.
func paged[T any](c *call, path string, all []T, id func(T) string) (any, *refusal) {
	limit := 10
	if l := c.get("limit"); l != "" {
		if _, err := fmt.Sscanf(l, "%d", &limit); err != nil || limit < 1 || limit > 100 {
			return nil, refuse(http.StatusBadRequest, "parameter_invalid_integer", "limit", "Invalid limit: must be between 1 and 100")
		}
	}
	if after := c.get("starting_after"); after != "" {
		i := slices.IndexFunc(all, func(item T) bool { return id(item) == after })
		if i < 0 {
			return nil, noSuch("object", "starting_after", after)
		}
		all = all[i+1:]
	}
	p := page{Object: "list", URL: path, Data: []any{}, HasMore: len(all) > limit}
	for _, item := range all[:min(limit, len(all))] {
		p.Data = append(p.Data, item)
	}
	return p, nil
}
