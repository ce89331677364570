package main

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Codes are made anew at every start and for every invite, so sessions name them: what a manager writes may hold {claim}, the
// one that the platform has printed last, and {invite}, {invite 1}, the newest one or the first that the bot has told. What is
// heard shows them in the same way. The line "no owners" lets the platform start without any.

var (
	printedClaim = regexp.MustCompile(`/claim (\S+)`)
	toldInvite   = regexp.MustCompile(`\b[A-HJKMNP-Z2-9]{16}\b`)
)

// fill puts codes into what a manager writes.
func (s *scene) fill(words string) string {
	if found := printedClaim.FindAllStringSubmatch(s.out.String(), -1); len(found) > 0 {
		words = strings.ReplaceAll(words, "{claim}", found[len(found)-1][1])
	}
	if tasks := s.world.Planfix.Tasks(); len(tasks) > 0 {
		words = strings.ReplaceAll(words, "{task}", strconv.Itoa(tasks[len(tasks)-1].ID))
	}
	codes := s.invites()
	if len(codes) == 0 {
		return words
	}
	return strings.NewReplacer("{invite}", codes[len(codes)-1], "{invite 1}", codes[0]).Replace(words)
}

// invites are the codes that the bot's messages show, in their order.
func (s *scene) invites() (codes []string) {
	for _, name := range s.team() {
		for _, m := range s.world.Telegram.Messages(s.managers[name]) {
			for _, code := range toldInvite.FindAllString(m.Text, -1) {
				if m.FromBot && !slices.Contains(codes, code) {
					codes = append(codes, code)
				}
			}
		}
	}
	return codes
}
