package meta

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	containerLife   = 24 * time.Hour
	containersPer24 = 400
)

// container is a post that is being prepared.
type container struct {
	id       string
	account  *account
	kind     string // IMAGE, VIDEO, REELS, STORIES, CAROUSEL
	child    bool
	caption  string
	alt      string
	pictures []picture
	made     time.Time
	ready    time.Time
	failed   int  // subcode of what went wrong on the way, 0: nothing did
	awaiting bool // bytes have not been uploaded yet
	medium   *media
}

// createContainer fetches what the address names, as the vendor's crawler does, and answers before it is ready.
func (s *Sim) createContainer(c call) (any, error) {
	a, err := s.publisher(c)
	if err != nil {
		return nil, err
	}
	k := &container{account: a, kind: kindOf(c), child: c.get("is_carousel_item") == "true", caption: c.get("caption"), alt: c.get("alt_text")}
	if s.madeToday(a) >= containersPer24 {
		return nil, Refused(9, 2207042)
	}
	if !captionFits(k.caption) {
		return nil, Refused(36004, 2207010)
	}
	if err := s.fill(c, k); err != nil {
		return nil, err
	}
	k.id, k.made = s.newID("1788"), s.clock.Now()
	k.ready = k.made.Add(s.readyAfter)
	s.containers[k.id] = k
	answer := map[string]any{"id": k.id}
	if k.awaiting {
		answer["uri"] = "http://" + c.r.Host + "/ig-api-upload/" + s.version(c.r) + "/" + k.id
	}
	return answer, nil
}

func kindOf(c call) string {
	switch kind := c.get("media_type"); {
	case kind != "":
		return kind
	case c.get("image_url") != "":
		return "IMAGE"
	case c.get("video_url") != "":
		return "VIDEO"
	}
	return ""
}

func captionFits(caption string) bool {
	return utf8.RuneCountInString(caption) <= 2200 && strings.Count(caption, "#") <= 30 && strings.Count(caption, "@") <= 20
}

func (s *Sim) madeToday(a *account) int {
	n := 0
	for _, k := range s.containers {
		if k.account == a && s.clock.Now().Sub(k.made) < 24*time.Hour {
			n++
		}
	}
	return n
}

// fill gives a container its pictures.
func (s *Sim) fill(c call, k *container) error {
	image, video := c.get("image_url"), c.get("video_url")
	switch {
	case k.kind == "CAROUSEL":
		return s.collect(c, k)
	case k.kind == "REELS" && c.get("upload_type") == "resumable":
		k.awaiting = true
		return nil
	case k.kind == "IMAGE" && image != "", k.kind == "STORIES" && image != "":
		return s.addImage(c, k, image)
	case k.kind == "REELS" && video != "", k.kind == "STORIES" && video != "", k.kind == "VIDEO" && k.child && video != "":
		return s.addVideo(c, k, video)
	case k.kind == "IMAGE" || k.kind == "":
		return Refused(100, 0).saying("(#100) The parameter image_url is required")
	case k.kind == "REELS" || k.kind == "STORIES":
		return Refused(9004, 2207052)
	}
	return Refused(100, 2207023)
}

func (s *Sim) addImage(c call, k *container, address string) error {
	got := s.crawl(c, address)
	if no := got.asImage(k.kind == "STORIES"); no != nil {
		return *no
	}
	k.pictures = []picture{got.picture(address)}
	return nil
}

// addVideo answers at once; that the video cannot be used shows later, in the status.
func (s *Sim) addVideo(c call, k *container, address string) error {
	got := s.crawl(c, address)
	k.failed = got.asVideo()
	k.pictures = []picture{got.picture(address)}
	return nil
}

// collect makes a carousel of children that are ready.
func (s *Sim) collect(c call, k *container) error {
	ids := childIDs(c.get("children"))
	if len(ids) < 2 || len(ids) > 10 {
		return Refused(100, 2207028)
	}
	for _, id := range ids {
		child := s.containers[id]
		switch {
		case child == nil || child.account != k.account || !child.child:
			return Refused(100, 2207028)
		case s.state(child) == inProgress:
			return Refused(9007, 2207027)
		case s.state(child) != finished:
			return Refused(100, 2207028)
		}
		k.pictures = append(k.pictures, child.pictures...)
	}
	return nil
}

func childIDs(given string) []string {
	var ids []string
	if strings.HasPrefix(given, "[") && json.Unmarshal([]byte(given), &ids) == nil {
		return ids
	}
	return strings.FieldsFunc(given, func(r rune) bool { return r == ',' || r == ' ' })
}

const (
	inProgress = "IN_PROGRESS"
	finished   = "FINISHED"
	published  = "PUBLISHED"
	failed     = "ERROR"
	expired    = "EXPIRED"
)

// state is computed from the clock: nothing has to happen for a container to be ready.
func (s *Sim) state(k *container) string {
	now := s.clock.Now()
	switch {
	case k.medium != nil && !now.Before(k.medium.at.Add(s.publishedAfter)):
		return published
	case k.medium != nil:
		return finished // the vendor's own records are behind
	case now.Sub(k.made) >= containerLife:
		return expired
	case k.awaiting || now.Before(k.ready):
		return inProgress
	case k.failed != 0:
		return failed
	}
	return finished
}

func (s *Sim) showContainer(c call, k *container) any {
	shown := map[string]any{"id": k.id}
	state := s.state(k)
	if c.wants("status_code") {
		shown["status_code"] = state
	}
	if c.wants("status") {
		shown["status"] = statusText(state, k.failed)
	}
	if c.wants("video_status") && k.kind == "REELS" {
		shown["video_status"] = map[string]any{"uploading_phase": map[string]any{"status": "complete"}}
	}
	return shown
}

func statusText(state string, subcode int) string {
	switch state {
	case inProgress:
		return "In Progress: Media is still being processed."
	case failed:
		return fmt.Sprintf("Error: Media upload has failed with error code %d", subcode)
	case published:
		return "Published: Media has been successfully published."
	case expired:
		return "Expired: Media was not published within 24 hours."
	}
	return "Finished: Media has been uploaded and it is ready to be published."
}

// upload is the other host: bytes, with an error envelope of its own.
func (s *Sim) upload(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 300<<20))
	s.mu.Lock()
	defer s.mu.Unlock()
	k, t := s.containers[r.PathValue("id")], s.tokens[bearer(r)]
	switch {
	case t == nil || s.dead(t) != nil:
		debugInfo(w, false, "NotAuthorizedError", "The access token is not valid")
	case k == nil || !k.awaiting || !s.reaches(t, k.account):
		debugInfo(w, false, "ProcessingFailedError", "Request processing failed")
	case err != nil || r.Header.Get("offset") != "0" || r.Header.Get("file_size") != fmt.Sprint(len(body)):
		debugInfo(w, true, "OffsetInvalidError", "Request offset or size does not match what arrived")
	default:
		got := fetched{bytes: body}
		k.failed, k.pictures, k.awaiting = got.asVideo(), []picture{got.picture("")}, false
		k.ready = s.clock.Now().Add(s.readyAfter)
		_ = json.NewEncoder(w).Encode(map[string]any{"success": true, "message": "Upload successful."})
	}
}

func debugInfo(w http.ResponseWriter, again bool, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]any{"debug_info": map[string]any{"retriable": again, "type": kind, "message": message}})
}
