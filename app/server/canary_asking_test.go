//go:build unix

package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"headgate/gateway/gatewaytest"
)

// configure brings an upstream for each fault, all by an import.
func (w *watched) configure() {
	provider := func(name, at string, models ...string) map[string]any {
		list := []any{}
		for _, m := range models {
			list = append(list, map[string]any{"id": m})
		}
		return map[string]any{
			"name": name, "dialect": "openai", "base_url": at, "keys": []string{w.c.provider}, "models": list,
			"headers": []any{map[string]string{"name": "X-Gate", "value": w.c.header}},
		}
	}
	providers := []any{provider("echoing", echoing(w.t), echoed...)}
	for _, name := range gatewaytest.Faults() {
		u := gatewaytest.Start(w.t, gatewaytest.Script{Steps: []gatewaytest.Behaviour{{Fault: name, EchoKey: true}}})
		providers = append(providers, provider(name, u.URL(), "m1"))
		w.p.faults = append(w.p.faults, name+"/m1")
	}
	var members []any
	for _, m := range echoed {
		members = append(members, map[string]any{"provider": "echoing", "model": m})
	}
	file, _ := json.Marshal(map[string]any{
		"version": 1, "providers": providers,
		"groups":   []any{map[string]any{"name": "chat", "members": members}},
		"api_keys": []any{map[string]any{"name": "laptop", "key": w.c.api, "groups": []string{"chat"}, "models": true}},
		"settings": map[string]any{
			"timeouts": map[string]int{"connect_seconds": 1, "first_token_seconds": 1, "stream_idle_seconds": 1, "reply_seconds": 2},
			"failover": map[string]int{"attempts": 20, "count": 50}, "log": map[string]any{"bodies": "always", "body_kb": 1024},
		},
	})
	w.bring(file)
}

// bring imports a configuration.
func (w *watched) bring(file []byte) {
	var upload struct{ ID string }
	if err := json.Unmarshal(w.do(w.admin("POST", "/files?name=c.json", file)), &upload); err != nil || upload.ID == "" {
		w.t.Fatal(err)
	}
	w.rpc("Imports/Preview", upload.ID, "")
	if text := w.rpc("Imports/Start", upload.ID, "", false); strings.Contains(string(text), "code") {
		w.t.Fatalf("the import didn't start: %s", text)
	}
	for {
		var progress struct {
			Running bool
			Error   any
		}
		if text := w.rpc("Imports/Progress"); json.Unmarshal(text, &progress) != nil || progress.Error != nil {
			w.t.Fatalf("the import ended with %s", text)
		}
		if !progress.Running {
			return
		}
	}
}

