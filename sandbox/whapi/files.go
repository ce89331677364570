package whapi

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"marketa/sandbox/wire"
)

const (
	// storesFor is how long the vendor keeps what it has fetched or was given.
	// https://support.whapi.cloud/help-desk/receiving/file-expiration-period
	storesFor = 30 * 24 * time.Hour
	// phonesKeep is how long a file that the vendor never fetched can still be fetched. The vendor only says "as long as
	// the phone keeps it"; people report 2 to 4 weeks.
	phonesKeep = 14 * 24 * time.Hour
)

// file is one file as one channel knows it.
type file struct {
	id, name, mime string
	bytes          []byte
	came           time.Time
	stored         time.Time // zero: the vendor has no copy
	lost           bool      // no phone has it
}

func (f *file) hash() string { return hashOf(f.bytes) }

// there says whether the vendor has a copy at that moment.
func (f *file) there(now time.Time) bool {
	return !f.stored.IsZero() && now.Before(f.stored.Add(storesFor))
}

// fetch gets a copy from WhatsApp, where that is still possible, and says whether there is one now.
func (f *file) fetch(now time.Time) bool {
	if !f.reachable(now) {
		return false
	}
	if f.stored.IsZero() {
		f.stored = now
	}
	return true
}

// reachable says whether the vendor has a copy or can still get one.
func (f *file) reachable(now time.Time) bool {
	return f.there(now) || f.stored.IsZero() && !f.lost && now.Before(f.came.Add(phonesKeep))
}

// keep gives a file its id and its place.
func (ch *channel) keep(f *file) *file {
	f.id = fmt.Sprintf("%s-%s-%s", extension(f.mime, f.name), ch.hex(16), ch.hex(14))
	ch.files = append(ch.files, f)
	return f
}

func (ch *channel) file(id string) *file {
	for _, f := range ch.files {
		if f.id == id {
			return f
		}
	}
	return nil
}

// link is where anybody who has it can read a stored file, without a token.
func (s *Sim) link(ch *channel, f *file) string {
	return s.filesBase() + "/in-files/" + ch.Phone + "/" + f.id + "." + extension(f.mime, f.name)
}

// ServeFilesAt says under which address, such as http://127.0.0.1:8080, the Handler can be reached, so that links lead
// there. Without it the first link opens a listener of its own on loopback.
func (s *Sim) ServeFilesAt(base string) { s.set(func() { s.base = base }) }

func (s *Sim) filesBase() string {
	if s.base == "" {
		server, err := wire.Serve("", s.handler)
		if err != nil {
			panic("whapi: no port for links to files: " + err.Error())
		}
		s.base, s.own = server.URL, server
	}
	return s.base
}

// resync asks the phone once more for the file of a message, and writes the link anew.
func (s *Sim) resync(r *record) {
	b, isFile := r.body.(*mediaJSON)
	if !isFile || r.ch.health != auth {
		return
	}
	f := r.ch.file(b.ID)
	if f.lost {
		return
	}
	f.stored = s.clock.Now()
	if r.ch.settings.downloads(r.kind) {
		again := *b
		again.Link = s.link(r.ch, f)
		r.body = &again
	}
}

// storedFiles are those that the vendor has, the newest first.
func (s *Sim) storedFiles(ch *channel) []*file {
	var list []*file
	for _, f := range ch.files {
		if f.there(s.clock.Now()) {
			list = append(list, f)
		}
	}
	slices.SortStableFunc(list, func(a, b *file) int { return cmp.Compare(b.stored.Unix(), a.stored.Unix()) })
	return list
}
