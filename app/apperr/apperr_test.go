package apperr_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"headgate/app/apperr"
)

func TestCodeAndJSON(t *testing.T) {
	coded := apperr.Wrap(io.EOF, "port_taken", "Address", "127.0.0.1:8001")
	for _, tc := range []struct {
		name, code, json string
		err              error
	}{
		{"Coded", "port_taken", `{"code":"port_taken","params":{"Address":"127.0.0.1:8001"}}`, coded},
		{"Wrapped", "port_taken", `{"code":"port_taken","params":{"Address":"127.0.0.1:8001"}}`, fmt.Errorf("start: %w", coded)},
		{"Joined", "port_taken", `{"code":"port_taken","params":{"Address":"127.0.0.1:8001"}}`, errors.Join(coded, io.EOF)},
		{"NoParams", "login_required", `{"code":"login_required"}`, apperr.New("login_required")},
		{
			"Nested", "import_refused", `{"code":"import_refused","params":{"Path":"providers[0]"},"problem":` +
				`{"code":"port_taken","params":{"Address":"127.0.0.1:8001"}}}`,
			apperr.Wrap(fmt.Errorf("save: %w", coded), "import_refused", "Path", "providers[0]"),
		},
		{"ForeignWordsStayInside", "internal", `{"code":"internal"}`, errors.New("dial /secret/path")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := apperr.Code(tc.err); got != tc.code {
				t.Errorf("code %q, want %q", got, tc.code)
			}
			if got := apperr.JSON(tc.err); got != tc.json {
				t.Errorf("JSON %s, want %s", got, tc.json)
			}
		})
	}
	if got := apperr.Code(nil); got != "" {
		t.Errorf("nil has code %q", got)
	}
	if !errors.Is(coded, io.EOF) {
		t.Error("the cause is lost")
	}
}
