package publish

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"marketa/internal/language"
	"marketa/stages"
	"marketa/store"
)

// NewsWorker has the client told that a post is live: as a card that a manager releases like any other.
type NewsWorker struct {
	river.WorkerDefaults[store.TellClient]
	Publisher *Publisher
}

func (w *NewsWorker) Timeout(*river.Job[store.TellClient]) time.Duration { return 30 * time.Second }

func (w *NewsWorker) Work(ctx context.Context, job *river.Job[store.TellClient]) error {
	err := w.Publisher.TellClient(store.WithRestaurant(ctx, job.Args.Restaurant), job.Args.Post)
	if store.IsLeaseLost(err) {
		return nil
	}
	return err
}

// newsPause is how long the news waits for a chat in which something else is going on.
const newsPause = time.Minute

// TellClient puts the news on a card, or leaves it until the chat is free. The context names the restaurant.
func (p *Publisher) TellClient(ctx context.Context, post store.PostID) error {
	var n store.PostNews
	var token store.LeaseToken
	if err := p.DB.Tx(ctx, func(tx *store.Tx) (err error) { n, token, err = tx.LeaseNews(ctx, post); return err }); err != nil {
		return err
	}
	return p.DB.Tx(ctx, func(tx *store.Tx) error {
		chat, found, err := tx.ClientChat(ctx, post)
		if err != nil {
			return err
		}
		if !found {
			return tx.DropNews(ctx, n, token)
		}
		news, err := p.news(ctx, tx, chat, post)
		if err != nil {
			return err
		}
		held, err := tx.Suggest(ctx, news)
		if err != nil {
			return err
		}
		if held {
			return tx.NewsHeld(ctx, n, token, chat.ID)
		}
		dropped, err := tx.NewsLater(ctx, n, token, newsPause)
		if err != nil || !dropped {
			return err
		}
		return tx.Tell(ctx, store.Notice{Kind: "alert", HTML: "I did not write to the client that their post is live: for a day something else has been waiting in their chat."}, "news-"+post.String())
	})
}

// news are the words: people's own in every language, with addresses that the vendor gave.
func (p *Publisher) news(ctx context.Context, tx *store.Tx, chat store.Chat, post store.PostID) (w store.Wish, err error) {
	all, err := tx.PublicationsOf(ctx, post)
	if err != nil {
		return w, err
	}
	live := slices.DeleteFunc(all, func(one store.Publication) bool { return one.State != "published" })
	code, err := clientLanguage(ctx, tx, chat, live)
	if err != nil {
		return w, err
	}
	w = store.Wish{Restaurant: tx.Restaurant, Chat: chat.ID, Notes: store.Notes{Why: "Their post is live, and they do not know it yet."}}
	w.Text, code = liveWords(code, live)
	if w.Notes.Translation, err = forReaders(ctx, tx, code, live, w.Text); err != nil {
		return w, err
	}
	r, err := tx.OwnRestaurant(ctx)
	if err != nil {
		return w, err
	}
	policy, err := stages.PolicyFor(stages.Stage(r.Stage))
	w.PolicyVersion = policy.Version()
	return w, err
}

// clientLanguage is that of what they wrote last, else that of the post.
func clientLanguage(ctx context.Context, tx *store.Tx, chat store.Chat, live []store.Publication) (string, error) {
	said, err := tx.ClientWords(ctx, chat.ID, 10)
	if err != nil {
		return "", err
	}
	for _, text := range said {
		if code := language.Of(text); code != "" {
			return code, nil
		}
	}
	if len(live) == 0 {
		return "", nil
	}
	v, err := tx.PostVersion(ctx, live[0].VersionID)
	return v.Language, err
}

// forReaders is what the card shows below, where its readers know another language.
func forReaders(ctx context.Context, tx *store.Tx, code string, live []store.Publication, text string) (*store.Translation, error) {
	readers, err := tx.CardLanguage(ctx)
	if err != nil || readers == code {
		return nil, err
	}
	shown, into := liveWords(readers, live)
	return &store.Translation{Into: into, Draft: shown, Of: store.HashText(text)}, nil
}

// liveWords is the message in a language, or in English where nobody has written it yet.
func liveWords(code string, live []store.Publication) (text, written string) {
	sentence, known := liveSentences()[code]
	if !known {
		sentence, code = liveSentences()["en"], "en"
	}
	var links []string
	for _, p := range live {
		if p.Permalink != "" {
			links = append(links, fmt.Sprintf("%s: %s", networkName(p.Network), p.Permalink))
		}
	}
	if len(links) == 0 {
		return sentence + ".", code
	}
	return sentence + ":\n" + strings.Join(links, "\n"), code
}

// liveSentences are words of people, not of a model.
func liveSentences() map[string]string {
	return map[string]string{
		"en": "Your post is live",
		"it": "Il vostro post è online",
		"de": "Ihr Beitrag ist online",
		"es": "Vuestra publicación ya está en línea",
		"fr": "Votre publication est en ligne",
		"pt": "A vossa publicação já está online",
		"nl": "Uw bericht staat online",
		"pl": "Wasz post jest już opublikowany",
		"uk": "Ваш допис уже опубліковано",
		"el": "Η ανάρτησή σας δημοσιεύτηκε",
		"tr": "Gönderiniz yayında",
		"ro": "Postarea dumneavoastră este publicată",
	}
}
