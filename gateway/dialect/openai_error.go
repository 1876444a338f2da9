package dialect

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// openAIEnvelope writes all four keys: clients look for each.
func openAIEnvelope(e Error) []byte {
	type inner struct {
		Message string  `json:"message"`
		Type    string  `json:"type"`
		Param   *string `json:"param"`
		Code    *string `json:"code"`
	}
	out := struct {
		Error inner `json:"error"`
	}{inner{Message: e.Message, Type: e.Type, Param: orNull(e.Param), Code: orNull(e.Code)}}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(out) // strings only: can't fail
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// readOpenAIError reads {"error":{…}}, {"error":"…"}, {"message":…},
// {"detail":…} and [{"error":{…}}].
func readOpenAIError(body []byte) (Error, bool) {
	body = bytes.TrimSpace(body)
	if len(body) > 0 && body[0] == '[' {
		var list []json.RawMessage
		if json.Unmarshal(body, &list) != nil || len(list) == 0 {
			return Error{}, false
		}
		body = list[0]
	}
	var outer map[string]json.RawMessage
	if json.Unmarshal(body, &outer) != nil {
		return Error{}, false
	}
	if raw, there := outer["error"]; there && !absent(raw) {
		if inner := (map[string]json.RawMessage{}); json.Unmarshal(raw, &inner) == nil {
			return errorFields(inner), true
		}
		return Error{Message: plain(raw), Code: plain(outer["code"]), Type: plain(outer["type"])}, true
	}
	if outer["choices"] != nil || outer["data"] != nil {
		return Error{}, false
	}
	if e := errorFields(outer); e.Message != "" {
		return e, true
	}
	if detail := plain(outer["detail"]); detail != "" {
		return Error{Message: detail}, true
	}
	return Error{}, false
}

func errorFields(fields map[string]json.RawMessage) Error {
	e := Error{
		Message: plain(fields["message"]),
		Type:    plain(fields["type"]),
		Param:   plain(fields["param"]),
		Code:    plain(fields["code"]),
	}
	for _, name := range []string{"code", "status"} {
		if n, err := strconv.Atoi(plain(fields[name])); err == nil && n >= 400 && n <= 599 {
			e.Status = n
			break
		}
	}
	if e.Type == "" {
		e.Type = plain(fields["status"]) // Gemini: RESOURCE_EXHAUSTED
	}
	for _, name := range []string{e.Code, e.Type} {
		if e.Status == 0 {
			e.Status = statusByName[strings.ToLower(name)]
		}
	}
	return e
}

// statusByName is the status that belongs to an error that came without one, by
// its code or type: in a stream or under a 200.
var statusByName = map[string]int{
	"invalid_request_error":   400,
	"invalid_argument":        400,
	"authentication_error":    401,
	"invalid_api_key":         401,
	"unauthenticated":         401,
	"insufficient_quota":      402,
	"billing_error":           402,
	"permission_error":        403,
	"permission_denied":       403,
	"model_not_found":         404,
	"not_found_error":         404,
	"request_too_large":       413,
	"rate_limit_exceeded":     429,
	"rate_limit_error":        429,
	"too_many_requests":       429,
	"resource_exhausted":      429,
	"server_error":            500,
	"internal_server_error":   500,
	"internal_error":          500,
	"internal":                500,
	"api_error":               500,
	"service_unavailable":     503,
	"unavailable":             503,
	"timeout_error":           504,
	"deadline_exceeded":       504,
	"overloaded_error":        529,
	"engine_overloaded_error": 529,
}

// plain is a JSON string decoded, null as nothing, and anything else as it
// stands.
func plain(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	if absent(raw) {
		return ""
	}
	return string(raw)
}
