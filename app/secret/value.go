// Package secret keeps secrets from being read by accident: in memory, where a
// Value prints masked, and at rest, where a Sealer encrypts.
package secret

import (
	"fmt"
	"log/slog"
)

// Value is a secret in clear, inside the process only. It prints masked
// everywhere; Reveal is the one way to its text, so that uses can be searched.
type Value struct{ text string }

// masked stands wherever a Value is printed, logged or encoded.
const masked = "••••"

// New wraps a secret text.
func New(text string) Value { return Value{text} }

// Reveal returns the secret in clear.
func (v Value) Reveal() string { return v.text }

// IsZero reports whether there is no secret.
func (v Value) IsZero() bool { return v.text == "" }

// Hint returns enough of the secret to recognise it by: its first characters
// and its last four, or nothing but dots when it is too short to show any.
func (v Value) Hint() string {
	const head, tail, hidden = 4, 4, 8
	if len(v.text) < head+tail+hidden {
		return masked
	}
	return v.text[:head] + "…" + v.text[len(v.text)-tail:]
}

func (Value) String() string               { return masked }
func (Value) GoString() string             { return masked }
func (Value) Format(s fmt.State, _ rune)   { _, _ = s.Write([]byte(masked)) }
func (Value) LogValue() slog.Value         { return slog.StringValue(masked) }
func (Value) MarshalJSON() ([]byte, error) { return []byte(`"` + masked + `"`), nil }
func (Value) MarshalText() ([]byte, error) { return []byte(masked), nil }
