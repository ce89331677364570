package store

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"marketa/internal/fault"
)

// SafetyFinding is something that speaks against publishing a version.
type SafetyFinding struct {
	Key   string // what it is, for who has accepted it
	Words string // plain, without a full stop, to follow "Held: "
	Grade SafetyGrade
}

// SafetyGrade is what a finding leads to.
type SafetyGrade int

const (
	Holds SafetyGrade = iota // a manager has to release it by name
	Shown                    // it is enough that the card said it when the post was approved
	Stops                    // it cannot be published, whatever anybody says
)

// Accepted says that a manager has released it, or approved the post while its card said so.
func (f SafetyFinding) Accepted(v PostVersion, released []string) bool {
	return slices.Contains(released, f.Key) || f.Grade == Shown && slices.Contains(v.Warnings, f.Words)
}

// What the networks take. https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media
const (
	MostCaption  = 2200 // characters, with the hashtags
	MostHashtags = 30
	MostMentions = 20
)

// SafetyFindings are all that there are about a version if it were published at that moment: the picture's rights, what is to be
// seen in it, the restaurant's rules, and the networks' limits. What nobody knows counts as found.
func (tx *Tx) SafetyFindings(ctx context.Context, v PostVersion, post PostID, at time.Time) ([]SafetyFinding, error) {
	found := v.textFindings()
	p, err := tx.Photo(ctx, v.PhotoID)
	if errors.Is(err, fault.NotFound) {
		return append(found, SafetyFinding{"photo", "The photo of this post is not the restaurant's any more. Have the post written anew.", Stops}), nil
	}
	if err != nil {
		return nil, err
	}
	if p.WithdrawnAt != nil {
		return append(found, SafetyFinding{"photo", "The client has taken this photo back. Have the post written anew, with another one.", Stops}), nil
	}
	faults, err := tx.PhotoFaults(ctx, p.ID, at, post)
	if err != nil {
		return nil, err
	}
	for _, why := range faults {
		found = append(found, SafetyFinding{"photo: " + why, "the photo: " + why, Holds})
	}
	doubts, err := tx.PhotoDoubts(ctx, p.ID, at)
	for _, why := range doubts {
		found = append(found, SafetyFinding{"photo: " + why, why, Shown})
	}
	return append(found, photoFindings(p)...), err
}

// Words is the caption as people will read it, with the hashtags below.
func (v PostVersion) Words() string {
	if len(v.Hashtags) == 0 {
		return v.Caption
	}
	return strings.TrimSpace(v.Caption) + "\n\n#" + strings.Join(v.Hashtags, " #")
}

func (v PostVersion) textFindings() (found []SafetyFinding) {
	stop := func(is bool, key, words string) {
		if is {
			found = append(found, SafetyFinding{key, words, Stops})
		}
	}
	words := v.Words()
	stop(strings.TrimSpace(v.Caption) == "", "caption", "The post has no text.")
	stop(utf8.RuneCountInString(words) > MostCaption, "caption", fmt.Sprintf("The text is longer than the %d characters that Instagram takes. Shorten it and approve again.", MostCaption))
	stop(strings.Count(words, "#") > MostHashtags, "hashtags", fmt.Sprintf("The text has more than the %d hashtags that Instagram takes. Take some out and approve again.", MostHashtags))
	stop(len(mentions.FindAllString(words, -1)) > MostMentions, "mentions", fmt.Sprintf("The text names more than the %d accounts that Instagram takes. Take some out and approve again.", MostMentions))
	return found
}

var mentions = regexp.MustCompile(`@\w`)

// photoFindings are what is to be seen in it; whether anybody has looked is among the photo's faults.
func photoFindings(p Photo) (found []SafetyFinding) {
	say := func(is bool, grade SafetyGrade, key, words string) {
		if is && p.State == PhotoAnalyzed {
			found = append(found, SafetyFinding{key, words, grade})
		}
	}
	say(p.Children, Holds, "children", "children can be recognised, and nobody has said that their parents agree")
	say(p.Faces && !p.Children, Shown, "faces", "people can be recognised; make sure that they agree")
	say(p.Logos, Shown, "logos", "logos of others are to be seen")
	say(p.TextInImage != "", Shown, "text", "there is something written in the photo: “"+firstRunes(strings.TrimSpace(p.TextInImage), 80)+"”")
	return found
}
