package catalog

import (
	"bytes"
	"encoding/hex"

	"headgate/app/apperr"
)

// apiKeyMark stands for an API key whose text nobody knows any more: what is
// kept of it, so that tools go on working after an import.
type apiKeyMark struct {
	path             string
	hash             []byte
	prefix, lastFour string
	previous         *apiKeyMark // the text before a rotation
	until            int64       // for how long it works
}

const kindHash kind = "SHA-256 hash in 64 hexadecimal digits"

func (r *reader) apiKeyMark(n node) apiKeyMark {
	r.known(n, "hash", "prefix", "last_four", "previous")
	m := apiKeyMark{
		path:     n.path,
		hash:     r.hash(r.required(n, "hash")),
		prefix:   r.shown(r.required(n, "prefix")),
		lastFour: r.shown(r.required(n, "last_four")),
	}
	if p, ok := n.fields["previous"]; ok && p.kind != kindNull {
		r.known(p, "hash", "last_four", "until")
		m.previous = &apiKeyMark{
			path:     p.path,
			hash:     r.hash(r.required(p, "hash")),
			lastFour: r.shown(r.required(p, "last_four")),
		}
		m.until = r.moment(r.required(p, "until"))
	}
	return m
}

func (r *reader) hash(n node) []byte {
	b, err := hex.DecodeString(r.text(n))
	if err != nil || len(b) != 32 {
		r.fail("import_field_invalid", "Path", n.where(), "Want", string(kindHash))
	}
	return b
}

// shown is a part of a key that is shown in place of it.
func (r *reader) shown(n node) string {
	text := r.text(n)
	if len(text) > shownOfMade || !isAPIKey(text+"0123456789abcdef") {
		r.fail("import_field_invalid", "Path", n.where(), "Want", string(kindString))
	}
	return text
}

// over makes k the record of the marked key.
func (m apiKeyMark) over(k *APIKey, d *draft) {
	k.Hash, k.Prefix, k.LastFour = m.hash, m.prefix, m.lastFour
	switch {
	case m.previous != nil && m.until > d.now.UnixMilli():
		k.PreviousHash, k.PreviousLastFour, k.PreviousUntil = m.previous.hash, m.previous.lastFour, m.until
	case !k.graceOver(d.now):
		k.endGrace()
	}
}

func (d *draft) applyAPIKey(e apiKeyEntry, report *Report) error {
	if e.key.set && e.mark.set {
		return apperr.New("import_fields_conflict", "Path", e.path+".key", "Other", e.path+".mark")
	}
	old := APIKey{Enabled: true, GroupIDs: []int64{}}
	found := find(d.APIKeys, func(k APIKey) bool { return k.Name == e.name })
	if found != nil {
		old = *found
	}
	in := APIKeyInput{
		ID: old.ID, Name: e.name, GroupIDs: old.GroupIDs,
		Models: e.models.or(old.Models), Enabled: e.enabled.or(old.Enabled), ExpiresAt: e.expiresAt.or(old.ExpiresAt), Key: e.key.or(""),
	}
	if e.key.set && !isAPIKey(in.Key) { // an empty one would be made
		return refused(apperr.New("api_key_invalid", "Min", leastAPIKey, "Max", mostAPIKey), e.path+".key")
	}
	var err error
	if e.groups.set {
		if in.GroupIDs, err = d.referredGroups(e.groups.value); err != nil {
			return err
		}
	}
	after := old
	after.GroupIDs, after.Models, after.Enabled, after.ExpiresAt = in.GroupIDs, in.Models, in.Enabled, in.ExpiresAt
	var mark *apiKeyMark
	switch {
	case in.Key != "":
		after.setText(in.Key)
	case e.mark.set:
		mark = &e.mark.value
		mark.over(&after, d)
	}
	details := apiKeyDetails(old, after)
	created := found == nil
	if created || len(details) > 0 {
		saved, err := d.putAPIKey(in, mark)
		if err != nil {
			return refusedAt(err, e.path, apiKeyFields)
		}
		if created && in.Key == "" && mark == nil {
			report.MadeKeys = append(report.MadeKeys, MadeKey{Name: saved.APIKey.Name, Key: saved.Key})
		}
	}
	if created {
		details = nil
	}
	report.saved(created, Change{Kind: KindAPIKey, Name: e.name, Details: details})
	return nil
}

// knowsHash finds the API key that answers to one of the hashes.
func (d *draft) knowsHash(but int64, hashes ...[]byte) *APIKey {
	return find(d.APIKeys, func(o APIKey) bool {
		if o.ID == but {
			return false
		}
		for _, h := range hashes {
			if len(h) > 0 && (bytes.Equal(o.Hash, h) || bytes.Equal(o.PreviousHash, h)) {
				return true
			}
		}
		return false
	})
}
