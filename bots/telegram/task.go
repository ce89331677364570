package telegram

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-telegram/bot/models"

	"marketa/store"
)

// A restaurant is a task in the agency's CRM: managers name it by number or link. What the task says is read there by a job
// (tools/crm), which answers in the topic or below the command.

const (
	verbNewOfTask = "nt" // task: a restaurant of it

	noCRMWords   = "No CRM is connected, so I know no tasks. Whoever runs Marketa sets PLANFIX_BASE_URL and PLANFIX_TOKEN."
	whichOfTask  = "Which restaurant is it? Write <code>/link %s to NAME</code>, or <code>/link %s</code> in its topic or as a reply to its card."
	linkTaskHelp = "\n• <code>/link #10234</code> in a restaurant's topic, as a reply to a card, or with <code>to TRATTORIA</code>: its task in Planfix"
)

var (
	taskLink   = regexp.MustCompile(`(?i)/task/(\d{1,15})\b`)
	taskNumber = regexp.MustCompile(`(?i)^(?:planfix\s*)?(?:task\s*)?(#?)\s*(\d{1,15})$`)
)

// taskOf reads a task's number. sure is false for bare digits: they may be a part of a phone number.
func taskOf(words string) (task int64, sure bool) {
	words = strings.TrimSpace(words)
	digits := ""
	if m := taskLink.FindStringSubmatch(words); m != nil {
		digits, sure = m[1], true
	} else if m := taskNumber.FindStringSubmatch(words); m != nil {
		digits, sure = m[2], m[2] != words
	}
	task, _ = strconv.ParseInt(digits, 10, 64)
	return task, sure && task > 0
}

// bareTask is a number alone, where nobody has such a phone number.
func bareTask(words string) int64 {
	task, _ := taskOf(words)
	return task
}

// linkTask links a restaurant to a task. handled is false when the words name none.
func (b *Bot) linkTask(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager, card store.Card, here store.RestaurantID) (handled bool, err error) {
	args := arguments(msg.Text)
	if !card.ApprovalID.IsZero() {
		args = strings.TrimPrefix(args, "to ")
	}
	what, where := split(args)
	task, sure := taskOf(what)
	if task == 0 || !sure {
		return false, nil
	}
	if !b.crm {
		return true, say(ctx, tx, msg, noCRMWords)
	}
	return true, b.linkTaskTo(ctx, tx, msg, m, task, where, here, card)
}

func (b *Bot) linkTaskTo(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager, task int64, where string, here store.RestaurantID, card store.Card) error {
	to := here
	switch {
	case where != "":
		all, err := tx.Directory(ctx, store.ChatID{})
		if err != nil {
			return err
		}
		e, ok := only(likeliest(all, store.ChatLine{}, where), where)
		if !ok {
			return say(ctx, tx, msg, "I do not know which restaurant is “"+line(where, 60)+"”. Write its whole name, or send <code>/link #"+fmt.Sprint(task)+"</code> in its topic.")
		}
		to = e.ID
	case !card.ApprovalID.IsZero():
		v, err := tx.View(ctx, card.ApprovalID)
		if err != nil {
			return err
		}
		to = v.RestaurantID
	}
	ref := fmt.Sprintf("#%d", task)
	if to.IsZero() {
		return say(ctx, tx, msg, fmt.Sprintf(whichOfTask, ref, ref))
	}
	name, err := tx.RestaurantName(ctx, to)
	if err != nil {
		return err
	}
	if err := tx.Within(ctx, to, func(tx *store.Tx) error {
		return tx.QueueCRM(ctx, store.CRMItem{Kind: store.CRMLink, Task: task, Author: m.Name}, "")
	}); err != nil {
		return err
	}
	return say(ctx, tx, msg, fmt.Sprintf("🔎 I look at task %d in Planfix and link it to <b>%s</b>.", task, line(name, 60)))
}

// newOfTask makes a restaurant of a task, once it has been read.
func (b *Bot) newOfTask(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager, words string) error {
	task, _ := taskOf(words)
	switch {
	case !b.crm:
		return say(ctx, tx, msg, noCRMWords+" Please write the name: <code>/new NAME</code>.")
	case task == 0:
		return say(ctx, tx, msg, "Which task of Planfix? Its number or its link: <code>/new #10234</code>. For a restaurant without one: <code>/new NAME</code>.")
	}
	// The answer comes when the task is read, in a moment, or says that it takes longer.
	return tx.AskCRM(ctx, store.CRMEvent{Task: task, TelegramID: m.TelegramID, TgChatID: msg.Chat.ID, ThreadID: threadOf(msg), ReplyTo: int64(msg.ID)})
}

// TaskButton makes a restaurant of a task, like /new with its number.
func TaskButton(task int64) store.NoticeButton {
	return store.NoticeButton{Text: "🆕 New client", Data: data(verbNewOfTask, strconv.FormatInt(task, 10))}
}

// touchTask judges a press on it.
func (b *Bot) touchTask(ctx context.Context, tx *store.Tx, t touched) (known bool, err error) {
	if t.verb != verbNewOfTask {
		return false, nil
	}
	task, _ := taskOf(t.arg(0))
	switch {
	case !t.manager.Decides():
		return true, refuseTouch(ctx, tx, t, deniedWords)
	case task == 0 || !b.crm:
		return true, refuseTouch(ctx, tx, t, goneWords)
	}
	_, whose, linked, err := tx.RestaurantOfTask(ctx, task)
	if err != nil {
		return true, err
	}
	if linked {
		return true, refuseTouch(ctx, tx, t, "It belongs to "+cut(oneLine(whose), 60)+" already.")
	}
	if err := tx.AskCRM(ctx, store.CRMEvent{Task: task, TelegramID: t.manager.TelegramID, TgChatID: t.chat, ThreadID: threadOf(t.query.Message.Message), ReplyTo: t.message,
		Key: fmt.Sprintf("pressed-%d-%d", t.chat, t.message)}); err != nil {
		return true, err
	}
	return true, answer(ctx, tx, t.query, fmt.Sprintf("I read task %d and make the restaurant.", task))
}

// taskText is the restaurant's task as last read, for its screen; empty without one.
func taskText(ctx context.Context, tx *store.Tx) (string, error) {
	t, linked, err := tx.CRMTask(ctx)
	if err != nil || !linked {
		return "", err
	}
	state := line(t.Status, 40)
	if t.Gone {
		state = "⚠️ not there any more"
	}
	return fmt.Sprintf("\n\n📋 Planfix task %d “%s” · %s", t.Task, line(t.Name, 60), state), nil
}
