package main

import "strings"

// envExample is .env.example: every name that we read, with its preset. A test keeps the file as this is.
func envExample() string {
	var s strings.Builder
	s.WriteString("# Every setting that Marketa reads, with its preset. Copy to .env for development (MARKETA_ENV=development reads it);\n" +
		"# in production set them in the environment. Written by: go test -run TestEnvExample -update .\n")
	for _, one := range settings() {
		s.WriteString("\n")
		if one.meaning != "" {
			s.WriteString("# " + upper(one.meaning) + ".\n")
		}
		if one.secret {
			s.WriteString("# A secret: keep it out of files that others read.\n")
		}
		s.WriteString("#" + one.name + "=" + one.preset + "\n")
	}
	return s.String()
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
