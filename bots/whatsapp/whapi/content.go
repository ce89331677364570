package whapi

import (
	"encoding/json"
	"fmt"
)

// Content of a message, by kind. Which one is set is named by Message.Type, Action.EditedType or Context.QuotedType.
//
// https://support.whapi.cloud/help-desk/receiving/webhooks/incoming-webhooks-format/incoming-message
type Content struct {
	Text             *ContentText         `json:"text"`
	Image            *ContentMedia        `json:"image"`
	Video            *ContentMedia        `json:"video"`
	Short            *ContentMedia        `json:"short"`
	GIF              *ContentMedia        `json:"gif"`
	Audio            *ContentAudio        `json:"audio"`
	Voice            *ContentAudio        `json:"voice"`
	Document         *ContentDocument     `json:"document"`
	LinkPreview      *ContentLinkPreview  `json:"link_preview"`
	Sticker          *ContentMedia        `json:"sticker"`
	Location         *ContentLocation     `json:"location"`
	LiveLocation     *ContentLocation     `json:"live_location"`
	Contact          *ContentContact      `json:"contact"`
	ContactList      *ContentContactList  `json:"contact_list"`
	Reply            *ContentReply        `json:"reply"`
	Poll             *ContentPoll         `json:"poll"`
	Interactive      *ContentInteractive  `json:"interactive"`
	List             *ContentList         `json:"list"`
	Buttons          *ContentButtons      `json:"buttons"`
	HSM              *ContentHSM          `json:"hsm"`
	System           *ContentSystem       `json:"system"`
	Order            *ContentOrder        `json:"order"`
	Product          *ContentProduct      `json:"product"`
	ProductItems     *ContentProductItems `json:"product_items"`
	Catalog          *ContentLinkPreview  `json:"catalog"`
	GroupInvite      *ContentLinkPreview  `json:"group_invite"`
	NewsletterInvite *ContentLinkPreview  `json:"newsletter_invite"`
	AdminInvite      *ContentAdminInvite  `json:"admin_invite"`
	Event            *ContentEvent        `json:"event"`
}

// contentKey is where a message of this type keeps its content.
func contentKey(kind string) string {
	switch kind {
	case TypeDocumentCaption:
		return TypeDocument
	case "": // an edit that does not say: nearly always a text
		return TypeText
	}
	return kind
}

// contentOf reads content that stands apart from its type. Nothing there is an empty Content.
func contentOf(kind string, raw json.RawMessage) (Content, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return Content{}, nil
	}
	whole, err := json.Marshal(map[string]json.RawMessage{contentKey(kind): raw})
	if err != nil {
		return Content{}, fmt.Errorf("whapi: content: %w", errNoObject)
	}
	var c Content
	misread, err := read(whole, &c)
	if err == nil && len(misread) > 0 {
		err = fmt.Errorf("whapi: content: cannot read %q", misread)
	}
	return c, err
}

// MediaFile is what all kinds with a file have. Link is there only when the channel downloads that kind by itself
// (https://support.whapi.cloud/help-desk/account/setting-auto-download) and is readable by anybody who has it; the file is
// kept for 30 days at best: https://support.whapi.cloud/help-desk/receiving/file-expiration-period
type MediaFile struct {
	ID        string `json:"id"` // GET /media/{id}
	Link      string `json:"link"`
	MimeType  string `json:"mime_type"`
	FileSize  int64  `json:"file_size"` // bytes
	FileName  string `json:"file_name"`
	SHA256    string `json:"sha256"`    // base64
	Timestamp int64  `json:"timestamp"` // unix seconds
	ViewOnce  bool   `json:"view_once"`
}

// ContentText is a text.
type ContentText struct {
	Body     string    `json:"body"`
	Buttons  []Button  `json:"buttons"`
	Sections []Section `json:"sections"`
	Button   string    `json:"button"` // what stands on the button that opens the sections
	ViewOnce bool      `json:"view_once"`
}

