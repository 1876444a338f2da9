// Package apperr gives errors a code that the window can translate.
//
// The text of code "x_y" stands in the catalogs under "error.x_y"; Params fill
// its placeholders. An error without a code is "internal": its words go to the
// log, not to the window.
package apperr

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Internal is the code of every error that has none.
const Internal = "internal"

// Error is a failure that a person can read and act on.
type Error struct {
	Code   string            `json:"code"`
	Params map[string]string `json:"params,omitempty"`
	// Problem is the error with a code that this one was made of. Its text fills
	// the placeholder Problem.
	Problem *Error `json:"problem,omitempty"`

	cause error
}

// New makes an error; params are alternating names and values.
func New(code string, params ...any) *Error {
	e := &Error{Code: code}
	for i := 0; i+1 < len(params); i += 2 {
		if e.Params == nil {
			e.Params = make(map[string]string, len(params)/2)
		}
		e.Params[fmt.Sprint(params[i])] = fmt.Sprint(params[i+1])
	}
	return e
}

// Wrap is New with the error that caused it. The cause's words stay inside.
func Wrap(cause error, code string, params ...any) *Error {
	e := New(code, params...)
	e.cause = cause
	e.Problem, _ = errors.AsType[*Error](cause)
	return e
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code)
	for _, name := range slices.Sorted(maps.Keys(e.Params)) {
		fmt.Fprintf(&b, " %s=%q", name, e.Params[name])
	}
	if e.cause != nil {
		b.WriteString(": ")
		b.WriteString(e.cause.Error())
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.cause }

// Code returns the code of the first Error in err's chain, Internal for any
// other error, and "" for nil.
func Code(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}

// JSON encodes what the window may know of err: its code and params.
func JSON(err error) string {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		e = New(Internal)
	}
	b, _ := json.Marshal(e) // strings only: can't fail
	return string(b)
}
