package prices_test

import (
	"testing"

	"headgate/app/prices"
)

func TestFind(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		host, model   string
		input, output float64
		cached        float64 // -1: unknown
		context       int64
	}{
		{"api.openai.com", "gpt-4.1", 2, 8, 0.5, 1047576},
		{"api.openai.com", "gpt-4.1-mini", 0.4, 1.6, 0.1, 1047576},
		{"api.openai.com", "gpt-4.1-2025-04-14", 2, 8, 0.5, 1047576},
		{"api.openai.com", "gpt-4o-2024-08-06", 2.5, 10, 1.25, 128000},
		{"api.openai.com", "gpt-4o-2024-05-13", 5, 15, -1, 128000}, // has a price of its own
		{"relay.example", "openai/gpt-4.1", 2, 8, 0.5, 1047576},
		{"relay.example", "OpenAI/GPT-4.1", 2, 8, 0.5, 1047576},
		{"relay.example", "openrouter/openai/gpt-4.1", 2, 8, 0.5, 1047576},
		{"", "anthropic/claude-sonnet-4.5", 3, 15, 0.3, 200000},
		{"", "claude-sonnet-4-5-20250929", 3, 15, 0.3, 200000},
		{"", "claude-sonnet-4-5@20250929", 3, 15, 0.3, 200000},
		{"", "claude-3-5-haiku-latest", 0.8, 4, 0.08, 200000},
		{"", "claude-opus-4-20250514", 15, 75, 1.5, 200000},
		{"generativelanguage.googleapis.com", "models/gemini-2.5-pro", 1.25, 10, 0.125, 1048576},
		{"", "mistral-large-latest", 0.5, 1.5, -1, 262144},
		{"", "mistral-large-2411", 2, 6, -1, 131072},
		{"", "minimax/minimax-m2.7", 0.3, 1.2, 0.06, 204800},
		{"api.groq.com", "llama-3.3-70b-versatile", 0.59, 0.79, -1, 131072},
		{"api.groq.com", "openai/gpt-oss-120b", 0.15, 0.6, 0.075, 131072},
		{"api.cerebras.ai", "gpt-oss-120b", 0.35, 0.75, -1, 131072},
		{"API.Together.xyz", "meta-llama/Llama-3.3-70B-Instruct-Turbo", 0.88, 0.88, -1, 131072},
	} {
		got, known := prices.Find(c.host, c.model)
		if !known || *got.Input != c.input || *got.Output != c.output || got.ContextTokens != c.context {
			t.Errorf("%s at %q: %v, %+v", c.model, c.host, known, got)
			continue
		}
		if (got.CachedInput == nil) != (c.cached == -1) || got.CachedInput != nil && *got.CachedInput != c.cached {
			t.Errorf("%s: cached input %v, want %v", c.model, got.CachedInput, c.cached)
		}
	}
}

// A model that merely looks like one of the table must not get its price.
func TestFindNeverGuesses(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{"", ""},
		{"", "/"},
		{"", "openai/"},
		{"", "gpt"},
		{"", "gpt-4."},
		{"", "gpt-4.1-micro"},
		{"", "gpt-4.1-mini-tuned"},
		{"", "gpt-4.1mini"},
		{"", "my-gpt-4.1"},
		{"", "gpt-4.10"},
		{"", "gpt-4o-audio-preview"},
		{"", "gpt-4o-realtime-preview-2024-12-17"},
		{"", "gpt-4-32k"},
		{"", "gpt-4-0613"},
		{"", "gpt-3.5-turbo-instruct"},
		{"", "gpt-3.5-turbo-16k"},
		{"", "gpt-5.4-micro"},
		{"", "gpt-5.5-mini"},
		{"", "o1-preview-mini"},
		{"", "o3-2025"},
		{"", "ft:gpt-4o:somebody::abc"},
		{"", "somebody/gpt-4.1"},
		{"", "anthropic/gpt-4.1"},
		{"", "openai/claude-opus-4-1"},
		{"", "openai/somebody/gpt-4.1"},
		{"", "claude-3"},
		{"", "claude-opus"},
		{"", "claude-opus-latest"},
		{"", "claude-opus-4.8-fast"},
		{"", "claude-sonnet-4-5-thinking"},
		{"", "anthropic/claude-3.7-sonnet:thinking"},
		{"", "anthropic/claude-sonnet-4.5:nitro"},
		{"", "gemini-2.5-pro-tts"},
		{"", "gemini-2.5-flash-image"},
		{"", "gemini-2.5-flash-live"},
		{"", "gemini-3-pro-image-preview"},
		{"", "gemini-flash-latest"},
		{"", "mistral-large-2407"},
		{"", "mistral-large"},
		{"", "grok-4-heavy"},
		{"", "grok-2"},
		{"", "glm-4.5-airx"},
		{"", "glm-4.7-flash"},
		{"", "kimi-k2"},
		{"", "qwen3-max-preview"},
		{"", "qwen2.5-72b-instruct"},
		{"", "deepseek-r1"},
		{"", "deepseek-chat-v3-0324"},
		// Open weights have a price where they are hosted, and nowhere else.
		{"", "llama-3.3-70b-versatile"},
		{"localhost", "gpt-oss-120b"},
		{"localhost", "openai/gpt-oss-20b"},
		{"evilgroq.com", "llama-3.3-70b-versatile"},
		{"groq.com.evil.example", "llama-3.3-70b-versatile"},
		{"api.groq.com", "gpt-oss-120b"},
		{"api.cerebras.ai", "gpt-oss-20b"},
	} {
		if got, known := prices.Find(c[0], c[1]); known {
			t.Errorf("%q at %q got the price of another: %+v", c[1], c[0], got)
		}
	}
}

func TestWhetherAVariantIsFreeTheProviderSays(t *testing.T) {
	t.Parallel()
	got, known := prices.Find("openrouter.ai", "deepseek/deepseek-chat:free")
	if !known || got.Input != nil || got.Output != nil || got.CachedInput != nil || got.ContextTokens != 1_000_000 {
		t.Errorf("%v, %+v", known, got)
	}
	if _, known := prices.Find("", "meta-llama/llama-9:free"); known {
		t.Error("an unknown model's free variant is known")
	}
}

func BenchmarkFind(b *testing.B) {
	for range b.N {
		prices.Find("relay.example", "openai/gpt-4.1-2025-04-14")
	}
}
