// Package telegram is the managers' chat: what Telegram sends us, the approval cards, the notices.
//
// It knows store and stages and uses go-telegram/bot to send; updates are received by our own handler, because the
// library's answers 200 to a wrong secret and keeps updates in memory. It meets the agent and WhatsApp in rows and jobs,
// never in calls. A card is a view of a row: it can always be drawn again, and a press is judged by the row, whatever the
// card shows.
//
// In a forum every restaurant has a topic (topics.go); all workers share Telegram's allowance (pace.go); whoever writes an
// answer has the card to himself for a while (hold.go).
//
// Start reading at receive.go (in), then press.go and words.go (what managers do), card.go and fit.go (what they see), draw.go
// and tell.go (out), outcome.go (the ways a call can end).
package telegram
