package gatewaytest

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Fault is a script that does one entry of the fault list to every request (or,
// for an entry about connections, to every connection). Other fields of a
// Behaviour can adjust an entry: see Behaviour.Fault.
func Fault(name string) Script { return Always(Behaviour{Fault: name}) }

// Faults are the names of the fault list's entries that an upstream can do, in
// order. A name such as "FLT-023:206" is a variant of the entry before the colon.
func Faults() []string {
	names := slices.Collect(maps.Keys(faults))
	names = slices.AppendSeq(names, maps.Keys(doors))
	slices.SortFunc(names, cmp.Compare[string])
	return names
}

// doors are the entries about connections.
var doors = map[string]Door{
	"FLT-001":             DoorRefuse,
	"FLT-002":             DoorDrop,
	"FLT-006":             DoorExpired,
	"FLT-006:self_signed": DoorSelfSigned,
	"FLT-006:wrong_host":  DoorWrongHost,
	"FLT-007":             DoorStall,
	"FLT-007:http":        DoorPlainOnTLS,
}

// Keyword is the failure keyword that FLT-069 says, with the reply otherwise good.
const Keyword = "Quota “exceeded” 😵 for today"

// faults are the entries about requests. Those that break a stream off do so
// after the role and two pieces of text, unless they are before the commit.
var faults = map[string]Behaviour{
	"FLT-008":            {Cut: &Cut{How: Reset, Point: Point{At: BeforeHead}}},
	"FLT-008:close":      {Cut: &Cut{How: Close, Point: Point{At: BeforeHead}}},
	"FLT-009":            {Cut: &Cut{How: Close, Point: Point{At: BeforeHead}, Reused: true}},
	"FLT-010":            {Cut: &Cut{How: Reset}},
	"FLT-011":            {Cut: &Cut{How: Reset, Point: Point{Events: 3}}},
	"FLT-011:close":      {Cut: &Cut{How: Close, Point: Point{Events: 3}}},
	"FLT-011:garbage":    {Cut: &Cut{How: Garbage, Point: Point{Events: 3}}},
	"FLT-012":            {Cut: &Cut{How: Stall, Point: Point{At: BeforeHead}}},
	"FLT-013":            {Cut: &Cut{How: Stall}},
	"FLT-013:role":       {Cut: &Cut{How: Stall, Point: Point{Events: 1}}},
	"FLT-014":            {Cut: &Cut{How: Stall, Point: Point{Events: 3}}},
	"FLT-014:pings":      {Cut: &Cut{How: Pings, Point: Point{Events: 3}}},
	"FLT-015":            {Cut: &Cut{How: Pings}},
	"FLT-016":            {Error: &Error{Message: "The server had an error while processing your request.", Type: "server_error"}, Status: 200},
	"FLT-016:stream":     {Stream: StreamForm{Events: []string{`{"error":{"message":"The server had an error while processing your request.","type":"server_error","param":null,"code":null}}`}}},
	"FLT-016:key":        {Error: &Error{Message: "Incorrect API key provided.", Type: "invalid_request_error", Code: "invalid_api_key"}, Status: 200},
	"FLT-016:rate":       {Error: &Error{Message: "Rate limit reached.", Type: "requests", Code: "rate_limit_exceeded"}, Status: 200},
	"FLT-017":            {Body: page},
	"FLT-018":            {Empty: true},
	"FLT-018:stream":     {Empty: true, Header: []Header{{"Content-Type", "text/event-stream"}}, Framing: "chunked"},
	"FLT-019":            {Body: `{"id":"chatcmpl-cut","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"half a rep`},
	"FLT-020":            {As: "json", Claim: 100, Close: true},
	"FLT-020:reset":      {As: "json", Claim: 100, Cut: &Cut{How: Reset, Point: Point{Bytes: 40}}},
	"FLT-021":            {As: "json", Extra: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nextra"},
	"FLT-022":            {As: "json", Header: []Header{{"Content-Type", "text/plain"}}},
	"FLT-022:stream":     {As: "stream", Header: []Header{{"Content-Type", "application/json"}}},
	"FLT-023":            {Status: http.StatusNoContent},
	"FLT-023:206":        {Status: http.StatusPartialContent},
	"FLT-023:101":        {Status: http.StatusSwitchingProtocols, Header: []Header{{"Upgrade", "websocket"}, {"Connection", "Upgrade"}}, Close: true},
	"FLT-024":            {Status: http.StatusFound, Header: []Header{{"Location", "/v1/elsewhere"}}},
	"FLT-024:307":        {Status: http.StatusTemporaryRedirect, Header: []Header{{"Location", "/v1/elsewhere"}}},
	"FLT-024:308":        {Status: http.StatusPermanentRedirect, Header: []Header{{"Location", "/v1/elsewhere"}}},
	"FLT-025":            {Early: -1},
	"FLT-026":            {Status: 400, Error: &Error{Message: "Invalid value for 'temperature'.", Type: "invalid_request_error", Param: "temperature", Code: "invalid_value"}},
	"FLT-027":            {Status: 400, Error: &Error{Message: "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens. Please reduce the length of the messages.", Type: "invalid_request_error", Param: "messages", Code: "context_length_exceeded"}},
	"FLT-027:local":      {Status: 400, Error: &Error{Message: "the request exceeds the available context size, try increasing it", Type: "exceed_context_size_error"}},
	"FLT-028":            {Status: 400, Error: &Error{Message: "API key not valid. Please pass a valid API key.", Type: "invalid_request_error", Code: "invalid_api_key"}},
	"FLT-029":            {Status: 401},
	"FLT-030":            {Status: 402},
	"FLT-030:429":        {Status: 429, Error: &Error{Message: "You exceeded your current quota, please check your plan and billing details.", Type: "insufficient_quota", Code: "insufficient_quota"}},
	"FLT-031":            {Status: 403},
	"FLT-032":            {Status: 400, Error: &Error{Message: "Your request was rejected as a result of our safety system.", Type: "invalid_request_error", Code: "content_policy_violation"}},
	"FLT-032:451":        {Status: http.StatusUnavailableForLegalReasons, Error: &Error{Message: "The content was blocked by the content management policy.", Type: "content_filter", Code: "content_filter"}},
	"FLT-033":            {Status: 404},
	"FLT-034":            {Status: 404, Body: page},
	"FLT-035":            {Status: http.StatusMethodNotAllowed},
	"FLT-035:501":        {Status: http.StatusNotImplemented},
	"FLT-036":            {Status: http.StatusRequestTimeout},
	"FLT-036:409":        {Status: http.StatusConflict},
	"FLT-036:425":        {Status: http.StatusTooEarly},
	"FLT-037":            {Status: http.StatusRequestEntityTooLarge},
	"FLT-038":            {Status: http.StatusUnsupportedMediaType},
	"FLT-038:422":        {Status: http.StatusUnprocessableEntity},
	"FLT-039":            {Status: 429},
	"FLT-040":            {Status: 429, Header: retryAfter("7")},
	"FLT-041":            {Status: 429, Header: []Header{{"Date", "Mon, 01 Jan 2024 00:00:00 GMT"}, {"Retry-After", "Mon, 01 Jan 2024 00:00:20 GMT"}}},
	"FLT-041:past":       {Status: 429, Header: retryAfter("Mon, 01 Jan 2024 00:00:00 GMT")},
	"FLT-042":            {Status: 429, Header: retryAfter("soon")},
	"FLT-042:negative":   {Status: 429, Header: retryAfter("-5")},
	"FLT-042:huge":       {Status: 429, Header: retryAfter("1000000000")},
	"FLT-042:ms":         {Status: 429, Header: []Header{{"retry-after-ms", "2500"}, {"Retry-After", "60"}}},
	"FLT-042:reset":      {Status: 429, Header: []Header{{"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-reset-requests", "1m30s"}}},
	"FLT-043":            {Status: 429, Error: &Error{Message: "You have reached your specified API usage limits. You will regain access on 2099-01-01.", Type: "insufficient_quota", Code: "billing_hard_limit_reached"}},
	"FLT-044":            {Status: 500},
	"FLT-044:502":        {Status: 502, Body: page},
	"FLT-044:503":        {Status: 503, Header: retryAfter("3")},
	"FLT-044:504":        {Status: 504, Body: page},
	"FLT-044:524":        {Status: 524, Body: page},
	"FLT-045":            {Status: 529, Error: &Error{Message: "Overloaded", Type: "overloaded_error"}},
	"FLT-046":            {Stream: StreamForm{Events: []string{`{"error":{"message":"Overloaded","type":"overloaded_error","param":null,"code":null}}`}}},
	"FLT-047":            {NoUsage: true, Stream: StreamForm{NoFinish: true, NoDone: true, AfterDone: "data: {\"error\":{\"message\":\"The server had an error while processing your request.\",\"type\":\"server_error\",\"param\":null,\"code\":null}}\n\n"}},
	"FLT-048":            {Stream: StreamForm{NoDone: true}},
	"FLT-049":            {Stream: StreamForm{NoFinish: true, NoDone: true}},
	"FLT-049:done":       {Stream: StreamForm{NoFinish: true}},
	"FLT-050":            {Stream: StreamForm{Events: []string{"[DONE]"}}},
	"FLT-051":            {Stream: StreamForm{AfterDone: "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"too late\"},\"finish_reason\":null}]}\n\n"}},
	"FLT-052":            {Stream: StreamForm{Newline: "crlf"}},
	"FLT-052:cr":         {Stream: StreamForm{Newline: "cr"}},
	"FLT-052:mixed":      {Stream: StreamForm{Newline: "mixed"}},
	"FLT-053":            {Stream: StreamForm{NoSpace: true, BOM: true}},
	"FLT-053:multi_line": {Stream: StreamForm{MultiLine: true}},
	"FLT-053:fields":     {Stream: StreamForm{Fields: true}},
	"FLT-054":            {Stream: StreamForm{NoLastBlank: true}},
	"FLT-055":            {Content: []string{strings.Repeat("2MB ", 1<<19)}},
	"FLT-056":            {Content: []string{"世界 ", "😀 ", "é "}, Segment: 1},
	"FLT-057":            {Stream: StreamForm{Insert: []Insert{{3, "data: this is not JSON\n\n"}}}},
	"FLT-058":            {Segment: 1},
	"FLT-058:burst":      {Pieces: 4000, Segment: -1},
	"FLT-059":            {Framing: "chunked", Extension: ";name=value", Trailer: []Header{{"X-Checksum", "abc"}}},
	"FLT-060":            {Encoding: "gzip"},
	"FLT-061":            {Encoding: "br"},
	"FLT-061:zstd":       {Encoding: "zstd"},
	"FLT-061:gzip":       {Bytes: []byte("\x1f\x8b\x08 this is no gzip"), Header: []Header{{"Content-Encoding", "gzip"}}},
	"FLT-062":            {HTTP2: GoAway},
	"FLT-062:refused":    {HTTP2: Refused},
	"FLT-063":            {HTTP2: Dead},
	"FLT-065":            {As: "json"},
	"FLT-066":            {As: "stream"},
	"FLT-067":            {NoUsage: true},
	"FLT-067:options":    {Options: "refuse"},
	"FLT-068":            {Status: 401, EchoKey: true},
	"FLT-069":            {Content: []string{Keyword}},
	"FLT-069:split":      {Content: strings.Split(Keyword, "")},
	"FLT-069:error":      {Status: 400, Error: &Error{Message: Keyword, Type: "invalid_request_error"}},
}

const page = "<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body><h1>It works!</h1></body></html>\n"

func retryAfter(value string) []Header { return []Header{{"Retry-After", value}} }