// ContentMedia is an image, a video, a gif, a short or a sticker.
type ContentMedia struct {
	MediaFile
	Caption  string   `json:"caption"`
	Preview  string   `json:"preview"` // data:image/jpeg;base64,…
	Width    int      `json:"width"`
	Height   int      `json:"height"`
	Seconds  int      `json:"seconds"`  // video
	Autoplay bool     `json:"autoplay"` // gif
	Animated bool     `json:"animated"` // sticker
	Buttons  []Button `json:"buttons"`
}

// ContentAudio is a sound file or a voice note.
type ContentAudio struct {
	MediaFile
	Seconds       int    `json:"seconds"`
	Waveform      string `json:"waveform"` // voice
	RecordingTime int    `json:"recording_time"`
}

// ContentDocument is any other file.
type ContentDocument struct {
	MediaFile
	OldFileName string   `json:"filename"` // older data has the name here; see Name
	Caption     string   `json:"caption"`
	PageCount   int      `json:"page_count"`
	Preview     string   `json:"preview"`
	Buttons     []Button `json:"buttons"`
}

// Name is the document's file name, wherever it was written.
func (d ContentDocument) Name() string {
	if d.FileName != "" {
		return d.FileName
	}
	return d.OldFileName
}

// ContentLinkPreview is a text with an address in it, an invitation to a group or a newsletter, or a catalog.
type ContentLinkPreview struct {
	Body         string `json:"body"`
	URL          string `json:"url"`
	Title        string `json:"title"`
	Description  string `json:"description"`
	Canonical    string `json:"canonical"`
	Preview      string `json:"preview"`
	ID           string `json:"id"`
	Link         string `json:"link"`
	SHA256       string `json:"sha256"`
	CatalogID    string `json:"catalog_id"`
	NewsletterID string `json:"newsletter_id"`
	InviteCode   string `json:"invite_code"`
	ViewOnce     bool   `json:"view_once"`
}

// ContentLocation is a place, or a place that moves.
type ContentLocation struct {
	Latitude       float64 `json:"latitude"`
	Longitude      float64 `json:"longitude"`
	Address        string  `json:"address"`
	Name           string  `json:"name"`
	URL            string  `json:"url"`
	Preview        string  `json:"preview"`
	Accuracy       float64 `json:"accuracy"` // metres
	Speed          float64 `json:"speed"`    // metres per second
	Degrees        float64 `json:"degrees"`  // clockwise from north
	Comment        string  `json:"comment"`
	Caption        string  `json:"caption"`
	SequenceNumber int64   `json:"sequence_number"`
	TimeOffset     float64 `json:"time_offset"`
	ViewOnce       bool    `json:"view_once"`
}

// ContentContact is a visiting card.
type ContentContact struct {
	Name  string `json:"name"`
	VCard string `json:"vcard"`
}

// ContentContactList is several visiting cards.
type ContentContactList struct {
	List []ContentContact `json:"list"`
}

// ContentReply is a pressed button or a chosen line. The id comes back with a prefix, such as "ButtonsV3:".
type ContentReply struct {
	Type         string `json:"type"` // buttons_reply, list_reply
	ButtonsReply *Row   `json:"buttons_reply"`
	ListReply    *Row   `json:"list_reply"`
}

// Row is a line to choose from, or the one that was chosen.
type Row struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Description string `json:"description"`
}

// Section is a group of rows or products.
type Section struct {
	Title        string           `json:"title"`
	Rows         []Row            `json:"rows"`
	ProductItems []ContentProduct `json:"product_items"`
}

// Button under a message.
type Button struct {
	Type        string `json:"type"` // quick_reply, call, copy, url; simple, reply, phone_number, copy_code in templates
	Title       string `json:"title"`
	Text        string `json:"text"`
	ID          string `json:"id"`
	CopyCode    string `json:"copy_code"`
	PhoneNumber string `json:"phone_number"`
	URL         string `json:"url"`
	MerchantURL string `json:"merchant_url"`
}

