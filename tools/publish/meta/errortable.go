package meta

import (
	"strings"
	"time"
)

// rule is what an error means: was it done, what helps, how long to wait before, and the sentence for a manager.
type rule struct {
	outcome Outcome
	cure    Cure
	wait    time.Duration
	say     string
}

// row is a rule by the vendor's numbers. A subcode without a code counts under any code: the container's status names the
// subcode only.
type row struct {
	code, subcode int
	rule
}

const (
	sayAway         = "Facebook cannot be reached right now. We try again by ourselves."
	sayLooking      = "Facebook did not say whether it worked. We look whether the post is there before anything is done again."
	sayBusy         = "Facebook asks us to slow down. We go on by ourselves in a while; nothing is lost."
	sayOurs         = "This did not work because of a setting on our side. It is noted; please tell the operator."
	sayConnectAgain = "This Facebook link was used already or is too old. Ask for a new link and open it once more."
	sayLogIn        = "Facebook has ended our access to this account. Ask for a new link and log in once more."
	sayPermit       = "Facebook does not let us publish there: a permission is missing. Ask for a new link, leave every box ticked, and have the page's owner give you the task “Content”."
	sayRole         = "The person who connected this page no longer has a role there. Ask the page's owner to give the role back, then connect again."
	sayCheckpoint   = "Facebook wants the account's owner to confirm something first. Open facebook.com or the Instagram app, follow what it says there, then tell us to try again."
	sayRestricted   = "Instagram has restricted this account. Open the Instagram app, follow what it says there, then tell us to try again."
	sayBlocked      = "Facebook has blocked posting for this account for some time. We stop publishing there; look at facebook.com for the reason."
	sayPersonal     = "This Instagram account is a personal one. Switch it to Business or Creator in the Instagram app, link it to the page, then connect again."
	sayFetch        = "Instagram could not fetch the picture. We try again; if it stays like this, send the picture once more."
	sayRenew        = "Instagram lost the prepared post. We prepare it once more."
	sayVideo        = "Instagram does not take this video. Send it as MP4 (H.264), 3 seconds to 15 minutes, up to 300 MB."
	sayTags         = "One of the tagged people or products cannot be tagged like this. Take the tags out and approve again."
	sayText         = "Facebook does not take this text. Change it and approve again."
	sayLink         = "Facebook cannot open the link in this post. Check the link and approve again."
	sayPhoto        = "Facebook does not take this photo. Send it as JPG or PNG under 4 MB."
)

// rowOf finds the rule of a pair of numbers: the exact pair, the subcode alone, the code alone, else the one given.
func rowOf(code, subcode int, otherwise rule) rule {
	table := append(append(instagramRows(), pageRows()...), generalRows()...)
	if subcode != 0 {
		for _, r := range table {
			if r.subcode == subcode && (r.code == code || r.code == 0) {
				return r.rule
			}
		}
	}
	if otherwise.cure != "" {
		return otherwise
	}
	for _, r := range table {
		if r.code == code && r.subcode == 0 {
			return r.rule
		}
	}
	return ruleUnlisted(code)
}

// ruleUnlisted is for codes that the table has as a range, or not at all.
func ruleUnlisted(code int) rule {
	switch {
	case code >= 80000 && code <= 80014:
		return rule{NotDone, Wait, 15 * time.Minute, sayBusy}
	case code >= 200 && code <= 299:
		return rule{NotDone, Permit, 0, sayPermit}
	}
	return rule{Unknown, Look, time.Minute, sayLooking}
}

// ruleUnknownCode leaves the choice to the table, unless the status alone says that nobody knows.
func ruleUnknownCode(d detail, status int) rule {
	if status >= 500 && d.Subcode == 0 && d.Code != 1 && d.Code != 2 {
		return rule{Unknown, Look, 15 * time.Second, sayLooking}
	}
	return rule{}
}

// ruleContainer is for a container that failed without saying why.
func ruleContainer() rule { return rule{NotDone, Renew, 0, sayRenew} }

