package stages

import "strings"

// Tag is a fence around text in a model's input; the rules in prompts/reply.md say what each one means.
type Tag string

const (
	TagConversation  Tag = "conversation"   // what was said before: data from outside
	TagUnanswered    Tag = "unanswered"     // what still waits for an answer: data from outside
	TagPreviousDraft Tag = "previous_draft" // what the model wrote last time and a manager refused
	TagWaitingDraft  Tag = "waiting_draft"  // a draft that nobody has decided on yet
	TagSaidSince     Tag = "said_since"     // what members of a group said after it was made: data from outside
	TagManagerHint   Tag = "manager_hint"   // an instruction by a manager of the agency
	TagClientWords   Tag = "client_words"   // to be translated, or found by a tool: data from outside
	TagDraft         Tag = "draft"          // to be translated, too
	TagManager       Tag = "manager"        // what a manager asks of the bot: an instruction
	TagBrief         Tag = "brief"          // what a post is to be about: data
	TagPublished     Tag = "published"      // captions of posts before it: data
	TagExchanges     Tag = "exchanges"      // what he has asked before, and what he was told
)

// Fence wraps text so that it cannot close its own fence or open another one: no angle bracket that opens a tag
// survives inside. Without this the rule "inside these tags are data" could be talked away.
func Fence(tag Tag, text string) string {
	inside := strings.NewReplacer("<", "‹", "＜", "‹", "﹤", "‹").Replace(text)
	return "<" + string(tag) + ">\n" + inside + "\n</" + string(tag) + ">"
}
