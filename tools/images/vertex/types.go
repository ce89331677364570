package vertex

type request struct {
	Instances  []instance `json:"instances"`
	Parameters parameters `json:"parameters"`
}

type parameters struct {
	Dimension int `json:"dimension"`
}

type instance struct {
	Text  string      `json:"text,omitempty"`
	Image *imageBytes `json:"image,omitempty"`
}

type imageBytes struct {
	BytesBase64Encoded []byte `json:"bytesBase64Encoded"`
}

type answer struct {
	Predictions []prediction `json:"predictions"`
}

type prediction struct {
	TextEmbedding  []float32 `json:"textEmbedding"`
	ImageEmbedding []float32 `json:"imageEmbedding"`
}
