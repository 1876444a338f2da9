//go:build unix

package server_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"headgate/gateway/gatewaytest"
)

var (
	manyFaults = flag.Int("disk-faults", 0, "try so many more `faults` of a disk")
	diskSeed   = flag.Uint64("disk-seed", 0, "repeats a run's `number`; 0: any")
)

// onDisk is a program over a disk that fails, and what it said it has kept.
type onDisk struct {
	*watched
	folder       string
	saved, tried int    // the number in the settings that was saved last, and the one that was tried after it
	asked        uint64 // calls of this life
	kept         uint64 // calls of all lives that must be in the log
	all          uint64 // calls of all lives
}

// While single writes of SQLite fail, or all writes of the program, it answers calls,
// says that the log isn't well and which change was refused, and keeps what it said it
// has kept. Once the disk is well all goes on, without a new start.
func TestDiskThatFails(t *testing.T) {
	t.Parallel()
	d := newOnDisk(t)
	for _, f := range []diskFault{
		{"write", sqlite3.SQLITE_FULL, "headgate.db", 0, 2},
		{"write", sqlite3.SQLITE_IOERR_WRITE, "headgate.db", 3, 1},
		{"sync", sqlite3.SQLITE_IOERR_FSYNC, "headgate.db", 1, 2},
		{"write", sqlite3.SQLITE_FULL, "calls.db", 0, 3},
		{"write", sqlite3.SQLITE_IOERR_WRITE, "calls.db", 5, 1},
	} {
		d.suffer(f)
	}
	for late := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) { // it has no event
		if _, err := os.Stat(filepath.Join(d.folder, "health.sealed")); err == nil {
			break
		} else if time.Now().After(late) {
			t.Fatal("the members' health isn't kept: ", err)
		}
	}
	d.p.order(t, "fault write %d calls.db 2 100000", sqlite3.SQLITE_FULL)
	d.ask()
	d.save()
	d.die()
	d.begin("fault open %d calls.db 1 4", sqlite3.SQLITE_CANTOPEN)
	d.suffer(diskFault{}) // the one that it has begun with
	d.fill()
	d.die()
	d.begin("fault map %d calls.db 0 3", sqlite3.SQLITE_IOERR_SHMSIZE)
	d.suffer(diskFault{})
	d.wantCooling()
	d.die()
	d.begin("fault write %d headgate.db 0 1", sqlite3.SQLITE_FULL)
	d.suffer(diskFault{})
	d.random(*manyFaults)
	d.crash()
	d.judge()
}

func newOnDisk(t *testing.T) *onDisk {
	c := newCanaries()
	d := &onDisk{watched: &watched{t: t, c: c, sought: c.sought()}, folder: t.TempDir()}
	d.p = startProgram(t, d.folder, c.password)
	d.login()
	bad, good := gatewaytest.Start(t, gatewaytest.Fault("FLT-044")), gatewaytest.Start(t, gatewaytest.Script{})
	provider := func(name, at string) map[string]any {
		return map[string]any{"name": name, "dialect": "openai", "base_url": at, "keys": []string{c.provider}, "models": []any{map[string]any{"id": "m1"}}}
	}
	file, _ := json.Marshal(map[string]any{
		"version": 1, "providers": []any{provider("bad", bad.URL()), provider("good", good.URL()), provider("nowhere", "http://nowhere.example/v1")},
		"groups": []any{map[string]any{"name": "chat", "policy": "priority", "members": []any{
			map[string]any{"provider": "bad", "model": "m1", "priority": 1}, map[string]any{"provider": "good", "model": "m1", "priority": 2},
		}}},
		"api_keys": []any{map[string]any{"name": "laptop", "key": c.api, "groups": []string{"chat"}, "models": true}},
		"settings": map[string]any{"log": map[string]any{"bodies": "always"}, "failover": map[string]any{"cooldown_seconds": 900}},
	})
	d.bring(file)
	d.save()
	for range 3 { // the bad member cools down for a while
		d.ask()
	}
	d.wantCooling()
	d.awaitLog()
	return d
}

