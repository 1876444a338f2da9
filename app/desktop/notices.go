//go:build desktop || bindings || dev

package desktop

import (
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"headgate/app/api"
	"headgate/app/apperr"
	"headgate/app/i18n"
	"headgate/app/notify"
)

// board is where the system shows notifications. Its methods but stop are called
// by one goroutine at a time, and may take seconds.
type board interface {
	// post shows a notification; one of the same tag is replaced where the system can.
	post(notification) error
	// state is one of the api.Notifications constants.
	state() string
	stop()
}

// notification is what a board shows.
type notification struct {
	tag         string // goes back to who is told of a click
	title, body string
}

// told is what the page hears when a person is at the window.
type told struct {
	Text    string `json:"text"`
	GroupID int64  `json:"groupId"`
}

// notices tells a person of changes: on the system's board or, while that person
// is at the window, in there.
type notices struct {
	texts func() *i18n.Texts
	board board
	page  func(told)

	attended atomic.Bool // the page says that it has the keyboard
	away     atomic.Bool // the window is hidden, which its page hears later

	begin, end sync.Once
	wanted     chan notify.Change
	over       chan struct{}
	turn       sync.Mutex // of the board
}

// waitingNotices is how many changes may wait for a slow board: more than are
// ever told in an hour.
const waitingNotices = 32

func newNotices(texts func() *i18n.Texts, b board, page func(told)) *notices {
	return &notices{
		texts: texts, board: b, page: page,
		wanted: make(chan notify.Change, waitingNotices), over: make(chan struct{}),
	}
}

// start begins to tell.
func (n *notices) start() {
	n.begin.Do(func() {
		go func() {
			for {
				select {
				case <-n.over:
					return
				case c := <-n.wanted:
					n.show(c)
				}
			}
		}()
	})
}

// stop ends it. It may be called at any time, also more than once. It doesn't
// wait for a board that waits for a person's leave.
func (n *notices) stop() {
	n.end.Do(func() {
		close(n.over)
		n.begin.Do(func() {}) // from here on it doesn't begin
		n.board.stop()
	})
}

// tell doesn't wait.
func (n *notices) tell(c notify.Change) {
	select {
	case n.wanted <- c:
	default:
	}
}

func (n *notices) show(c notify.Change) {
	title, body := c.Words(n.texts(), time.Now())
	if n.attended.Load() && !n.away.Load() {
		n.page(told{Text: title, GroupID: c.GroupID})
		return
	}
	n.turn.Lock()
	defer n.turn.Unlock()
	// Where nothing shows it, the log and the window still have it.
	_ = n.board.post(notification{tag: groupTag + strconv.FormatInt(c.GroupID, 10), title: title, body: body})
}

// groupTag begins the tag of what is about a group; its id follows.
const groupTag = "group-"

// groupOf returns the group that a notification was about; 0: none.
func groupOf(tag string) int64 {
	id, err := strconv.ParseInt(strings.TrimPrefix(tag, groupTag), 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// Attend hears whether the window has the keyboard.
func (n *notices) Attend(here bool) { n.attended.Store(here) }

// Away hears whether the window is hidden.
func (n *notices) Away(hidden bool) { n.away.Store(hidden) }

// State tells whether notifications can be seen.
func (n *notices) State() string {
	n.turn.Lock()
	defer n.turn.Unlock()
	return n.board.state()
}

// Try shows a notification now. Code: notification_failed.
func (n *notices) Try() error {
	n.turn.Lock()
	defer n.turn.Unlock()
	texts := n.texts()
	if err := n.board.post(notification{tag: "test", title: texts.T("notify.test", nil), body: texts.T("notify.test_text", nil)}); err != nil {
		return apperr.Wrap(err, "notification_failed")
	}
	return nil
}

var _ api.Board = (*notices)(nil)
