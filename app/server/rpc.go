package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"runtime/debug"
	"strings"

	"headgate/app/apperr"
)

// rpcLimit bounds a call's arguments: an import may have 5 MiB.
const rpcLimit = 6 << 20

// method is a bound method, ready to be called.
type method struct {
	name     string // Type.Method
	function reflect.Value
	in       []reflect.Type
	hasValue bool // it returns a value
	hasError bool // and, last, an error
}

var errorType = reflect.TypeFor[error]()

// methodsOf returns the methods of the bound values by Type/Method.
func methodsOf(bound []any) map[string]method {
	found := map[string]method{}
	for _, value := range bound {
		of := reflect.ValueOf(value)
		kind := of.Type().Elem().Name()
		for i := range of.NumMethod() {
			name := of.Type().Method(i).Name
			found[kind+"/"+name] = newMethod(kind+"."+name, of.Method(i))
		}
	}
	return found
}

func newMethod(name string, function reflect.Value) method {
	m := method{name: name, function: function}
	shape := function.Type()
	for i := range shape.NumIn() {
		m.in = append(m.in, shape.In(i))
	}
	results := shape.NumOut()
	m.hasError = results > 0 && shape.Out(results-1) == errorType
	if m.hasError {
		results--
	}
	m.hasValue = results == 1
	if results > 1 || shape.IsVariadic() {
		panic("server: " + name + " can't be offered: it returns more than a value and an error, or is variadic")
	}
	return m
}

// call answers POST /rpc/<Type>/<Method>.
// Codes: method_unknown (404), bad_arguments, internal (500), the method's own.
func (s *Server) call(w http.ResponseWriter, r *http.Request, _ ticket) {
	m, ok := s.methods[r.PathValue("type")+"/"+r.PathValue("method")]
	if !ok {
		refuse(w, http.StatusNotFound, apperr.New("method_unknown"))
		return
	}
	body, ok := readBody(w, r, rpcLimit)
	if !ok {
		return
	}
	args, err := m.arguments(body)
	if err != nil {
		refuse(w, http.StatusBadRequest, apperr.New("bad_arguments", "Reason", err))
		return
	}
	value, err := s.run(m, args)
	if err == nil {
		err = reply(w, value)
	}
	switch {
	case err == nil:
	case apperr.Code(err) == apperr.Internal:
		s.log.Error("a method failed", "method", m.name, "error", err)
		refuse(w, http.StatusInternalServerError, apperr.New(apperr.Internal))
	default:
		refuse(w, http.StatusBadRequest, err)
	}
}

// arguments decodes a JSON array. What doesn't fit exactly is refused.
func (m method) arguments(body []byte) ([]reflect.Value, error) {
	var parts []json.RawMessage
	if err := decodeStrictly(body, &parts); err != nil || parts == nil {
		return nil, fmt.Errorf("%s takes a JSON array of arguments", m.name)
	}
	if len(parts) != len(m.in) {
		return nil, fmt.Errorf("%s takes %d arguments, not %d", m.name, len(m.in), len(parts))
	}
	args := make([]reflect.Value, len(parts))
	for i, part := range parts {
		to := reflect.New(m.in[i])
		if bytes.Equal(bytes.TrimSpace(part), []byte("null")) {
			return nil, fmt.Errorf("argument %d of %s is null", i+1, m.name)
		}
		if err := decodeStrictly(part, to.Interface()); err != nil {
			return nil, fmt.Errorf("argument %d of %s: %s", i+1, m.name, strings.TrimPrefix(err.Error(), "json: "))
		}
		args[i] = to.Elem()
	}
	return args, nil
}

func decodeStrictly(text []byte, to any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(to); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more after the value")
	}
	return nil
}

// run calls the method; a panic becomes an error.
func (s *Server) run(m method, args []reflect.Value) (value any, err error) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("a method panicked", "method", m.name, "panic", p, "stack", string(debug.Stack()))
			value, err = nil, fmt.Errorf("%s panicked", m.name)
		}
	}()
	results := m.function.Call(args)
	if m.hasError {
		if failure := results[len(results)-1]; !failure.IsNil() {
			return nil, failure.Interface().(error)
		}
	}
	if m.hasValue {
		return results[0].Interface(), nil
	}
	return nil, nil
}
