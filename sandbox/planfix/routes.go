package planfix

import (
	"net/http"
	"strings"
)

// routes is every path that is imitated, with the scope it needs.
func (s *Sim) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for _, e := range []struct {
		pattern, scope string
		do             endpoint
	}{
		{"POST /rest/task/list", "task_readonly", s.listTasks},
		{"GET /rest/task/{id}", "task_readonly", s.getTask},
		{"POST /rest/task/{$}", "task_add", s.createTask},
		{"POST /rest/task/{id}", "task_update", s.updateTask},
		{"GET /rest/task/{id}/files", "file_readonly", s.taskFiles},
		{"POST /rest/task/{id}/comments/list", "comment_readonly", s.listComments},
		{"POST /rest/task/{id}/comments/{$}", "comment_add", s.addComment},
		{"GET /rest/process/task/{id}/statuses", "task_readonly", s.listStatuses},

		{"POST /rest/contact/list", "contact_readonly", s.listContacts},
		{"GET /rest/contact/{id}", "contact_readonly", s.getContact},

		{"POST /rest/file/{$}", "file_add", s.upload},
		{"GET /rest/file/{id}", "file_readonly", s.getFile},
		{"GET /rest/file/{id}/download", "file_readonly", s.download},
		{"POST /rest/file/{id}/attach/task", "file_add", s.attach},
	} {
		mux.HandleFunc(e.pattern, s.serve(e.scope, e.do))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "Not Found", http.StatusNotFound) })
	return mux
}

// operation names a call as its documentation does, without /rest.
func operation(mux *http.ServeMux) func(*http.Request) string {
	return func(r *http.Request) string {
		_, pattern := mux.Handler(r)
		return strings.NewReplacer(" /rest/", " /", "{$}", "").Replace(pattern)
	}
}