// byText reads the few cases that have no number of their own. The message is English whatever the person's language.
func byText(d detail, otherwise rule) rule {
	message := strings.ToLower(d.Message)
	switch {
	case strings.Contains(message, "not an instagram business"):
		return rule{NotDone, Owner, 0, sayPersonal}
	case d.Code == 100 && strings.Contains(message, "no permission to publish"), strings.Contains(message, "not enough permissions to post"):
		return rule{NotDone, Permit, 0, sayPermit}
	case strings.Contains(message, "invalid_location_id"):
		return rule{NotDone, FixText, 0, "Instagram does not know the place of this post. Take the place out and approve again."}
	}
	return otherwise
}

func generalRows() []row {
	const m, h = time.Minute, time.Hour
	return []row{
		{1, 0, rule{Unknown, Look, 15 * time.Second, sayLooking}},
		{2, 0, rule{Unknown, Look, 15 * time.Second, sayLooking}},
		{3, 0, rule{NotDone, Operator, 0, sayOurs}},
		{4, 0, rule{NotDone, Wait, 15 * m, sayBusy}},
		{10, 0, rule{NotDone, Permit, 0, sayPermit}},
		{17, 0, rule{NotDone, Wait, 15 * m, sayBusy}},
		{32, 0, rule{NotDone, Wait, 15 * m, sayBusy}},
		{100, 0, rule{NotDone, Operator, 0, sayOurs}},
		{100, 33, rule{Unknown, Look, m, "Facebook says that it cannot find this account or post. That is often not true; we look again before anything else is done."}},
		{101, 0, rule{NotDone, Operator, 0, sayOurs}},
		{102, 0, rule{NotDone, Reconnect, 0, sayLogIn}},
		{190, 0, rule{NotDone, Reconnect, 0, sayLogIn}},
		{190, 458, rule{NotDone, Reconnect, 0, "Our app was removed on Facebook. Ask for a new link and connect once more if that was not meant."}},
		{190, 459, rule{NotDone, Owner, 0, sayCheckpoint}},
		{190, 460, rule{NotDone, Reconnect, 0, "The Facebook password was changed, which ends our access. Ask for a new link and log in once more."}},
		{190, 463, rule{NotDone, Reconnect, 0, "Our access to Facebook has run out. Ask for a new link and log in once more."}},
		{190, 464, rule{NotDone, Owner, 0, sayCheckpoint}},
		{190, 467, rule{NotDone, Reconnect, 0, sayLogIn}},
		{190, 492, rule{NotDone, Permit, 0, sayRole}},
		{341, 0, rule{NotDone, Wait, h, sayBusy}},
		{368, 0, rule{NotDone, Owner, 6 * h, sayBlocked}},
		{506, 0, rule{Unknown, Look, 15 * time.Second, "Facebook says that the page has just posted the same. We look whether it is ours before anything is done again."}},
		{613, 0, rule{NotDone, Wait, 15 * m, sayBusy}},
		{613, 1996, rule{NotDone, Wait, h, sayBusy}},
		{2500, 0, rule{NotDone, Operator, 0, sayOurs}},
		{3001, 0, rule{NotDone, Operator, 0, sayOurs}},
		{1609005, 0, rule{NotDone, FixText, 0, sayLink}},
	}
}

