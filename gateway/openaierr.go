package gateway

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"headgate/gateway/dialect"
)

// refusal is an answer of Headgate's own: an error in the ingress dialect's
// envelope.
type refusal struct {
	status     int
	kind       string // the envelope's "type"
	code       string
	param      string
	message    string
	retryAfter time.Duration // 0: not said
	final      bool          // a client that tries again by itself gains nothing
}

func (r refusal) envelope() dialect.Error {
	return dialect.Error{Status: r.status, Message: r.message, Type: r.kind, Param: r.param, Code: r.code}
}

// write sends the refusal.
func (r refusal) write(w http.ResponseWriter, d *dialect.Dialect) (sent int) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	if r.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int((r.retryAfter+time.Second-1)/time.Second)))
	}
	if r.final {
		h.Set("X-Should-Retry", "false")
	}
	w.WriteHeader(r.status)
	sent, _ = w.Write(d.Envelope(r.envelope()))
	return sent
}

// The "type" of an envelope.
const (
	kindRequest   = "invalid_request_error"
	kindAuth      = "authentication_error"
	kindRateLimit = "rate_limit_error"
	kindServer    = "server_error"
)

// refusedKey has one body for every reason: a stranger learns nothing from it.
var refusedKey = refusal{
	status: http.StatusUnauthorized, kind: kindAuth, code: "invalid_api_key",
	message: "No valid Headgate API key came with the request. Send one as \"Authorization: Bearer <key>\"; keys are made in Headgate under API keys.",
}

var refusedStopping = refusal{
	status: http.StatusServiceUnavailable, kind: kindServer, code: "gateway_stopping", retryAfter: time.Second,
	message: "The gateway is stopping or not yet ready. Try again when it runs.",
}

// refusedModel looks the same for a group that doesn't exist and for one that
// the key may not use: otherwise the answer would tell which groups there are.
func refusedModel(model string) refusal {
	return refusal{
		status: http.StatusNotFound, kind: kindRequest, code: "model_not_found", param: "model",
		message: fmt.Sprintf("The model %q does not exist or this API key may not use it. A model's name is the name of a Headgate group; GET /v1/models lists those of this key.", cut(model, 200)),
	}
}

// refusedDirect is for a caller within this process that asks for a model by
// its id.
var refusedDirect = refusal{
	status: http.StatusNotFound, kind: kindRequest, code: "model_not_found", param: "model", final: true,
	message: "This model is not there any more, or it or its provider is switched off.",
}

// cut shortens text to at most limit bytes at a character's border.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && text[limit]&0xc0 == 0x80 {
		limit--
	}
	return text[:limit] + "…"
}
