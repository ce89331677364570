package whapi

import (
	"context"
	"net/http"
	"net/url"
)

// Health is the state of the channel. Asking does not wake a sleeping one.
//
// GET /health?wakeup=false:
// https://support.whapi.cloud/help-desk/receiving/webhooks/incoming-webhooks-format/account-and-device-status
func (c *Client) Health(ctx context.Context) (Health, error) {
	const op = "health"
	var h Health
	if err := c.call(ctx, op, http.MethodGet, "/health", url.Values{"wakeup": {"false"}}, nil, &h); err != nil {
		return Health{}, err
	}
	if h.Status.Text == "" && h.Status.Code == 0 {
		return h, unclear(op, "the answer names no status")
	}
	return h, nil
}

// Health of a channel, also sent as a webhook when it changes.
type Health struct {
	ChannelID   string        `json:"channel_id"` // MANTIS-M72HC; not a secret
	StartAt     int64         `json:"start_at"`   // unix seconds
	Uptime      int64         `json:"uptime"`     // seconds
	Version     string        `json:"version"`
	CoreVersion string        `json:"core_version"`
	APIVersion  string        `json:"api_version"`
	DeviceID    int64         `json:"device_id"`
	IP          string        `json:"ip"`
	Status      ChannelStatus `json:"status"`
	User        *Contact      `json:"user"` // the number, once it is linked
}

// ChannelStatus says whether the number is linked.
type ChannelStatus struct {
	Code int    `json:"code"`
	Text string `json:"text"` // one of the Channel… constants, or something newer
}

// What ChannelStatus.Text can be.
const (
	ChannelNotInit   = "NOT_INIT"
	ChannelInit      = "INIT"
	ChannelLaunch    = "LAUNCH"
	ChannelQR        = "QR"
	ChannelAuth      = "AUTH"
	ChannelError     = "ERROR"
	ChannelSyncError = "SYNC_ERROR"
	ChannelStop      = "STOP" // the subscription has ended
)

// CanSend holds in one state only.
func (s ChannelStatus) CanSend() bool { return s.Text == ChannelAuth }

// Say is the state for a manager, with what to do.
func (s ChannelStatus) Say() string {
	switch s.Text {
	case ChannelAuth:
		return "The WhatsApp number is linked and can send."
	case ChannelQR:
		return sayRescan
	case ChannelStop:
		return "The Whapi subscription of this WhatsApp number has ended. Pay for it in the Whapi panel."
	case ChannelNotInit, ChannelInit, ChannelLaunch:
		return "The WhatsApp channel is starting. This takes about a minute; if it stays so, restart it in the Whapi panel."
	default:
		return "The WhatsApp channel reports a fault. Restart it in the Whapi panel; if the number is no longer linked " +
			"there, scan the QR code again."
	}
}

// QR is the code to scan while the channel waits to be linked. It lets anybody take the number over: show it to an owner only.
type QR struct {
	Status  string `json:"status"` // OK, TIMEOUT, WAITING, ERROR
	Base64  string `json:"base64"` // a picture
	RowData string `json:"rowdata"`
	Expire  int64  `json:"expire"` // seconds
}
