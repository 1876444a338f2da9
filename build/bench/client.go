package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"
)

// replyLimit is how long one reply may take.
const replyLimit = 20 * time.Second

// client is one connection that requests go over, one after the other.
type client struct {
	conn net.Conn
	buf  []byte // what was read and not looked at: buf[from:to]
	from int
	to   int
	at   time.Time // of the last read
	tail []byte    // the body's end
	seen func(data []byte, at time.Time)
}

func dial(address string) (*client, error) {
	conn, err := net.DialTimeout("tcp", address, replyLimit)
	if err != nil {
		return nil, err
	}
	return &client{conn: conn, buf: make([]byte, 32<<10)}, nil
}

func (c *client) close() { _ = c.conn.Close() }

var errIncomplete = errors.New("the reply is not whole")

// do sends a request and reads the reply to its end.
func (c *client) do(request []byte, isStream bool) error {
	if err := c.conn.SetDeadline(time.Now().Add(replyLimit)); err != nil {
		return err
	}
	if _, err := c.conn.Write(request); err != nil {
		return err
	}
	status, length, chunked, err := c.head()
	if err != nil {
		return err
	}
	c.tail = c.tail[:0]
	if chunked {
		err = c.chunks()
	} else {
		err = c.data(length)
	}
	switch {
	case err != nil:
		return err
	case status != 200:
		return fmt.Errorf("status %d: %s", status, c.tail)
	case isStream && !bytes.Contains(c.tail, []byte("[DONE]")), !isStream && !bytes.HasSuffix(bytes.TrimSpace(c.tail), []byte("}")):
		return errIncomplete
	}
	return nil
}

// head reads the status line and header.
func (c *client) head() (status, length int, chunked bool, err error) {
	end := -1
	for {
		if end = bytes.Index(c.buf[c.from:c.to], headEnd); end >= 0 {
			break
		}
		if err := c.more(); err != nil {
			return 0, 0, false, err
		}
	}
	head := c.buf[c.from : c.from+end+len(headEnd)]
	c.from += len(head)
	if len(head) < len("HTTP/1.1 200") {
		return 0, 0, false, errIncomplete
	}
	if status, err = strconv.Atoi(string(head[9:12])); err != nil {
		return 0, 0, false, err
	}
	length, chunked = framing(head)
	return status, length, chunked, nil
}

// framing tells how a body's end is found.
func framing(head []byte) (length int, chunked bool) {
	for line := range bytes.SplitSeq(head, []byte("\r\n")) {
		name, value, ok := bytes.Cut(line, []byte(":"))
		switch {
		case !ok:
		case len(name) == len("content-length") && bytes.EqualFold(name, []byte("content-length")):
			length, _ = strconv.Atoi(string(bytes.TrimSpace(value)))
		case len(name) == len("transfer-encoding") && bytes.EqualFold(name, []byte("transfer-encoding")):
			chunked = true
		}
	}
	return length, chunked
}

func (c *client) more() error {
	if c.from == c.to {
		c.from, c.to = 0, 0
	}
	if c.to == len(c.buf) {
		copy(c.buf, c.buf[c.from:c.to])
		c.from, c.to = 0, c.to-c.from
		if c.to == len(c.buf) {
			return errors.New("the header is too long")
		}
	}
	n, err := c.conn.Read(c.buf[c.to:])
	c.at = time.Now()
	c.to += n
	if n > 0 {
		return nil
	}
	return err
}

// data passes n bytes of the body.
func (c *client) data(n int) error {
	for n > 0 {
		if c.from == c.to {
			if err := c.more(); err != nil {
				return err
			}
		}
		part := c.buf[c.from:min(c.to, c.from+n)]
		c.from += len(part)
		n -= len(part)
		if c.seen != nil {
			c.seen(part, c.at)
		}
		c.keep(part)
	}
	return nil
}

// tailKept is enough to see how a reply ends, and what an error says.
const tailKept = 256

func (c *client) keep(part []byte) {
	if len(part) > tailKept {
		part = part[len(part)-tailKept:]
	}
	if over := len(c.tail) + len(part) - tailKept; over > 0 {
		c.tail = append(c.tail[:0], c.tail[min(over, len(c.tail)):]...)
	}
	c.tail = append(c.tail, part...)
}

func (c *client) line() ([]byte, error) {
	for {
		if end := bytes.IndexByte(c.buf[c.from:c.to], '\n'); end >= 0 {
			line := c.buf[c.from : c.from+end]
			c.from += end + 1
			return bytes.TrimRight(line, "\r"), nil
		}
		if err := c.more(); err != nil {
			return nil, err
		}
	}
}

func (c *client) chunks() error {
	for {
		line, err := c.line()
		if err != nil {
			return err
		}
		size, err := strconv.ParseInt(string(line), 16, 32)
		if err != nil {
			return err
		}
		if err := c.data(int(size)); err != nil {
			return err
		}
		if _, err := c.line(); err != nil || size == 0 {
			return err
		}
	}
}
