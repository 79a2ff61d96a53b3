#!/bin/sh
# What the program says of itself: every help fits a screen, the manual knows every command and option.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname -- "$0")/lib.sh"
manual=$here/../../docs/man/sweepwatch.1
sed 's/\\-/-/g' "$manual" >"$work/manual"

run completion bash
sed -n "s/^ *commands='\(.*\)'$/\1/p" "$work/out" | tr ' ' '\n' >"$work/commands"
sed -n "s/.*options='\(.*\)' ;;$/\1/p" "$work/out" | tr ' ' '\n' | sort -u >"$work/options"
commands=$(cat "$work/commands") options=$(cat "$work/options")
if [ -n "$commands" ] && [ -n "$options" ]; then pass 'there are some'; else fail 'there are some'; fi
for command in $commands; do
    run "$command" --help
    is "the help of $command is at most 80 columns wide" '' "$(awk 'length($0) > 80' "$work/out")"
    lines=$(wc -l <"$work/out")
    case $command in watch) most=36 ;; *) most=24 ;; esac
    if [ "$lines" -le $most ]; then pass "and $most lines high"; else fail "and $most lines high" "it has $lines"; fi
    case $command in
    help | version) ;;
    watch) contains 'the manual knows watch' "$work/manual" '.RB [ watch ]' ;;
    *) contains "the manual knows $command" "$work/manual" ".B sweepwatch $command" ;;
    esac
done
for option in $options; do
    [ "$option" = --help ] || contains "the manual knows $option" "$work/manual" "$option"
done
if command -v mandoc >/dev/null 2>&1; then is 'the manual is well formed' '' "$(mandoc -T lint -W error "$manual" 2>&1)"; fi
finish
