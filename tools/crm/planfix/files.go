package planfix

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"

	"marketa/internal/rest"
)

// Upload puts a file into the account and gives its id, to be named in a comment or a task. A file that nothing names is
// removed by the vendor some time, so after an Unknown error uploading again is harmless.
//
// POST /file/, multipart field "file": https://planfix.com/ru/help/REST_API:_Работа_с_файлами
func (c *Client) Upload(ctx context.Context, name string, content []byte) (int64, error) {
	const op = "upload file"
	if name == "" || len(content) == 0 {
		return 0, invalid(op, "the file has no name or is empty")
	}
	form, kind, err := multipartForm(name, content)
	if err != nil {
		return 0, invalid(op, "the file cannot be packed")
	}
	caller := c.rest
	caller.Auth = func(r *http.Request) { c.sign(r); form.into(r, kind) } // the finished request gets the form as its body
	var answer struct {
		ID ID `json:"id"`
	}
	r := request{method: http.MethodPost, path: "/file/"}
	status, err := c.call(ctx, caller, op, r, &answer)
	if err == nil && answer.ID == 0 {
		err = unclear(op, r, status, "the answer has no id")
	}
	return int64(answer.ID), err
}

type form []byte

func multipartForm(name string, content []byte) (form, string, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		return nil, "", err
	}
	if _, err = part.Write(content); err == nil {
		err = w.Close()
	}
	return b.Bytes(), w.FormDataContentType(), err
}

// into leaves GetBody empty, so that the transport cannot send the form a second time by itself.
func (f form) into(r *http.Request, kind string) {
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(f)), int64(len(f))
	r.Header.Set("Content-Type", kind)
}

// AttachFile adds a file to a task's description and leaves the others there.
//
// POST /file/{id}/attach/task: https://planfix.com/ru/help/REST_API:_Работа_с_файлами
func (c *Client) AttachFile(ctx context.Context, file, task int64) error {
	const op = "attach file"
	if err := known(op, file, task); err != nil {
		return err
	}
	_, err := c.post(ctx, op, "/file/"+number(file)+"/attach/task", url.Values{"id": {number(task)}}, nil, nil)
	return err
}

// TaskFiles lists the files of a task, those of its comments included.
//
// GET /task/{id}/files: https://planfix.com/ru/help/REST_API:_Работа_с_файлами
func (c *Client) TaskFiles(ctx context.Context, task int64) ([]File, error) {
	const op = "list files"
	if err := known(op, task); err != nil {
		return nil, err
	}
	var answer map[string]json.RawMessage
	err := c.get(ctx, op, "/task/"+number(task)+"/files", url.Values{"fields": {"id,name,size"}}, &answer)
	if err != nil {
		return nil, err
	}
	return rowsOf[File](op, request{method: http.MethodGet}, http.StatusOK, answer, "files")
}

// Download opens a file, which the caller limits and closes.
//
// GET /file/{id}/download: https://planfix.com/ru/help/REST_API:_Работа_с_файлами
func (c *Client) Download(ctx context.Context, file int64) (*rest.Raw, error) {
	const op = "download file"
	if err := known(op, file); err != nil {
		return nil, err
	}
	r := request{method: http.MethodGet}
	if err := c.turn(ctx); err != nil {
		return nil, &Error{Op: op, Sent: rest.NotSent, Err: err, reads: true}
	}
	raw, err := c.rest.Open(ctx, "/file/"+number(file)+"/download")
	if err != nil {
		return nil, failed(op, r, err)
	}
	return raw, nil
}
