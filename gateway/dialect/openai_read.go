package dialect

// Replies and events are read here without encoding/json, which took a tenth of
// a call's time and two fifths of a stream's whose text is looked at. What is
// unusual is left to it: a key that stands twice, is escaped or has capitals,
// values of another kind than expected, errors, and whatever is no JSON.

// seen tells keys that stand twice.
type seen uint

func (s *seen) again(c *cursor, bit uint) {
	if *s&(1<<bit) != 0 {
		c.giveUp()
	}
	*s |= 1 << bit
}

// isNull passes null.
func (c *cursor) isNull() bool {
	if c.i < len(c.b) && c.b[c.i] == 'n' {
		c.word("null")
		return true
	}
	return false
}

// messageRead is what is wanted of a message or a delta.
type messageRead struct {
	text  string // when wanted
	empty bool
}

// loose passes a text that may be something else. Parts are left to
// encoding/json.
func (c *cursor) loose(want bool, depth int) (text string, some bool) {
	if c.i >= len(c.b) {
		return "", false
	}
	switch c.b[c.i] {
	case '"':
		if want {
			text = c.text()
			return text, text != ""
		}
		inner, _ := c.inner()
		return "", len(inner) > 0
	case '[':
		c.giveUp()
		return "", false
	default:
		c.value(depth)
		return "", false
	}
}

// message reads the fields of openAIMessage.
func (c *cursor) message(want bool, depth int) (m messageRead) {
	m.empty = true
	if c.isNull() || !c.open('{') {
		return m
	}
	var texts [4]string // in the order of openAIMessage.text
	var keys seen
	for name := c.key(true); name != nil; name = c.key(false) {
		at, some := -1, false
		switch string(name) {
		case "reasoning_content":
			at = 0
		case "reasoning":
			at = 1
		case "content":
			at = 2
		case "refusal":
			at = 3
		case "tool_calls":
			keys.again(c, 4)
			some = !absent(c.value(depth + 1))
		case "function_call":
			keys.again(c, 5)
			some = !absent(c.value(depth + 1))
		case "audio":
			keys.again(c, 6)
			some = !absent(c.value(depth + 1))
		default:
			c.value(depth + 1)
		}
		if at >= 0 {
			keys.again(c, uint(at))
			texts[at], some = c.loose(want, depth+1)
		}
		m.empty = m.empty && !some
	}
	m.text = texts[0] + texts[1] + texts[2] + texts[3]
	return m
}

// usage reads the fields of openAIUsage.
func (c *cursor) usage(depth int) Usage {
	if c.isNull() || !c.open('{') {
		return Usage{}
	}
	var prompt, input, completion, output, hit, cached, reasoning looseCount
	var cost *float64
	var keys seen
	for name := c.key(true); name != nil; name = c.key(false) {
		switch string(name) {
		case "prompt_tokens":
			keys.again(c, 0)
			prompt = countOf(c.value(depth + 1))
		case "input_tokens":
			keys.again(c, 1)
			input = countOf(c.value(depth + 1))
		case "completion_tokens":
			keys.again(c, 2)
			completion = countOf(c.value(depth + 1))
		case "output_tokens":
			keys.again(c, 3)
			output = countOf(c.value(depth + 1))
		case "prompt_cache_hit_tokens":
			keys.again(c, 4)
			hit = countOf(c.value(depth + 1))
		case "prompt_tokens_details":
			keys.again(c, 5)
			cached = c.detail("cached_tokens", depth+1)
		case "completion_tokens_details":
			keys.again(c, 6)
			reasoning = c.detail("reasoning_tokens", depth+1)
		case "cost":
			keys.again(c, 7)
			cost = dollarsOf(c.value(depth + 1))
		default:
			c.value(depth + 1)
		}
	}
	return Usage{
		Input: firstKnown(prompt, input), Output: firstKnown(completion, output),
		CachedInput: firstKnown(cached, hit), Reasoning: Count(reasoning), Cost: cost,
	}
}