// call asks the gateway as a tool would whose every word is wrong.
func (w *watched) call(path, model string, stream bool, key string) {
	prompt := "My keys are " + w.c.provider + " and " + key + " and " + w.c.header
	body := fmt.Sprintf(`{"model":%s,"stream":%v,"messages":[{"role":"user","content":%s}]}`, lean(model), stream, lean(prompt))
	r, err := http.NewRequestWithContext(w.t.Context(), "POST", w.p.gateway+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("User-Agent", "tool/1 "+key)
	r.Header.Set("X-Tool", key)
	text, head := w.unsearched(r)
	// What a model says is passed on as it said it, and a client is told what it asked for.
	if strings.HasSuffix(model, "/good") || model == key {
		text = nil
	}
	w.search("the gateway's reply to "+model, append(head, text...))
}

func (w *watched) callAll() {
	var models []string
	for _, m := range echoed {
		models = append(models, "echoing/"+m)
	}
	models = append(append(models, w.p.faults...), "nobody", w.c.api)
	turns := make(chan struct{}, 24)
	var calls sync.WaitGroup
	for _, model := range models {
		for _, stream := range []bool{false, true} {
			turns <- struct{}{}
			calls.Go(func() {
				w.call("/chat/completions", model, stream, w.c.api)
				<-turns
			})
		}
	}
	calls.Wait()
	for _, path := range []string{"/chat/completions", "/responses", "/models", "/nothing/" + w.c.api} {
		w.call(path, "chat", false, w.c.api)
		w.call(path, "chat", true, w.c.spare) // nobody's key
	}
}

// mistakes are what a person may get wrong on the pages.
func (w *watched) mistakes() {
	echo := map[string]any{"id": 1, "name": "echoing", "dialect": "openai", "baseUrl": "", "enabled": true, "proxy": "", "rules": []any{}, "headers": []any{}, "keys": []any{}, "timeouts": map[string]int{}}
	with := func(changes map[string]any) map[string]any {
		in := map[string]any{}
		for _, from := range []map[string]any{echo, changes} {
			for name, value := range from {
				in[name] = value
			}
		}
		return in
	}
	key := []any{map[string]any{"id": 0, "secret": w.c.spare, "enabled": true}}
	for _, in := range []map[string]any{
		with(map[string]any{"keys": key}), with(map[string]any{"baseUrl": "https://" + w.c.spare + "@h/v1", "keys": key}),
		with(map[string]any{"baseUrl": "http://127.0.0.1:1/" + w.c.spare, "keys": []any{map[string]any{"id": 0, "secret": w.c.spare + " and more"}}}),
		with(map[string]any{"baseUrl": "http://127.0.0.1:1", "keys": append(key, key...)}),
		with(map[string]any{"baseUrl": "http://127.0.0.1:1", "headers": []any{map[string]string{"name": "Authorization", "value": w.c.spare}}}),
		with(map[string]any{"baseUrl": "http://127.0.0.1:1", "headers": []any{map[string]string{"name": "X-Gate", "value": w.c.spare + "\x00"}}}),
		with(map[string]any{"baseUrl": "http://127.0.0.1:1", "proxy": "http://ada:" + w.c.spare + "@h:1", "keys": key}),
	} {
		w.rpc("Providers/Test", in)
		w.rpc("Providers/Save", in)
		w.rpc("Providers/ListModels", in)
	}
	w.rpc("Providers/KeyPlaces", w.c.provider)
	w.rpc("APIKeys/Create", map[string]any{"id": 0, "name": "again", "groupIds": []int{}, "key": w.c.api, "enabled": true})
	w.rpc("Secrets/Unlock", w.c.passphrase)
	w.rpc("Secrets/Keep", "passphrase", "short")
	w.rpc("System/LogPageError", "x-secret-was-here", "")
	w.rpc("Playground/Send", map[string]any{"model": "chat", "messages": []any{}})
	for _, text := range []string{`{"version":1,"providers":[{"name":"x","base_url":"y","keys":["` + w.c.spare + `"]}]}`, `{"version":1,"providers":[{"name":"x","keys":"` + w.c.spare} {
		var upload struct{ ID string }
		_ = json.Unmarshal(w.do(w.admin("POST", "/files?name=c.json", []byte(text))), &upload)
		w.rpc("Imports/Preview", upload.ID, w.c.export)
		w.rpc("Imports/Start", upload.ID, w.c.export, false)
	}
}

// askAll reads everything that a page can have, and every file that a person can.
func (w *watched) askAll() {
	w.askLists()
	w.askCalls()
	w.askFiles()
}

func (w *watched) askLists() {
	for _, method := range []string{
		"Providers/List", "Providers/KeyHealth", "Groups/List", "Groups/Health", "APIKeys/List", "Keywords/List", "Calls/Health",
		"Gateway/Status", "Settings/Get", "System/About", "Imports/Progress", "Backups/Make", "Backups/List", "Secrets/State",
	} {
		w.rpc(method)
	}
}

func (w *watched) askCalls() {
	var page struct{ Rows []struct{ ID string } }
	if err := json.Unmarshal(w.rpc("Calls/Page", map[string]any{"limit": 500}), &page); err != nil || len(page.Rows) < 200 {
		w.t.Fatalf("%d calls are listed, %v", len(page.Rows), err)
	}
	for _, row := range page.Rows {
		w.rpc("Calls/Get", row.ID)
		w.rpc("Calls/Bodies", row.ID)
	}
}

func (w *watched) askFiles() {
	var bundle struct{ ID string }
	if err := json.Unmarshal(w.rpc("Support/Make", "a page"), &bundle); err != nil {
		w.t.Fatal(err)
	}
	for document, args := range map[string]string{
		"support": `{"id":"` + bundle.ID + `","without":[]}`, "configuration": `{"passphrase":""}`, "calls": `{"query":{},"format":"json"}`,
	} {
		w.document(document, args)
	}
	w.document("calls", `{"query":{},"format":"csv"}`)
	w.document("configuration", `{"passphrase":`+lean(w.c.export)+`}`)
	var backups []struct{ Name string }
	if err := json.Unmarshal(w.rpc("Backups/List"), &backups); err != nil || len(backups) == 0 {
		w.t.Fatalf("%d backups are listed, %v", len(backups), err)
	}
	w.rpc("Backups/Preview", backups[0].Name)
	w.document("backup", `{"name":"`+backups[0].Name+`"}`)
}

func (w *watched) document(name, args string) {
	var ready struct{ Voucher string }
	text := w.do(w.admin("POST", "/download/"+name, []byte(args)))
	if err := json.Unmarshal(text, &ready); err != nil || ready.Voucher == "" {
		w.t.Fatalf("no %s: %s", name, text)
	}
	file := w.get("/download/" + ready.Voucher)
	if len(file) < 100 {
		w.t.Errorf("the file %s has %d bytes", name, len(file))
	}
	w.unzip(name, file)
}
