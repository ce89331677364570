package whapi

import (
	"net/http"

	"github.com/gorilla/mux"
)

// routes is every path that is imitated. Path parameters carry the vendor's names, so that an operation reads like its
// documentation. What needs a connected phone says so with online and answers 401 otherwise.
func (s *Sim) routes() *mux.Router {
	r := mux.NewRouter()
	send := func(do endpoint) endpoint { return online("send message", do) }
	unknown := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { refuse(404, "Not found").write(w) })
	r.NotFoundHandler, r.MethodNotAllowedHandler = unknown, unknown
	for _, e := range []struct {
		method, path string
		do           endpoint
	}{
		{"GET", "/health", s.getHealth},
		{"GET", "/settings", s.getSettings},
		{"PATCH", "/settings", s.patchSettings},
		{"DELETE", "/settings", s.deleteSettings},
		{"GET", "/settings/events", s.getSettingsEvents},
		{"POST", "/settings/webhook_test", s.postWebhookTest},
		{"GET", "/limits", s.getLimits},
		{"GET", "/users/profile", online("get profile", s.getProfile)},

		{"POST", "/messages/text", send(s.postText)},
		{"POST", "/messages/image", send(s.postMediaMessage("image"))},
		{"POST", "/messages/video", send(s.postMediaMessage("video"))},
		{"POST", "/messages/gif", send(s.postMediaMessage("gif"))},
		{"POST", "/messages/short", send(s.postMediaMessage("short"))},
		{"POST", "/messages/audio", send(s.postMediaMessage("audio"))},
		{"POST", "/messages/voice", send(s.postMediaMessage("voice"))},
		{"POST", "/messages/document", send(s.postMediaMessage("document"))},
		{"POST", "/messages/sticker", send(s.postMediaMessage("sticker"))},
		{"POST", "/messages/media/{MediaMessageType}", send(s.postMediaBody)},
		{"POST", "/messages/location", send(s.postLocation)},
		{"POST", "/messages/contact", send(s.postContact)},
		{"POST", "/messages/contact_list", send(s.postContactList)},
		{"POST", "/messages/poll", send(s.postPoll)},
		{"GET", "/messages/list", s.getList},
		{"GET", "/messages/list/{ChatID}", s.getChatList},
		{"GET", "/messages/{MessageID}", s.getMessage},
		{"POST", "/messages/{MessageID}", online("forward message", s.postForward)},
		{"PUT", "/messages/{MessageID}", online("mark as read message", s.putMessage)},
		{"DELETE", "/messages/{MessageID}", online("delete message", s.deleteMessage)},
		{"PUT", "/messages/{MessageID}/reaction", online("react to message", s.putReaction)},
		{"DELETE", "/messages/{MessageID}/reaction", online("react to message", s.deleteReaction)},
		{"GET", "/statuses/{MessageID}", s.getStatuses},

		{"GET", "/media", s.getMediaList},
		{"POST", "/media", online("upload media", s.postMedia)},
		{"GET", "/media/{MediaID}", s.getMedia},
		{"DELETE", "/media/{MediaID}", s.deleteMedia},

		{"GET", "/chats", s.getChats},
		{"GET", "/chats/{ChatID}", s.getChat},
		{"POST", "/contacts", online("check phones", s.postContacts)},
		{"HEAD", "/contacts/{ContactID}", online("check phones", s.headContact)},
		{"GET", "/contacts/lids", online("get lids", s.getLIDs)},
		{"GET", "/contacts/lids/{ContactID}", online("get lids", s.getLID)},

		{"PUT", "/presences/me", online("send presence", s.putMyPresence)},
		{"PUT", "/presences/{EntryID}", online("send typing or recording presence", s.putPresence)},
		{"POST", "/presences/{EntryID}", online("subscribe to presence", s.postPresence)},
		{"GET", "/presences/{EntryID}", online("get presence", s.getPresence)},

		{"GET", "/groups", s.getGroups},
		{"POST", "/groups", online("create group", s.postGroup)},
		{"PUT", "/groups", online("accept invite link", s.putGroups)},
		{"GET", "/groups/{GroupID}", s.getGroup},
		{"PUT", "/groups/{GroupID}", online("update group", s.putGroup)},
		{"PATCH", "/groups/{GroupID}", online("update group", s.patchGroup)},
		{"DELETE", "/groups/{GroupID}", online("leave group", s.deleteGroup)},
		{"POST", "/groups/{GroupID}/participants", online("add participant", s.postMembers)},
		{"DELETE", "/groups/{GroupID}/participants", online("remove participant", s.deleteMembers)},
		{"PATCH", "/groups/{GroupID}/admins", online("promote group admin", s.changeAdmins("promote"))},
		{"DELETE", "/groups/{GroupID}/admins", online("demote group admin", s.changeAdmins("demote"))},
		{"GET", "/groups/{GroupID}/invite", online("create invite link", s.getInvite)},
		{"DELETE", "/groups/{GroupID}/invite", online("revoke invite link", s.deleteInvite)},
		{"GET", "/groups/link/{InviteCode}", online("this action", s.getLinkedGroup)},
		{"POST", "/groups/link/{InviteCode}", online("this action", s.postInvitation)},
	} {
		r.Handle(e.path, s.serve(e.do)).Methods(e.method)
	}
	r.HandleFunc("/in-files/{Number}/{File}", s.serveFile).Methods(http.MethodGet, http.MethodHead)
	return r
}

// operation names a request for the faults: method and path, parameters by name.
func operation(router *mux.Router) func(*http.Request) string {
	return func(r *http.Request) string {
		var m mux.RouteMatch
		if router.Match(r, &m) && m.Route != nil && m.MatchErr == nil {
			if path, err := m.Route.GetPathTemplate(); err == nil {
				return r.Method + " " + path
			}
		}
		return r.Method + " " + r.URL.Path
	}
}
