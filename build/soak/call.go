package main

import (
	"math/rand/v2"
	"time"
)

// call is one call of a client: what it asked for, and what it got.
type call struct {
	number int
	group  string
	key    string
	stream bool
	usage  bool // asks for usage in a stream
	// refused is why it can't succeed whoever is well: a status; 0: it can.
	refused int
	leaves  leaving

	began, ended time.Time
	run          int // of the program, when it began

	seen      seen
	status    int
	id        string // x-request-id
	replyID   string // the completion's own
	text      string
	finish    string
	done      bool // [DONE]
	told      bool // the reply had usage
	tokens    [2]int64
	errorCode string
	fault     string // what is wrong with the reply by itself; "": nothing
	verdict   string // what is wrong with it, all told; "": nothing
}

// leaving is when a client goes away.
type leaving struct {
	after  time.Duration // since its begin; 0: not so
	events int           // of the stream; 0: not so
}

// seen is how a call ended for its client.
type seen string

const (
	sawWhole  seen = "whole"     // a complete reply
	sawError  seen = "error"     // a status and an error envelope
	sawBroken seen = "broken"    // the beginning, then an error event
	sawCut    seen = "cut"       // the connection ended without a word
	sawNobody seen = "no answer" // it could not connect
	sawLeft   seen = "left"      // the client went away
)

// newCall draws the call with a number.
func newCall(r *rand.Rand, number int) *call {
	c := &call{number: number, group: chat, key: keyBoth, stream: r.IntN(2) == 0}
	if r.IntN(3) == 0 {
		c.group = code
	} else if r.IntN(2) == 0 {
		c.key = keyChat
	}
	c.usage = c.stream && r.IntN(3) == 0
	switch n := r.IntN(200); {
	case n == 0:
		c.key, c.refused = keyOther, 401
	case n == 1:
		c.group, c.refused = "nothing", 404
	case n == 2:
		c.key, c.group, c.refused = keyChat, code, 404
	case n < 12:
		c.leaves.after = time.Duration(5+r.IntN(300)) * time.Millisecond
	case n < 22 && c.stream:
		c.leaves.events = 1 + r.IntN(8)
	}
	return c
}

// answered tells whether the client got an answer to its end.
func (c *call) answered() bool {
	return c.seen == sawWhole || c.seen == sawError || c.seen == sawBroken
}

// over tells whether the call was going on in the time between.
func (c *call) over(from, to time.Time) bool { return !c.ended.Before(from) && !c.began.After(to) }
