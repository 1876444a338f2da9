package cli

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"headgate/app"
	"headgate/app/api"
	"headgate/app/catalog"
	"headgate/app/secret"
)

const defaultGateway = "127.0.0.1:8001"

// askKeys tells where provider keys are kept, and whether they open.
func (x *examination) askKeys(ctx context.Context, c *caller) {
	var keys app.KeysState
	if err := c.call(ctx, "Secrets/State", &keys); err != nil {
		x.note("provider keys", levelFail, x.words(err), "")
		return
	}
	if keys.Locked != nil {
		x.note("provider keys", levelFail, x.texts.Error(keys.Locked), "open them in the window, or set "+masterKeyVariable)
		return
	}
	says := map[secret.Keep]string{
		secret.KeepKeychain:   "they open with a key in the system's keychain",
		secret.KeepPassphrase: "they open with a passphrase",
		secret.KeepFile:       "they open with the key file in the data folder: who has the folder has them",
	}[keys.Kept]
	if says == "" {
		says = "none are kept yet"
	}
	x.note("provider keys", levelOK, says, "")
	if keys.Kept == secret.KeepKeychain {
		return // it has just been used
	}
	if runtime.GOOS == "linux" && x.env["DBUS_SESSION_BUS_ADDRESS"] == "" && !exists(filepath.Join(x.env["XDG_RUNTIME_DIR"], "bus")) {
		x.note("keychain", levelOK, "none can be had here: there is no desktop session", "")
		return
	}
	if _, err := (secret.SystemKeychain{}).Get("doctor"); err == nil || err == secret.ErrNoEntry { //nolint:errorlint // given as it is
		x.note("keychain", levelOK, "it works; Settings → Security can put the key there", "")
	} else {
		x.note("keychain", levelOK, "none can be had here: "+err.Error(), "")
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// askGateway tells whether tools reach the gateway, or could.
func (x *examination) askGateway(ctx context.Context, c *caller) {
	var door api.GatewayStatus
	if err := c.call(ctx, "Gateway/Status", &door); err != nil {
		x.note("gateway", levelFail, x.words(err), "")
		return
	}
	switch {
	case door.State == app.ListenerRunning:
		x.note("gateway", levelOK, "open at "+door.BaseURL, "")
	case door.Error != nil:
		says := x.texts.Error(door.Error)
		if who := holderOf(door.Address); who != "" {
			says += " It is " + who + "."
		}
		x.note("gateway", levelFail, says, "end that program, or choose another address in Settings")
	case c.running:
		x.note("gateway", levelWarn, "it is "+string(door.State), "headgate start opens it")
	default:
		x.lookAtPort(door.Address)
	}
	if door.OfflineSince > 0 {
		x.note("network", levelFail, "nothing outside this machine is reached since "+clock(door.OfflineSince), "check the network")
	}
}

// askProviders lets each provider list its models, with its keys, and compares
// clocks with one of them.
func (x *examination) askProviders(ctx context.Context, c *caller) {
	var providers []catalog.Provider
	if err := c.call(ctx, "Providers/List", &providers); err != nil {
		x.note("providers", levelFail, x.words(err), "")
		return
	}
	if len(providers) == 0 {
		x.note("providers", levelWarn, "there is none yet", "add one in the window, or import a configuration")
	}
	told := time.Time{}
	for _, p := range providers {
		name := "provider " + p.Name
		switch {
		case !p.Enabled:
			x.note(name, levelOK, "switched off", "")
			continue
		case x.offline:
			x.note(name, levelOK, "not asked: --offline", "")
			continue
		}
		x.askProvider(ctx, c, name, p)
		if told.IsZero() && p.Proxy == "" {
			told = dateOf(ctx, p.BaseURL)
		}
	}
	x.compareClocks(told)
}

func (x *examination) askProvider(ctx context.Context, c *caller, name string, p catalog.Provider) {
	in := catalog.ProviderInput{
		ID: p.ID, Name: p.Name, Dialect: p.Dialect, BaseURL: p.BaseURL, Enabled: p.Enabled, Headers: p.Headers,
		Proxy: p.Proxy, Timeouts: p.Timeouts, Rules: p.Rules, Keys: []catalog.ProviderKeyInput{},
	}
	for _, k := range p.Keys {
		in.Keys = append(in.Keys, catalog.ProviderKeyInput{ID: k.ID, Enabled: k.Enabled})
	}
	var listing catalog.ModelListing
	if err := c.call(ctx, "Providers/ListModels", &listing, in); err != nil {
		x.note(name, levelFail, x.words(err), "")
		return
	}
	probe := listing.Probe
	if probe.OK {
		x.note(name, levelOK, fmt.Sprintf("%s answers in %d ms and lists %d models", p.BaseURL, probe.LatencyMS, len(listing.Models)), "")
		return
	}
	says := p.BaseURL + ": " + x.texts.T("reason."+probe.Reason, nil)
	if probe.Message != "" {
		says += " (" + probe.Message + ")"
	}
	do := "check its address, and whether this machine reaches it"
	switch {
	case probe.Status == http.StatusUnauthorized || probe.Status == http.StatusForbidden:
		do = "check its key"
	case probe.Status == http.StatusNotFound:
		x.note(name, levelWarn, says, "it may answer calls all the same: not every provider lists its models")
		return
	case probe.Status > 0:
		do = "it is reached, so it is its own trouble or the key's"
	}
	x.note(name, levelFail, says, do)
}

// clockLimit is how far a clock may be off: tokens and certificates are valid by it.
const clockLimit = 2 * time.Minute

// dateLimit bounds the question for the time.
const dateLimit = 5 * time.Second

// dateOf asks a server for its time, without a key; zero: it doesn't tell.
func dateOf(ctx context.Context, url string) time.Time {
	ctx, cancel := context.WithTimeout(ctx, dateLimit)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, url, http.NoBody)
	if err != nil {
		return time.Time{}
	}
	transport := &http.Transport{DisableKeepAlives: true}
	reply, err := transport.RoundTrip(r)
	if err != nil {
		return time.Time{}
	}
	_ = reply.Body.Close()
	at, err := http.ParseTime(reply.Header.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return at
}

func (x *examination) compareClocks(told time.Time) {
	now := time.Now()
	switch off := now.Sub(told).Abs().Round(time.Second); {
	case now.Year() < 2026:
		x.note("clock", levelFail, "it says "+now.Format(time.DateTime), "set it: certificates look invalid to a wrong clock")
	case told.IsZero():
		x.note("clock", levelOK, now.Format(time.DateTime)+", not compared: no provider told the time", "")
	case off > clockLimit:
		x.note("clock", levelFail, fmt.Sprintf("it differs by %s from a provider's", off), "set it, and switch automatic time on")
	default:
		x.note("clock", levelOK, fmt.Sprintf("within %s of a provider's", off+time.Second), "")
	}
}
