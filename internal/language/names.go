package language

import (
	"sort"
	"strings"
)

// Name is how an English sentence calls a language; the code itself for one that is not in the list.
func Name(code string) string {
	if n := names()[code]; n != "" {
		return n
	}
	return code
}

// Find is the code of a language that a person names: "de", "German", "deutsch".
func Find(named string) (code string, ok bool) {
	named = strings.ToLower(strings.TrimSpace(named))
	if own := ownNames()[named]; own != "" {
		return own, true
	}
	for code, name := range names() {
		if named == code || named == strings.ToLower(name) {
			return code, true
		}
	}
	return "", false
}

// Known are the codes that Find knows, in their order.
func Known() []string {
	var out []string
	for code := range names() {
		out = append(out, code)
	}
	sort.Strings(out)
	return out
}

func names() map[string]string {
	return map[string]string{"en": "English", "de": "German", "it": "Italian", "es": "Spanish", "fr": "French", "pt": "Portuguese", "nl": "Dutch", "pl": "Polish",
		"ru": "Russian", "uk": "Ukrainian", "ro": "Romanian", "tr": "Turkish", "cs": "Czech", "hr": "Croatian", "sr": "Serbian", "hu": "Hungarian", "el": "Greek",
		"bg": "Bulgarian", "ar": "Arabic", "he": "Hebrew", "fa": "Persian", "hi": "Hindi", "zh": "Chinese", "ja": "Japanese", "ko": "Korean", "th": "Thai", "vi": "Vietnamese",
		"sv": "Swedish", "da": "Danish", "fi": "Finnish", "nb": "Norwegian", "ka": "Georgian", "hy": "Armenian"}
}

func ownNames() map[string]string {
	return map[string]string{"deutsch": "de", "italiano": "it", "español": "es", "espanol": "es", "français": "fr", "francais": "fr", "português": "pt", "portugues": "pt",
		"nederlands": "nl", "polski": "pl", "русский": "ru", "українська": "uk", "türkçe": "tr"}
}
