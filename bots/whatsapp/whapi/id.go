package whapi

import "strings"

// ChatID is where a message belongs, in the vendor's form: digits, @, and what kind of chat it is.
//
// https://github.com/Whapi-Cloud/whapi-whatsapp-api-skill/blob/4d51300/.agents/skills/whapi/references/core-chat-id.md
type ChatID string

// ChatKind is what stands behind the @ of a chat id.
type ChatKind string

const (
	KindDirect     ChatKind = "direct"     // one person, by phone: 380501112233@s.whatsapp.net
	KindGroup      ChatKind = "group"      // 120363000000000011@g.us
	KindNewsletter ChatKind = "newsletter" // a WhatsApp channel: 120363000000000022@newsletter
	KindLID        ChatKind = "lid"        // one person whose phone is hidden: 84000000000001@lid
	KindBroadcast  ChatKind = "broadcast"  // status@broadcast and lists
	KindUnknown    ChatKind = "unknown"    // bare digits, nothing, or something newer
)

// Kind of a chat id. A LID may stand wherever a phone could:
// https://support.whapi.cloud/help-desk/faq/whatsapp-lid-lid
func (id ChatID) Kind() ChatKind {
	name, server, found := strings.Cut(string(id), "@")
	if !found || name == "" {
		return KindUnknown
	}
	switch server {
	case "s.whatsapp.net", "c.us": // c.us is the old form; it is read, never written
		return KindDirect
	case "g.us":
		return KindGroup
	case "newsletter":
		return KindNewsletter
	case "lid":
		return KindLID
	case "broadcast":
		return KindBroadcast
	}
	return KindUnknown
}

// DirectChat is the chat with a person, by an international phone number however it is written (+380 50 111-22-33).
// Empty when this cannot be such a number: 7 to 15 digits, none of them a leading zero.
func DirectChat(phone string) ChatID {
	digits := phoneDigits(phone)
	if digits == "" {
		return ""
	}
	return ChatID(digits + "@s.whatsapp.net")
}

func phoneDigits(phone string) string {
	digits := strings.NewReplacer(" ", "", "\u00a0", "", "-", "", "(", "", ")", "", ".", "", "/", "").Replace(phone)
	digits = strings.TrimPrefix(strings.TrimPrefix(digits, "+"), "00")
	if len(digits) < 7 || len(digits) > 15 || digits[0] == '0' || !onlyDigits(digits) {
		return ""
	}
	return digits
}

// Digits are what identifies a contact in front of the @ (and of a device number behind a colon). They are a phone number
// only if [Phone] says so: a LID has digits too, and so has a group.
func Digits(contact string) string {
	name, _, _ := strings.Cut(contact, "@")
	name, _, _ = strings.Cut(name, ":")
	name = strings.TrimPrefix(name, "+")
	if name == "" || !onlyDigits(name) {
		return ""
	}
	return name
}

// Phone is the number behind a contact or a direct chat. Bare digits pass, as the vendor writes contacts so; that such
// digits are a LID without its suffix cannot be seen here, so never take them alone for a person's identity.
func Phone(contact string) (digits string, ok bool) {
	if strings.Contains(contact, "@") && ChatID(contact).Kind() != KindDirect {
		return "", false
	}
	digits = phoneDigits(Digits(contact))
	return digits, digits != ""
}

func onlyDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }
