package agent

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
	"marketa/internal/fault"
	"marketa/store"
)

// ListenWorker has the words of a voice note written down. What a model hears are the client's words, and no more trusted than these.
type ListenWorker struct {
	river.WorkerDefaults[store.Listen]
	Agent *Agent
}

func (w *ListenWorker) Timeout(*river.Job[store.Listen]) time.Duration { return 5 * time.Minute }

func (w *ListenWorker) Work(ctx context.Context, job *river.Job[store.Listen]) error {
	ctx = store.WithRestaurant(ctx, job.Args.Restaurant)
	err := w.Agent.listen(ctx, job.Args.Media)
	if err != nil && !store.IsLeaseLost(err) && ctx.Err() == nil {
		w.Agent.log.Error("a sound could not be listened to", "media", job.Args.Media, "error", err)
	}
	return nil // the row is due again
}

const (
	longestSound = 15 << 20 // bytes that go to a model in one request
	longestHeard = 12_000   // characters of a transcript that are kept: about twenty minutes of speech
)

func (a *Agent) listen(ctx context.Context, id store.MediaID) error {
	var f store.Media
	var token store.LeaseToken
	if err := a.db.Tx(ctx, func(tx *store.Tx) (err error) { f, token, err = tx.LeaseMedia(ctx, id, true); return err }); err != nil {
		return err
	}
	ctx, stop := a.db.Hold(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.RenewMedia(ctx, id, token) })
	defer stop()
	words, err := a.hearWords(ctx, f)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil && f.Deaf+1 < store.MostDeaf {
		a.log.Warn("nobody can listen now", "media", id, "error", err)
		return a.db.Tx(ctx, func(tx *store.Tx) error { return tx.ListenLater(ctx, f, token) })
	}
	return a.db.Hear(ctx, f, token, words)
}

// hearWords are the words in a sound; none when there are none to be made out, or nobody to ask. An error is worth another try.
func (a *Agent) hearWords(ctx context.Context, f store.Media) (string, error) {
	if a.router == nil || a.files == nil || f.Bytes > longestSound {
		return "", nil
	}
	sound, err := a.files.Read(ctx, f.BlobKey, longestSound)
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			return "", nil
		}
		return "", err
	}
	system, err := a.prompts.Transcribe()
	if err != nil {
		return "", err
	}
	msgs := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeSystem, system),
		{Role: llms.ChatMessageTypeHuman, Parts: []llms.ContentPart{llms.BinaryContent{MIMEType: soundType(f.MIME), Data: sound}, llms.TextContent{Text: "Write down this voice note."}}}}
	answer, err := a.router.Generate(ctx, llm.Transcribe, msgs, llm.WithEffort(llm.Low), llm.WithLabel(f.RestaurantID.String()+"/"+store.TurnID{}.String()))
	var refused *llm.Refused
	if errors.As(err, &refused) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return heardWords(answer.Text), nil
}

// heardWords is what is kept of a model's answer: words, or nothing.
func heardWords(text string) string {
	text = strings.Trim(strings.TrimSpace(clean(text)), "\"")
	if bare := strings.ToLower(strings.Trim(text, "[]()*. \t\n")); bare == "" || bare == "inaudible" {
		return ""
	}
	return cutTo(text, longestHeard)
}

// soundType is the type that models know it by.
func soundType(mime string) string {
	if strings.HasPrefix(mime, "audio/") {
		return mime
	}
	return "audio/ogg"
}
