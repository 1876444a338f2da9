package gateway

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// automaton finds any number of texts in one pass over another one, whatever
// the case of both, and goes on where a piece of it ended: Aho and Corasick's.
//
// It reads bytes. States stand by depth, so that the ones that most texts never
// leave come first: those have a row with the next state for each class of
// bytes, all others have their children only and say where to fall back to.
type automaton struct {
	classes [256]uint16 // of bytes; 0: in none of the texts. Upper case counts as lower
	width   int         // classes
	shift   int         // a row has 1<<shift cells, for at least width classes
	dense   int32       // states below have rows
	rows    []int32     // next state by dense state and class
	first   []int32     // by state: where its children begin
	labels  []uint16    // of children: the class that leads there
	next    []int32     // of children
	fall    []int32     // by state
	ends    []int32     // by state: the lowest text that ends here, noText when none does
}

const noText = int32(1<<31 - 1)

// denseCells bounds the rows, 4 bytes each.
const denseCells = 16 << 10

// newAutomaton finds texts that are folded already; none is empty.
func newAutomaton(folded []string) *automaton {
	a := &automaton{width: 1}
	for _, text := range folded {
		for _, b := range []byte(text) {
			if a.classes[b] == 0 {
				a.classes[b] = uint16(a.width)
				a.width++
			}
		}
	}
	for b := 'A'; b <= 'Z'; b++ {
		a.classes[b] = a.classes[b|0x20]
	}
	a.plant(folded)
	a.link()
	return a
}

// plant makes the states, by depth: each depth's are the texts' beginnings of
// that length, which stand together once the texts are sorted.
func (a *automaton) plant(folded []string) {
	type entry struct {
		text  string
		n     int32
		state int32
	}
	list := make([]entry, len(folded))
	for n, text := range folded {
		list[n] = entry{text, int32(n), 0}
	}
	slices.SortFunc(list, func(x, y entry) int { return cmp.Or(strings.Compare(x.text, y.text), cmp.Compare(x.n, y.n)) })
	a.ends = []int32{noText}
	parents := []int32{-1}
	labels := []uint16{0}
	for depth := 0; len(list) > 0; depth++ {
		var longer []entry
		for i := range list {
			e := list[i]
			if i > 0 && list[i-1].text[:depth+1] == e.text[:depth+1] {
				e.state = int32(len(a.ends) - 1)
			} else {
				parents, labels = append(parents, e.state), append(labels, a.classes[e.text[depth]])
				e.state = int32(len(a.ends))
				a.ends = append(a.ends, noText)
			}
			if len(e.text) == depth+1 {
				a.ends[e.state] = min(a.ends[e.state], e.n)
			} else {
				longer = append(longer, e)
			}
			list[i].state = e.state
		}
		list = longer
	}
	// Sorted by depth and then by their texts, children of one state stand
	// together, and in the order of their parents.
	a.labels, a.next = labels[1:], make([]int32, len(labels)-1)
	a.first = make([]int32, len(a.ends)+1)
	for child := 1; child < len(parents); child++ {
		a.next[child-1] = int32(child)
		a.first[parents[child]+1]++
	}
	for s := range a.ends {
		a.first[s+1] += a.first[s]
	}
}

// link says where each state falls back to, from the shallow ones on, and fills
// the rows.
func (a *automaton) link() {
	states := int32(len(a.ends))
	a.fall = make([]int32, states)
	a.shift = bits.Len(uint(a.width - 1))
	a.dense = min(states, int32(denseCells>>a.shift))
	a.rows = make([]int32, int(a.dense)<<a.shift)
	for s := range states {
		if s > 0 {
			a.ends[s] = min(a.ends[s], a.ends[a.fall[s]])
		}
		if s < a.dense {
			row := a.rows[int(s)<<a.shift:][:a.width]
			if s > 0 {
				copy(row, a.rows[int(a.fall[s])<<a.shift:])
			}
			for i := a.first[s]; i < a.first[s+1]; i++ {
				row[a.labels[i]] = a.next[i]
			}
		}
		for i := a.first[s]; i < a.first[s+1]; i++ {
			if s > 0 {
				a.fall[a.next[i]] = a.step(a.fall[s], a.labels[i])
			}
		}
	}
}

// step is the state after one more byte.
func (a *automaton) step(s int32, class uint16) int32 {
	for s >= a.dense {
		for i := a.first[s]; i < a.first[s+1]; i++ {
			if a.labels[i] == class {
				return a.next[i]
			}
		}
		s = a.fall[s]
	}
	return a.rows[int(s)<<a.shift|int(class)]
}

// scan goes over a piece of text, which holds whole characters, from a state on;
// 0 is the first. It returns the state after it and the lowest text that ended
// in it.
func (a *automaton) scan(s int32, text string) (after, found int32) {
	found = noText
	rows, shift, ends := a.rows, a.shift, a.ends
	for i := 0; i < len(text); {
		for s < a.dense && i < len(text) && text[i] < utf8.RuneSelf { // nearly all
			s = rows[int(s)<<(shift&31)|int(a.classes[text[i]])]
			found = min(found, ends[s])
			i++
		}
		if i == len(text) {
			break
		}
		if text[i] < utf8.RuneSelf {
			s = a.step(s, a.classes[text[i]])
			found = min(found, ends[s])
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		var folded [utf8.UTFMax]byte
		n := copy(folded[:], text[i:i+size])
		if r == utf8.RuneError && size == 1 || !isCaseless(r) {
			n = utf8.EncodeRune(folded[:], unicode.ToLower(r))
		}
		for _, b := range folded[:n] {
			s = a.step(s, a.classes[b])
		}
		found = min(found, ends[s])
		i += size
	}
	return s, found
}

// isCaseless tells characters of scripts without case, of which texts consist
// where there are many of them.
func isCaseless(r rune) bool {
	return r >= 0x3000 && r < 0xA640 || r >= 0xAC00 && r < 0xD7B0
}
