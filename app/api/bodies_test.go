package api_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"headgate/app/api"
	"headgate/app/apperr"
	"headgate/app/catalog"
	"headgate/app/settings"
)

// A call comes in at the door, and what it carried is read in the window.
func TestWhatACallCarriedIsShownAndSearched(t *testing.T) {
	const answer = `{"choices":[{"index":0,"message":{"role":"assistant","content":"Sorry: quota exceeded."},"finish_reason":"stop"}]}`
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, answer)
	}))
	defer upstream.Close()
	a, ctx := start(t), t.Context()
	chosen := settings.Default()
	chosen.Log.Bodies = settings.BodiesAlways
	if err := a.SaveSettings(ctx, chosen); err != nil {
		t.Fatal(err)
	}
	provider, err := a.Catalog.SaveProvider(ctx, catalog.ProviderInput{Name: "up", BaseURL: upstream.URL + "/v1", Dialect: "openai", Enabled: true})
	if err != nil {
		t.Fatal(err)
	}
	model, err := a.Catalog.SaveModel(ctx, catalog.Model{ProviderID: provider.ID, Name: "m", Enabled: true})
	if err != nil {
		t.Fatal(err)
	}
	group, err := a.Catalog.SaveGroup(ctx, catalog.GroupInput{
		Name: "chat", Policy: "priority", Enabled: true,
		Members: []catalog.MemberInput{{ModelID: model.ID, Priority: 1, Weight: 1, Enabled: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	key, err := a.Catalog.CreateAPIKey(ctx, catalog.APIKeyInput{Name: "laptop", GroupIDs: []int64{group.ID}, Enabled: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.StartGateway(ctx); err != nil {
		t.Fatal(err)
	}
	heard := a.Bus.Listen()
	defer heard.Close()
	const asked = `{"model":"chat","messages":[{"role":"user","content":"日本"}]}`
	r, _ := http.NewRequestWithContext(ctx, http.MethodPost, a.Listener.Status().BaseURL+"/chat/completions", strings.NewReader(asked))
	r.Header.Set("Authorization", "Bearer "+key.Key)
	r.Header.Set("Content-Type", "application/json")
	reply, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = reply.Body.Close()
	if reply.StatusCode != http.StatusOK {
		t.Fatalf("answered %s", reply.Status)
	}
	id := reply.Header.Get("X-Request-Id")
	calls := bound[*api.Calls](t, a)
	detail, err := calls.Get(id)
	for ; apperr.Code(err) == "call_not_found"; detail, err = calls.Get(id) {
		<-heard.Wake() // the log has written
	}
	if err != nil || !detail.HasBodies {
		t.Fatalf("bodies are there: %v (%v)", detail.HasBodies, err)
	}
	got, err := calls.Bodies(id)
	if err != nil || got.Request != asked || got.Reply != answer || got.RequestCut || got.ReplyCut || len(got.RequestHeaders) == 0 {
		t.Errorf("it carried %+v (%v)", got, err)
	}
	for _, h := range got.RequestHeaders {
		if strings.Contains(h.Value, key.Key) {
			t.Errorf("the header %s has the API key", h.Name)
		}
	}
	finds, err := bound[*api.Keywords](t, a).TestCalls(catalog.Keyword{Text: "QUOTA Exceeded", Scope: "reply"})
	if err != nil || finds.Matched != 1 || finds.Succeeded != 1 || len(finds.Rows) != 1 || finds.Rows[0].ID != id {
		t.Errorf("found %+v (%v)", finds, err)
	}
}
