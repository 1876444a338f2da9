//go:build unix

package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// echoing is an upstream that says what it was sent wherever something can be said.
func echoing(t *testing.T) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked struct{ Model string }
		_ = json.NewDecoder(r.Body).Decode(&asked)
		key, header := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), r.Header.Get("X-Gate")
		said := key + " " + header
		envelope := func(said string) string {
			text, _ := json.Marshal(map[string]any{"error": map[string]any{"message": "No: " + said, "type": said, "code": said, "param": said}})
			return string(text)
		}
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		status, headers, body := "500 Internal Server Error", "", envelope(said)
		switch asked.Model {
		case "status":
			status = "502 " + said
		case "status-line":
			status = said
		case "headers":
			headers = "X-Echo: " + said + "\r\nRetry-After: " + key + "\r\nX-Request-Id: " + key + "\r\nWWW-Authenticate: " + said + "\r\nX-Ratelimit-Reset: " + key + "\r\n"
		case "name":
			headers = strings.NewReplacer("/", "", `"`, "", `\`, "").Replace(key) + ": 1\r\n"
		case "bad-header":
			headers = said + "\r\n"
		case "redirect":
			status, headers = "307 Elsewhere", "Location: http://127.0.0.1:1/?key="+url.QueryEscape(key)+"\r\n"
		case "query":
			status, body = "401 No", envelope("https://api.example/v1?key="+url.QueryEscape(key)+"&gate="+url.PathEscape(header))
		case "escaped":
			body = strings.ReplaceAll(envelope(said), "/", `\/`)
		case "lean":
			body = `{"error":{"message":` + lean(said) + `}}`
		case "page":
			headers, body = "Content-Type: text/html\r\n", "<html><title>"+said+"</title>"+said+"</html>"
		case "json":
			status, body = "200 OK", `{"choices":"`+key
		case "length":
			headers, body = "Content-Length: "+key+"\r\n", said
		case "stream":
			status, headers, body = "200 OK", "Content-Type: text/event-stream\r\n", "data: "+envelope(said)+"\n\n"
		case "good":
			content, _ := json.Marshal(said)
			status, body = "200 OK", `{"choices":[{"index":0,"message":{"role":"assistant","content":`+string(content)+`},"finish_reason":"stop"}]}`
		case "limited":
			status = "429 Too Many Requests"
		case "credit":
			status = "402 Payment Required"
		}
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 %s\r\nConnection: close\r\n%s\r\n%s", status, headers, body)
	})}
	go func() { _ = server.Serve(ln) }()
	t.Cleanup(func() { _ = server.Close() })
	return "http://" + ln.Addr().String() + "/v1"
}

// echoed are the models of echoing.
var echoed = []string{
	"status", "status-line", "headers", "name", "bad-header", "redirect", "query", "escaped", "lean", "page", "json",
	"length", "stream", "good", "limited", "credit", "any",
}

func lean(text string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(text)
	return strings.TrimSpace(b.String())
}
