# What the scripts for a sweep's runner promise, in every combination of their switches; read with ". ", never run.
# shellcheck shell=sh disable=SC2034,SC2154 # variables of lib.sh and of the caller
#
# The caller sets home (a directory with the script and the program) and defines:
#   sweep_run PROGRAM BATCH [LIST [ARCHIVE]]   runs the script; PROGRAM: there | absent; sets status

names='温度 掃引 (x) !a! & b'

# sweep COMPLETE? NAME: a batch with its list beside it, not kept. Sets $b, $outside.
sweep() {
    make_batch "$names/$2"
    b=$batch outside="$work/$names/list of $2.txt"
    rm "$list" # not kept
    printf '# T EPS TAU\n4000 0.5 1.0\n' >"$outside"
    make_case "$b" 4000 0.5 1.0
    [ "$1" = complete ] || rm "$case_dir/summary.json"
}

# outcome: 0 done, 1 not complete, 3 not there; and whether there is a report.
check_one() { # CHECK_SWEEP STRICT LIST PROGRAM COMPLETE
    what="CHECK_SWEEP=$1 STRICT=$2 list $3, program $4, $5"
    sweep "$5" "b$made"
    made=$((made + 1))
    given=''
    case $3 in
    given) given=$outside ;;
    kept) cp "$outside" "$list" ;;
    both) cp "$outside" "$list" && given=$outside ;;
    esac
    expected=0 report=yes
    if [ "$1" = 0 ]; then
        report=no
    elif [ "$4" = absent ] || [ "$3" = none ]; then
        expected=3 report=no
    elif [ "$2" = 1 ] && [ "$5" != complete ]; then
        expected=1
    fi
    unset CHECK_SWEEP CHECK_SWEEP_STRICT
    [ "$1" = unset ] || { CHECK_SWEEP=$1 && export CHECK_SWEEP; }
    [ "$2" = unset ] || { CHECK_SWEEP_STRICT=$2 && export CHECK_SWEEP_STRICT; }
    sweep_run "$4" "$b" "$given"
    unset CHECK_SWEEP CHECK_SWEEP_STRICT
    is "$what" "$expected" "$status"
    found=no
    [ ! -e "$b/checks/sweep_completeness.csv" ] || found=yes
    is "$what: a report" "$report" "$found"
    if [ "$report" = yes ]; then same "$what: the list is kept" "$outside" "$list"; fi
}

made=0
for program in there absent; do
    for switch in unset 0 1; do
        for strict in unset 0 1; do
            for which in none given kept both; do
                # What is switched off or cannot run asks no further.
                case $program-$switch-$which in absent-*-[gkb]* | *-0-[gkb]*) continue ;; esac
                check_one "$switch" "$strict" "$which" "$program" incomplete
            done
        done
    done
done
check_one 1 1 given there complete

# The other codes come through as well.
sweep complete codes
sweep_run there ''
is 'no batch: usage' 2 "$status"
sweep_run there "$b-absent" "$outside"
is 'a batch that is not there' 3 "$status"
sweep_run there "$b" "$outside-absent"
is 'a list that is not there' 3 "$status"
printf 'no number\n' >"$work/bad.txt"
sweep_run there "$b" "$work/bad.txt"
is 'a list that cannot be used' 2 "$status"
sweep_run there "$b" "$outside" "$work/$names/no archive"
is 'an archive that is not there' 5 "$status"
archive="$work/$names/archive"
archive_config='"enabled": true'
sweep complete archived
archive_case "$case_dir" "$archive"
CHECK_SWEEP_STRICT=1
export CHECK_SWEEP_STRICT
sweep_run there "$b" "$outside" "$archive"
is 'an archive' 0 "$status"
contains 'is looked into' "$b/checks/sweep_completeness.csv" ',true,true,,complete'
rm "$archive/$title/ARCHIVE_DONE"
sweep_run there "$b/" '' "$archive/"
is 'an archive that proves nothing, with the list that was kept' 1 "$status"
unset CHECK_SWEEP_STRICT
