package whapi

import "testing"

func TestTheKindOfAChatStandsBehindTheAt(t *testing.T) {
	t.Parallel()
	for id, want := range map[ChatID]ChatKind{
		"380501112233@s.whatsapp.net":      KindDirect,
		"380501112233@c.us":                KindDirect,
		"120363000000000011@g.us":          KindGroup,
		"380501112233-1400000000@g.us":     KindGroup,
		"120363000000000022@newsletter":    KindNewsletter,
		"84000000000001@lid":               KindLID,
		"status@broadcast":                 KindBroadcast,
		"380501112233":                     KindUnknown,
		"@g.us":                            KindUnknown,
		"":                                 KindUnknown,
		"380501112233@newer":               KindUnknown,
		"380501112233@s.whatsapp.net.evil": KindUnknown,
	} {
		if got := id.Kind(); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
}

func TestADirectChatIsMadeOfAnInternationalNumber(t *testing.T) {
	t.Parallel()
	for phone, want := range map[string]ChatID{
		"+380 50 111-22-33":    "380501112233@s.whatsapp.net",
		"380501112233":         "380501112233@s.whatsapp.net",
		"00380501112233":       "380501112233@s.whatsapp.net",
		"+49 (30) 12.34.56/7":  "49301234567@s.whatsapp.net",
		"+39\u00a0333 1234567": "393331234567@s.whatsapp.net",
		"0501112233":           "", // without its country
		"123456":               "",
		"1234567890123456":     "",
		"+380 50 CALL ME":      "",
		"":                     "",
		"00":                   "",
		"380501112233@g.us":    "",
		"١٢٣٤٥٦٧٨":             "", // digits of another script
	} {
		if got := DirectChat(phone); got != want {
			t.Errorf("%q: %q, want %q", phone, got, want)
		}
	}
}

func TestDigitsOfAContactAreAPhoneOnlyWhereTheyCanBe(t *testing.T) {
	t.Parallel()
	for contact, want := range map[string]struct {
		digits string
		phone  bool
	}{
		"380501112233":                   {"380501112233", true},
		"+380501112233":                  {"380501112233", true},
		"380501112233@s.whatsapp.net":    {"380501112233", true},
		"380501112233:11@s.whatsapp.net": {"380501112233", true},
		"380501112233@c.us":              {"380501112233", true},
		"84000000000001@lid":             {"84000000000001", false},
		"120363000000000011@g.us":        {"120363000000000011", false},
		"120363000000000011":             {"120363000000000011", false},
		"olena":                          {"", false},
		"":                               {"", false},
		"@lid":                           {"", false},
	} {
		phone, is := Phone(contact)
		if Digits(contact) != want.digits || is != want.phone || (is && phone != want.digits) {
			t.Errorf("%q: digits %q, phone %q %v", contact, Digits(contact), phone, is)
		}
	}
}
