package http1

import (
	"sync"
	"time"
)

// sweepTime is how often connections are looked for that wait in vain: those
// that a server has closed would hold their file until they are too old.
const sweepTime = 5 * time.Second

// pool holds the connections that wait for a request, those of an origin in the
// order in which they came: the last one is the likeliest to be alive.
type pool struct {
	perOrigin, all int
	keep           time.Duration

	mu      sync.Mutex
	waiting map[string][]*conn
	count   int
	shut    bool // nothing is kept until it is asked for
	sweeper *time.Timer
}

func (p *pool) init(perOrigin, all int, keep time.Duration) {
	p.perOrigin, p.all, p.keep = perOrigin, all, keep
	p.waiting = map[string][]*conn{}
}

// take returns a connection that nothing has come over since it was put, nil
// when there is none.
func (p *pool) take(origin string) *conn {
	for {
		cn := p.pop(origin)
		if cn == nil || time.Since(cn.idleSince) < p.keep && cn.isQuiet() {
			return cn
		}
		cn.hangUp()
	}
}

func (p *pool) pop(origin string) *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shut = false
	list := p.waiting[origin]
	if len(list) == 0 {
		return nil
	}
	cn := list[len(list)-1]
	list[len(list)-1] = nil
	p.waiting[origin] = list[:len(list)-1]
	p.count--
	return cn
}

// put keeps a connection for the next request, if there is room for it.
func (p *pool) put(cn *conn) {
	if !p.add(cn) {
		cn.hangUp()
	}
}

func (p *pool) add(cn *conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.waiting[cn.origin]
	if p.shut || p.count >= p.all || len(list) >= p.perOrigin {
		return false
	}
	cn.idleSince = time.Now()
	p.waiting[cn.origin] = append(list, cn)
	p.count++
	if p.sweeper == nil {
		p.sweeper = time.AfterFunc(min(p.keep, sweepTime), p.sweep)
	}
	return true
}

// sweep closes what is too old or was closed by the server.
func (p *pool) sweep() {
	for _, cn := range p.stale() {
		cn.hangUp()
	}
}

func (p *pool) stale() (out []*conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for origin, list := range p.waiting {
		fresh := list[:0]
		for _, cn := range list {
			if time.Since(cn.idleSince) < p.keep && cn.isQuiet() {
				fresh = append(fresh, cn)
			} else {
				out = append(out, cn)
			}
		}
		clear(list[len(fresh):])
		p.waiting[origin] = fresh
		if len(fresh) == 0 {
			delete(p.waiting, origin)
		}
	}
	p.count -= len(out)
	if p.sweeper = nil; p.count > 0 {
		p.sweeper = time.AfterFunc(min(p.keep, sweepTime), p.sweep)
	}
	return out
}

func (p *pool) close() {
	p.mu.Lock()
	waiting := p.waiting
	p.waiting, p.count, p.shut = map[string][]*conn{}, 0, true
	if p.sweeper != nil {
		p.sweeper.Stop()
		p.sweeper = nil
	}
	p.mu.Unlock()
	for _, list := range waiting {
		for _, cn := range list {
			cn.hangUp()
		}
	}
}
