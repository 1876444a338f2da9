package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
)

// benchKey is the API key of the prepared data folder.
const benchKey = "hg-bench-0f1e2d3c4b5a69788796a5b4c3d2e1f0"

// What the upstream does is written into the request where any gateway leaves it
// alone: a prompt.
const (
	pacedMark = "[paced]"
	heldMark  = "[held]"
)

const (
	shortPrompt = 400 // bytes, in a body of about 1 KB
	longPrompt  = 98 << 10
)

// body is a chat request as tools send them.
func body(k kind, model, mark string) []byte {
	random := rand.New(rand.NewPCG(7, 11))
	messages := []map[string]string{{
		"role":    "system",
		"content": mark + "You are a careful assistant inside an editor. Answer with \"diffs\" where that is shorter.\nNever invent files.",
	}}
	length := shortPrompt
	if k == long {
		length = longPrompt
	}
	for turn := 0; length > 0; turn++ {
		text := prose(random, min(length, 6000))
		length -= len(text)
		messages = append(messages, map[string]string{"role": []string{"user", "assistant"}[turn%2], "content": text})
	}
	written, err := json.Marshal(messages)
	if err != nil {
		panic(err) // strings only
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"model":%q,"temperature":0.4,"max_tokens":2048,"messages":%s`, model, written)
	if k == stream || k == paced {
		b.WriteString(`,"stream":true`)
	}
	b.WriteByte('}')
	return b.Bytes()
}

var words = strings.Fields(`the function returns early when nothing was found so that callers can tell an empty list from one
	that could not be read; "quoted text", line\nbreaks and \tabs are what prompts are full of, as are naïve café 模型 回應 ключ
	if (err != nil) { return fmt.Errorf("read %s: %w", path, err) } 0x1f 3.14159 https://example.org/docs?q=1`)

func prose(random *rand.Rand, length int) string {
	var b strings.Builder
	for b.Len() < length {
		b.WriteString(words[random.IntN(len(words))])
		if random.IntN(14) == 0 {
			b.WriteByte('\n')
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// request is the whole of it on the wire, with the header of an official client,
// but for gzip: a gateway that squeezes replies would be charged for that.
func request(host, path, key string, body []byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "POST %s HTTP/1.1\r\nHost: %s\r\n", path, host)
	b.WriteString("Accept: application/json\r\nAccept-Encoding: identity\r\nConnection: keep-alive\r\n" +
		"User-Agent: OpenAI/Python 2.8.1\r\nX-Stainless-Lang: python\r\nX-Stainless-Package-Version: 2.8.1\r\n" +
		"X-Stainless-OS: Linux\r\nX-Stainless-Arch: x64\r\nX-Stainless-Runtime: CPython\r\n" +
		"X-Stainless-Runtime-Version: 3.13.2\r\nX-Stainless-Async: false\r\nX-Stainless-Retry-Count: 0\r\n" +
		"X-Stainless-Read-Timeout: 600\r\nContent-Type: application/json\r\n")
	fmt.Fprintf(&b, "Authorization: Bearer %s\r\nContent-Length: %d\r\n\r\n", key, len(body))
	b.Write(body)
	return b.Bytes()
}
