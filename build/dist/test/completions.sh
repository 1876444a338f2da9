#!/usr/bin/env bash
# Tab in the shells that people have: what the deb brings is found by bash, zsh and fish where
# the system looks for it, and completes commands, flags, files and a running program's names.
# PowerShell isn't to be had from Debian: its script is not run here.
cd "$(dirname "$0")/../../.." || exit 1
. build/dist/test/world.sh

dpkg-deb --fsys-tarfile "$(one 'headgate_*_linux_amd64.deb')" | tar -C "$work" -x ./usr
share=$work/usr/share
# The program with a window wants its libraries; the other one has the same commands.
ln -sf headgate-server "$work/usr/bin/headgate"
upstreams "$work/config.json"
mkdir "$work/home" "$work/files"
touch "$work/files/settings-of-mine.json"
keys=$PWD/build/dist/test/keys.zsh
cd "$work/files"
export PATH=$work/usr/bin:$PATH HOME=$work/home HEADGATE_DATA=$work/data XDG_DATA_DIRS=$share:/usr/share LANG=C.UTF-8 TERM=dumb
headgate import "$work/config.json" >/dev/null
program_log=$work/serve.log
headgate serve --addr 127.0.0.1:18031 --admin 127.0.0.1:18032 >"$program_log" 2>&1 &
at_end "kill $!"
until_true 30 "a running program" headgate status

# What is typed with a Tab, and a word that must be in what the shell makes of it.
cases() {
	cat <<-END
		headgate st	status
		headgate st	stop
		headgate-server keys 	revoke
		headgate keys create x --gr	--group
		headgate keys create x --group 	chat
		headgate keys revoke 	test
		headgate import set	settings-of-mine.json
		headgate completion 	powershell
	END
}

# bash_makes LINE: what bash offers, with the script found by bash-completion.
bash_makes() {
	# shellcheck disable=SC2016
	bash --norc -c '
		source /usr/share/bash-completion/bash_completion
		line=$1
		read -ra COMP_WORDS <<<"$line"
		[[ $line != *" " ]] || COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_completion_loader "${COMP_WORDS[0]}" || [ $? -eq 124 ] || exit
		_headgate
		[ ${#COMPREPLY[@]} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f "${COMP_WORDS[COMP_CWORD]}")
		printf "%s\n" "${COMPREPLY[@]}"' bash "$1"
}

fish_makes() { fish -c 'complete -C $argv[1]' "$1" | cut -f 1; }

# zsh_makes LINE: what it shows after Tab, as the keyboard and the screen have it.
zsh_makes() { timeout 60 zsh -f "$keys" "$share/zsh/site-functions" "$1"; }

for shell in bash zsh fish; do
	while IFS=$'\t' read -r line want; do
		made=$("${shell}_makes" "$line")
		grep -qwF -e "$want" <<<"$made" || die "$shell doesn't make $want of '$line', but: $made"
	done < <(cases)
	passed "$shell completes $(cases | wc -l) lines"
done
