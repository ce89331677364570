package meta

import (
	"encoding/json"
	"net/http"
	"time"
)

// Usage is what an answer says about limits and about the version that gave it.
// https://developers.facebook.com/docs/graph-api/overview/rate-limiting
type Usage struct {
	Asked, Answered string             // versions; another one answers, silently, once ours has ended. Empty: not said
	Percent         map[string]float64 // the highest of each id's limits; the app's own under "app"
	Regain          time.Duration      // until access comes back, 0: there is access
}

// Downgraded says that our version has ended.
func (u Usage) Downgraded() bool { return u.Answered != "" && u.Answered != u.Asked }

type counters struct {
	Calls  float64 `json:"call_count"`
	Time   float64 `json:"total_time"`
	CPU    float64 `json:"total_cputime"`
	Regain float64 `json:"estimated_time_to_regain_access"` // minutes
}

func (c counters) highest() float64 { return max(c.Calls, c.Time, c.CPU) }

// maxRegain guards against nonsense.
const maxRegain = 7 * 24 * time.Hour

func usageOf(h http.Header) Usage {
	u := Usage{Answered: h.Get("facebook-api-version"), Percent: map[string]float64{}}
	var app counters
	if json.Unmarshal([]byte(h.Get("x-app-usage")), &app) == nil {
		u.Percent["app"] = app.highest()
	}
	var cases map[string][]counters // each id has a list: one entry for each kind of use
	if json.Unmarshal([]byte(h.Get("x-business-use-case-usage")), &cases) != nil {
		return u
	}
	for id, kinds := range cases {
		for _, k := range kinds {
			u.Percent[id] = max(u.Percent[id], k.highest())
			minutes := min(max(k.Regain, 0), maxRegain.Minutes())
			u.Regain = max(u.Regain, time.Duration(minutes*float64(time.Minute)))
		}
	}
	return u
}

// watched tells about every answer.
type watched struct {
	next  http.RoundTripper
	asked string
	tell  func(Usage)
}

func (w watched) RoundTrip(r *http.Request) (*http.Response, error) {
	next := w.next
	if next == nil {
		next = http.DefaultTransport
	}
	resp, err := next.RoundTrip(r)
	if err == nil {
		u := usageOf(resp.Header)
		u.Asked = w.asked
		w.tell(u)
	}
	return resp, err
}