// ask makes a call, which must be answered.
func (d *onDisk) ask() {
	d.t.Helper()
	status, said := d.call("chat")
	if status != http.StatusOK {
		d.t.Fatalf("a call got %d: %s; the program said %s", status, said, d.p.said())
	}
	d.asked++
	d.all++
}

func (d *onDisk) call(model string) (int, string) {
	text := `{"model":"` + model + `","messages":[{"role":"user","content":"` + strings.Repeat("hi ", 4<<10) + `"}]}`
	r, err := http.NewRequestWithContext(d.t.Context(), "POST", d.p.gateway+"/chat/completions", strings.NewReader(text))
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+d.c.api)
	reply, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = reply.Body.Close() }()
	var said bytes.Buffer
	if _, err := said.ReadFrom(reply.Body); err != nil {
		return 0, err.Error()
	}
	d.search("the reply to a call", said.Bytes())
	return reply.StatusCode, said.String()
}

// ask asks a method for a value, which it must have.
func ask[T any](d *onDisk, method string) (value T) {
	d.t.Helper()
	if text := d.rpc(method); json.Unmarshal(text, &value) != nil {
		d.t.Fatalf("%s gave %s; the program said %s", method, text, d.p.said())
	}
	return value
}

type anyObject = map[string]any

// save changes the settings, and tells whether that was refused. Either way they are
// what was said.
func (d *onDisk) save() (refused string) {
	d.t.Helper()
	settings := ask[anyObject](d, "Settings/Get")
	if d.saved == 0 {
		d.saved = int(settings["log"].(anyObject)["days"].(float64))
	}
	d.tried = d.saved%3000 + 1
	settings["log"].(anyObject)["days"] = d.tried
	var failure struct{ Code string }
	_ = json.Unmarshal(d.rpc("Settings/Save", settings), &failure)
	if failure.Code == "" {
		d.saved = d.tried
	}
	d.compare()
	return failure.Code
}

// compare holds the settings against what was saved. What was refused may have come
// as far as the disk.
func (d *onDisk) compare() {
	d.t.Helper()
	if got := int(ask[anyObject](d, "Settings/Get")["log"].(anyObject)["days"].(float64)); got == d.tried {
		d.saved = d.tried
	} else if got != d.saved {
		d.t.Errorf("the settings have %d; %d was saved and %d tried", got, d.saved, d.tried)
	}
}

type logHealth struct {
	Written, Dropped, DroppedBodies uint64
	Error                           string
}

// awaitLog waits until all calls are written or counted as lost.
func (d *onDisk) awaitLog() logHealth {
	d.t.Helper()
	for late := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) { // it has no event
		h := ask[logHealth](d, "Calls/Health")
		if h.Error == "" && h.Written+h.Dropped >= d.asked {
			if h.Written+h.Dropped != d.asked || h.Dropped != 0 {
				d.t.Errorf("after %d calls the log says %+v", d.asked, h)
			}
			return h
		}
		if time.Now().After(late) {
			d.t.Fatalf("after %d calls the log isn't well: %+v; the program said %s", d.asked, h, d.p.said())
		}
	}
}

// suffer sets a fault and goes on until it is over. The zero value sets none.
func (d *onDisk) suffer(f diskFault) {
	d.t.Helper()
	if f.fail > 0 {
		d.p.order(d.t, "fault %s %d %s %d %d", f.kind, f.code, f.file, f.well, f.fail)
	}
	refused := 0
	for tries := 0; tries < 40; tries++ {
		d.ask()
		switch code := d.save(); {
		case code == "database_unusable":
			refused++
		case code != "":
			d.t.Errorf("a save was refused as %s", code)
		}
		d.awaitLog()
		if f.fail > 0 && d.p.order(d.t, "struck") >= f.fail {
			break
		}
		if f.fail == 0 && tries > 1 {
			break
		}
	}
	if f.fail > 0 && d.p.order(d.t, "struck") == 0 {
		d.t.Errorf("nothing came of %+v", f)
	}
	if f.file == "headgate.db" && refused == 0 {
		d.t.Errorf("with %+v all was saved", f)
	}
	if code := d.save(); code != "" {
		d.t.Errorf("the disk is well after %+v, and a save was refused as %s", f, code)
	}
	d.awaitLog()
}

