package server

import (
	"context"
	"crypto/rand"
	"mime"
	"net/http"
	"sync"
	"time"

	"headgate/app/api"
	"headgate/app/apperr"
)

const (
	// voucherLife is how long a file that was asked for waits to be fetched.
	voucherLife = time.Minute
	// maxVouchers is how many files wait; another one takes the oldest's place.
	maxVouchers  = 100
	maxDownloads = 8 // at a time
	// transferStep is how long the other side may take for the next part of a
	// file: a transfer as a whole takes as long as it takes.
	transferStep = 30 * time.Second
)

// voucher is good for one download in the session that asked for it. A page
// asks with a POST, so that no argument stands in a URL, and then lets the
// browser fetch, so that no page holds a large file.
type voucher struct {
	file    api.File
	session ticket
	expiry  *time.Timer
	made    time.Time
}

// vouchers are the files that were asked for and not fetched yet.
type vouchers struct {
	mu  sync.Mutex
	all map[string]voucher
}

func newVouchers() *vouchers { return &vouchers{all: map[string]voucher{}} }

func (v *vouchers) issue(file api.File, session ticket) (id string) {
	id = rand.Text()
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.all) >= maxVouchers {
		oldest := ""
		for id, one := range v.all {
			if first, ok := v.all[oldest]; !ok || one.made.Before(first.made) {
				oldest = id
			}
		}
		v.drop(oldest)
	}
	v.all[id] = voucher{file, session, time.AfterFunc(voucherLife, func() { v.take(id) }), time.Now()}
	return id
}

// take returns a voucher, which is spent then. A stranger's try spends it too.
func (v *vouchers) take(id string) (one voucher, ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	one, ok = v.all[id]
	v.drop(id)
	return one, ok
}

// drop is called under the lock.
func (v *vouchers) drop(id string) {
	if one, ok := v.all[id]; ok {
		one.expiry.Stop()
		delete(v.all, id)
	}
}

// prepareLimit bounds a document's arguments.
const prepareLimit = 64 << 10

// prepareDownload answers POST /download/<document> with {"voucher", "name"}.
// Codes: document_unknown, bad_arguments, internal (500), the document's own.
func (s *Server) prepareDownload(w http.ResponseWriter, r *http.Request, t ticket) {
	body, ok := readBody(w, r, prepareLimit)
	if !ok {
		return
	}
	file, err := api.PrepareDocument(r.Context(), s.app, r.PathValue("document"), string(body))
	if err != nil {
		s.refuseFile(w, "prepare a download", err)
		return
	}
	_ = reply(w, map[string]string{"voucher": s.vouchers.issue(file, t), "name": file.Name}) // strings only: can't fail
}

// download answers GET /download/<voucher> with the file. When it can't be
// finished the connection breaks, so that no browser takes it as whole.
// Codes: download_over (404), too_many_downloads (503), those of the document
// if it fails before its first byte.
func (s *Server) download(w http.ResponseWriter, r *http.Request, t ticket) {
	asked, ok := s.vouchers.take(r.PathValue("voucher"))
	if !ok || asked.session != t {
		refuse(w, http.StatusNotFound, apperr.New("download_over"))
		return
	}
	select {
	case s.downloads <- struct{}{}:
		defer func() { <-s.downloads }()
	default:
		refuse(w, http.StatusServiceUnavailable, apperr.New("too_many_downloads"))
		return
	}
	ctx, cancel := s.whileInSession(r.Context(), t)
	defer cancel()
	out := &attachment{to: w, conn: http.NewResponseController(w), file: &asked.file}
	_ = out.conn.SetReadDeadline(time.Time{}) // else the server's own ends the download
	err := asked.file.Write(ctx, out)
	switch {
	case err == nil:
		out.begin() // an empty file too has its name
	case !out.begun:
		s.refuseFile(w, "download", err)
	default:
		if ctx.Err() == nil && !out.gone { // else somebody wanted it to end
			s.log.Error("a download broke off", "file", asked.file.Name, "error", err)
		}
		panic(http.ErrAbortHandler)
	}
}

// whileInSession ends with the session and with the server.
func (s *Server) whileInSession(parent context.Context, t ticket) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	cancelled, ok := s.door.sessions.lasts(t, time.Now())
	if !ok {
		cancel()
		return ctx, cancel
	}
	go func() {
		select {
		case <-cancelled:
		case <-s.leaving.Done():
		case <-ctx.Done():
		}
		cancel()
	}()
	return ctx, cancel
}

// attachment sends a file. The reply begins with its first byte.
type attachment struct {
	to    http.ResponseWriter
	conn  *http.ResponseController
	file  *api.File
	begun bool
	gone  bool // the other side doesn't read any more
}

func (a *attachment) begin() {
	if !a.begun {
		a.begun = true
		h := a.to.Header()
		h.Set("Content-Type", a.file.ContentType)
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": a.file.Name}))
	}
}

func (a *attachment) Write(p []byte) (int, error) {
	a.begin()
	_ = a.conn.SetWriteDeadline(time.Now().Add(transferStep))
	n, err := a.to.Write(p)
	a.gone = a.gone || err != nil
	return n, err
}

// refuseFile answers with an error that has a code, and notes one that has none.
func (s *Server) refuseFile(w http.ResponseWriter, what string, err error) {
	status := http.StatusBadRequest
	if apperr.Code(err) == apperr.Internal {
		s.log.Error("could not "+what, "error", err)
		status = http.StatusInternalServerError
	}
	refuse(w, status, err)
}
