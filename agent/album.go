package agent

import (
	"context"
	"fmt"
	"strings"

	"github.com/tmc/langchaingo/llms"

	"marketa/store"
)

// quoteAlbum is what was sent together as few lines: pictures without words of their own need only be counted.
func (w *walk) quoteAlbum(together []store.Message) (lines []string) {
	var mute []store.Message
	for _, m := range together {
		if strings.TrimSpace(m.Body) == "[photo]" && m.Version == 1 && !m.Around.Forwarded {
			mute = append(mute, m)
			continue
		}
		lines = append(lines, w.quote(m))
	}
	switch len(mute) {
	case 0:
	case 1:
		lines = append(lines, w.quote(mute[0]))
	default:
		many := mute[0]
		many.Body = fmt.Sprintf("[photo, and %d more that were sent with it]", len(mute)-1)
		lines = append(lines, w.quote(many))
	}
	return lines
}

// reactionLines are what the client has put to messages of ours: no turn of its own, but it may be an answer.
func (w *walk) reactionLines() (lines []string) {
	for _, r := range w.reactions {
		lines = append(lines, fmt.Sprintf("[client %s, %s] (reacted with %s to “%s”)", strings.Map(plainBracket, cutTo(oneLine(r.Who), 60)),
			r.At.In(w.zone()).Format("2006-01-02 15:04"), strings.Map(plainBracket, cutTo(oneLine(r.Emoji), 16)), strings.Map(plainBracket, cutTo(oneLine(w.wordsOf(r.Target)), longestQuote))))
	}
	return lines
}

func (w *walk) wordsOf(id store.VendorMessageID) string {
	for _, m := range w.talk {
		if m.VendorID == id {
			return m.Body
		}
	}
	return ""
}

const (
	mostPictures   = 8       // shown to a model in one question, the newest
	largestPicture = 1 << 20 // bytes of a small version
)

// pictures are the photos that wait for an answer, as parts of a question. One that cannot be read now is left out: the words say that
// there is a photo.
func (w *walk) pictures(ctx context.Context) []llms.ContentPart {
	if w.agent.files == nil {
		return nil
	}
	if w.seen != nil {
		return w.seen
	}
	var keys []string
	for _, m := range w.open() {
		for _, f := range m.Around.Files {
			if f.Kind == "image" && f.State == "kept" && f.SmallKey != "" {
				keys = append(keys, f.SmallKey)
			}
		}
	}
	w.seen = []llms.ContentPart{}
	for _, key := range keys[max(0, len(keys)-mostPictures):] {
		data, err := w.agent.files.Read(ctx, key, largestPicture)
		if err != nil {
			w.agent.log.Warn("a photo cannot be shown to the model", "error", err)
			continue
		}
		w.seen = append(w.seen, llms.BinaryContent{MIMEType: "image/jpeg", Data: data})
	}
	return w.seen
}

// asked is the human part of a reply's prompt: the words, and behind them the photos that wait.
func (w *walk) asked(ctx context.Context) llms.MessageContent {
	return llms.MessageContent{Role: llms.ChatMessageTypeHuman, Parts: append([]llms.ContentPart{llms.TextContent{Text: w.question()}}, w.pictures(ctx)...)}
}