// fill is a disk that has no room for anything when the program is killed, and later
// not enough of it.
func (d *onDisk) fill() {
	key, err := os.ReadFile(filepath.Join(d.folder, "secret.key"))
	if err != nil {
		d.t.Fatal(err)
	}
	d.limit(0)
	d.refused(key)
	d.die()
	if _, err := tryProgram(d.t, d.folder, d.c.password, "limit 0"); err == nil || !strings.Contains(err.Error(), "database_unusable") {
		d.t.Errorf("on a full disk it begins, or says %v", err)
	}
	d.begin("")
	d.wantCooling()
	d.limit(200 << 10)
	d.p.order(d.t, "limit -1")
	if code := d.save(); code != "" {
		d.t.Errorf("there is room again, and a save was refused as %s", code)
	}
	d.awaitLog()
	if text := d.rpc("System/About"); bytes.Contains(text, []byte(`"code"`)) {
		d.t.Errorf("all is well, and the window is told %s", text)
	}
	for _, method := range []string{"Backups/Make", "Secrets/Rotate"} {
		if text := d.rpc(method, rotation(method)...); bytes.Contains(text, []byte(`"code"`)) {
			d.t.Errorf("there is room again, and %s gave %s", method, text)
		}
	}
}

// limit lets no file get longer, and calls until the log says so.
func (d *onDisk) limit(bytes int) {
	d.t.Helper()
	d.p.order(d.t, "limit %d", bytes)
	for n := 0; ask[logHealth](d, "Calls/Health").Error == ""; n++ {
		if n > 500 {
			d.t.Fatalf("the log takes calls where there is no room beyond %d bytes", bytes)
		}
		d.ask()
	}
}

func rotation(method string) []any {
	if method == "Secrets/Rotate" {
		return []any{""}
	}
	return nil
}

// refused tries what wants room, which must leave nothing behind.
func (d *onDisk) refused(key []byte) {
	for method, want := range map[string]string{"Backups/Make": "backup_failed", "Secrets/Rotate": "secret_key_unwritable"} {
		var failure struct{ Code string }
		if text := d.rpc(method, rotation(method)...); json.Unmarshal(text, &failure) != nil || failure.Code != want {
			d.t.Errorf("%s gave %s, want %s", method, text, want)
		}
	}
	if text := d.rpc("System/About"); !bytes.Contains(text, []byte(`{"code":"calls_waiting"`)) {
		d.t.Errorf("the window isn't told of the log: %s", text)
	}
	if code := d.save(); code != "database_unusable" {
		d.t.Errorf("a save was refused as %q", code)
	}
	if text := d.do(d.admin("POST", "/files?name=c.json", []byte("{}"))); !bytes.Contains(text, []byte("upload_failed")) {
		d.t.Errorf("an upload gave %s", text)
	}
	// With a rotation health is written anew, as it is some seconds after any change.
	for late := time.Now().Add(time.Minute); !strings.Contains(d.p.said(), "the members' health can't be kept"); time.Sleep(50 * time.Millisecond) {
		d.ask()
		if time.Now().After(late) {
			d.t.Fatalf("the program doesn't try to keep health: %s", d.p.said())
		}
	}
	if said := d.p.said(); !strings.Contains(said, "the call log can't be written") || !strings.Contains(said, "the configuration can't be written") {
		d.t.Errorf("the program said %s", said)
	}
	if now, err := os.ReadFile(filepath.Join(d.folder, "secret.key")); err != nil || !bytes.Equal(now, key) {
		d.t.Errorf("the key file was %d bytes and is %d: %v", len(key), len(now), err)
	}
	for _, pattern := range []string{"*.part", "*.new", "*/*.part", "*/*.new", "uploads/*"} {
		if left, _ := filepath.Glob(filepath.Join(d.folder, pattern)); len(left) > 0 {
			d.t.Errorf("left behind: %q", left)
		}
	}
}

// wantCooling fails unless the bad member is passed over.
func (d *onDisk) wantCooling() {
	d.t.Helper()
	for _, m := range ask[[]struct{ CooldownUntil int64 }](d, "Groups/Health") {
		if m.CooldownUntil > time.Now().UnixMilli() {
			return
		}
	}
	d.t.Errorf("nobody is passed over; the program said %s", d.p.said())
}

