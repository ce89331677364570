package openai

import (
	"io"
	"net/http"
	"path"
	"slices"
	"strings"

	"marketa/sandbox/actor"
	"marketa/sandbox/props"
)

const apiAudio = "audio/transcriptions"

// transcribe is POST /audio/transcriptions (https://platform.openai.com/docs/api-reference/audio/createTranscription): a form with a file
// and a model, answered with the words, which are none for silence.
func (s *Sim) transcribe(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseMultipartForm(32 << 20); err != nil {
		s.refuse(w, *invalid("", "", "Could not parse multipart form"))
		return
	}
	model := r.FormValue("model")
	file, head, err := r.FormFile("file")
	switch {
	case err != nil:
		s.refuse(w, *missing("file"))
		return
	case !slices.Contains([]string{"gpt-4o-transcribe", "gpt-4o-mini-transcribe", "whisper-1"}, model):
		s.refuse(w, unknownModel(model))
		return
	}
	defer func() { _ = file.Close() }()
	kind := strings.TrimPrefix(path.Ext(head.Filename), ".")
	if !slices.Contains([]string{"flac", "m4a", "mp3", "mp4", "mpeg", "mpga", "oga", "ogg", "wav", "webm"}, kind) {
		s.refuse(w, *invalid("", "", "Invalid file format. Supported formats: ['flac', 'm4a', 'mp3', 'mp4', 'mpeg', 'mpga', 'oga', 'ogg', 'wav', 'webm']"))
		return
	}
	sound, err := io.ReadAll(file)
	if err != nil || len(sound) == 0 {
		s.refuse(w, *invalid("file", "", "Audio file might be corrupted or unsupported"))
		return
	}
	words, known := props.Heard(sound)
	s.mu.Lock()
	mind := s.mind
	s.mu.Unlock()
	said := mind.Answer(actor.Request{Model: model, Turns: []actor.Turn{{Role: "user", Sounds: []actor.Sound{{Words: words, Known: known}}}}})
	if !known {
		said.Text = ""
	}
	reply(w, http.StatusOK, map[string]any{"text": said.Text, "usage": map[string]any{"type": "tokens", "input_tokens": 10 * (1 + len(sound)/4000),
		"output_tokens": 1 + len(said.Text)/4, "total_tokens": 10*(1+len(sound)/4000) + 1 + len(said.Text)/4}})
}
