#!/bin/sh
# The completion scripts are of this program's options, and each shell that is here can read its own.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname -- "$0")/lib.sh"

for shell in bash zsh fish powershell; do
    runs "$shell" 0 completion $shell
    cp "$work/out" "$work/completion.$shell"
    contains "$shell knows an option of check" "$work/out" strict
    for command in watch check show lint demo replay; do contains "$shell knows $command" "$work/out" $command; done
    lacks "$shell is not told of what nobody types" "$work/out" demo-writer
done
for shell in bash zsh; do
    ! command -v $shell >/dev/null || is "$shell reads it" '' "$($shell -n "$work/completion.$shell" 2>&1)"
done
! command -v fish >/dev/null || is 'fish reads it' '' "$(fish --no-execute "$work/completion.fish" 2>&1)"
if command -v bash >/dev/null; then
    # shellcheck disable=SC2016 # for the inner shell
    complete='. "$0"; shift 0; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sweepwatch; echo "${COMPREPLY[*]}"'
    is 'bash completes an option' '--archive-dir' "$(bash -c "$complete" "$work/completion.bash" sweepwatch check --ar)"
    is 'and those of watch without a command' '--stall-after' \
        "$(bash -c "$complete" "$work/completion.bash" sweepwatch --sta)"
    is 'and a command' 'replay' "$(cd "$work" && bash -c "$complete" "$work/completion.bash" sweepwatch rep)"
fi
runs 'another shell' 2 completion tcsh
finish
