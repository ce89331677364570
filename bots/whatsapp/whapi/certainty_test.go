package whapi

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"marketa/internal/rest"
)

// cutter reads requests and answers the nth with the nth text, then hangs up. It counts what arrived whole.
type cutter struct {
	address string
	arrived atomic.Int32
}

func newCutter(t *testing.T, on func(conn net.Conn, r *bufio.Reader, c *cutter)) *cutter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	c := &cutter{address: "http://" + l.Addr().String()}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				on(conn, bufio.NewReader(conn), c)
			}()
		}
	}()
	return c
}

// request reads a whole request.
func (c *cutter) request(r *bufio.Reader) bool {
	req, err := http.ReadRequest(r)
	if err != nil {
		return false
	}
	if _, err = io.Copy(io.Discard, req.Body); err != nil {
		return false
	}
	c.arrived.Add(1)
	return true
}

func (c *cutter) send(ctx context.Context) error {
	_, err := New(Config{BaseURL: c.address, Token: "t"}).SendText(ctx, greeting)
	return err
}

func wholeAnswer(status int, body string) string {
	return fmt.Sprintf("HTTP/1.1 %d Answer\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", status, len(body), body)
}

// The vendor's connection breaks after every single byte of its answer. Only the whole answer is a sent message; before
// that it may have been sent; and in no case does the request arrive twice.
func TestASendCutAtEveryByteOfTheAnswer(t *testing.T) {
	t.Parallel()
	text := wholeAnswer(200, `{"sent":true,"message":{"id":"Qf3sT9.aZkLm12pQ-gRtwl0rVw"}}`)
	for cut := range len(text) + 1 {
		c := newCutter(t, func(conn net.Conn, r *bufio.Reader, c *cutter) {
			if c.request(r) {
				_, _ = io.WriteString(conn, text[:cut])
			}
		})
		err := c.send(t.Context())
		if c.arrived.Load() != 1 {
			t.Errorf("cut at %d: arrived %d times", cut, c.arrived.Load())
		}
		if cut == len(text) {
			if err != nil {
				t.Errorf("the whole answer: %v", err)
			}
			continue
		}
		if e := failure(t, err); !e.Unknown() || e.SafeToRetry() || e.Permanent() {
			t.Errorf("cut at %d: %v", cut, err)
		}
	}
}

// A refusal counts from its head on: what is missing of its words changes nothing.
func TestARefusalCutAtEveryByte(t *testing.T) {
	t.Parallel()
	text := wholeAnswer(403, `{"error":{"code":403,"message":"forbidden"}}`)
	head := strings.Index(text, "\r\n\r\n") + 4
	for cut := range len(text) + 1 {
		c := newCutter(t, func(conn net.Conn, r *bufio.Reader, c *cutter) {
			if c.request(r) {
				_, _ = io.WriteString(conn, text[:cut])
			}
		})
		if e := failure(t, c.send(t.Context())); e.Permanent() != (cut >= head) || e.Unknown() != (cut < head) {
			t.Errorf("cut at %d: %v", cut, e)
		}
	}
}

// The vendor hangs up after so many bytes of our request. It cannot have done anything, but nobody here can know that.
func TestASendCutWhileTheVendorReads(t *testing.T) {
	t.Parallel()
	var request bytes.Buffer
	whole := newCutter(t, func(_ net.Conn, r *bufio.Reader, c *cutter) { c.request(bufio.NewReader(io.TeeReader(r, &request))) })
	if failure(t, whole.send(t.Context())); whole.arrived.Load() != 1 {
		t.Fatal("the request did not arrive")
	}
	for after := range request.Len() {
		c := newCutter(t, func(_ net.Conn, r *bufio.Reader, _ *cutter) { _, _ = io.CopyN(io.Discard, r, int64(after)) })
		if e := failure(t, c.send(t.Context())); !e.Unknown() {
			t.Errorf("after %d bytes: %v", after, e)
		}
	}
}

func TestASendThatNeverFoundTheVendorIsSafeToRepeat(t *testing.T) {
	t.Parallel()
	const nobody = "http://127.0.0.1:1" // a freed port could be another test's by now
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	notTLS := newCutter(t, func(conn net.Conn, _ *bufio.Reader, _ *cutter) {
		_, _ = io.WriteString(conn, "HTTP/1.1 400 No\r\n\r\n")
	})
	for name, test := range map[string]struct {
		address string
		ctx     context.Context
	}{
		"nobody there":    {nobody, t.Context()},
		"cancelled":       {nobody, gone},
		"no TLS there":    {strings.Replace(notTLS.address, "http:", "https:", 1), t.Context()},
		"no such address": {"gate.whapi.cloud", t.Context()},
	} {
		_, err := New(Config{BaseURL: test.address, Token: "t"}).SendText(test.ctx, greeting)
		if e := failure(t, err); !e.SafeToRetry() || e.Sent != rest.NotSent || !strings.Contains(e.Say(), "nothing was sent") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestASendThatTheCallerGaveUpIsUnknown(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c := newCutter(t, func(conn net.Conn, r *bufio.Reader, c *cutter) {
		c.request(r)
		cancel()
		_, _ = io.Copy(io.Discard, conn)
	})
	if e := failure(t, c.send(ctx)); !e.Unknown() || !strings.Contains(e.Say(), "not known") {
		t.Errorf("%v", e)
	}
}

// The vendor closes a kept connection just as the next send is written to it: the request may have been read.
func TestASendOnAKeptConnectionThatDiesArrivesOnce(t *testing.T) {
	t.Parallel()
	c := newCutter(t, func(conn net.Conn, r *bufio.Reader, c *cutter) {
		if c.request(r) {
			_, _ = io.WriteString(conn, wholeAnswer(200, `{"sent":true,"message":{"id":"a"}}`))
		}
		c.request(r)
	})
	client := New(Config{BaseURL: c.address, Token: "t"})
	if _, err := client.SendText(t.Context(), greeting); err != nil {
		t.Fatal(err)
	}
	_, err := client.SendText(t.Context(), greeting)
	if e := failure(t, err); !e.Unknown() || c.arrived.Load() != 2 {
		t.Errorf("%v, arrived %d times", err, c.arrived.Load())
	}
}