// die ends the program as kill -9 does.
func (d *onDisk) die() {
	d.kept += ask[logHealth](d, "Calls/Health").Written
	d.p.kill()
	d.search("what the program wrote", []byte(d.p.said()))
	d.asked = 0
}

// begin starts it again over a disk with a fault. One that can't begin says so and is
// started once more without.
func (d *onDisk) begin(fault string, args ...any) {
	d.t.Helper()
	p, err := tryProgram(d.t, d.folder, d.c.password, fmt.Sprintf(fault, args...))
	if err != nil {
		if said := p.said(); !strings.Contains(said, "database_unusable") && !strings.Contains(said, "backup") {
			d.t.Errorf("it didn't begin, without words: %s", said)
		}
		p = startProgram(d.t, d.folder, d.c.password)
	}
	d.p, d.cookie = p, ""
	d.login()
	d.compare()
}

// random goes through faults that nobody has thought of, and kills in between.
func (d *onDisk) random(faults int) {
	seed := *diskSeed
	if seed == 0 {
		seed = rand.Uint64N(1_000_000) + 1
	}
	if faults > 0 {
		d.t.Logf("-disk-seed %d", seed)
	}
	r := rand.New(rand.NewPCG(seed, 1))
	for range faults {
		f := []diskFault{
			{kind: "write", code: sqlite3.SQLITE_FULL},
			{kind: "write", code: sqlite3.SQLITE_IOERR_WRITE},
			{kind: "sync", code: sqlite3.SQLITE_IOERR_FSYNC},
			{kind: "truncate", code: sqlite3.SQLITE_IOERR_TRUNCATE},
			{kind: "open", code: sqlite3.SQLITE_CANTOPEN},
			{kind: "map", code: sqlite3.SQLITE_IOERR_SHMSIZE},
		}[r.IntN(6)]
		f.file = []string{"headgate.db", "calls.db"}[r.IntN(2)]
		order := fmt.Sprintf("fault %s %d %s %d %d", f.kind, f.code, f.file, r.IntN(30), 1+r.IntN(4))
		if r.IntN(2) == 0 {
			d.die()
			d.begin("%s", order)
		} else {
			d.p.order(d.t, "%s", order)
		}
		for range r.IntN(12) {
			d.ask()
			d.save()
		}
		if r.IntN(2) == 0 {
			d.die()
			d.begin("")
		}
		d.p.order(d.t, "fault none 0 none 0 0")
		d.suffer(diskFault{})
	}
}

// crash ends the program by a fault in itself, while it asks for an address.
func (d *onDisk) crash() {
	d.kept += d.awaitLog().Written
	d.p.order(d.t, "crash")
	if status, said := d.call("nowhere/m1"); status == http.StatusOK {
		d.t.Errorf("nobody answered %s", said)
	}
	_ = d.p.process.Wait()
	said := d.p.said()
	if !strings.Contains(said, "panic: a resolver has a bug") {
		d.t.Errorf("it didn't crash: %s", said)
	}
	d.search("what the program wrote", []byte(said))
}

// judge looks at what the lives have left.
func (d *onDisk) judge() {
	d.searchFolder(d.folder)
	if aside, _ := filepath.Glob(filepath.Join(d.folder, "*.corrupt-*")); len(aside) > 0 {
		d.t.Errorf("set aside: %q", aside)
	}
	for _, file := range []string{"headgate.db", "calls.db"} {
		if said := d.query(file, `PRAGMA integrity_check`); said != "ok" {
			d.t.Errorf("%s: %s", file, said)
		}
	}
	var rows uint64
	if _, err := fmt.Sscan(d.query("calls.db", `SELECT count(*) FROM calls WHERE state = 'ok'`), &rows); err != nil || rows < d.kept || rows > d.all {
		d.t.Errorf("%d calls are in the log, %v; %d were made and %d said to be written", rows, err, d.all, d.kept)
	}
}

func (d *onDisk) query(file, statement string) (answer string) {
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: filepath.Join(d.folder, file)}).String())
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.QueryRowContext(d.t.Context(), statement).Scan(&answer); err != nil {
		d.t.Fatal(err)
	}
	return answer
}
