// Package support writes what somebody who helps needs to know of a program:
// versions, choices, counts and failures, without keys, names, prompts or replies.
package support

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/url"
	"runtime"
	"runtime/pprof"
	"strings"
	"time"

	"headgate/app/calllog"
	"headgate/app/catalog"
)

// File is one text of a bundle.
type File struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Program is what the bundle tells of the program itself.
type Program struct {
	Version       string `json:"version"`
	Go            string `json:"go"`
	System        string `json:"system"` // such as linux/amd64
	SystemVersion string `json:"system_version"`
	Processors    int    `json:"processors"`
	Window        string `json:"window"` // what the page's browser says of itself
	Made          string `json:"made"`   // when, in UTC
	UptimeSeconds int64  `json:"uptime_seconds"`

	Gateway      string           `json:"gateway"` // its door's state
	GatewayError string           `json:"gateway_error"`
	Keys         string           `json:"keys"` // where they are kept
	KeysLocked   string           `json:"keys_locked"`
	Notices      []string         `json:"notices"`
	Schemas      map[string]int64 `json:"schemas"`
	Sizes        map[string]int64 `json:"bytes"`
	Backups      int              `json:"backups"`
	CallLog      CallLog          `json:"call_log"`
	Memory       map[string]int64 `json:"memory"`
	Goroutines   int              `json:"goroutines"`
}

// CallLog is how the call log is doing.
type CallLog struct {
	Written       uint64 `json:"written"`
	Dropped       uint64 `json:"dropped"`
	DroppedBodies uint64 `json:"dropped_bodies"`
	Error         string `json:"error"`
}

// Facts are what a bundle is made of.
type Facts struct {
	Program       Program
	Configuration catalog.Configuration
	Failed        []calllog.Detail // newest first
	Log           string           // a line each
	Folders       map[string]string
}

// Measure fills in what the runtime knows.
func (p *Program) Measure(started time.Time) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	p.Go, p.System, p.SystemVersion = runtime.Version(), runtime.GOOS+"/"+runtime.GOARCH, systemVersion()
	p.Processors, p.Goroutines = runtime.NumCPU(), runtime.NumGoroutine()
	p.Memory = map[string]int64{"heap": int64(m.HeapAlloc), "system": int64(m.Sys), "collections": int64(m.NumGC)} //nolint:gosec // far below
	p.Made = time.Now().UTC().Format(time.RFC3339)
	p.UptimeSeconds = int64(time.Since(started).Seconds())
}

// Files writes the bundle's texts. Whatever is in them has passed the redactor.
func Files(f Facts) ([]File, error) {
	r := newRedactor(f.Configuration, f.Folders)
	var stacks bytes.Buffer
	// Grouped, so that it has functions and places, and never a value.
	if err := pprof.Lookup("goroutine").WriteTo(&stacks, 1); err != nil {
		return nil, err
	}
	var files []File
	for _, part := range []struct {
		name string
		of   any
	}{
		{"program.json", f.Program},
		{"settings.json", chosen(f.Configuration)},
		{"providers.json", providers(f.Configuration)},
		{"failed-calls.json", failed(f.Failed)},
	} {
		text, err := json.MarshalIndent(part.of, "", "  ")
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", part.name, err)
		}
		files = append(files, File{part.name, r.redact(string(text))})
	}
	return append(files, File{"log.txt", r.redactLines(f.Log)}, File{"goroutines.txt", r.redact(stacks.String())}), nil
}

// Zip writes texts into an archive.
func Zip(to io.Writer, files []File) error {
	z := zip.NewWriter(to)
	for _, f := range files {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: time.Now()})
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, f.Text); err != nil {
			return err
		}
	}
	return z.Close()
}

