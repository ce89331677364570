package meta

import (
	"encoding/json"
	"fmt"

	"marketa/sandbox/wire"
)

// Refusal is the vendor's error envelope with its status.
type Refusal struct {
	Status        int
	Code, Subcode int
	Type          string
	Message       string
	Title, Advice string // error_user_title and error_user_msg: localised, for people
	Transient     bool

	Account string // with Minutes: whose limit it is, for the usage header
	Minutes int    // until access comes back
}

func (e Refusal) Error() string { return e.Message }

func (e Refusal) saying(message string) Refusal {
	e.Message = message
	return e
}

func (e Refusal) body() []byte {
	detail := map[string]any{"message": e.Message, "type": e.Type, "code": e.Code, "fbtrace_id": "A1b2C3"}
	if e.Subcode != 0 {
		detail["error_subcode"] = e.Subcode
	}
	if e.Title != "" {
		detail["error_user_title"], detail["error_user_msg"] = e.Title, e.Advice
	}
	if e.Transient {
		detail["is_transient"] = true
	}
	body, _ := json.Marshal(map[string]any{"error": detail})
	return body
}

func (e Refusal) usage() string {
	return fmt.Sprintf(`{%q:[{"type":"pages","call_count":4,"total_cputime":1,"total_time":1,"estimated_time_to_regain_access":0},`+
		`{"type":"instagram","call_count":100,"total_cputime":20,"total_time":15,"estimated_time_to_regain_access":%d}]}`, e.Account, e.Minutes)
}

// Fault answers with this refusal instead of doing the work.
func (e Refusal) Fault() wire.Fault {
	header := map[string]string{"Content-Type": "application/json; charset=UTF-8", "facebook-api-version": "v26.0"}
	if e.Minutes > 0 {
		header["x-business-use-case-usage"] = e.usage()
	}
	return wire.Fault{Status: e.Status, Header: header, Body: string(e.body())}
}

// Refused is the refusal of a code and subcode in the vendor's words; one that the catalogue does not know has plain ones.
func Refused(code, subcode int) Refusal {
	e := Refusal{Status: 400, Type: "OAuthException", Code: code, Subcode: subcode, Message: fmt.Sprintf("(#%d) An error occurred", code)}
	if code == 1 || code == 2 {
		e.Status, e.Transient = 500, true
	}
	for _, row := range catalogue() {
		if row.code == code && row.subcode == subcode {
			e.Message, e.Title, e.Advice = row.message, row.title, row.advice
		}
	}
	if code == 100 && subcode == 33 || code == 2500 {
		e.Type = "GraphMethodException"
	}
	return e
}

type row struct {
	code, subcode          int
	message, title, advice string
}

func catalogue() []row {
	return append(generalRows(), mediaRows()...)
}

func generalRows() []row {
	const session = "Error validating access token: "
	return []row{
		{1, 0, "An unknown error occurred", "", ""},
		{2, 0, "Service temporarily unavailable", "", ""},
		{4, 0, "(#4) Application request limit reached", "", ""},
		{10, 0, "(#10) Application does not have permission for this action", "", ""},
		{17, 0, "(#17) User request limit reached", "", ""},
		{32, 0, "(#32) Page request limit reached", "", ""},
		{100, 0, "(#100) Invalid parameter", "", ""},
		{100, 33, "Unsupported get request. Object with this ID does not exist, cannot be loaded due to missing permissions, or does not support this operation", "", ""},
		{102, 0, "Session key invalid or no longer valid", "", ""},
		{190, 0, "Invalid OAuth access token - Cannot parse access token", "", ""},
		{190, 458, session + "The user has not authorized application 900.", "", ""},
		{190, 459, session + "You cannot access the app till you log in to www.facebook.com and follow the instructions given.", "", ""},
		{190, 460, session + "The session has been invalidated because the user changed their password or Facebook has changed the session for security reasons.", "", ""},
		{190, 463, session + "Session has expired.", "", ""},
		{190, 464, session + "Sessions for the user are not allowed because the user is not a confirmed user.", "", ""},
		{190, 467, session + "The session is invalid because the user logged out.", "", ""},
		{190, 492, session + "The user is no longer an admin of the page.", "", ""},
		{200, 0, "(#200) Permissions error", "", ""},
		{341, 0, "(#341) Feed action request limit reached", "", ""},
		{368, 0, "(#368) The action attempted has been deemed abusive or is otherwise disallowed", "You are temporarily blocked", "Try again later."},
		{506, 0, "(#506) Duplicate status message", "", ""},
		{613, 0, "(#613) Calls to this api have exceeded the rate limit.", "", ""},
		{2500, 0, "Unknown path components", "", ""},
		{80002, 0, "(#80002) There have been too many calls to this Instagram account. Wait a bit and try again.", "", ""},
		{1609005, 0, "(#1609005) The link could not be scraped", "", ""},
	}
}

func mediaRows() []row {
	return []row{
		{-2, 2207003, "Media download timed out", "Timeout", "It takes too long to download the media."},
		{-2, 2207020, "The media is expired", "Media expired", "The media you are trying to access has expired. Please try to upload again."},
		{-1, 2207001, "Instagram server error", "Server error", "Instagram server error. Try again."},
		{-1, 2207032, "Create media fail", "Create media failed", "Failed to create the media, please try to recreate it."},
		{-1, 2207053, "Unknown upload error", "Upload error", "Unknown upload error. Generate a new container."},
		{4, 2207051, "Application request limit reached", "Action is blocked", "We restrict certain activity to protect our community."},
		{9, 2207042, "Application request limit reached", "Publishing limit reached", "You reached the maximum number of posts that is allowed to be published by Content Publishing API."},
		{24, 2207006, "The requested resource does not exist", "Media not found", "The media with this id cannot be found."},
		{24, 2207008, "The requested resource does not exist", "Media builder expired", "The media builder with this creation id does not exist or expired."},
		{25, 2207050, "The Instagram account is restricted", "Account restricted", "The account is inactive, checkpointed or restricted."},
		{100, 2207023, "The media type is unknown", "Unknown media type", "The media type must be one of REELS, STORIES, CAROUSEL."},
		{100, 2207028, "Carousel validation failed", "Carousel invalid", "Your post won't work as a carousel. Carousels need 2 to 10 photos or videos."},
		{352, 2207026, "The video format is not supported", "Unsupported video", "The video format is not supported. Please check the spec for supported formats."},
		{9004, 2207052, "Only photo or video can be accepted as media type.", "Media download failed", "The media could not be fetched from this URI."},
		{9007, 2207027, "Media ID is not available", "Media not ready", "The media is not ready for publishing, please wait for a moment."},
		{36000, 2207004, "The image size is too large.", "Image size too large", "The image is too large to download. It should be less than 8 MiB."},
		{36001, 2207005, "The image format is not supported.", "Unsupported image", "Supported formats are: JPEG."},
		{36003, 2207009, "The submitted image has an invalid aspect ratio.", "Aspect ratio", "The aspect ratio must be between 4:5 and 1.91:1."},
		{36004, 2207010, "The caption was too long", "Caption too long", "The caption can have at most 2200 characters, 30 hashtags and 20 mentions."},
	}
}
