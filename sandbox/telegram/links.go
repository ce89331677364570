package telegram

import (
	"net"
	"net/url"
	"strconv"
	"strings"
)

// linkedUser reads tg://user?id=123, Telegram's link to a person.
func linkedUser(link string) (int64, bool) {
	lower := strings.ToLower(link)
	id, ok := strings.CutPrefix(strings.Replace(lower, "tg://", "tg:", 1), "tg:user?id=")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(id, 10, 64)
	return n, err == nil && n > 0
}

// checkLink normalises a link as the server does, or says why it would not open it. A host without a dot is refused:
// http://localhost cannot be put behind a button, http://127.0.0.1 can.
func checkLink(link string, httpsOnly bool) (string, error) {
	scheme, rest, found := strings.Cut(link, "://")
	if !found {
		scheme, rest = "http", link
	}
	scheme = strings.ToLower(scheme)
	if scheme == "tg" || scheme == "ton" {
		return checkInternal(scheme, rest, httpsOnly)
	}
	if scheme != "http" && scheme != "https" {
		return "", parseError("Unsupported URL protocol")
	}
	u, err := url.Parse(scheme + "://" + strings.TrimSpace(rest))
	if err != nil {
		return "", parseError("Wrong HTTP URL")
	}
	u.Host = strings.ToLower(u.Host)
	switch {
	case httpsOnly && scheme != "https":
		return "", parseError("Only HTTPS links are allowed")
	case u.Hostname() == "":
		return "", parseError("URL host is empty")
	case !strings.ContainsAny(u.Hostname(), ".:"):
		return "", parseError("Wrong HTTP URL")
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String(), nil
}

func checkInternal(scheme, rest string, httpsOnly bool) (string, error) {
	if httpsOnly {
		return "", parseError("Only HTTPS links are allowed")
	}
	host, _, _ := strings.Cut(strings.ToLower(rest), "?")
	host, _, _ = strings.Cut(host, "/")
	for _, c := range host {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return "", parseError("Unallowed characters in URL host")
		}
	}
	if host == "" {
		return "", parseError("URL host is empty")
	}
	return scheme + "://" + rest, nil
}

// loopback says whether an address stays on this machine.
func loopback(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
