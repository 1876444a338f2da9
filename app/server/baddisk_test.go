//go:build unix

package server_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// diskFault is what a disk does to SQLite: the first writes of that kind to files
// whose names begin so are well, the next ones fail.
type diskFault struct {
	kind       string // write, sync, truncate, open, map
	code       int32  // SQLite's result
	file       string
	well, fail int
}

// badDisk stands between this process's SQLite and its files. The zero value lets
// everything through.
type badDisk struct {
	mu     sync.Mutex
	fault  diskFault
	failed int                 // since the fault was set
	names  map[uintptr]string  // of the files that are open
	tables map[uintptr]uintptr // of functions: ours by SQLite's own
}

// theDisk is never given up: SQLite points into it.
var theDisk = &badDisk{names: map[uintptr]string{}, tables: map[uintptr]uintptr{}}

// The types of SQLite's functions that are replaced.
type (
	openFunc     = func(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32
	writeFunc    = func(tls *libc.TLS, file, from uintptr, size int32, at int64) int32
	syncFunc     = func(tls *libc.TLS, file uintptr, flags int32) int32
	truncateFunc = func(tls *libc.TLS, file uintptr, size int64) int32
	mapFunc      = func(tls *libc.TLS, file uintptr, page, size, extend int32, to uintptr) int32
)

// at is a Go value at an address that SQLite knows.
func at[T any](address uintptr) *T { return *(**T)(unsafe.Pointer(&address)) }

// function is the Go function behind a pointer of SQLite's.
func function[F any](pointer uintptr) F { return *(*F)(unsafe.Pointer(&struct{ uintptr }{pointer})) }

// pointer is what SQLite takes for a function. It sees a number, which keeps nothing.
func pointer(f any) uintptr {
	kept = append(kept, f)
	return (*[2]uintptr)(unsafe.Pointer(&f))[1]
}

var kept []any

// insert puts the disk under SQLite, before anything is opened.
func (d *badDisk) insert() {
	tls := libc.NewTLS()
	defer tls.Close()
	if rc := sqlite3.Xsqlite3_initialize(tls); rc != sqlite3.SQLITE_OK {
		panic(fmt.Sprint("SQLite doesn't begin: ", rc))
	}
	vfs := at[sqlite3.Tsqlite3_vfs](sqlite3.Xsqlite3_vfs_find(tls, 0))
	open := function[openFunc](vfs.FxOpen)
	vfs.FxOpen = pointer(func(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32 {
		named := ""
		if name != 0 {
			named = filepath.Base(libc.GoString(name))
		}
		if code := d.next("open", named); code != 0 {
			at[sqlite3.Tsqlite3_file](file).FpMethods = 0
			return code
		}
		rc := open(tls, vfs, name, file, flags, out)
		d.opened(tls, file, named)
		return rc
	})
}

// opened puts our functions into a file.
func (d *badDisk) opened(tls *libc.TLS, file uintptr, name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := at[sqlite3.Tsqlite3_file](file)
	if f.FpMethods == 0 {
		return
	}
	own := f.FpMethods
	if d.tables[own] == 0 {
		// In SQLite's own memory: it counts on with its addresses.
		d.tables[own] = libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_io_methods{})))
		table := at[sqlite3.Tsqlite3_io_methods](d.tables[own])
		*table = *at[sqlite3.Tsqlite3_io_methods](own)
		d.replace(table)
	}
	d.names[file], f.FpMethods = name, d.tables[own]
}

func (d *badDisk) replace(table *sqlite3.Tsqlite3_io_methods) {
	write, sync := function[writeFunc](table.FxWrite), function[syncFunc](table.FxSync)
	truncate, mapShared := function[truncateFunc](table.FxTruncate), function[mapFunc](table.FxShmMap)
	table.FxWrite = pointer(func(tls *libc.TLS, file, from uintptr, size int32, at int64) int32 {
		if code := d.of("write", file); code != 0 {
			_ = write(tls, file, from, size/2, at) // as far as it went
			return code
		}
		return write(tls, file, from, size, at)
	})
	table.FxSync = pointer(func(tls *libc.TLS, file uintptr, flags int32) int32 {
		if code := d.of("sync", file); code != 0 {
			return code
		}
		return sync(tls, file, flags)
	})
	table.FxTruncate = pointer(func(tls *libc.TLS, file uintptr, size int64) int32 {
		if code := d.of("truncate", file); code != 0 {
			return code
		}
		return truncate(tls, file, size)
	})
	table.FxShmMap = pointer(func(tls *libc.TLS, file uintptr, page, size, extend int32, to uintptr) int32 {
		if extend != 0 {
			if code := d.of("map", file); code != 0 {
				return code
			}
		}
		return mapShared(tls, file, page, size, extend, to)
	})
}

func (d *badDisk) of(kind string, file uintptr) int32 {
	d.mu.Lock()
	name := d.names[file]
	d.mu.Unlock()
	return d.next(kind, name)
}

// next is what becomes of a write: 0 when it is let through.
func (d *badDisk) next(kind, name string) int32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := &d.fault
	if f.kind != kind || !strings.HasPrefix(name, f.file) {
		return 0
	}
	switch {
	case f.well > 0:
		f.well--
		return 0
	case f.fail > 0:
		f.fail--
		d.failed++
		return f.code
	}
	return 0
}

// obey does what the test says, a line each, and answers each with a line: how often
// the fault has struck.
//
//	fault KIND CODE FILE WELL FAIL
//	limit BYTES                     no file gets longer; 0: and none is written; -1: all is well
//	crash                           who looks up a name panics
//	struck
func (d *badDisk) obey(from io.Reader, to io.Writer) {
	for lines := bufio.NewScanner(from); lines.Scan(); {
		var f diskFault
		var bytes int64
		if n, _ := fmt.Sscanf(lines.Text(), "fault %s %d %s %d %d", &f.kind, &f.code, &f.file, &f.well, &f.fail); n == 5 {
			d.mu.Lock()
			d.fault, d.failed = f, 0
			d.mu.Unlock()
		} else if n, _ := fmt.Sscanf(lines.Text(), "limit %d", &bytes); n == 1 {
			if err := limitFiles(bytes); err != nil {
				_, _ = fmt.Fprintln(to, err)
				continue
			}
		} else if lines.Text() == "crash" {
			net.DefaultResolver.PreferGo = true
			net.DefaultResolver.Dial = func(context.Context, string, string) (net.Conn, error) { panic("a resolver has a bug") }
		}
		d.mu.Lock()
		failed := d.failed
		d.mu.Unlock()
		_, _ = fmt.Fprintln(to, failed)
	}
}

// limitFiles lets the system refuse writes of this process, as on a full disk.
func limitFiles(bytes int64) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	limit.Cur = limit.Max
	if bytes >= 0 {
		limit.Cur = min(limit.Max, uint64(bytes))
	}
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
}
