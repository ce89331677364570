package telegram

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-telegram/bot/models"

	"marketa/stages"
	"marketa/store"
)

// restaurant shows one on one screen: by name, or as a reply to a card, or in its topic.
func (b *Bot) restaurant(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager) error {
	id, ok, err := b.restaurantMeant(ctx, tx, msg)
	if err != nil {
		return err
	}
	if ok {
		s, err := b.dossier(ctx, tx, id, m)
		if err != nil {
			return err
		}
		return b.show(ctx, tx, msg, m, s)
	}
	name := arguments(msg.Text)
	all, err := tx.Directory(ctx, store.ChatID{})
	if err != nil {
		return err
	}
	found := living(likeliest(all, store.ChatLine{}, name))
	if e, ok := only(found, name); ok {
		s, err := b.dossier(ctx, tx, e.ID, m)
		if err != nil {
			return err
		}
		return b.show(ctx, tx, msg, m, s)
	}
	return b.show(ctx, tx, msg, m, chooseFor(verbOpen, "restaurant", found, name, tx.Now))
}

// living leaves closed leads out, unless there is nothing else.
func living(all []store.Entry) []store.Entry {
	if there := slices.DeleteFunc(slices.Clone(all), func(e store.Entry) bool { return e.Gone }); len(there) > 0 {
		return there
	}
	return all
}

// restaurantMeant is the one of the card that was replied to, or of the topic.
func (b *Bot) restaurantMeant(ctx context.Context, tx *store.Tx, msg *models.Message) (id store.RestaurantID, ok bool, err error) {
	if arguments(msg.Text) != "" {
		return id, false, nil
	}
	card, _, found, err := b.target(ctx, tx, msg)
	if err != nil {
		return id, false, err
	}
	if found && !card.ApprovalID.IsZero() {
		v, err := tx.View(ctx, card.ApprovalID)
		return v.RestaurantID, err == nil, err
	}
	return tx.RestaurantOfTopic(ctx, msg.Chat.ID, int64(msg.MessageThreadID))
}

// chooseFor lists those that a name may mean; the verb says what a tap opens.
func chooseFor(verb, command string, found []store.Entry, name string, now time.Time) screen {
	if len(found) == 0 {
		if name == "" {
			return screen{html: "There is no restaurant yet. /new NAME makes one; a client who writes makes one by himself."}
		}
		return screen{html: "I know no restaurant “" + line(name, 60) + "”. /new " + line(name, 60) + " makes it."}
	}
	s := screen{html: "🍽 Which restaurant?"}
	if name == "" {
		s.html = "🍽 Which restaurant? Those that wrote last; <code>/" + command + " NAME</code> finds others."
	}
	shown := found[:min(len(found), pageSize)]
	for i, l := range apart(shown, now) {
		s.rows = append(s.rows, line1(l, data(verb, short64(shown[i].ID))))
	}
	if hidden := len(found) - len(shown); hidden > 0 && name != "" {
		s.html += fmt.Sprintf(" There are %d more; give more of the name.", hidden)
	}
	return s
}

// dossier is a restaurant's screen.
func (b *Bot) dossier(ctx context.Context, tx *store.Tx, id store.RestaurantID, m store.Manager) (screen, error) {
	d, err := tx.Dossier(ctx, id)
	if err != nil {
		return screen{}, err
	}
	chats, err := tx.ChatsOf(ctx, id)
	if err != nil {
		return screen{}, err
	}
	moves, err := tx.MovesOf(ctx, id, mostMoves)
	if err != nil {
		return screen{}, err
	}
	photos, err := galleryLine(ctx, tx, id)
	if err != nil {
		return screen{}, err
	}
	var missing []stages.Need
	task := ""
	if err := tx.Within(ctx, id, func(tx *store.Tx) (err error) {
		if missing, err = tx.Missing(ctx); err == nil {
			task, err = taskText(ctx, tx)
		}
		return err
	}); err != nil {
		return screen{}, err
	}
	s := screen{html: dossierText(d, chats, moves, photos, tx.Now) + task + "\n\n" + missingText(missing), rows: [][]store.NoticeButton{line1("🗂 Profile", data(verbProfile, short64(id)))}}
	pays, err := tx.Billing(ctx, id)
	if err != nil {
		return screen{}, err
	}
	s.html = strings.TrimSpace(s.html) + billingText(pays, d.Zone)
	if !m.Decides() {
		return s, nil
	}
	s.rows = append(s.rows, []store.NoticeButton{button("🏷 Rename", data(verbRename, short64(id))), button("🕐 Zone", data(verbZones, short64(id)))})
	for _, c := range chats[:min(len(chats), mostChats)] {
		who := cut(oneLine(cmp.Or(c.Title, c.Number)), 20)
		row := []store.NoticeButton{button("🔗 Move "+who, data(verbChat, short64(c.ID)))}
		if c.Ignored {
			row = append(row, button("🔔 Heed "+who, data(verbHeed, short64(c.ID))))
		} else {
			row = append(row, button("🙈 Ignore "+who, data(verbIgnore, short64(c.ID))))
		}
		s.rows = append(s.rows, row)
	}
	return s, nil
}

const (
	mostChats = 8 // on a restaurant's screen
	mostMoves = 5
)

