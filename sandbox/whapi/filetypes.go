package whapi

import (
	"mime"
	"path"
	"regexp"
	"strings"
)

// usualMIME is what phones send for each kind of file; a document has none.
var usualMIME = map[string]string{
	"image": "image/jpeg", "video": "video/mp4", "gif": "video/mp4", "short": "video/mp4", "audio": "audio/mpeg",
	"voice": "audio/ogg; codecs=opus", "sticker": "image/webp", "document": "",
}

// extensions are the prefixes of file ids. Those of sound are the vendor's: oga and mpga, not ogg and mp3.
var extensions = map[string]string{
	"image/jpeg": "jpeg", "image/png": "png", "image/webp": "webp", "image/gif": "gif", "image/heic": "heic",
	"video/mp4": "mp4", "video/quicktime": "mov", "video/3gpp": "3gp",
	"audio/ogg": "oga", "audio/mpeg": "mpga", "audio/mp4": "m4a", "audio/aac": "aac", "audio/amr": "amr", "audio/wav": "wav",
	"application/pdf": "pdf", "application/zip": "zip", "text/plain": "txt", "text/csv": "csv", "application/msword": "doc",
	"application/vnd.ms-excel": "xls", "application/vnd.ms-powerpoint": "ppt",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   "docx",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         "xlsx",
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
}

var plainExtension = regexp.MustCompile(`^[a-z0-9]{1,8}$`)

// extension of a file: by its type, else by its name.
func extension(mimeType, name string) string {
	if known := extensions[bareMIME(mimeType)]; known != "" {
		return known
	}
	if own := strings.ToLower(strings.TrimPrefix(path.Ext(name), ".")); plainExtension.MatchString(own) {
		return own
	}
	return "bin"
}

// mimeByName is empty when the name tells nothing.
func mimeByName(name string) string {
	own := strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
	switch own {
	case "jpg":
		own = "jpeg"
	case "ogg", "opus":
		own = "oga"
	case "mp3":
		own = "mpga"
	}
	for mimeType, ext := range extensions {
		if ext == own {
			return mimeType
		}
	}
	return ""
}

// bareMIME leaves the parameters out: audio/ogg of "audio/ogg; codecs=opus".
func bareMIME(s string) string {
	kind, _, err := mime.ParseMediaType(s)
	if err != nil {
		return strings.ToLower(strings.TrimSpace(s))
	}
	return kind
}
