package dialect

import "encoding/json"

// think adds to the reasoning.
func (s *responsesStream) think(text inner) {
	item := s.open
	if item == nil || item.kind != reasoningItem {
		item = s.grow(reasoningItem, "rs")
		item.parts = []*outputPart{{}}
		s.summaryEvent("response.reasoning_summary_part.added", item, true)
	}
	item.parts[0].text = append(item.parts[0].text, text...)
	s.event("response.reasoning_summary_text.delta", func(w *writer) {
		item.locate(w, "summary_index", 0)
		w.inner("delta", text)
	})
}

// locate says which part of the reply an event is about.
func (i *outputItem) locate(w *writer, part string, index int) {
	w.text("item_id", i.id)
	w.number("output_index", int64(i.index))
	if part != "" {
		w.number(part, int64(index))
	}
}

func (s *responsesStream) summaryEvent(kind string, item *outputItem, asPart bool) {
	s.event(kind, func(w *writer) {
		item.locate(w, "summary_index", 0)
		if !asPart {
			w.inner("text", item.parts[0].text)
			return
		}
		w.open("part", '{')
		item.parts[0].writeSummary(w)
		w.close('}')
	})
}

// say adds to the message.
func (s *responsesStream) say(text inner, refusal bool, logprobs []json.RawMessage) {
	item := s.open
	if item == nil || item.kind != messageItem {
		item = s.grow(messageItem, "msg")
	}
	last := len(item.parts) - 1
	if last < 0 || item.parts[last].refusal != refusal {
		s.closePart(item)
		item.parts = append(item.parts, &outputPart{refusal: refusal})
		last++
		s.partEvent("response.content_part.added", item, last)
	}
	if len(text) == 0 {
		return
	}
	part := item.parts[last]
	part.text = append(part.text, text...)
	part.logprobs = append(part.logprobs, logprobs...)
	kind := "response.output_text.delta"
	if refusal {
		kind = "response.refusal.delta"
	}
	s.event(kind, func(w *writer) {
		item.locate(w, "content_index", last)
		w.inner("delta", text)
		if !refusal {
			part.writeLogprobs(w, logprobs)
		}
	})
}

func (s *responsesStream) partEvent(kind string, item *outputItem, index int) {
	s.event(kind, func(w *writer) {
		item.locate(w, "content_index", index)
		w.open("part", '{')
		item.parts[index].write(w)
		w.close('}')
	})
}

// closePart ends a message's last part.
func (s *responsesStream) closePart(item *outputItem) {
	last := len(item.parts) - 1
	if last < 0 {
		return
	}
	part := item.parts[last]
	if part.refusal {
		s.event("response.refusal.done", func(w *writer) {
			item.locate(w, "content_index", last)
			w.inner("refusal", part.text)
		})
	} else {
		s.event("response.output_text.done", func(w *writer) {
			item.locate(w, "content_index", last)
			w.inner("text", part.text)
			part.writeLogprobs(w, part.logprobs)
		})
	}
	s.partEvent("response.content_part.done", item, last)
}

// closeOpen ends the message or reasoning that grows.
func (s *responsesStream) closeOpen(status string) {
	item := s.open
	if item == nil {
		return
	}
	s.open = nil
	if item.kind == reasoningItem {
		s.summaryEvent("response.reasoning_summary_text.done", item, false)
		s.summaryEvent("response.reasoning_summary_part.done", item, true)
	} else {
		s.closePart(item)
	}
	item.status = status
	s.itemEvent("response.output_item.done", item)
}

// callTool takes in a piece of a tool call.
func (s *responsesStream) callTool(piece *chatCallPiece) {
	item := s.callOf(piece)
	if item == nil {
		s.closeOpen(completed)
		item = &outputItem{kind: callItem, index: -1, status: inProgress}
		item.call = &outputCall{position: piece.Index.N}
		s.calls = append(s.calls, item)
	}
	call := item.call
	if call.id == "" {
		call.id = string(piece.ID)
	}
	if call.function == "" {
		call.function = string(piece.Function.Name)
	}
	arguments := piece.Function.Arguments
	text, isText := innerOf(arguments)
	if !isText && !unsaid(arguments) {
		text = innerText(string(oneLine(arguments))) // some servers send the object itself
	}
	if item.index < 0 {
		// What kind of tool it is, the name says.
		call.waiting = append(call.waiting, text...)
		if call.function == "" {
			return
		}
		s.beginCall(item)
		text, call.waiting = call.waiting, nil
	}
	if len(text) > 0 {
		s.addArguments(item, text)
	}
}

// callOf finds the call that a piece belongs to. Some servers give all calls
// the same number, but each an id of its own.
func (s *responsesStream) callOf(piece *chatCallPiece) *outputItem {
	for i := len(s.calls) - 1; i >= 0; i-- {
		call := s.calls[i].call
		if call.position != piece.Index.N {
			continue
		}
		if piece.Function.Name != "" && piece.ID != "" && call.id != "" && string(piece.ID) != call.id {
			return nil
		}
		return s.calls[i]
	}
	return nil
}

func (s *responsesStream) beginCall(item *outputItem) {
	call := item.call
	call.tool = s.c.tools.tool(call.function)
	prefix := map[toolKind]string{functionTool: "fc", customTool: "ctc", searchTool: "tsc"}[call.tool.kind]
	s.place(item, prefix)
	if call.id == "" {
		call.id = s.callID(item.index)
	}
	s.itemEvent("response.output_item.added", item)
}

func (s *responsesStream) addArguments(item *outputItem, text inner) {
	call := item.call
	switch call.tool.kind {
	case functionTool:
		call.text = append(call.text, text...)
		s.deltaEvent("response.function_call_arguments.delta", item, text)
	case customTool:
		if added := call.free.add(text.text()); len(added) > 0 {
			s.deltaEvent("response.custom_tool_call_input.delta", item, added)
		}
	case searchTool:
		call.free.add(text.text())
	}
}

func (s *responsesStream) deltaEvent(kind string, item *outputItem, delta inner) {
	s.event(kind, func(w *writer) {
		item.locate(w, "", 0)
		w.inner("delta", delta)
	})
}

// closeCall ends a call. One that was cut is not done: it must not be run.
func (s *responsesStream) closeCall(item *outputItem) {
	if item.index < 0 {
		s.beginCall(item) // no name came
		if len(item.call.waiting) > 0 {
			s.addArguments(item, item.call.waiting)
		}
	}
	call := item.call
	if s.status() == incomplete && !call.whole() {
		item.status = incomplete
		return
	}
	item.status = completed
	switch call.tool.kind {
	case functionTool:
		s.event("response.function_call_arguments.done", func(w *writer) {
			item.locate(w, "", 0)
			w.text("name", call.tool.name)
			w.inner("arguments", call.text)
		})
	case customTool:
		input := call.free.end()
		if len(call.free.input) == 0 && len(input) > 0 {
			s.deltaEvent("response.custom_tool_call_input.delta", item, input)
		}
		s.event("response.custom_tool_call_input.done", func(w *writer) {
			item.locate(w, "", 0)
			w.inner("input", input)
		})
	}
	s.itemEvent("response.output_item.done", item)
}
