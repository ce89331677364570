package publish

import (
	"context"
	"time"

	"marketa/store"
	"marketa/tools/publish/meta"
)

const (
	callTime    = 40 * time.Second // a call that lets Meta fetch the picture
	queueTime   = 15 * time.Second // while another post of the account hangs in the air
	brokenTime  = 10 * time.Minute // until a broken connection is looked at again
	patience    = 15 * time.Minute // for a container to be ready; then another one is made
	lateAfter   = 6 * time.Hour    // after its time: then a person says whether it still fits
	mostRenewed = 5                // containers in a row that came to nothing
)

// step does one thing and saves it. more says that the next one can follow at once.
func (j *job) step(ctx context.Context) (more bool, err error) {
	switch j.State {
	case "due":
		return j.prepare(ctx)
	case "container":
		return j.poll(ctx)
	case "ready":
		return j.attempt(ctx)
	case "publishing": // whoever was here did not come back
		return j.doubt(ctx, firstLook, sayLooking)
	case "unknown":
		return j.look(ctx)
	case "published":
		return j.report(ctx)
	}
	return j.end(ctx, j.State, j.Fault)
}

// prepare checks, waits for the time, and makes a container where there is one to be made.
func (j *job) prepare(ctx context.Context) (bool, error) {
	if more, done, err := j.check(ctx); done || err != nil {
		return more, err
	}
	if left := j.DueAt.Sub(j.now()); left > 0 {
		return j.wait(ctx, left, "")
	}
	token, more, done, err := j.access(ctx)
	if done || err != nil {
		return more, err
	}
	if j.Network == store.Facebook {
		// A look before the call that people can see: whoever is away, or refuses us, shows it here.
		if _, err := j.Meta.PagePosts(ctx, token, j.Target, j.now()); err != nil {
			return j.trouble(ctx, err)
		}
		return j.goOn(ctx, "ready")
	}
	quota, err := j.Meta.Quota(ctx, token, j.Target)
	if err != nil {
		return j.trouble(ctx, err)
	}
	if !quota.Left() {
		return j.wait(ctx, time.Hour, sayQuota)
	}
	address, err := j.Pictures.Address(ctx, j.VersionID)
	if err != nil {
		return false, err
	}
	call, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	id, err := j.Meta.Create(call, token, j.Target, meta.Draft{Kind: meta.Image, ImageURL: address, Caption: j.version.Words(), AltText: j.version.Alt})
	if err != nil {
		return j.trouble(ctx, err)
	}
	now := j.now()
	j.ContainerID, j.ContainerAt, j.State = id, &now, "container"
	return j.wait(ctx, pollPause(0), "")
}

// poll asks whether the container is ready; pictures take a few seconds.
func (j *job) poll(ctx context.Context) (bool, error) {
	if j.late() {
		return j.holdLate(ctx)
	}
	token, more, done, err := j.access(ctx)
	if done || err != nil {
		return more, err
	}
	k, err := j.Meta.Container(ctx, token, j.ContainerID)
	if err != nil {
		return j.trouble(ctx, err)
	}
	age := patience
	if j.ContainerAt != nil {
		age = j.now().Sub(*j.ContainerAt)
	}
	switch failure := k.Failure(); {
	case failure != nil:
		return j.lost(ctx, failure)
	case k.Status == meta.Finished:
		j.Fault = ""
		return j.goOn(ctx, "ready")
	case k.Status == meta.Published: // by a call of ours whose attempt nobody has kept; that cannot be, and is looked into all the same
		if j.AttemptedAt == nil {
			j.AttemptedAt = j.ContainerAt
		}
		return j.doubt(ctx, firstLook, sayLooking)
	case age >= patience:
		return j.lost(ctx, nil)
	}
	return j.wait(ctx, pollPause(age), "")
}

func pollPause(age time.Duration) time.Duration {
	switch {
	case age < 6*time.Second:
		return 3 * time.Second
	case age < time.Minute:
		return 10 * time.Second
	}
	return 30 * time.Second
}

// attempt makes the call that people can see: saved before, and never made twice without a look.
func (j *job) attempt(ctx context.Context) (bool, error) {
	if j.late() {
		return j.holdLate(ctx)
	}
	token, more, done, err := j.access(ctx)
	if done || err != nil {
		return more, err
	}
	address := ""
	if j.Network == store.Facebook {
		if address, err = j.Pictures.Address(ctx, j.VersionID); err != nil {
			return false, err
		}
	}
	free := false
	if err := j.DB.Tx(ctx, func(tx *store.Tx) (err error) { free, err = tx.Attempt(ctx, &j.Publication, j.token); return err }); err != nil {
		return false, err
	}
	if !free {
		return j.wait(ctx, queueTime, "")
	}
	call, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	id, err := j.call(call, token, address)
	if err != nil {
		return j.refused(ctx, err)
	}
	return j.live(ctx, id, "")
}

func (j *job) call(ctx context.Context, token meta.Secret, address string) (string, error) {
	if j.Network == store.Facebook {
		return j.Meta.PostPhoto(ctx, token, j.Target, meta.Photo{URL: address, Caption: j.version.Words(), AltText: j.version.Alt})
	}
	return j.Meta.Publish(ctx, token, j.Target, j.ContainerID)
}

// live: it is there.
func (j *job) live(ctx context.Context, vendorID, permalink string) (bool, error) {
	now := j.now()
	j.VendorID, j.Permalink, j.PublishedAt, j.Fault, j.Looks, j.Failures = vendorID, permalink, &now, "", 0, 0
	return j.goOn(ctx, "published")
}

// report finds the address of the post and tells. A post whose address cannot be had is published all the same.
func (j *job) report(ctx context.Context) (bool, error) {
	const tries = 3
	if j.VendorID == "" || j.Permalink != "" || j.Looks >= tries {
		return j.end(ctx, "published", "")
	}
	token, err := j.secret()
	if err == nil {
		j.Permalink, err = j.permalink(ctx, token)
	}
	if err != nil || j.Permalink == "" {
		j.Looks++
		return j.wait(ctx, 5*time.Second, "")
	}
	return j.end(ctx, "published", "")
}

func (j *job) permalink(ctx context.Context, token meta.Secret) (string, error) {
	if j.Network == store.Facebook {
		p, err := j.Meta.ReadPost(ctx, token, j.VendorID)
		return p.Permalink, err
	}
	m, err := j.Meta.Media(ctx, token, j.VendorID)
	return m.Permalink, err
}

// late says that the time for which it was approved is long over, and nobody has seen it yet.
func (j *job) late() bool { return j.AttemptedAt == nil && j.now().Sub(j.DueAt) > lateAfter }

// access is the key to the account, or what happens without one.
func (j *job) access(ctx context.Context) (token meta.Secret, more, done bool, err error) {
	c, goal := j.connection, j.connection.PageID
	if j.Network == store.Instagram {
		goal = c.IGID
	}
	switch {
	case !j.connected || c.State == store.ConnectionRevoked:
		more, err = j.fail(ctx, sayNotConnected)
	case !c.Active():
		more, err = j.wait(ctx, brokenTime, sayBroken)
	case goal != j.Target:
		more, err = j.fail(ctx, sayOther)
	default:
		if token, err = j.secret(); err == nil {
			return token, false, false, nil
		}
		j.Log.Error("a stored key cannot be opened", "error", err)
		more, err = j.wait(ctx, brokenTime, sayOurs)
	}
	return "", more, true, err
}

func (j *job) secret() (meta.Secret, error) {
	b, err := j.Keys.Open(j.connection.Token, j.connection.About())
	return meta.Secret(b), err
}
