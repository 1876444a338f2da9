package instance

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"
)

// The one word that the door understands, and its answer.
const (
	wordShow = "show\n"
	wordDone = "done\n"
)

// answerLimit bounds one visit at the door.
const answerLimit = 2 * time.Second

// doorPath is the socket beside the lock file or, where that path is longer
// than a socket's may be, one in the temporary folder named for it.
func doorPath(dir string) string {
	const longest = 100 // macOS allows 103 bytes
	path := filepath.Join(dir, "headgate.sock")
	if len(path) <= longest {
		return path
	}
	sum := sha256.Sum256([]byte(dir))
	return filepath.Join(os.TempDir(), "headgate-"+hex.EncodeToString(sum[:8])+".sock")
}

// openDoor may remove a socket that is there: the lock says nobody serves it.
func openDoor(dir string) net.Listener {
	path := doorPath(dir)
	_ = os.Remove(path)
	door, err := net.Listen("unix", path)
	if err != nil {
		return nil // the lock still holds; a second start just can't be heard
	}
	_ = os.Chmod(path, 0o600)
	return door
}

func (l *Lock) answer() {
	defer close(l.done)
	if l.door == nil {
		return
	}
	for {
		visitor, err := l.door.Accept()
		if err != nil {
			return
		}
		l.visit(visitor)
	}
}

func (l *Lock) visit(visitor net.Conn) {
	defer visitor.Close()
	_ = visitor.SetDeadline(time.Now().Add(answerLimit))
	word := make([]byte, len(wordShow))
	if _, err := io.ReadFull(visitor, word); err != nil || string(word) != wordShow {
		return
	}
	l.mu.Lock()
	show := l.show
	l.mu.Unlock()
	if show == nil {
		return // no window: a server
	}
	show()
	_, _ = io.WriteString(visitor, wordDone)
}

// Show asks the process that has the folder to bring its window to the front.
// It fails when that process has no window or doesn't answer.
func Show(dir string) error {
	conn, err := net.DialTimeout("unix", doorPath(dir), answerLimit)
	if err != nil {
		return fmt.Errorf("reach the running Headgate: %w", err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(answerLimit))
	if _, err := io.WriteString(conn, wordShow); err != nil {
		return fmt.Errorf("ask the running Headgate to show itself: %w", err)
	}
	answer := make([]byte, len(wordDone))
	if _, err := io.ReadFull(conn, answer); err != nil {
		return fmt.Errorf("the running Headgate has no window to show: %w", err)
	}
	return nil
}