// instagramRows are the publishing errors; they count by subcode.
// https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes
func instagramRows() []row {
	const m, h = time.Minute, time.Hour
	return []row{
		{0, 2207001, rule{Unknown, Look, m, sayLooking}},
		{0, 2207003, rule{NotDone, Retry, m, sayFetch}},
		{0, 2207004, rule{NotDone, FixMedia, 0, "The picture is larger than 8 MB. Send a smaller one."}},
		{0, 2207005, rule{NotDone, FixMedia, 0, "Instagram takes pictures as JPEG only. Send it as a JPEG."}},
		{0, 2207006, rule{Unknown, Look, m, sayLooking}},
		{0, 2207008, rule{Unknown, Look, m, sayLooking}}, // also what a second publish may be answered with
		{0, 2207009, rule{NotDone, FixMedia, 0, "The picture is too tall or too wide for Instagram. Crop it to between 4:5 (tall) and 1.91:1 (wide)."}},
		{0, 2207010, rule{NotDone, FixText, 0, "The text is too long for Instagram: at most 2200 characters, 30 hashtags and 20 mentions. Shorten it and approve again."}},
		{0, 2207020, rule{NotDone, Renew, 0, sayRenew}},
		{0, 2207023, rule{NotDone, Operator, 0, sayOurs}},
		{0, 2207026, rule{NotDone, FixMedia, 0, sayVideo}},
		{0, 2207027, rule{NotDone, Wait, 10 * time.Second, "Instagram is still preparing the post. It goes out by itself when it is ready."}},
		{0, 2207028, rule{NotDone, FixMedia, 0, "A carousel needs 2 to 10 pictures that all work. Change the pictures and approve again."}},
		{0, 2207032, rule{NotDone, Retry, m, sayFetch}},
		{0, 2207035, rule{NotDone, FixText, 0, sayTags}},
		{0, 2207036, rule{NotDone, FixText, 0, sayTags}},
		{0, 2207037, rule{NotDone, FixText, 0, sayTags}},
		{0, 2207040, rule{NotDone, FixText, 0, sayTags}},
		{0, 2207042, rule{NotDone, Wait, h, "This account has reached Instagram's limit of posts for a day. The post goes out by itself when there is room again."}},
		{0, 2207050, rule{NotDone, Owner, 0, sayRestricted}},
		{0, 2207051, rule{Unknown, Look, m, "Instagram calls this post unusual, and may have published it all the same. We look first, and pause this account."}},
		{0, 2207052, rule{NotDone, Retry, m, sayFetch}},
		{0, 2207053, rule{NotDone, Renew, 0, sayRenew}},
		{0, 2207057, rule{NotDone, FixMedia, 0, "The cover picture lies outside the video. Choose an earlier moment."}},
		{0, 2207077, rule{NotDone, Renew, 0, sayRenew}},
		{0, 2207081, rule{NotDone, Operator, 0, sayOurs}},
		{0, 2207082, rule{NotDone, Renew, 0, sayRenew}},
	}
}

// pageRows are those of pages, known from other people's experience.
func pageRows() []row {
	const h = time.Hour
	return []row{
		{0, 1346003, rule{NotDone, FixText, 0, "Facebook calls this text unwanted. Change it and approve again."}},
		{0, 1349125, rule{NotDone, FixText, 0, sayText}},
		{0, 1363047, rule{Unknown, Look, time.Minute, sayLooking}},
		{0, 1366046, rule{NotDone, FixMedia, 0, sayPhoto}},
		{0, 1366051, rule{Done, Look, 15 * time.Second, "Facebook says that these photos are on the page already. We look for the post; nothing is sent twice."}},
		{0, 1390008, rule{NotDone, Wait, h, sayBusy}},
		{0, 1404006, rule{NotDone, Owner, 0, sayCheckpoint}},
		{0, 1404078, rule{NotDone, Owner, 0, "Facebook wants the page's people to confirm who they are (Page Publishing Authorization). Do that on facebook.com, then tell us to try again."}},
		{0, 1404102, rule{NotDone, FixText, 0, "Facebook says that this post breaks its rules. Change the text or the picture and approve again."}},
		{0, 1404112, rule{NotDone, Owner, 24 * h, sayBlocked}},
		{0, 1609008, rule{NotDone, FixText, 0, "Links to facebook.com are not allowed in this post. Take the link out and approve again."}},
		{0, 1609010, rule{Unknown, Look, time.Minute, sayLooking}},
		{0, 2061006, rule{NotDone, FixText, 0, sayLink}},
		{0, 2069019, rule{NotDone, FixMedia, 0, sayPhoto}},
		{0, 4854002, rule{NotDone, Owner, 0, sayCheckpoint}},
	}
}
