# A zsh at a terminal of its own: types a line and Tab, and prints what the terminal shows then.
# usage: zsh -f keys.zsh FOLDER-OF-COMPLETIONS LINE
zmodload zsh/zpty
zpty shell "zsh -f -i"
# What is waited for isn't what the terminal echoes. Keys before the prompt would be the
# terminal's own, not zsh's.
zpty -w shell "stty cols 200; fpath=(${(q)1} \$fpath); autoload -Uz compinit && compinit -u -D; PS1='pro''mpt> '"
zpty -r shell seen '*prompt> '
# The second Tab lists what the first can't choose from; after ^U the line is gone.
zpty -w -n shell "$2"$'\t\t\x15echo over$((6 * 7))\n'
zpty -r shell seen '*over42'
print -r -- $seen
zpty -d shell
