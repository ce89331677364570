package main

import (
	"os"
	"testing"
)

func TestEnvExampleIsWrittenByTheCode(t *testing.T) {
	const file = ".env.example"
	if *update {
		if err := os.WriteFile(file, []byte(envExample()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if want := envExample(); string(got) != want {
		t.Errorf("%s is out of date (go test -run TestEnvExample -update . rewrites it):\n%s", file, diff(want, string(got)))
	}
}
