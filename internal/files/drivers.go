package files

// schemes are the kinds of addresses that this build can open.
func schemes() []string { return []string{"file", "mem"} }
