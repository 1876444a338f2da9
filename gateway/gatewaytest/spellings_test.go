package gatewaytest_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"headgate/gateway/gatewaytest"
)

func TestSpellings(t *testing.T) {
	t.Parallel()
	const secret = `sk-a/b+c"d\e&<f>'~0123456789`
	marshalled, _ := json.Marshal(map[string]string{"key": secret})
	twice, _ := json.Marshal(strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">").Replace(string(marshalled)))
	again := strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">").Replace(string(twice))
	texts := map[string]string{
		"as it is": "say " + secret + ".", "in JSON": string(marshalled), "in JSON within JSON": again,
		"in a query": "?a=b&key=" + url.QueryEscape(secret), "in a path": "/v1/" + url.PathEscape(secret) + "/x",
		"in hex": fmt.Sprintf("%x", secret), "in capital hex": fmt.Sprintf("%X", secret),
	}
	for shift := range 6 {
		text := strings.Repeat("u", shift) + ":" + secret
		texts[fmt.Sprintf("in base64, %d before it", shift)] = base64.StdEncoding.EncodeToString([]byte(text))
		texts[fmt.Sprintf("in base64 of URLs, %d before it and one behind", shift)] = base64.URLEncoding.EncodeToString([]byte(text + "x"))
	}
	sought := gatewaytest.Spellings(secret)
	for how, text := range texts {
		found := false
		for spelled := range sought {
			found = found || strings.Contains(text, spelled)
		}
		if !found {
			t.Errorf("%s it isn't found: %s", how, text)
		}
	}
	for spelled, how := range gatewaytest.Spellings("sk-plain-0123456789") {
		if len(spelled) < 19 {
			t.Errorf("%s it is %q, which may be found in anything", how, spelled)
		}
	}
}
