package whapi

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
)

// photo is a real JPEG of 64 by 48, told from others by its shade.
func photo(shade uint8) []byte {
	picture := image.NewGray(image.Rect(0, 0, 64, 48))
	for i := range picture.Pix {
		picture.Pix[i] = shade
	}
	picture.SetGray(0, 0, color.Gray{shade ^ 0xff})
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture, nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// downloads switches auto_download on for company.
func (b *bench) downloads(kinds ...string) {
	b.Helper()
	b.ok("PATCH", "/settings", `{"media":{"auto_download":["`+strings.Join(kinds, `","`)+`"]}}`)
}

// write is Olena sending something to company.
func (b *bench) write(what Content, o Opts) string {
	b.Helper()
	id, err := b.sim.Write("company", olena, what, o)
	if err != nil {
		b.Fatal(err)
	}
	return id
}

// heard is the only message that arrived, which it then forgets.
func (b *bench) heard() map[string]any {
	b.Helper()
	got := b.settle()
	if len(got) != 1 {
		b.Fatalf("%d webhooks", len(got))
	}
	b.forget()
	return got[0].first("messages")
}

// read gets an address as company, and without a token when the address is a whole one.
func (b *bench) read(address string) (status int, contentType string, body []byte) {
	b.Helper()
	token := "tok_company"
	if strings.HasPrefix(address, "http") {
		address, token = strings.TrimPrefix(address, b.url), ""
	}
	resp, err := b.request(token, "GET", address, "")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ = io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header.Get("Content-Type"), body
}

// post sends a body of any type as company.
func (b *bench) post(path, contentType string, body []byte) (status int, answer map[string]any) {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), "POST", b.url+path, bytes.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer tok_company")
	req.Header.Set("Content-Type", contentType)
	return b.do(req)
}

// upload puts a file into the vendor's store and gives its id.
func (b *bench) upload(contentType string, body []byte) string {
	b.Helper()
	status, answer := b.post("/media", contentType, body)
	if status != 200 {
		b.Fatalf("upload: %d %v", status, answer)
	}
	return answer["media"].([]any)[0].(map[string]any)["id"].(string)
}

// multipartBody is a form with fields and one file.
func multipartBody(fields map[string]string, name, mimeType string, content []byte) (contentType string, body []byte) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for key, value := range fields {
		_ = w.WriteField(key, value)
	}
	header := textproto.MIMEHeader{}
	header.Set("Content-Disposition", `form-data; name="media"; filename="`+name+`"`)
	header.Set("Content-Type", mimeType)
	part, _ := w.CreatePart(header)
	_, _ = part.Write(content)
	_ = w.Close()
	return w.FormDataContentType(), b.Bytes()
}
