package rest

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

func TestOnlyPublicAddressesAreDialled(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"93.184.216.34": true, "1.1.1.1": true, "172.15.0.1": true, "172.32.0.1": true, "100.63.255.255": true, "100.128.0.0": true,
		"223.255.255.255": true, "2606:4700::1111": true, "::ffff:1.1.1.1": true,

		"127.0.0.1": false, "127.8.8.8": false, "0.0.0.0": false, "10.1.2.3": false, "172.16.0.1": false, "172.31.255.255": false,
		"192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false, "100.100.100.200": false, "168.63.129.16": false,
		"192.0.0.192": false, "192.0.2.1": false, "198.18.0.1": false, "198.51.100.1": false, "203.0.113.1": false,
		"224.0.0.1": false, "239.255.255.250": false, "240.0.0.1": false, "255.255.255.255": false,
		"::1": false, "::": false, "fe80::1": false, "fc00::1": false, "fd00:ec2::254": false, "ff02::1": false, "fec0::1": false,
		"::ffff:127.0.0.1": false, "::ffff:169.254.169.254": false, "::127.0.0.1": false, "64:ff9b::7f00:1": false,
		"2002:7f00:1::": false, "2001:0:1::1": false, "2001:db8::1": false, "3fff::1": false,
	} {
		err := Options{}.check(netip.AddrPortFrom(netip.MustParseAddr(address), 80).String())
		if (err == nil) != want {
			t.Errorf("%s: %v", address, err)
		}
	}
	if (Options{}).check("[fe80::1%eth0]:80") == nil || (Options{}).check("example.com:80") == nil {
		t.Error("a zone or a name passed")
	}
}

func TestLoopbackIsAllowedByOptionAndNothingElse(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{"127.0.0.1:80": true, "[::1]:80": true, "[::ffff:127.0.0.1]:80": true, "1.1.1.1:80": true,
		"0.0.0.0:80": false, "10.0.0.1:80": false, "169.254.169.254:80": false, "[fe80::1]:80": false} {
		if err := (Options{AllowLoopback: true}).check(address); (err == nil) != want {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestTheGuardLooksAfterNamesWereResolved(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "in") }))
	t.Cleanup(srv.Close)
	port := srv.URL[strings.LastIndex(srv.URL, ":"):]
	for _, host := range []string{"127.0.0.1", "localhost"} {
		if _, err := SafeClient(Options{}).Get("http://" + host + port); !errors.Is(err, ErrNotPublic) {
			t.Errorf("%s: %v", host, err)
		}
		resp, err := SafeClient(Options{AllowLoopback: true}).Get("http://" + host + port)
		if err != nil {
			t.Errorf("%s, allowed: %v", host, err)
			continue
		}
		_ = resp.Body.Close()
	}
}

func TestRedirectsAreGuardedToo(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
	}))
	t.Cleanup(srv.Close)
	for to, want := range map[string]error{
		"http://169.254.169.254/latest/meta-data/": ErrNotPublic,
		"http://10.0.0.1/":                         ErrNotPublic,
		"file:///etc/passwd":                       errRedirect,
		"gopher://127.0.0.1/":                      errRedirect,
	} {
		_, err := SafeClient(Options{AllowLoopback: true}).Get(srv.URL + "/?to=" + url.QueryEscape(to))
		if !errors.Is(err, want) {
			t.Errorf("%s: %v", to, err)
		}
	}
}

func TestACircleOfRedirectsEnds(t *testing.T) {
	t.Parallel()
	var visits atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		visits.Add(1)
		http.Redirect(w, r, "/again", http.StatusFound)
	}))
	t.Cleanup(srv.Close)
	_, err := SafeClient(Options{AllowLoopback: true, MaxRedirects: 2}).Get(srv.URL)
	if !errors.Is(err, errRedirect) || visits.Load() != 3 {
		t.Errorf("%d visits, %v", visits.Load(), err)
	}
}

func TestNoProxyStandsBetweenTheGuardAndTheAddress(t *testing.T) {
	t.Parallel()
	if SafeClient(Options{}).Transport.(*http.Transport).Proxy != nil {
		t.Error("behind a proxy the guard sees the proxy only")
	}
}
