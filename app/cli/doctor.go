package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"headgate/app/api"
	"headgate/app/apperr"
	"headgate/app/desktop"
	"headgate/app/i18n"
	"headgate/app/store"
)

// level is how bad a finding is.
type level string

const (
	levelOK   level = "ok"
	levelWarn level = "warn"
	levelFail level = "fail"
)

// finding is what a check has found, as `doctor --json` prints it.
type finding struct {
	Check string `json:"check"`
	Level level  `json:"level"`
	Says  string `json:"says"`
	Do    string `json:"do"` // what to do; "": nothing
}

// examination is one run of doctor.
type examination struct {
	Program
	env      map[string]string
	folder   string
	offline  bool
	texts    *i18n.Texts
	findings []finding
}

func (x *examination) note(check string, l level, says, do string) {
	x.findings = append(x.findings, finding{check, l, says, do})
}

// doctor looks for what keeps Headgate from working.
func (p Program) doctor(g given) error {
	env, err := p.environment()
	if err != nil {
		return err
	}
	folder, err := dataFolder(g.text("data"), env)
	if err != nil {
		return err
	}
	x := &examination{Program: p, env: env, folder: folder, offline: g.is("offline"), texts: i18n.New("en")}
	x.note("program", levelOK, fmt.Sprintf("headgate %s, %s on %s", p.Version, runtime.GOOS, runtime.GOARCH), "")
	ctx := context.Background()
	x.all(ctx)
	if err := p.tell(g, x.findings, func(w io.Writer) { tellFindings(w, x.findings) }); err != nil {
		return err
	}
	for _, f := range x.findings {
		if f.Level == levelFail {
			return errTold
		}
	}
	return nil
}

func tellFindings(w io.Writer, findings []finding) {
	for _, f := range findings {
		fmt.Fprintf(w, "%s\t%s\t%s\n", f.Level, f.Check, f.Says)
		if f.Do != "" {
			fmt.Fprintf(w, "\t\t→ %s\n", f.Do)
		}
	}
}

func (x *examination) all(ctx context.Context) {
	usable, there := x.lookAtFolder()
	whole := true
	if there {
		whole = x.lookAtDatabases(ctx)
	}
	asked := false
	ask := func(ctx context.Context, c *caller) error {
		asked = true
		x.ask(ctx, c)
		return nil
	}
	err := x.inRunning(x.folder, ask)
	if errors.Is(err, errNotRunning) && usable {
		x.note("instance", levelOK, "no Headgate runs in this folder", "")
		err = nil
		if there && whole { // else it would be set aside, or made
			err = x.inAny(x.folder, ask)
		}
	}
	switch {
	case err != nil && !errors.Is(err, errNotRunning):
		x.note("instance", levelFail, x.texts.Error(err), "end that process, or give another folder with --data")
	case !asked && usable && !there:
		x.note("configuration", levelOK, "there is none yet", "")
	case !asked:
		x.note("configuration", levelWarn, "it could not be read, so providers and address were not looked at", "")
		x.lookAtPort(defaultGateway)
	}
	for _, f := range desktop.Examine() {
		x.note(f.Check, level(f.Level), f.Says, f.Do)
	}
}

// lookAtDatabases tells whether the files can be used.
func (x *examination) lookAtDatabases(ctx context.Context) (whole bool) {
	files, err := store.Check(ctx, x.folder, x.env["DATABASE_URL"])
	if err != nil {
		x.note("database", levelFail, x.texts.Error(err), "")
		return false
	}
	whole = true
	for _, f := range files {
		switch {
		case f.Err != nil:
			whole = false
			x.note("database", levelFail, f.Path+" can't be used: "+x.words(f.Err),
				"the next start sets a broken file aside and takes the newest backup; keep a copy of the folder first")
		case f.Size == 0:
			x.note("database", levelWarn, f.Path+" isn't there yet", "the first start makes it")
		case f.Skipped:
			x.note("database", levelOK, fmt.Sprintf("%s, %d MiB: too large to be looked through here", f.Path, f.Size>>20), "")
		default:
			x.note("database", levelOK, fmt.Sprintf("%s is whole, %d KiB", f.Path, (f.Size+1023)>>10), "")
		}
	}
	return whole
}

// words are an error's text, also of one without a code.
func (x *examination) words(err error) string {
	if apperr.Code(err) == apperr.Internal {
		return err.Error()
	}
	return x.texts.Error(err)
}

// ask examines what only the program itself knows.
func (x *examination) ask(ctx context.Context, c *caller) {
	var about api.About
	if err := c.call(ctx, "System/About", &about); err != nil {
		x.note("instance", levelFail, x.words(err), "")
		return
	}
	if c.running {
		l, do := levelOK, ""
		if about.Version != x.Version {
			l, do = levelWarn, "quit and start it, if you have just installed this version"
		}
		x.note("instance", l, fmt.Sprintf("Headgate %s runs in this folder", about.Version), do)
	}
	for _, n := range about.Notices {
		data := map[string]any{}
		for name, value := range n.Params {
			data[name] = value
		}
		x.note("notice", levelWarn, x.texts.T("notice."+n.Code, data), "")
	}
	x.askKeys(ctx, c)
	x.askGateway(ctx, c)
	x.askProviders(ctx, c)
}
