package app_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"headgate/app"
	"headgate/app/apperr"
)

func TestUploads(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "uploads")
	left := filepath.Join(folder, "LEFT")
	if err := errors.Join(os.Mkdir(folder, 0o700), os.WriteFile(left, []byte("x"), 0o600)); err != nil {
		t.Fatal(err)
	}
	a := app.New(app.Options{DataDir: dir})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	closed := false
	defer func() {
		if !closed {
			_ = a.Close(t.Context())
		}
	}()
	if _, err := os.Stat(left); err == nil {
		t.Error("what an earlier run left is still there")
	}
	taken, err := a.Uploads.Take(strings.NewReader("some text"), "../../etc/config.json")
	if err != nil {
		t.Fatal(err)
	}
	if taken.Name != "config.json" || taken.Size != 9 || taken.ID == "" {
		t.Errorf("took %+v", taken)
	}
	path, err := a.Uploads.Path(taken.ID)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); string(text) != "some text" || filepath.Dir(path) != folder {
		t.Errorf("%s has %q, %v", path, text, err)
	}
	for _, id := range []string{"", ".", "..", "../headgate.db", "LEFT", strings.ToLower(taken.ID)} {
		if path, err := a.Uploads.Path(id); apperr.Code(err) != "upload_unknown" {
			t.Errorf("%q is %q, %v", id, path, err)
		}
	}
	broken := io.MultiReader(strings.NewReader("half"), iotest.ErrReader(io.ErrUnexpectedEOF))
	if _, err := a.Uploads.Take(broken, "x"); apperr.Code(err) != "upload_failed" {
		t.Errorf("a broken upload gave %v", err)
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 1 {
		t.Errorf("the folder has %v", entries)
	}
	closed = true
	if err := a.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after the end: %v", err)
	}
	if _, err := a.Uploads.Take(strings.NewReader("late"), "x"); apperr.Code(err) != "upload_failed" {
		t.Errorf("after the end a file was taken: %v", err)
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 0 {
		t.Errorf("after the end the folder has %v", entries)
	}
}

func TestOnlyTheLastUploadsAreKept(t *testing.T) {
	a := mustStart(t, app.Options{})
	first := mustTake(t, a, "first", []byte("1"))
	second := mustTake(t, a, "second", []byte("2"))
	for range 6 {
		mustTake(t, a, "more", []byte("x"))
	}
	if _, err := a.Uploads.Path(first); err != nil { // used later than the second
		t.Fatal(err)
	}
	mustTake(t, a, "one too many", []byte("x"))
	if _, err := a.Uploads.Path(first); err != nil {
		t.Errorf("one that is in use has gone: %v", err)
	}
	if _, err := a.Uploads.Path(second); apperr.Code(err) != "upload_unknown" {
		t.Errorf("the one that was asked for longest ago is still there: %v", err)
	}
	if entries, err := os.ReadDir(filepath.Join(a.DataDir, "uploads")); err != nil || len(entries) != 8 {
		t.Errorf("%d files are kept (%v)", len(entries), err)
	}
}
