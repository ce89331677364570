package whapi

// vote is what one person chose.
type vote struct {
	phone   string
	options []string
}
