package storetest

import (
	"flag"
	"testing"
)

// atOnce is how many tests of a package run at the same time.
const atOnce = "4"

// Main runs a package's tests more at once than there are cores: they mostly wait for the database and for time to pass. The
// flag -parallel still has the last word.
func Main(m *testing.M) int {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		_ = flag.Set("test.parallel", atOnce)
	}
	return m.Run()
}
