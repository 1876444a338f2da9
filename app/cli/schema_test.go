package cli_test

import (
	"database/sql"
	"testing"

	_ "headgate/app/store" // its driver
)

// raiseSchema makes a database look as if a newer program had written it.
func raiseSchema(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`); err != nil {
		t.Fatal(err)
	}
}
