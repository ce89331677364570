package main

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"marketa/sandbox"
	"marketa/sandbox/whapi"
)

// beforeStart is what a dialogue wants to be there before the platform starts for the first time: "past Anna 20h: text" is
// what somebody has written before we came, "pace 1/3m" what a number may send.
func (s *scene) beforeStart(d *dialogue, w *sandbox.World, c *Config) {
	for _, b := range d.blocks {
		for _, act := range b.acts {
			if rest, ok := strings.CutPrefix(act, "pace "); ok {
				sure(setRates(&c.Pace.Replies, rest))
			}
			if rest, ok := strings.CutPrefix(act, "past "); ok {
				past(w, rest)
			}
		}
	}
}

func past(w *sandbox.World, line string) {
	head, text, _ := strings.Cut(line, ": ")
	name, ago, _ := strings.Cut(head, " ")
	d, err := time.ParseDuration(ago)
	sure(err)
	for _, p := range sandbox.People() {
		if p.Name == name {
			_, err := w.WhatsApp.SeedHistory("marketa", p.Phone+"@s.whatsapp.net", whapi.Past{Ago: d, From: p.Phone, What: whapi.Text(text)})
			sure(err)
		}
	}
}

// sure is must for a scene that has no test yet.
func sure(err error) {
	if err != nil {
		panic(err)
	}
}

// trouble is what goes wrong with a number: "plan marketa 0" leaves so many messages on its plan (-1: no limit), "refused 403"
// is the vendor's answer to the next send, "status failed" what the vendor tells of our last reply.
func (s *scene) trouble(word, rest string) bool {
	s.t.Helper()
	switch word {
	case "past", "pace": // see beforeStart
	case "plan":
		number, left, _ := strings.Cut(rest, " ")
		n, err := strconv.Atoi(left)
		s.must(err, rest)
		s.world.WhatsApp.Trial(number, n)
	case "refused":
		status, err := strconv.Atoi(rest)
		s.must(err, rest)
		s.world.WhatsApp.Faults().NextOf(sandbox.Sends(), whapi.Refuse(status, "no"))
	case "status":
		s.status(rest)
	default:
		return false
	}
	return true
}

func (s *scene) status(status string) {
	s.t.Helper()
	sent := s.world.WhatsApp.Sent(s.channel)
	body := fmt.Sprintf(`{"statuses":[{"id":%q,"status":%q,"recipient_id":"x","timestamp":"%d"}],"event":{"type":"statuses","event":"post"}}`, sent[len(sent)-1].ID, status, s.clock.Now().Unix())
	r, err := http.NewRequest(http.MethodPost, "http://"+s.app.Addr+"/webhooks/whapi/"+s.channel+"/bot", bytes.NewReader([]byte(body)))
	s.must(err, status)
	r.Header.Set("X-Access-Token", s.world.WhapiHookToken)
	resp, err := http.DefaultClient.Do(r)
	s.must(err, status)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		s.t.Fatalf("status %s: %s", status, resp.Status)
	}
}
