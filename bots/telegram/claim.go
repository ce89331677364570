package telegram

import (
	"io"
	"strings"
)

// claimLength, in two halves: 31^10 codes, of which a day and thirty tries an hour find none.
const claimLength = 10

// NewClaimCode makes a code like "H7K2M-QX4RT" from random bytes; those that would favour some letters are passed over.
func NewClaimCode(random io.Reader) string {
	var out strings.Builder
	var one [1]byte
	for n := 0; n < claimLength; {
		if _, err := io.ReadFull(random, one[:]); err != nil {
			panic("telegram: no random bytes: " + err.Error()) // crypto/rand never fails
		}
		if int(one[0]) >= 256/len(codeLetters)*len(codeLetters) {
			continue
		}
		if n == claimLength/2 {
			out.WriteByte('-')
		}
		out.WriteByte(codeLetters[int(one[0])%len(codeLetters)])
		n++
	}
	return out.String()
}
