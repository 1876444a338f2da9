package instance_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"headgate/app/apperr"
	"headgate/app/instance"
)

func TestFolderIsUsedByOneAtATime(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	first := mustAcquire(t, dir)

	if _, err := instance.Acquire(dir); apperr.Code(err) != "data_folder_locked" {
		t.Fatalf("a second Acquire gave %v, want data_folder_locked", err)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	again := mustAcquire(t, dir)
	if err := again.Release(); err != nil {
		t.Fatal(err)
	}
}

func TestFolderThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := instance.Acquire(filepath.Join(file, "below")); apperr.Code(err) != "data_folder_unusable" {
		t.Fatalf("got %v, want data_folder_unusable", err)
	}
}

func TestSecondStartShowsTheFirst(t *testing.T) {
	for name, dir := range map[string]string{
		"OK":       t.TempDir(),
		"LongPath": filepath.Join(t.TempDir(), strings.Repeat("long", 30)),
	} {
		t.Run(name, func(t *testing.T) {
			lock := mustAcquire(t, dir)
			defer lock.Release()
			shown := make(chan struct{}, 1)
			lock.OnShow(func() { shown <- struct{}{} })
			if err := instance.Show(dir); err != nil {
				t.Fatal(err)
			}
			<-shown
		})
	}
}

func TestShowFailsInWords(t *testing.T) {
	t.Run("NobodyThere", func(t *testing.T) {
		if err := instance.Show(t.TempDir()); err == nil {
			t.Fatal("no error although nothing runs")
		}
	})
	t.Run("NoWindow", func(t *testing.T) {
		dir := t.TempDir()
		lock := mustAcquire(t, dir)
		defer lock.Release()
		if err := instance.Show(dir); err == nil || !strings.Contains(err.Error(), "no window") {
			t.Fatalf("got %v, want words about the missing window", err)
		}
	})
}

func mustAcquire(t *testing.T, dir string) *instance.Lock {
	t.Helper()
	lock, err := instance.Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	return lock
}