// chosen are the settings, with host names counted, and how much is configured.
func chosen(c catalog.Configuration) any {
	s := c.Settings
	names, origins := len(s.Gateway.Names), len(s.Gateway.Origins)
	networks := len(s.Gateway.Networks)
	sought := len(s.Gateway.Sought)
	s.Gateway.Names, s.Gateway.Origins, s.Gateway.Networks, s.Gateway.Sought = []string{}, []string{}, nil, nil
	count := map[string]int{
		"providers": len(c.Providers), "groups": len(c.Groups), "api_keys": len(c.APIKeys), "keywords": len(c.Keywords),
		"host_names": names, "origins": origins, "networks": networks, "names_sought": sought,
	}
	for _, p := range c.Providers {
		count["provider_keys"] += len(p.Keys)
		count["models"] += len(p.Models)
		count["rules"] += len(p.Rules)
	}
	for _, g := range c.Groups {
		count["members"] += len(g.Members)
		count["rules"] += len(g.Rules)
	}
	return map[string]any{"settings": s, "counts": count}
}

// provider is what is told of one: where it is, not what it is called.
type provider struct {
	ID       int64            `json:"id"`
	Host     string           `json:"host"`
	Dialect  string           `json:"dialect"`
	Enabled  bool             `json:"enabled"`
	Keys     int              `json:"keys"`
	Models   int              `json:"models"`
	Headers  int              `json:"headers"`
	Rules    int              `json:"rules"`
	Proxy    string           `json:"proxy"`
	Timeouts catalog.Timeouts `json:"timeouts"`
}

func providers(c catalog.Configuration) []provider {
	list := []provider{}
	for _, p := range c.Providers {
		list = append(list, provider{
			ID: p.ID, Host: place(p.BaseURL), Dialect: p.Dialect, Enabled: p.Enabled, Keys: len(p.Keys), Models: len(p.Models),
			Headers: len(p.Headers), Rules: len(p.Rules), Proxy: place(p.Proxy), Timeouts: p.Timeouts,
		})
	}
	return list
}

// What stands in place of hosts that tell of a person's own network.
const (
	thisMachine    = "this-machine"
	privateNetwork = "private-network"
)

// place is the scheme and host of a URL. What is in a person's own network is
// told as that.
func place(text string) string {
	u, err := url.Parse(text)
	if text == "" || err != nil {
		return ""
	}
	host := u.Hostname()
	ip := net.ParseIP(host)
	switch {
	case host == thisMachine || host == "localhost" || ip != nil && ip.IsLoopback():
		return u.Scheme + "://" + thisMachine
	case ip != nil && (ip.IsPrivate() || ip.IsLinkLocalUnicast()), ip == nil && !strings.Contains(host, "."),
		strings.HasSuffix(host, ".local"), strings.HasSuffix(host, ".lan"), strings.HasSuffix(host, ".home"), strings.HasSuffix(host, ".internal"):
		return u.Scheme + "://" + privateNetwork
	}
	return u.Scheme + "://" + host
}

// failure is what is told of a call that failed: classes and times.
type failure struct {
	At         string    `json:"at"`
	Route      string    `json:"route"`
	Stream     bool      `json:"stream"`
	State      string    `json:"state"`
	Status     int       `json:"status"`
	ErrorCode  string    `json:"error_code"`
	DurationMS float64   `json:"duration_ms"`
	Attempts   []attempt `json:"attempts"`
}

type attempt struct {
	ProviderID int64    `json:"provider_id"`
	Status     int      `json:"status"`
	Class      string   `json:"class"`
	Reason     string   `json:"reason"`
	Blames     string   `json:"blames"`
	Action     string   `json:"action"`
	ByRule     bool     `json:"by_rule"`
	ConnectMS  *float64 `json:"connect_ms"`
	TotalMS    float64  `json:"total_ms"`
}

func failed(calls []calllog.Detail) []failure {
	list := []failure{}
	for _, c := range calls {
		f := failure{
			At: time.UnixMilli(c.Row.StartedAt).UTC().Format(time.RFC3339), Route: c.Row.Route, Stream: c.Row.Stream, State: c.Row.State,
			Status: c.Row.Status, ErrorCode: c.Row.ErrorCode, DurationMS: c.Row.DurationMS, Attempts: []attempt{},
		}
		for _, a := range c.Attempts {
			f.Attempts = append(f.Attempts, attempt{
				ProviderID: a.ProviderID, Status: a.Status, Class: a.Class, Reason: a.Reason, Blames: a.Blames, Action: a.Action,
				ByRule: a.Rule != nil, ConnectMS: a.ConnectMS, TotalMS: a.TotalMS,
			})
		}
		list = append(list, f)
	}
	return list
}
