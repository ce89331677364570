package whapi

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
)

// Location is a pin on the map.
type Location struct {
	Latitude, Longitude float64
	Name, Address, URL  string
	Accuracy            int // metres
}

// LiveLocation is somebody on the move. Phones send it again with the next Sequence.
type LiveLocation struct {
	Latitude, Longitude float64
	Caption             string
	Accuracy            int // metres
	Sequence            int64
}

var errNowhere = errors.New("no such place on earth")

func onEarth(latitude, longitude float64) error {
	if latitude < -90 || latitude > 90 || longitude < -180 || longitude > 180 {
		return errNowhere
	}
	return nil
}

func (l Location) check() error { return onEarth(l.Latitude, l.Longitude) }

func (l Location) render(arrival) (string, body) {
	return "location", &locationJSON{l.Latitude, l.Longitude, l.Name, l.Address, l.URL, l.Accuracy}
}

func (l LiveLocation) check() error { return onEarth(l.Latitude, l.Longitude) }

func (l LiveLocation) render(arrival) (string, body) {
	return "live_location", &liveLocationJSON{l.Latitude, l.Longitude, l.Accuracy, l.Caption, l.Sequence}
}

type locationJSON struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Name      string  `json:"name,omitempty"`
	Address   string  `json:"address,omitempty"`
	URL       string  `json:"url,omitempty"`
	Accuracy  int     `json:"accuracy,omitempty"`
}

func (b *locationJSON) text() string {
	words := strings.Trim(b.Name+", "+b.Address, ", ")
	return cmp.Or(words, coordinates(b.Latitude, b.Longitude))
}

type liveLocationJSON struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Accuracy  int     `json:"accuracy,omitempty"`
	Caption   string  `json:"caption,omitempty"`
	Sequence  int64   `json:"sequence_number,omitempty"`
}

func (b *liveLocationJSON) text() string {
	return cmp.Or(b.Caption, coordinates(b.Latitude, b.Longitude))
}

func coordinates(latitude, longitude float64) string {
	return fmt.Sprintf("%.5f, %.5f", latitude, longitude)
}