// detail reads one count of an object.
func (c *cursor) detail(wanted string, depth int) (n looseCount) {
	if c.isNull() || !c.open('{') {
		return n
	}
	var keys seen
	for name := c.key(true); name != nil; name = c.key(false) {
		if string(name) != wanted {
			c.value(depth + 1)
			continue
		}
		keys.again(c, 0)
		n = countOf(c.value(depth + 1))
	}
	return n
}

// replyByCursor is readOpenAIReply where nothing is unusual.
func replyByCursor(body []byte, text bool) (reply Reply, ok bool) {
	c := cursor{b: body}
	if !c.open('{') {
		return Reply{}, false
	}
	var keys seen
	for name := c.key(true); name != nil; name = c.key(false) {
		switch string(name) {
		case "choices":
			keys.again(&c, 0)
			if c.isNull() || !c.open('[') {
				continue
			}
			for more := c.element(true); more; more = c.element(false) {
				reply.add(c.wholeChoice(text))
			}
		case "usage":
			keys.again(&c, 1)
			reply.Usage = c.usage(2)
		default:
			c.value(1)
		}
	}
	return reply, c.isWhole()
}

func (r *Reply) add(text string, complete bool) {
	r.Texts = append(r.Texts, text)
	r.Complete = r.Complete || complete
}

func (c *cursor) wholeChoice(want bool) (text string, complete bool) {
	if !c.open('{') {
		return "", false
	}
	m := messageRead{empty: true}
	finished := false
	var keys seen
	for name := c.key(true); name != nil; name = c.key(false) {
		switch string(name) {
		case "message":
			keys.again(c, 0)
			m = c.message(want, 4)
		case "finish_reason":
			keys.again(c, 1)
			_, finished = c.loose(false, 4)
		default:
			c.value(4)
		}
	}
	return m.text, finished || !m.empty
}

// eventByCursor is readOpenAIEvent where nothing is unusual.
func eventByCursor(data []byte, text bool, e *Event) (ok bool) {
	c := cursor{b: data}
	if !c.open('{') {
		return false
	}
	hasChoices, choices := false, 0
	var keys seen
	for name := c.key(true); name != nil; name = c.key(false) {
		switch string(name) {
		case "choices":
			keys.again(&c, 0)
			if c.isNull() || !c.open('[') {
				continue
			}
			hasChoices = true
			for more := c.element(true); more; more = c.element(false) {
				choices++
				c.choice(text, e)
			}
		case "usage":
			keys.again(&c, 1)
			e.Usage = c.usage(2)
		case "error":
			if !absent(c.value(1)) {
				return false
			}
			keys.again(&c, 2)
		default:
			c.value(1)
		}
	}
	if !c.isWhole() {
		return false
	}
	if hasChoices {
		e.UsageOnly = choices == 0 && e.Usage.Known()
	} else {
		e.UsageOnly = e.Usage.Known()
	}
	return true
}

func (c *cursor) choice(text bool, e *Event) {
	if !c.open('{') {
		return
	}
	m := messageRead{empty: true}
	finished := false
	var index looseCount
	var keys seen
	for name := c.key(true); name != nil; name = c.key(false) {
		switch string(name) {
		case "index":
			keys.again(c, 0)
			index = countOf(c.value(4))
		case "delta":
			keys.again(c, 1)
			m = c.message(text, 4)
		case "finish_reason":
			keys.again(c, 2)
			_, finished = c.loose(false, 4)
		default:
			c.value(4)
		}
	}
	e.add(min(index.N, MostChoices-1), m.text, finished, m.empty)
}

// add takes in one choice of an event.
func (e *Event) add(choice int64, text string, finished, empty bool) {
	if finished {
		e.Finished |= 1 << uint(choice)
	}
	e.Semantic = e.Semantic || e.Finished != 0 || !empty
	if text != "" {
		e.Texts = append(e.Texts, ChoiceText{int(choice), text})
	}
}
