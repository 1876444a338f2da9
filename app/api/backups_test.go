package api_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"headgate/app/api"
	"headgate/app/apperr"
)

func TestBackups(t *testing.T) {
	a := start(t)
	backups := bound[*api.Backups](t, a)
	if list, err := backups.List(); err != nil || list == nil || len(list) != 0 {
		t.Errorf("at first: %+v, %v", list, err)
	}
	mustSaveProvider(t, a)
	made, err := backups.Make()
	if err != nil || made.Size == 0 || made.At == 0 {
		t.Fatalf("made %+v, %v", made, err)
	}
	if list, err := backups.List(); err != nil || len(list) != 1 || list[0] != made {
		t.Errorf("the list is %+v, %v", list, err)
	}
	if changes, err := backups.Preview(made.Name); err != nil || changes == nil || len(changes) != 0 {
		t.Errorf("nothing has changed: %+v, %v", changes, err)
	}
	all, err := a.Catalog.Providers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Catalog.DeleteProvider(t.Context(), all[0].ID); err != nil {
		t.Fatal(err)
	}
	if changes, err := backups.Preview(made.Name); err != nil || len(changes) != 1 || changes[0].Action != "created" || changes[0].Name != "up" {
		t.Errorf("the preview is %+v, %v", changes, err)
	}
	if err := backups.Restore(made.Name); err != nil {
		t.Fatal(err)
	}
	if now, err := a.Catalog.Providers(t.Context()); err != nil || len(now) != 1 || now[0].ID != all[0].ID {
		t.Errorf("restored %+v, %v", now, err)
	}

	path := filepath.Join(t.TempDir(), "copy.db")
	if _, err := api.NewFiles(a, &chooser{path: path}).Save("backup", `{"name":"`+made.Name+`"}`); err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(path); err != nil || int64(len(content)) != made.Size || bytes.Contains(content, []byte("canary")) {
		t.Errorf("saved %d bytes, %v", len(content), err)
	}
	for args, code := range map[string]string{
		`{"name":"../headgate.db"}`: "backup_unknown", `{"name":""}`: "backup_unknown", `{}`: "backup_unknown", `{"path":"x"}`: "bad_arguments",
	} {
		if _, err := api.NewFiles(a, &chooser{path: path}).Save("backup", args); apperr.Code(err) != code {
			t.Errorf("%s: %v", args, err)
		}
	}
	for _, name := range []string{"", "../headgate.db", "headgate.db"} {
		_, err := backups.Preview(name)
		if restored := backups.Restore(name); apperr.Code(err) != "backup_unknown" || apperr.Code(restored) != "backup_unknown" {
			t.Errorf("%q: %v, %v", name, err, restored)
		}
	}
}
