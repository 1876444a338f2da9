package gateway_test

import (
	"fmt"
	"strings"
	"testing"

	"headgate/gateway"
)

func probed(t *testing.T, body string) gateway.ProbeResult {
	t.Helper()
	u := serve(t, failing(200, body))
	return open(t, nil).Probe(t.Context(), gateway.Provider{Name: "up", Dialect: "openai", BaseURL: u.url}, "")
}

func shownPrice(p *float64) string {
	if p == nil {
		return "?"
	}
	return fmt.Sprint(*p)
}

func shownListed(list []gateway.ListedModel) string {
	var b strings.Builder
	for _, m := range list {
		fmt.Fprintf(&b, "%s %d %s/%s/%s/%s;", m.Name, m.ContextTokens, shownPrice(m.Price.InputPerMillion),
			shownPrice(m.Price.OutputPerMillion), shownPrice(m.Price.CachedInputPerMillion), shownPrice(m.Price.PerCall))
	}
	return strings.TrimSuffix(b.String(), ";")
}

// What lists say beyond the names is taken over where its unit is certain, and
// left unknown where it isn't.
func TestProbeReadsWhatListsSay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, body, want string }{
		{
			"OpenAI", `{"object":"list","data":[{"id":"gpt","object":"model","created":1,"owned_by":"openai"}]}`,
			"gpt 0 ?/?/?/?",
		},
		{
			"OpenRouter", `{"data":[{"id":"a/b","name":"A: B","context_length":1048576,"pricing":{"prompt":"0.00000125","completion":"0.00001","request":"0","image":"0.00516","input_cache_read":"0.00000031"},"top_provider":{"context_length":1000}}]}`,
			"a/b 1048576 1.25/10/0.31/?",
		},
		{"free", `{"data":[{"id":"a:free","pricing":{"prompt":"0","completion":"0"}}]}`, "a:free 0 0/0/?/?"},
		{"a price that depends", `{"data":[{"id":"auto","context_length":2000000,"pricing":{"prompt":"-1","completion":"-1"}}]}`, "auto 2000000 ?/?/?/?"},
		{"per call", `{"data":[{"id":"s","pricing":{"prompt":"0","completion":"0","request":"0.005"}}]}`, "s 0 0/0/?/0.005"},
		{"an exponent", `{"data":[{"id":"e","pricing":{"prompt":"1e-07","completion":4e-7}}]}`, "e 0 0.1/0.4/?/?"},
		{"another unit", `{"data":[{"id":"u","pricing":{"prompt":0.55,"completion":2.19}}]}`, "u 0 ?/?/?/?"},
		{
			"Together", `[{"id":"t","context_length":131072,"pricing":{"hourly":0,"input":0.88,"output":0.9,"base":0,"finetune":0}},{"id":"img","pricing":{"input":0,"output":0}}]`,
			"t 131072 0.88/0.9/?/?;img 0 ?/?/?/?",
		},
		{
			"DeepInfra", `{"data":[{"id":"d","metadata":{"context_length":163840,"pricing":{"input_tokens":0.27,"output_tokens":1,"cache_read_tokens":0.216}}},{"id":"n","metadata":null}]}`,
			"d 163840 0.27/1/0.216/?;n 0 ?/?/?/?",
		},
		{"Groq", `{"data":[{"id":"g","context_window":8192}]}`, "g 8192 ?/?/?/?"},
		{"vLLM", `{"data":[{"id":"v","max_model_len":4096}]}`, "v 4096 ?/?/?/?"},
		{"Mistral", `{"data":[{"id":"m","max_context_length":32768}]}`, "m 32768 ?/?/?/?"},
		{"OpenRouter's provider", `{"data":[{"id":"o","context_length":null,"top_provider":{"context_length":"16384"}}]}`, "o 16384 ?/?/?/?"},
		{"llama.cpp", `{"models":[{"name":"l","model":"l"}],"data":[{"id":"l","max_model_len":2048}]}`, "l 2048 ?/?/?/?"},
		{
			"nonsense", `{"data":[{"id":"x","context_length":-5,"context_window":"many","max_model_len":{},"pricing":"free","metadata":[1]},{"id":""},{"id":"y","context_length":1.5,"pricing":{"prompt":"NaN","completion":"1e999999999999"}}]}`,
			"x 0 ?/?/?/?;y 0 ?/?/?/?",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := probed(t, c.body)
			if shown := shownListed(got.Listed); shown != c.want || got.Outcome.Class != gateway.ClassOK {
				t.Errorf("%s\nwant %s\n%+v", shown, c.want, got.Outcome)
			}
			if len(got.Models) != len(got.Listed) {
				t.Errorf("%d names, %d entries", len(got.Models), len(got.Listed))
			}
		})
	}
}

// A list longer than the longest aggregators have is read within the time that a
// probe may take.
func TestProbeOfALongList(t *testing.T) {
	t.Parallel()
	const many = 10_000
	var b strings.Builder
	b.WriteString(`{"data":[`)
	for i := range many {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"vendor/model-%d","name":"Vendor: Model","description":%q,"context_length":131072,"architecture":{"modality":"text->text"},"pricing":{"prompt":"0.000001","completion":"0.000002"},"supported_parameters":["max_tokens","tools"]}`,
			i, strings.Repeat("words ", 20))
	}
	b.WriteString(`]}`)
	got := probed(t, b.String())
	if len(got.Listed) != many || got.Listed[many-1].ContextTokens != 131072 || *got.Listed[0].Price.InputPerMillion != 1 {
		t.Fatalf("%d entries: %+v", len(got.Listed), got.Outcome)
	}
	t.Logf("%d bytes in %v", b.Len(), got.Latency)
}
