package secret_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"headgate/app/secret"
)

func TestValueNeverPrintsItself(t *testing.T) {
	t.Parallel()
	const canary = "sk-canary-0123456789"
	v := secret.New(canary)
	holder := struct {
		V secret.Value
		P *secret.Value
	}{v, &v}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v, "holder", holder)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "v", v, "holder", holder)
	encoded, err := json.Marshal(map[string]any{"v": v, "h": holder})
	if err != nil {
		t.Fatal(err)
	}
	printed := []string{log.String(), string(encoded), fmt.Sprint(v), fmt.Errorf("%w: %v", fmt.Errorf("x"), v).Error()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		printed = append(printed, fmt.Sprintf(verb, v), fmt.Sprintf(verb, holder.V), fmt.Sprintf(verb, []secret.Value{v}))
	}
	for _, text := range printed {
		if strings.Contains(text, "canary") || strings.Contains(text, "63616e617279") {
			t.Errorf("printed in clear: %s", text)
		}
	}
	if v.Reveal() != canary {
		t.Error("Reveal gives another text")
	}
	for text, want := range map[string]string{
		"": "••••", "short": "••••", "0123456789abcde": "••••", "0123456789abcdef": "0123…cdef",
	} {
		if got := secret.New(text).Hint(); got != want {
			t.Errorf("Hint of %q is %q, want %q", text, got, want)
		}
	}
}
