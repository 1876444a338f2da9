package dialect

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
)

// ListedModel is what a list of models says of one of them. Prices are US
// dollars per million tokens; nil: the list doesn't say.
type ListedModel struct {
	Name          string
	ContextTokens int64 // 0: the list doesn't say
	Input         *float64
	Output        *float64
	CachedInput   *float64
	PerCall       *float64 // dollars per call, of models that cost nothing per token
}

// What can be meant; anything beyond is another unit, or none.
const (
	largestContext = 1 << 40
	largestPrice   = 10_000 // dollars per million tokens
)

// openAIListed is an entry of a list of models, with the fields that those who
// imitate OpenAI add to it.
type openAIListed struct {
	ID   string `json:"id"`
	Name string `json:"name"`

	ContextLength    looseNumber       `json:"context_length"`     // OpenRouter, Together, Fireworks
	ContextWindow    looseNumber       `json:"context_window"`     // Groq
	MaxModelLen      looseNumber       `json:"max_model_len"`      // vLLM
	MaxContextLength looseNumber       `json:"max_context_length"` // Mistral, LM Studio
	ContextSize      looseNumber       `json:"context_size"`       // Novita
	Pricing          loose[listPrices] `json:"pricing"`
	Metadata         loose[listDetail] `json:"metadata"`
	TopProvider      loose[listDetail] `json:"top_provider"` // OpenRouter
}

// listDetail is where some keep what others say at the entry itself.
type listDetail struct {
	ContextLength looseNumber       `json:"context_length"`
	Pricing       loose[listPrices] `json:"pricing"`
}

// listPrices are the prices in three spellings, which tell the unit as well.
type listPrices struct {
	Prompt     looseNumber `json:"prompt"` // OpenRouter: dollars per token
	Completion looseNumber `json:"completion"`
	CacheRead  looseNumber `json:"input_cache_read"`
	Request    looseNumber `json:"request"` // dollars per call

	Input       looseNumber `json:"input"` // Together: dollars per million tokens
	Output      looseNumber `json:"output"`
	CachedInput looseNumber `json:"cached_input"`

	InputTokens     looseNumber `json:"input_tokens"` // DeepInfra: dollars per million tokens
	OutputTokens    looseNumber `json:"output_tokens"`
	CacheReadTokens looseNumber `json:"cache_read_tokens"`
}

// loose is a value that is left as it was when something else stands there.
type loose[T any] struct{ v T }

func (l *loose[T]) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '{' {
		_ = json.Unmarshal(b, &l.v)
	}
	return nil
}

// looseNumber is the text of a number, whether it stands in quotes or not; ""
// for anything else.
type looseNumber string

func (n *looseNumber) UnmarshalJSON(b []byte) error {
	*n = looseNumber(strings.Trim(string(b), `" `))
	if _, err := strconv.ParseFloat(string(*n), 64); err != nil {
		*n = ""
	}
	return nil
}

// times10 is the number with its decimal point moved, which rounds only once;
// nil when it isn't there, or is no price.
func (n looseNumber) times10(power int) *float64 {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(string(n)), "e")
	have, err := strconv.Atoi(exponent)
	if exponent != "" && err != nil {
		return nil
	}
	price, err := strconv.ParseFloat(mantissa+"e"+strconv.Itoa(have+power), 64)
	if err != nil || !(price >= 0 && price <= largestPrice) { // OpenRouter's -1: it depends
		return nil
	}
	return &price
}

func (n looseNumber) tokens() int64 {
	count, err := strconv.ParseFloat(string(n), 64)
	if err != nil || !(count >= 1 && count <= largestContext) || count != math.Trunc(count) {
		return 0
	}
	return int64(count)
}

func (p *listPrices) into(m *ListedModel) {
	const perToken, perMillion = 6, 0
	switch {
	case p.Prompt != "" || p.Completion != "":
		m.Input, m.Output, m.CachedInput = p.Prompt.times10(perToken), p.Completion.times10(perToken), p.CacheRead.times10(perToken)
		if call := p.Request.times10(0); call != nil && *call > 0 && isZero(m.Input) && isZero(m.Output) {
			m.PerCall = call
		}
	case p.InputTokens != "" || p.OutputTokens != "":
		m.Input, m.Output, m.CachedInput = p.InputTokens.times10(perMillion), p.OutputTokens.times10(perMillion), p.CacheReadTokens.times10(perMillion)
	case p.Input != "" || p.Output != "":
		m.Input, m.Output, m.CachedInput = p.Input.times10(perMillion), p.Output.times10(perMillion), p.CachedInput.times10(perMillion)
		if isZero(m.Input) && isZero(m.Output) { // Together's for what isn't sold by the token
			m.Input, m.Output, m.CachedInput = nil, nil, nil
		}
	}
}

func isZero(price *float64) bool { return price != nil && *price == 0 }

func (e *openAIListed) read() ListedModel {
	m := ListedModel{Name: e.ID}
	if m.Name == "" {
		m.Name = e.Name
	}
	for _, n := range []looseNumber{
		e.ContextLength, e.ContextWindow, e.MaxModelLen, e.MaxContextLength, e.ContextSize,
		e.TopProvider.v.ContextLength, e.Metadata.v.ContextLength,
	} {
		if m.ContextTokens == 0 {
			m.ContextTokens = n.tokens()
		}
	}
	e.Pricing.v.into(&m)
	if m.Input == nil && m.Output == nil {
		e.Metadata.v.Pricing.v.into(&m)
	}
	return m
}

// readOpenAIModels takes each name once: some servers list the same models in
// OpenAI's way and in Ollama's.
func readOpenAIModels(body []byte) ([]ListedModel, error) {
	var in struct {
		Data   []openAIListed `json:"data"`
		Models []openAIListed `json:"models"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		var bare []openAIListed // Together lists without an envelope
		if json.Unmarshal(body, &bare) != nil {
			return nil, err
		}
		in.Data = bare
	}
	if in.Data == nil && in.Models == nil {
		return nil, errors.New("neither \"data\" nor \"models\" is there")
	}
	list := make([]ListedModel, 0, len(in.Data)+len(in.Models))
	known := make(map[string]struct{}, cap(list))
	for _, entries := range [][]openAIListed{in.Data, in.Models} {
		for i := range entries {
			m := entries[i].read()
			if _, twice := known[m.Name]; twice || m.Name == "" {
				continue
			}
			known[m.Name] = struct{}{}
			list = append(list, m)
		}
	}
	return list, nil
}
