package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// lives is a server that lives often and shortly, with one provider that is well: it
// is called and its settings are saved as long as it lives, and what it said it has
// saved is held against what the next life finds.
type lives struct {
	options
	folder   string
	program  *program
	upstream *http.Server

	saved, tried int // the number in the settings that was saved last, and the one after it that was tried

	mu       sync.Mutex
	answered map[string]time.Time // calls that were answered with 200, by id
	faults   []string
	slowest  time.Duration // start
}

func newLives(ctx context.Context, o options) (*lives, error) {
	folder, err := os.MkdirTemp("", "headgate-soak-")
	if err != nil {
		return nil, err
	}
	l := &lives{options: o, folder: folder, answered: map[string]time.Time{}}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l.upstream = &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id":"c","object":"chat.completion","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"well"}}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}`)
	})}
	go func() { _ = l.upstream.Serve(ln) }()
	text, err := json.Marshal(object{
		"version": 1,
		"providers": []object{{
			"name": steady, "dialect": "openai", "base_url": "http://" + ln.Addr().String() + "/v1", "keys": []string{"sk-soak-of-a-short-life"},
			"models": []object{{"id": steady}},
		}},
		"groups":   []object{{"name": chat, "policy": "priority", "members": []object{{"provider": steady, "model": steady, "priority": 1, "weight": 1}}}},
		"api_keys": []object{{"name": "both", "key": keyBoth, "groups": []string{chat}}},
	})
	if err != nil {
		return nil, err
	}
	file := filepath.Join(folder, "configuration.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return nil, err
	}
	path, err := filepath.Abs(o.server)
	if err != nil {
		return nil, err
	}
	if l.program, err = newProgram(path, filepath.Join(folder, "data")); err != nil {
		return nil, err
	}
	return l, l.program.load(ctx, file)
}

// end gives the folder up, unless there is something to look at in it.
func (l *lives) end(ok bool) {
	if l.program.command != nil {
		_ = l.program.command.Process.Kill()
		<-l.program.ended
	}
	_ = l.program.log.Close()
	_ = l.upstream.Close()
	if ok {
		_ = os.RemoveAll(l.folder)
	} else {
		fmt.Println("kept in " + l.folder)
	}
}

func (l *lives) wrong(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults = append(l.faults, fmt.Sprintf(format, args...))
}

// kills is soak with nothing but kill -9, so many times, each after a fraction of a
// second.
func kills(ctx context.Context, o options) (ok bool, err error) {
	l, err := newLives(ctx, o)
	if err != nil {
		return false, err
	}
	defer func() { l.end(ok) }()
	r := o.random(drawsRestarts, 1)
	for n := range o.kills {
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		if n%50 == 49 {
			fmt.Printf("%d kills, %d calls answered, %d saves\n", n+1, len(l.answered), l.saved)
		}
		if r.IntN(5) == 0 {
			if err := l.program.stillborn(time.Duration(r.IntN(250)) * time.Millisecond); err != nil {
				return false, err
			}
			continue
		}
		began := time.Now()
		if err := l.program.start(); err != nil {
			return false, err
		}
		l.slowest = max(l.slowest, time.Since(began))
		l.live(ctx, time.Duration(50+r.IntN(400))*time.Millisecond)
		if err := l.program.kill(); err != nil {
			return false, err
		}
	}
	if err := l.look(ctx); err != nil {
		return false, err
	}
	fmt.Printf("%d kills, %d calls answered, %d saves; slowest start %v\n", o.kills, len(l.answered), l.saved, l.slowest.Round(time.Millisecond))
	for _, fault := range l.faults {
		fmt.Println("WRONG:", fault)
	}
	return len(l.faults) == 0, nil
}

// live saves and calls for a while. It returns while both still go on, as they do when
// the server is killed.
func (l *lives) live(ctx context.Context, d time.Duration) {
	page, err := logIn(ctx, l.program.admin)
	if err != nil {
		l.wrong("login: %v", err)
		return
	}
	defer page.close()
	if err := l.compare(ctx, page); err != nil {
		l.wrong("the settings can't be read: %v", err)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	var both sync.WaitGroup
	both.Go(func() {
		for ctx.Err() == nil {
			_ = l.save(ctx, page) // what was not said to be saved may be
		}
	})
	both.Go(func() { l.call(ctx) })
	<-ctx.Done()
	both.Wait()
}

// compare holds the stored settings against what was saved last.
func (l *lives) compare(ctx context.Context, page *admin) error {
	var settings struct {
		Log struct {
			Days int `json:"days"`
		} `json:"log"`
	}
	if err := page.rpc(ctx, "Settings/Get", &settings); err != nil {
		return err
	}
	if days := settings.Log.Days; l.saved != 0 && days != l.saved && days != l.tried {
		l.wrong("the settings have %d; %d was saved and %d tried", days, l.saved, l.tried)
	}
	l.saved, l.tried = settings.Log.Days, settings.Log.Days
	return nil
}

func (l *lives) save(ctx context.Context, page *admin) error {
	var settings object
	if err := page.rpc(ctx, "Settings/Get", &settings); err != nil {
		return err
	}
	l.tried = l.tried%3000 + 1
	settings["log"].(object)["days"] = l.tried
	if err := page.rpc(ctx, "Settings/Save", nil, settings); err != nil {
		return err
	}
	l.saved = l.tried
	return nil
}

// call makes calls until ctx ends.
func (l *lives) call(ctx context.Context) {
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for ctx.Err() == nil {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+l.program.gateway+"/v1/chat/completions",
			strings.NewReader(`{"model":"`+chat+`","messages":[{"role":"user","content":"hi"}]}`))
		if err != nil {
			l.wrong("%v", err)
			return
		}
		r.Header.Set("Authorization", "Bearer "+keyBoth)
		r.Header.Set("Content-Type", "application/json")
		reply, err := client.Do(r)
		if err == nil {
			_, err = io.Copy(io.Discard, reply.Body)
			_ = reply.Body.Close()
		}
		switch {
		case ctx.Err() != nil:
		case err != nil || reply.StatusCode != http.StatusOK:
			l.wrong("a call was not answered: %v, %v", reply, err)
			return
		default:
			l.mu.Lock()
			l.answered[reply.Header.Get("X-Request-Id")] = time.Now()
			l.mu.Unlock()
		}
		pause(ctx, 5*time.Millisecond)
	}
}

// look finds what a kill must not leave.
func (l *lives) look(ctx context.Context) error {
	for _, file := range []string{configFile, callsFile} {
		if said, err := integrity(ctx, l.program.folder, file); err != nil || said != "ok" {
			l.wrong("%s: %s, %v", file, said, err)
		}
	}
	return filepath.WalkDir(l.program.folder, func(path string, _ fs.DirEntry, err error) error {
		if strings.Contains(path, ".corrupt-") {
			l.wrong("a database was set aside: %s", path)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
}
