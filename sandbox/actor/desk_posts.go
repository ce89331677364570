package actor

import (
	"regexp"
	"strings"
	"time"
)

var (
	postAbout = regexp.MustCompile(`(?i)^\W*(?:about|on|with|über|zu[rm]?|mit|su(?:l|lla|llo|i|lle|gli)?|con|sobre|de|di|del|della)\s+`)
	postFor   = regexp.MustCompile(`(?:^|\s)(?:for|at|für|bei|per|para|da)\s+(?:the |la |il |el |das |die |den )?((?:\p{Lu}[\p{L}'’&.]*)(?:\s+(?:di|de|da|del|della|la|il|\p{Lu}[\p{L}'’&.]*))*)`)
	postOnly  = regexp.MustCompile(`(?i)[\s,]*\b(?:only on|just on|nur auf|nur bei|solo su|sólo en|solo en)\s+(instagram|facebook)\b`)
	postTalk  = regexp.MustCompile(`(?i)[\s,]*\b(?:in|auf|en)\s+(english|german|italian|spanish|englisch|deutsch|italienisch|spanisch|inglese|tedesco|italiano|spagnolo|inglés|alemán|español)\b`)
	topicOf   = regexp.MustCompile(`(?m)^this topic is about: (.+)$`)
)

// postOf has a post written, with what the manager has said about it.
func (a *assistant) postOf(said map[string]string) Reply {
	rest := said["rest"] + said["rest2"]
	args := map[string]any{}
	if m := postFor.FindStringSubmatch(rest); m != nil {
		args["restaurant"] = person(m[1])
		rest = strings.Replace(rest, m[0], " ", 1)
	}
	if m := postOnly.FindStringSubmatch(rest); m != nil {
		args["on"] = strings.ToLower(m[1])
		rest = strings.Replace(rest, m[0], " ", 1)
	}
	if m := postTalk.FindStringSubmatch(rest); m != nil {
		for _, l := range languages {
			if anyPhrase(words(m[1]), languageNames[l]) {
				args["language"] = string(l)
			}
		}
		rest = strings.Replace(rest, m[0], " ", 1)
	}
	if now, ok := a.now(); ok {
		if _, _, _, timed := clockIn(rest); timed {
			due, left, _ := when(rest, now)
			args["at"] = due.Format("2006-01-02 15:04")
			rest = left
		}
	}
	brief := strings.Trim(strings.Join(strings.Fields(postAbout.ReplaceAllString(rest, "")), " "), " .,!")
	if args["restaurant"] == nil {
		if m := topicOf.FindStringSubmatch(a.req.System); m != nil {
			args["restaurant"] = strings.TrimSpace(m[1])
		} else if who := a.meant(); who != "" {
			args["restaurant"] = who
		}
	}
	switch {
	case args["restaurant"] == nil:
		return a.say("who")
	case brief == "":
		return a.say("post_what")
	}
	args["brief"] = brief
	return a.use("desk_posts_write", args, func(map[string]any) Reply { return a.say("post_begun") })
}

// now is the time that the system text names.
func (a *assistant) now() (time.Time, bool) {
	m := nowLine.FindStringSubmatch(a.req.System)
	if m == nil {
		return time.Time{}, false
	}
	t, err := time.Parse("2 January 2006, 15:04", m[1])
	return t, err == nil
}
