package main

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
)

// publicDoor is our address as everybody else knows it, which stays the same when the platform is started anew: the port that it
// listens on is known only then.
type publicDoor struct {
	*httptest.Server
	to atomic.Pointer[url.URL]
}

func openDoor(t testing.TB) *publicDoor {
	d := &publicDoor{}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(d.to.Load()); r.Out.Host = r.In.Host }}
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d.to.Load() == nil {
			http.Error(w, "nobody is there yet", http.StatusBadGateway)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(d.Close)
	return d
}

func (d *publicDoor) leadsTo(addr string) { d.to.Store(&url.URL{Scheme: "http", Host: addr}) }