func dossierText(d store.Dossier, chats []store.ChatLine, moves []store.Move, photos string, now time.Time) string {
	var s strings.Builder
	fmt.Fprintf(&s, "🍽 <b>%s</b> · %s", line(d.Name, 100), line(strings.ReplaceAll(d.Stage, "_", " "), 40))
	switch {
	case d.MergedInto != "":
		s.WriteString("\nA lead whose only chat went to " + line(d.MergedInto, 60) + ".")
	case !d.Confirmed:
		s.WriteString("\nA lead that nobody has confirmed yet.")
	}
	fmt.Fprintf(&s, "\n🕐 %s, %s there", esc(d.Zone), clockTime(now, d.Zone))
	if d.Languages != "" {
		s.WriteString("\n🗣 " + line(d.Languages, 60))
	}
	fmt.Fprintf(&s, "\n👥 %s · %s known · %s", plural(d.People, "person", "people"), plural(d.Facts, "fact", "facts"), plural(d.OpenCards, "open card", "open cards"))
	s.WriteString(photos)
	s.WriteString("\n\n<b>Chats</b>")
	if len(chats) == 0 {
		s.WriteString("\nnone yet")
	}
	for _, c := range chats[:min(len(chats), mostChats)] {
		s.WriteString("\n• " + chatText(c, now))
	}
	if hidden := len(chats) - mostChats; hidden > 0 {
		fmt.Fprintf(&s, "\n• … and %d more", hidden)
	}
	if len(moves) > 0 {
		s.WriteString("\n\n<b>Moves</b>")
	}
	for _, m := range moves {
		fmt.Fprintf(&s, "\n• %s: %s from %s to %s, by %s", in(m.At, d.Zone).Format("2 Jan"), line(cmp.Or(m.ChatTitle, "a chat"), 40), line(m.FromName, 40), line(m.ToName, 40), line(cmp.Or(m.By, "a manager"), 40))
	}
	return s.String()
}

func chatText(c store.ChatLine, now time.Time) string {
	s := line(cmp.Or(c.Title, c.Number), 40)
	if c.Kind == "group" {
		s += " (group)"
	}
	s += " · via " + line(string(c.Channel), 20)
	if c.LastAt != nil {
		s += " · last words " + lately(*c.LastAt, now)
	}
	if c.Ignored {
		s += " · 🙈 ignored"
	}
	return s
}

// touchRestaurant judges presses on a restaurant's screen.
func (b *Bot) touchRestaurant(ctx context.Context, tx *store.Tx, t touched) (known bool, err error) {
	switch t.verb {
	case verbOpen, verbRename, verbZones, verbZone, verbKeepName:
	default:
		return false, nil
	}
	var id store.RestaurantID
	if !parse64(t.arg(0), &id) {
		return true, refuseTouch(ctx, tx, t, goneWords)
	}
	d, err := tx.Dossier(ctx, id)
	if err != nil {
		return true, orGone(ctx, tx, t, err)
	}
	if t.verb == verbOpen {
		s, err := b.dossier(ctx, tx, id, t.manager)
		if err != nil {
			return true, err
		}
		return true, b.turnTo(ctx, tx, t, s)
	}
	if !t.manager.Decides() {
		return true, refuseTouch(ctx, tx, t, deniedWords)
	}
	switch t.verb {
	case verbRename:
		err = b.turnTo(ctx, tx, t, renameQuestion(d, t.manager))
	case verbZones:
		err = b.turnTo(ctx, tx, t, zoneQuestion(d, t.manager))
	case verbKeepName:
		err = b.keepName(ctx, tx, t, d)
	case verbZone:
		err = b.setZone(ctx, tx, t, d, strings.Join(t.args[1:], ":"))
	}
	return true, err
}

func renameQuestion(d store.Dossier, m store.Manager) screen {
	return screen{html: fmt.Sprintf(nameMark+"%s, what shall <b>%s</b> be called? Reply to this message with the name.", mention(m), line(d.Name, 100)),
		rows: [][]store.NoticeButton{line1("✅ Keep “"+cut(oneLine(d.Name), 40)+"”", data(verbKeepName, short64(d.ID)))},
		ask:  &store.Ask{Kind: "name", Subject: store.Subject{Restaurant: d.ID}}}
}

func (b *Bot) keepName(ctx context.Context, tx *store.Tx, t touched, d store.Dossier) error {
	if err := quit(ctx, tx, t.manager, t.chat, "name"); err != nil {
		return err
	}
	return b.turnTo(ctx, tx, t, named(d.ID, d.Name))
}

// named says what a restaurant is called now, and leads to its screen.
func named(id store.RestaurantID, name string) screen {
	return screen{html: "✅ The restaurant is called <b>" + line(name, 100) + "</b>.", rows: [][]store.NoticeButton{line1("🍽 Open", data(verbOpen, short64(id)))}}
}

// longestName is how long a restaurant's name may be.
const longestName = 100

// nameIt takes the answer to the question for a name.
func (b *Bot) nameIt(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager, a store.Ask) error {
	name := oneLine(clean(msg.Text))
	if name == "" || len([]rune(name)) > longestName {
		return say(ctx, tx, msg, fmt.Sprintf("I need the name as a message of at most %d letters. Please reply again.", longestName))
	}
	outcome, err := tx.RenameRestaurant(ctx, a.Subject.Restaurant, name, m.TelegramID)
	if err != nil {
		return err
	}
	if outcome != "ok" {
		return say(ctx, tx, msg, esc(mappedWords(outcome, "")))
	}
	if err := tx.CloseAsk(ctx, a.ID); err != nil {
		return err
	}
	return b.inPlace(ctx, tx, msg, m, a, named(a.Subject.Restaurant, name))
}

// inPlace lets the answered question itself show what became of the answer; where it is not known, it is said.
func (b *Bot) inPlace(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager, a store.Ask, s screen) error {
	if a.MessageID == nil {
		return b.show(ctx, tx, msg, m, s)
	}
	return tx.Tell(ctx, store.Notice{TgChatID: &a.TgChatID, Kind: "screen", HTML: s.html, Buttons: s.rows, Edits: a.MessageID}, "")
}
