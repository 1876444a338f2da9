package update

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"headgate/app/apperr"
)

const (
	askLimit     = 30 * time.Second // for the manifest, and for its signature
	stallLimit   = time.Minute      // without a byte of a file
	maxRedirects = 5
)

// client follows redirects, which releases are often behind, as long as nobody on
// the way can read along. It sends nothing about this machine.
func client() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableKeepAlives = true
	return &http.Client{
		Transport: transport,
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return errors.New("too many redirects")
			}
			if !isSafe(r.URL.String()) {
				return fmt.Errorf("redirected to %s, which isn't safe", r.URL.Redacted())
			}
			return nil
		},
	}
}

func (u *Updater) get(ctx context.Context, address string) (*http.Response, error) {
	host := address
	if parsed, err := url.Parse(address); err == nil {
		host = parsed.Host
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, apperr.Wrap(err, "update_unreachable", "Host", host)
	}
	r.Header.Set("User-Agent", "Headgate")
	r.Header.Set("Accept-Encoding", "identity")
	reply, err := u.client.Do(r)
	if err != nil {
		return nil, apperr.Wrap(err, "update_unreachable", "Host", host)
	}
	if reply.StatusCode != http.StatusOK {
		_ = reply.Body.Close()
		return nil, apperr.Wrap(fmt.Errorf("answered %s", reply.Status), "update_unreachable", "Host", host)
	}
	return reply, nil
}

// small reads a file of at most so many bytes.
func (u *Updater) small(ctx context.Context, address string, most int64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	reply, err := u.get(ctx, address)
	if err != nil {
		return nil, err
	}
	defer func() { _ = reply.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(reply.Body, most+1))
	if err != nil {
		return nil, apperr.Wrap(err, "update_unreachable", "Host", reply.Request.URL.Host)
	}
	if int64(len(text)) > most {
		return nil, apperr.New("update_manifest_invalid")
	}
	return text, nil
}

// large fetches a file into the folder and checks it. told hears how far it is.
// Codes: update_unreachable, update_file_damaged, file_unwritable.
func (u *Updater) large(ctx context.Context, f File, told func(done int64)) (path string, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stalled := time.AfterFunc(stallLimit, func() { cancel(errors.New("it stalled")) })
	defer stalled.Stop()
	reply, err := u.get(ctx, f.URL)
	if err != nil {
		return "", err
	}
	defer func() { _ = reply.Body.Close() }()
	path = filepath.Join(u.folder, f.Name)
	unwritable := func(err error) error { return apperr.Wrap(err, "file_unwritable", "File", path) }
	if err := os.MkdirAll(u.folder, 0o700); err != nil {
		return "", unwritable(err)
	}
	to, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return "", unwritable(err)
	}
	defer func() {
		if err != nil {
			_ = to.Close()
			_ = os.Remove(to.Name())
		}
	}()
	hash, buffer, done := sha256.New(), make([]byte, 64<<10), int64(0)
	for {
		n, err := reply.Body.Read(buffer)
		stalled.Reset(stallLimit)
		if done += int64(n); done > f.Size {
			return "", apperr.New("update_file_damaged", "File", f.Name)
		}
		hash.Write(buffer[:n])
		if _, err := to.Write(buffer[:n]); err != nil {
			return "", unwritable(err)
		}
		told(done)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", apperr.Wrap(errors.Join(err, context.Cause(ctx)), "update_unreachable", "Host", reply.Request.URL.Host)
		}
	}
	if done != f.Size || hex.EncodeToString(hash.Sum(nil)) != f.SHA256 {
		return "", apperr.New("update_file_damaged", "File", f.Name)
	}
	if err := errors.Join(to.Sync(), to.Close()); err != nil {
		return "", unwritable(err)
	}
	return path, nil
}

// isWhole looks at a fetched file once more: it has been lying about.
func isWhole(path string, f File) bool {
	in, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = in.Close() }()
	hash := sha256.New()
	n, err := io.Copy(hash, io.LimitReader(in, f.Size+1))
	return err == nil && n == f.Size && hex.EncodeToString(hash.Sum(nil)) == f.SHA256
}
