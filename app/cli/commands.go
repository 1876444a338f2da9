package cli

import "fmt"

// commands are all there are, in the order in which help lists them. One without
// a short line is for scripts that we wrote.
func commands() []command {
	return []command{
		{
			name: "serve", short: "run without a window, with its pages on a port of their own",
			long: `It prints where everything is, and ends with Ctrl+C or SIGTERM: calls in flight
finish first, a second signal breaks them off. The pages ask for a login.`,
			options: []option{
				dataOption,
				{name: "addr", value: "HOST:PORT", about: "gateway's address (HEADGATE_ADDR; default: the settings')"},
				{name: "admin", value: "HOST:PORT", about: "address of the pages (HEADGATE_ADMIN_ADDR; default: " + defaultAdmin + ")"},
			},
			examples: []string{
				"headgate serve",
				"ADMIN_PASSWORD=… headgate serve --data /srv/headgate --admin 0.0.0.0:8002",
			},
			run: Program.serve,
		},
		{
			name: "status", short: "tell whether the gateway answers, who answers for each group, and what fails",
			long: `Exit code 0: the gateway lets calls in. 3: no Headgate runs. 4: one runs, but its
gateway is stopped, could not start, or waits for the provider keys.`,
			options: []option{dataOption, jsonOption, {name: "quiet", about: "print nothing: the exit code tells"}},
			examples: []string{
				"headgate status",
				"headgate status --json | jq -r .gateway.baseUrl",
				"headgate status --quiet || headgate start",
			},
			run: Program.status,
		},
		{
			name: "start", short: "open the gateway of the running Headgate",
			long:    "One that is open stays so. Where no Headgate runs this fails with 3: see serve.",
			options: []option{dataOption}, examples: []string{"headgate start"}, run: Program.start,
		},
		{
			name: "stop", short: "close the gateway of the running Headgate; the program goes on",
			long: `Calls in flight finish first, for 30 seconds at most. It returns when the gateway
is closed. To end the program, too: headgate quit.`,
			options: []option{dataOption}, examples: []string{"headgate stop"}, run: Program.stop,
		},
		{
			name: "quit", short: "end the running Headgate, window or serve",
			long: `Calls in flight finish first. It returns when the data folder is free, or fails
after a minute. Where none runs there is nothing to do, and that is no failure.`,
			options: []option{dataOption}, examples: []string{"headgate quit"}, run: Program.quit,
		},
		{
			name: "groups", short: "list the groups, with their members and who would answer now",
			options: []option{dataOption, jsonOption},
			examples: []string{
				"headgate groups",
				"headgate groups --json | jq -r '.[] | select(.enabled) | .name'",
			},
			run: Program.groups,
		},
		{name: "keys", short: "API keys for tools", within: keyCommands()},
		{
			name: "import", words: "FILE", least: 1, most: 1, expects: "file",
			short: "apply a configuration file, or move over from the old server's api_server.db",
			long: `Prints what that changes, and made API keys once. A locked file is opened with the
passphrase in --passphrase-file or HEADGATE_PASSPHRASE. All of it counts, or none.`,
			options: []option{
				dataOption,
				{name: "preview", about: "print what would change, and change nothing"},
				{name: "calls", about: "bring the old server's call logs along"},
				passphraseOption,
			},
			examples: []string{
				"headgate import configuration.json --preview",
				"headgate import headgate-configuration.age --passphrase-file ~/passphrase",
				"headgate import api_server.db --calls",
			},
			run: Program.importFile,
		},
		{
			name: "export", words: "[FILE]", most: 1, expects: "file",
			short: "write the configuration to a file, or to stdout",
			long: `Without secrets; with a passphrase all of it, locked under that (age). A file that
is there already is left as it is, unless --force says otherwise.`,
			options: []option{
				dataOption, passphraseOption,
				{name: "force", about: "replace a file that is there"},
			},
			examples: []string{
				"headgate export > configuration.json",
				"headgate export backup.age --passphrase-file ~/passphrase",
			},
			run: Program.export,
		},
		{
			name: "backup", short: "copy the configuration's database into the data folder",
			long: `With its secrets, sealed as they are. Backups are put back in the window, under
Settings → Data; the oldest makes room.`,
			options: []option{dataOption, jsonOption, {name: "list", about: "list the backups that are there"}},
			examples: []string{
				"headgate backup",
				"headgate backup --list",
			},
			run: Program.backup,
		},
		{
			name: "doctor", short: "look for what keeps Headgate from working, and say what to do",
			long: `Checks the data folder, the databases, where the provider keys are kept, ports,
window and tray, the clock, and whether each provider answers to its key (it asks for
the list of models, which costs nothing). It repairs nothing.
Exit code 1 where something fails; warnings are no failure.`,
			options: []option{
				dataOption, jsonOption,
				{name: "offline", about: "ask no provider"},
			},
			examples: []string{"headgate doctor", "headgate doctor --json > doctor.json"},
			run:      Program.doctor,
		},
		{
			name: "completion", words: "SHELL", least: 1, most: 1, expects: "shell",
			short: "print what lets a shell complete these words",
			long:  "SHELL is bash, zsh, fish or powershell.",
			examples: []string{
				"source <(headgate completion bash)                        # in ~/.bashrc",
				"source <(headgate completion zsh)                         # in ~/.zshrc, after compinit",
				"headgate completion fish > ~/.config/fish/completions/headgate.fish",
				"headgate completion powershell | Out-String | Invoke-Expression",
			},
			run: Program.completion,
		},
		{name: "complete", most: -1, words: "WORDS", run: Program.complete},
		{
			name: "version", short: "print the version",
			run: func(p Program, _ given) error {
				_, err := fmt.Fprintf(p.Stdout, "headgate %s\n", p.Version)
				return err
			},
		},
		{
			name: "help", words: "[COMMAND]", most: 2, expects: "command", short: "print this, or all about a command",
			examples: []string{"headgate help import", "headgate help keys create"},
			run:      Program.help,
		},
	}
}

var passphraseOption = option{
	name: "passphrase-file", value: "FILE", about: "the file's first line is the passphrase; -: stdin", expects: "file",
}

func keyCommands() []command {
	return []command{
		{
			name: "create", words: "NAME", least: 1, most: 1, short: "make an API key, and print it this once",
			long: `Only the key goes to stdout. A key needs at least one group, or --models.`,
			options: []option{
				dataOption,
				{name: "group", value: "GROUPS", about: "groups that it may use, with commas between", expects: "group"},
				{name: "models", about: "it may name any model of an enabled provider, too"},
				{name: "days", value: "N", about: "it ends after so many days"},
				jsonOption,
			},
			examples: []string{
				"headgate keys create laptop --group chat",
				"KEY=$(headgate keys create ci --group chat,code --days 30)",
			},
			run: Program.createKey,
		},
		{
			name: "list", short: "list the API keys, without their text", options: []option{dataOption, jsonOption},
			examples: []string{"headgate keys list"}, run: Program.listKeys,
		},
		{
			name: "revoke", words: "NAME", least: 1, most: 1, expects: "key", short: "end an API key for good",
			long: "Whoever uses it is refused from now on.", options: []option{dataOption},
			examples: []string{"headgate keys revoke laptop"}, run: Program.revokeKey,
		},
	}
}
