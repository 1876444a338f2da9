//go:build desktop && linux

package desktop

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"headgate/app/apperr"
	"headgate/app/i18n"
	"headgate/app/notify"
)

// fakeBoard keeps what was posted.
type fakeBoard struct {
	posts []notification
	fails error
	ended bool
}

func (b *fakeBoard) post(n notification) error {
	b.posts = append(b.posts, n)
	return b.fails
}
func (b *fakeBoard) state() string { return "shown" }
func (b *fakeBoard) stop()         { b.ended = true }

func english() *i18n.Texts { return i18n.New("en") }

var recovered = notify.Change{Kind: notify.Recovered, GroupID: 7, Group: "chat", Answers: notify.Member{ID: 1, Provider: "Beta"}}

func TestNoticesGoToWhereThePersonIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board := &fakeBoard{fails: errors.New("no service")} // which is nobody's trouble
		var page []told
		n := newNotices(english, board, func(what told) { page = append(page, what) })
		n.start()
		defer n.stop()

		n.tell(recovered)
		synctest.Wait()
		if len(page) != 0 || len(board.posts) != 1 || board.posts[0] != (notification{"group-7", "chat answers again", "Beta answered."}) {
			t.Fatalf("elsewhere: page %+v, board %+v", page, board.posts)
		}
		n.Attend(true)
		n.tell(recovered)
		synctest.Wait()
		if len(board.posts) != 1 || len(page) != 1 || page[0] != (told{"chat answers again", 7}) {
			t.Fatalf("at the window: page %+v, board %+v", page, board.posts)
		}
		n.Attend(false)
		n.tell(recovered)
		synctest.Wait()
		if len(page) != 1 || len(board.posts) != 2 {
			t.Fatalf("gone again: page %+v, board %+v", page, board.posts)
		}
	})
}

func TestNoticesEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board := &fakeBoard{}
		n := newNotices(english, board, func(told) {})
		n.stop()
		n.stop()
		n.start() // too late
		for range 2 * waitingNotices {
			n.tell(recovered) // never waits
		}
		synctest.Wait()
		if len(board.posts) != 0 || !board.ended {
			t.Errorf("posted %+v, ended %v", board.posts, board.ended)
		}
	})
}

func TestATrialTellsWhetherItWorked(t *testing.T) {
	board := &fakeBoard{}
	n := newNotices(english, board, func(told) {})
	n.Attend(true) // a trial is for the desktop, from the window
	if err := n.Try(); err != nil || len(board.posts) != 1 || board.posts[0].title != "Notifications work" {
		t.Errorf("posted %+v, %v", board.posts, err)
	}
	board.fails = errors.New("no service")
	if err := n.Try(); apperr.Code(err) != "notification_failed" {
		t.Errorf("without a service: %v", err)
	}
}

func TestAClickLeadsToItsGroup(t *testing.T) {
	for tag, want := range map[string]int64{"group-7": 7, "group-": 0, "test": 0, "": 0, "group-x": 0} {
		if got := groupOf(tag); got != want {
			t.Errorf("%q leads to %d, want %d", tag, got, want)
		}
	}
}

// Windows may put the text into a script.
func TestANameIsNoCommand(t *testing.T) {
	got := harmless("$(calc) `n ]]><x> a\r\n\"@\nIEX b\x00 “好”")
	for _, part := range []string{"$", "`", "]]>", "\n\"@", "\r", "\x00"} {
		if strings.Contains(got, part) {
			t.Errorf("%q still holds %q", got, part)
		}
	}
	if !strings.Contains(got, "“好”") || !strings.Contains(got, "calc") {
		t.Errorf("%q lost its words", got)
	}
}
