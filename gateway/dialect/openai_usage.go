package dialect

import (
	"encoding/json"
	"math"
)

// openAIUsage reads the usage objects of OpenAI and of those who spell parts of
// it their own way.
type openAIUsage struct {
	PromptTokens     looseCount `json:"prompt_tokens"`
	InputTokens      looseCount `json:"input_tokens"`
	CompletionTokens looseCount `json:"completion_tokens"`
	OutputTokens     looseCount `json:"output_tokens"`
	PromptDetails    struct {
		Cached looseCount `json:"cached_tokens"`
	} `json:"prompt_tokens_details"`
	CacheHit          looseCount `json:"prompt_cache_hit_tokens"` // DeepSeek
	CompletionDetails struct {
		Reasoning looseCount `json:"reasoning_tokens"`
	} `json:"completion_tokens_details"`
	Cost json.RawMessage `json:"cost"` // OpenRouter
}

// looseCount is a whole number of tokens; anything else leaves it unknown.
type looseCount Count

func (c *looseCount) UnmarshalJSON(b []byte) error {
	*c = looseCount{}
	var n float64
	if json.Unmarshal(b, &n) == nil && string(b) != "null" && n >= 0 && n == math.Trunc(n) && n < 1<<53 {
		*c = looseCount{N: int64(n), Known: true}
	}
	return nil
}

func (u *openAIUsage) read() Usage {
	if u == nil {
		return Usage{}
	}
	out := Usage{
		Input:       firstKnown(u.PromptTokens, u.InputTokens),
		Output:      firstKnown(u.CompletionTokens, u.OutputTokens),
		CachedInput: firstKnown(u.PromptDetails.Cached, u.CacheHit),
		Reasoning:   Count(u.CompletionDetails.Reasoning),
	}
	var cost float64
	if len(u.Cost) > 0 && string(u.Cost) != "null" && json.Unmarshal(u.Cost, &cost) == nil && cost >= 0 {
		out.Cost = &cost
	}
	return out
}

func firstKnown(counts ...looseCount) Count {
	for _, c := range counts {
		if c.Known {
			return Count(c)
		}
	}
	return Count{}
}
