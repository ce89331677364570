package telegram

import (
	"net"
	"net/url"
	"regexp"
	"slices"
	"time"
)

// hook is where updates go. Each change makes a new generation, and what was under way to an older one is dropped.
type hook struct {
	url, secret, ip string
	connections     int64
	generation      int
	failedAt        time.Time
	failure         string
}

// SetHook sends updates to url, which must be on this machine, with secret in X-Telegram-Bot-Api-Secret-Token; an
// empty url ends it. Unlike setWebhook on the wire it takes plain http and any port. What waits is delivered there.
// Updates for an address elsewhere wait until there is another: a simulator sends nothing beyond this machine.
func (s *Sim) SetHook(url, secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lockedHook(hook{url: url, secret: secret, connections: 40})
}

func (s *Sim) lockedHook(h hook) {
	h.generation = s.updates.hook.generation + 1
	s.updates.hook = h
	if h.url != "" {
		s.lockedAbortPoll("Conflict: terminated by setWebhook request")
	}
	for _, u := range s.lockedWaiting() {
		s.lockedDispatch(u)
	}
	s.lockedChanged()
}

var secretPattern = regexp.MustCompile(`^[A-Za-z0-9_-]*$`)

// setWebhook: https://core.telegram.org/bots/api#setwebhook
func (s *Sim) setWebhook(p params) (any, error) {
	if p.text("url") == "" {
		return s.deleteWebhook(p)
	}
	secret := p.text("secret_token")
	u, err := url.Parse(p.text("url"))
	switch {
	case err != nil || u.Host == "":
		return nil, bad("invalid webhook URL specified")
	case len(secret) > 256:
		return nil, bad("secret token is too long")
	case !secretPattern.MatchString(secret):
		return nil, bad("secret token contains unallowed characters")
	}
	if words := refusedHook(u); words != "" {
		return nil, bad("bad webhook: %s", words)
	}
	connections := p.int("max_connections")
	if connections < 1 || connections > 100 {
		connections = 40
	}
	h := hook{url: p.text("url"), secret: secret, ip: p.text("ip_address"), connections: connections}
	s.lockedDropPending(p)
	s.lockedSubscribe(p)
	if s.updates.hook.same(h) && !p.bool("drop_pending_updates") {
		return noted{true, "Webhook is already set"}, nil
	}
	s.lockedHook(h)
	return noted{true, "Webhook was set"}, nil
}

func (h hook) same(o hook) bool {
	return h.url == o.url && h.secret == o.secret && h.ip == o.ip && h.connections == o.connections
}

// refusedHook says why Telegram would not deliver to an address, or nothing.
func refusedHook(u *url.URL) string {
	if u.Scheme != "https" {
		return "An HTTPS URL must be provided for webhook"
	}
	if !slices.Contains([]string{"", "443", "80", "88", "8443"}, u.Port()) {
		return "Webhook can be set up only on ports 80, 88, 443 or 8443"
	}
	if ip := net.ParseIP(u.Hostname()); ip != nil && ip.To4() == nil {
		return "IPv6-only addresses are not allowed"
	} else if ip != nil && (ip.IsLoopback() || ip.IsPrivate() || ip.IsUnspecified() || ip.IsLinkLocalUnicast()) {
		return "IP address " + ip.String() + " is reserved"
	}
	if u.Hostname() == "localhost" {
		return "IP address 127.0.0.1 is reserved"
	}
	return ""
}

func (s *Sim) lockedDropPending(p params) {
	if p.bool("drop_pending_updates") {
		s.updates.pending = nil
	}
}

// deleteWebhook: https://core.telegram.org/bots/api#deletewebhook
func (s *Sim) deleteWebhook(p params) (any, error) {
	s.lockedDropPending(p)
	if s.updates.hook.url == "" {
		return noted{true, "Webhook is already deleted"}, nil
	}
	s.lockedHook(hook{})
	return noted{true, "Webhook was deleted"}, nil
}

// webhookInfo: https://core.telegram.org/bots/api#webhookinfo
type webhookInfo struct {
	URL            string   `json:"url"`
	Certificate    bool     `json:"has_custom_certificate"`
	Pending        int      `json:"pending_update_count"`
	IPAddress      string   `json:"ip_address,omitempty"`
	LastErrorDate  int64    `json:"last_error_date,omitempty"`
	LastError      string   `json:"last_error_message,omitempty"`
	MaxConnections int64    `json:"max_connections,omitempty"`
	AllowedUpdates []string `json:"allowed_updates,omitempty"`
}

// getWebhookInfo: https://core.telegram.org/bots/api#getwebhookinfo
func (s *Sim) getWebhookInfo(params) (any, error) {
	h := s.updates.hook
	info := webhookInfo{
		URL: h.url, Pending: len(s.lockedWaiting()), IPAddress: h.ip, LastError: h.failure, MaxConnections: h.connections,
		AllowedUpdates: s.updates.allowed,
	}
	if h.url != "" && info.IPAddress == "" {
		info.IPAddress = "<unknown>"
	}
	if !h.failedAt.IsZero() {
		info.LastErrorDate = h.failedAt.Unix()
	}
	return info, nil
}
