package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func completions(t *testing.T, typed ...string) []string {
	t.Helper()
	got := must(t, run(t, nil, append([]string{"complete", "--"}, typed...)...))
	var words []string
	for line := range strings.Lines(got.stdout) {
		word, _, _ := strings.Cut(line, "\t")
		words = append(words, word)
	}
	return words
}

func TestCompletionKnowsCommandsFlagsAndNames(t *testing.T) {
	data, _ := house(t)
	serve(t, []string{"ADMIN_PASSWORD=enchantresses"}, anyPorts(data)...)
	for _, c := range []struct{ typed, want string }{
		{"|st", "status start stop"},
		{"|keys| ", "create list revoke"},
		{"|keys|create|laptop|--g", "--group"},
		{"|completion| ", "bash zsh fish powershell"},
		{"|help|doc", "doctor"},
		{"|import|--pr", "--preview"},
		{"|import|some", ""}, // the shell offers files
		{"|serve|--data| ", ""},
		{"|keys|create|x|--data|" + data + "|--group| ", "chat code"},
		{"|keys|create|x|--data|" + data + "|--group|chat,", "chat,chat chat,code"},
		{"|keys|revoke|--data|" + data + "|l", "laptop"},
		{"|compl", "completion"}, // not what is for scripts
		{"|fly| ", ""},
	} {
		typed := strings.Split(c.typed, "|")[1:]
		for i := range typed {
			typed[i] = strings.TrimSpace(typed[i])
		}
		if got := strings.Join(completions(t, typed...), " "); got != c.want {
			t.Errorf("%q becomes %q, want %q", typed, got, c.want)
		}
	}
	if all := completions(t, ""); !slices.Contains(all, "doctor") || slices.Contains(all, "complete") {
		t.Errorf("all commands are %v", all)
	}
}

// bash runs what it was given, with a program that says what it was asked.
func TestBashCompletes(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Logf("no bash here: %v", err)
		return
	}
	dir := t.TempDir()
	script := writeFile(t, filepath.Join(dir, "completion"), must(t, run(t, nil, "completion", "bash")).stdout)
	program := writeFile(t, filepath.Join(dir, "headgate"), "#!/bin/sh\nprintf '%s,' \"$@\" >'"+dir+"/asked'\nprintf 'two words\\tabout\\nthree\\t\\n'\n")
	if err := os.Chmod(program, 0o700); err != nil { //nolint:gosec // it is a program
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), bash, "--norc", "-c", `source "$1"
		COMP_WORDS=("$2" keys revoke "") COMP_CWORD=3; _headgate; printf '%s|' "${COMPREPLY[@]}"; complete -p headgate`, "bash", script, program).CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), `two\ words|three|`) || !strings.Contains(string(out), "-F _headgate headgate") {
		t.Errorf("bash: %v: %s", err, out)
	}
	if asked, err := os.ReadFile(filepath.Join(dir, "asked")); err != nil || string(asked) != "complete,--,keys,revoke,," {
		t.Errorf("the program was asked %q, %v", asked, err)
	}
}