// ContentPoll is a poll with its votes so far.
type ContentPoll struct {
	Title     string       `json:"title"`
	Options   []string     `json:"options"`
	VoteLimit int          `json:"vote_limit"` // 0: any number
	Total     int          `json:"total"`
	Results   []PollResult `json:"results"`
	ViewOnce  bool         `json:"view_once"`
}

// PollResult is one option's votes.
type PollResult struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Count  int      `json:"count"`
	Voters []string `json:"voters"`
}

// ContentInteractive is a message with buttons, a list or a product.
type ContentInteractive struct {
	MediaFile
	Type   string `json:"type"` // button, list, product
	Header Words  `json:"header"`
	Body   Words  `json:"body"`
	Footer Words  `json:"footer"`
	Action struct {
		Buttons []Button `json:"buttons"`
		List    *struct {
			Sections []Section `json:"sections"`
			Label    string    `json:"label"`
		} `json:"list"`
		Product *ContentProduct `json:"product"`
	} `json:"action"`
}

// Words is a text with a box around it.
type Words struct {
	Text string `json:"text"`
}

// ContentList is a list as WhatsApp's own business accounts send it.
type ContentList struct {
	Header   string    `json:"header"`
	Body     string    `json:"body"`
	Label    string    `json:"label"`
	Footer   string    `json:"footer"`
	Sections []Section `json:"sections"`
}

// ContentButtons is a message with buttons as WhatsApp's own business accounts send it.
type ContentButtons struct {
	Text    string   `json:"text"`
	Footer  string   `json:"footer"`
	Buttons []Button `json:"buttons"` // Type: UNKNOWN, RESPONSE, NATIVE_FLOW
}

// ContentHSM is a business template.
type ContentHSM struct {
	Header struct {
		Type     string           `json:"type"` // text, image, video, document, location
		Text     *ContentText     `json:"text"`
		Image    *MediaFile       `json:"image"`
		Video    *MediaFile       `json:"video"`
		Document *MediaFile       `json:"document"`
		Location *ContentLocation `json:"location"`
	} `json:"header"`
	Body    string   `json:"body"`
	Footer  string   `json:"footer"`
	Buttons []Button `json:"buttons"`
}

// ContentSystem is WhatsApp's own line in a chat.
type ContentSystem struct {
	Body string `json:"body"`
}

// ContentOrder is an order from a catalog.
type ContentOrder struct {
	OrderID    string  `json:"order_id"`
	Seller     string  `json:"seller"`
	Title      string  `json:"title"`
	Text       string  `json:"text"`
	Token      string  `json:"token"` // secret
	ItemCount  int     `json:"item_count"`
	Currency   string  `json:"currency"`
	TotalPrice float64 `json:"total_price"`
	Status     string  `json:"status"` // new, accepted, canceled
	Preview    string  `json:"preview"`
}

// ContentProduct is one product of a catalog.
type ContentProduct struct {
	CatalogID string `json:"catalog_id"`
	ProductID string `json:"product_id"`
}

// ContentProductItems is several products; the vendor documents no more of it.
type ContentProductItems struct {
	Type string `json:"type"` // list, buttons
}

// ContentAdminInvite asks the number to become an admin of a newsletter.
type ContentAdminInvite struct {
	Body           string `json:"body"`
	NewsletterID   string `json:"newsletter_id"`
	NewsletterName string `json:"newsletter_name"`
	Expiration     int64  `json:"expiration"` // unix seconds
	Preview        string `json:"preview"`
}

// ContentEvent is an appointment.
type ContentEvent struct {
	IsCanceled  bool            `json:"is_canceled"`
	Name        string          `json:"name"`
	Description string          `json:"description"`
	JoinLink    string          `json:"join_link"`
	Start       int64           `json:"start"` // unix seconds
	Responses   []EventResponse `json:"responses"`
}

// EventResponse is who comes.
type EventResponse struct {
	Participant string `json:"participant"`
	Response    string `json:"response"` // UNKNOWN, GOING, NOT_GOING
	Timestamp   int64  `json:"timestamp"`
}
