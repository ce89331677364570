package rest

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// NewClient is the HTTP client for vendors whose address is configuration. timeout covers a whole call, the answer's body
// included. It speaks HTTP/1.1 only and lets connections idle for a short time: both keep the cases rare in which a send
// meets a connection that the vendor is just closing, and nobody knows whether it arrived.
func NewClient(timeout time.Duration) *http.Client {
	return &http.Client{Timeout: timeout, Transport: transport(nil), CheckRedirect: refuseRedirect}
}

// transport dials under guard (nil: anywhere).
func transport(guard func(network, address string, c syscall.RawConn) error) *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second, Control: guard}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	t := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		Protocols:              protocols,
		TLSHandshakeTimeout:    10 * time.Second,
		IdleConnTimeout:        20 * time.Second,
		MaxIdleConnsPerHost:    16,
		MaxResponseHeaderBytes: 64 << 10,
	}
	if guard != nil {
		t.Proxy = nil // behind a proxy the guard would see the proxy's address only
	}
	return t
}

// Options of SafeClient. The zero value is the strict one.
type Options struct {
	AllowLoopback bool          // for the simulators of a development machine
	Timeout       time.Duration // of a whole fetch; 0: 30 s
	MaxRedirects  int           // 0: 5; each one is guarded like the first address
}

// ErrNotPublic is in the chain when SafeClient refused to connect.
var ErrNotPublic = errors.New("rest: the address is not on the public internet")

var errRedirect = errors.New("rest: too many redirects, or one away from http(s)")

// SafeClient fetches addresses that strangers gave us (a link in a message, a picture on a website). It refuses to connect
// to anything but public addresses, looked at when the connection is made: after DNS, for every address of a name, for every
// redirect. What it fetched still has to be limited in size by the reader. Its errors quote the URL, as net/http's do.
func SafeClient(o Options) *http.Client {
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	if o.MaxRedirects <= 0 {
		o.MaxRedirects = 5
	}
	guard := func(_, address string, _ syscall.RawConn) error { return o.check(address) }
	return &http.Client{Timeout: o.Timeout, Transport: transport(guard), CheckRedirect: o.redirect}
}

func (o Options) redirect(next *http.Request, sofar []*http.Request) error {
	if len(sofar) > o.MaxRedirects || (next.URL.Scheme != "https" && next.URL.Scheme != "http") {
		return errRedirect
	}
	return nil
}

// check takes what the dialer is about to connect to: always an address and a port, never a name.
func (o Options) check(address string) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return ErrNotPublic
	}
	ip := a.Addr().Unmap()
	if isPublic(ip) || (o.AllowLoopback && ip.IsLoopback()) {
		return nil
	}
	return ErrNotPublic
}

// isPublic allows what is handed out to the world: IANA's special-purpose registries
// (https://www.iana.org/assignments/iana-ipv4-special-registry, …/iana-ipv6-special-registry) are refused.
func isPublic(ip netip.Addr) bool {
	if ip.Is6() && !netip.MustParsePrefix("2000::/3").Contains(ip) {
		return false
	}
	for _, special := range specialRanges() {
		if special.Contains(ip) {
			return false
		}
	}
	return ip.IsValid()
}

func specialRanges() []netip.Prefix {
	ranges := []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
		"192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
		"224.0.0.0/3",                // multicast, reserved, broadcast
		"168.63.129.16/32",           // Azure's machine services, on a public address
		"2001::/23",                  // Teredo and other tunnels
		"2001:db8::/32", "3fff::/20", // documentation
		"2002::/16", // 6to4: an IPv4 address in disguise
	}
	prefixes := make([]netip.Prefix, len(ranges))
	for i, r := range ranges {
		prefixes[i] = netip.MustParsePrefix(r)
	}
	return prefixes
}
