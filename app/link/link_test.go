package link_test

import (
	"net/url"
	"reflect"
	"strings"
	"testing"

	"headgate/app/apperr"
	"headgate/app/link"
)

func TestParse(t *testing.T) {
	t.Parallel()
	whole := link.Offer{Name: "Example AI", BaseURL: "https://api.example.com/v1", Dialect: "openai", Models: []string{"a/b-1", "模型"}}
	for _, text := range []string{
		"headgate://import?name=Example+AI&url=https%3A%2F%2Fapi.example.com%2Fv1&dialect=openai&model=a%2Fb-1&model=%E6%A8%A1%E5%9E%8B",
		"headgate://import/?model=a/b-1&model=模型&name=Example%20AI&url=https://api.example.com/v1&dialect=openai",
		"HEADGATE://import?name=Example+AI&url=https://api.example.com/v1&dialect=openai&model=a/b-1&model=模型",
	} {
		if got, err := link.Parse(text); err != nil || !reflect.DeepEqual(got, whole) {
			t.Errorf("%s gave %+v, %v", text, got, err)
		}
	}
	least, err := link.Parse("headgate://import?name=Local&url=http://127.0.0.1:11434/v1")
	if err != nil || least.Dialect != "" || len(least.Models) != 0 {
		t.Errorf("%+v, %v", least, err)
	}
}

func TestHostileLinks(t *testing.T) {
	t.Parallel()
	const good = "headgate://import?name=A&url=https://a.example/v1"
	with := func(field, value string) string { return good + "&" + field + "=" + url.QueryEscape(value) }
	address := func(a string) string { return "headgate://import?name=A&url=" + url.QueryEscape(a) }
	if _, err := link.Parse(good); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"nothing":                "",
		"no query":               "headgate://import",
		"another scheme":         "https://import?name=A&url=https://a.example/v1",
		"a script":               "javascript:alert(1)",
		"without slashes":        "headgate:import?name=A&url=https://a.example/v1",
		"a key":                  with("key", "sk-canary"),
		"an unknown field":       with("then", "save"),
		"name twice":             with("name", "B"),
		"url twice":              with("url", "https://b.example/v1"),
		"no name":                "headgate://import?url=https://a.example/v1",
		"no url":                 "headgate://import?name=A",
		"a bad escape":           good + "&model=%zz",
		"a semicolon":            good + ";model=a",
		"a fragment":             good + "#/settings",
		"a user":                 "headgate://me@import?name=A&url=https://a.example/v1",
		"an unknown dialect":     with("dialect", "../../etc"),
		"an empty model":         with("model", ""),
		"a model with a newline": with("model", "a\nb"),
		"a name of spaces":       "headgate://import?name=+++&url=https://a.example/v1",
		"a long name":            "headgate://import?url=https://a.example/v1&name=" + strings.Repeat("a", 101),
		"too long":               with("model", strings.Repeat("a", link.Longest)),
		"too many models":        good + strings.Repeat("&model=a", 101),
		"turned writing":         with("model", "gpt\u202etxt"),
		"an invisible letter":    "headgate://import?url=https://a.example/v1&name=A%E2%80%8B",
		"broken UTF-8":           good + "&model=%ff",
		"a zero byte":            good + "&model=%00",
		"a file":                 address("file:///etc/passwd"),
		"a script as address":    address("javascript:alert(1)"),
		"a host with a user":     address("https://api.openai.com@evil.example/v1"),
		"an address with a key":  address("https://a.example/v1?key=sk-1"),
		"an address's fragment":  address("https://a.example/v1#x"),
		"no host":                address("https:///v1"),
		"a look-alike host":      address("https://аpi.openai.com/v1"), // a Cyrillic letter
		"a host with a space":    address("https://a example/v1"),
		"only a path":            address("/v1"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := link.Parse(text); apperr.Code(err) != "link_invalid" && apperr.Code(err) != "link_unknown" || !reflect.DeepEqual(got, link.Offer{}) {
				t.Errorf("%q gave %+v, %v", text, got, err)
			}
		})
	}
	if _, err := link.Parse("headgate://quit"); apperr.Code(err) != "link_unknown" {
		t.Errorf("got %v", err)
	}
}

func TestIs(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"headgate://import?x": true, "Headgate:x": true, "headgate": false, "--hidden": false, "": false, "https://headgate:": false,
	} {
		if link.Is(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

// Whatever is taken holds only what may be shown, and comes out the same again.
func FuzzParse(f *testing.F) {
	f.Add("headgate://import?name=A&url=https://a.example/v1&model=m")
	f.Add("headgate://import?name=A&url=https%3A%2F%2Fa.example%3A1%2F&dialect=openai")
	f.Add("headgate://import?name=%00&url=//")
	f.Fuzz(func(t *testing.T, text string) {
		o, err := link.Parse(text)
		if err != nil {
			if !reflect.DeepEqual(o, link.Offer{}) {
				t.Fatalf("refused, and yet %+v", o)
			}
			return
		}
		if !link.Is(text) || len(o.Models) > 100 || strings.ContainsAny(o.Name+o.BaseURL+strings.Join(o.Models, ""), "\x00\n\r\u202e") {
			t.Fatalf("%q gave %+v", text, o)
		}
		u, err := url.Parse(o.BaseURL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Hostname() == "" {
			t.Fatalf("%q leads to %q", text, o.BaseURL)
		}
		query := url.Values{"name": {o.Name}, "url": {o.BaseURL}}
		if o.Dialect != "" {
			query.Set("dialect", o.Dialect)
		}
		if len(o.Models) > 0 {
			query["model"] = o.Models
		}
		again := "headgate://import?" + query.Encode()
		if len(again) > link.Longest {
			return // escapes make it longer than it came
		}
		if got, err := link.Parse(again); err != nil || !reflect.DeepEqual(got, o) {
			t.Fatalf("%q gave %+v, then %+v, %v", text, o, got, err)
		}
	})
}
