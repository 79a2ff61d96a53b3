#!/bin/sh
# A Japanese machine: code page 932 in the list, the settings, results, markers and in the runner's own script, paths with
# Japanese and blanks, and a CSV for Excel.
# shellcheck source=tests/windows/lib.sh
. "$(dirname -- "$0")/lib.sh"

if [ -n "$EMULATOR" ]; then # wine takes its locale and its code page from here
    localedef -i ja_JP -f UTF-8 "$work/ja_JP.UTF-8" 2>/dev/null || skip 'the Japanese locale cannot be made: no localedef, or not its sources'
    LOCPATH=$work LC_ALL=ja_JP.UTF-8
    export LOCPATH LC_ALL
fi
windows_run reg query 'HKLM\System\CurrentControlSet\Control\Nls\CodePage' /v ACP >"$work/acp" 2>&1
grep -q 932 "$work/acp" || skip "this is no machine of code page 932: $(cat "$work/acp")"

# In code page 932; three of these end with a byte that is a backslash in ASCII.
heat='\211\267\223\170' sweep='\221\174\210\370' table='\225\134' list_of='\210\352\227\227' so='\203\134' ability='\224\134'

make_batch '温度 掃引 (表)/20260101-0000__abc1234__seed0'
b=$batch B=$(windows_path "$batch")
rm "$list"
outside="$work/一覧 表.txt"
# shellcheck disable=SC2059 # the bytes are in the format
printf "# $heat $sweep $table\r\n4000 0.5 1.0\r\n5000 0.5 1.0\r\n6000 0.5 1.0\r\n" >"$outside"
# shellcheck disable=SC2059
{
    printf 'sweep_total=3\r\nsweep_list_file='
    windows_path "$work/" | sed 's/\\/&&/g' >"$work/path"
    printf "$(cat "$work/path")$list_of $table.txt\r\n"
} >"$b/sweep_settings.txt"
archive_config='"enabled": true'
for temperature in 4000 5000 6000; do
    make_case "$b" $temperature 0.5 1.0
    # shellcheck disable=SC2059
    printf "{\"case_status\": \"ok\", \"note\": \"$table$so$ability\"}\r\n" >"$case_dir/summary.json"
    archive_case "$case_dir" "$work/保管 先"
done
# shellcheck disable=SC2059
printf "$table$ability $heat\r\n" >"$b/T6000_eps0p5_tau1p0/ARCHIVE_SKIPPED"
rm -r "$work/保管 先/T6000_eps0p5_tau1p0"
rm "$b/T5000_eps0p5_tau1p0/run_card.md" "$b/T5000_eps0p5_tau1p0/series/"*
rm -r "$work/保管 先/T5000_eps0p5_tau1p0"

csv=$b/checks/sweep_completeness.csv json=$b/checks/sweep_completeness.json
csv_says() {
    printf '\357\273\277' >"$work/with.csv"
    { printf '%s\n' "$csv_header" && cat; } | sed 's/$/\r/' >>"$work/with.csv"
    same "$1" "$work/with.csv" "$csv"
}
runs 'the list that the settings name' 0 check "$B" --archive-dir "$(windows_path "$work/保管 先")" --csv-bom
csv_says 'the CSV is UTF-8, with a byte order mark' <<CSV
T4000_eps0p5_tau1p0,$B\\T4000_eps0p5_tau1p0,true,true,,complete
T5000_eps0p5_tau1p0,$B\\T5000_eps0p5_tau1p0,true,false,series/run.parquet,missing
T6000_eps0p5_tau1p0,$B\\T6000_eps0p5_tau1p0,true,false,,archive_failed
CSV
case_has 'the marker is decoded' "$json" T6000_eps0p5_tau1p0 '表能 温度'
contains 'the list is named as it is called' "$json" '一覧 表.txt'

# The runner's script as a Japanese editor saves it.
home="$work/プログラム"
mkdir "$home"
cp "$here/../../assets/windows/check_sweep.cmd" "$home/"
cp "$SWEEPWATCH_EXE" "$home/sweepwatch.exe"
unset SWEEPWATCH
rm "$csv" "$json"
if command -v iconv >/dev/null 2>&1 && iconv -f UTF-8 -t CP932 </dev/null 2>/dev/null; then
    printf '@echo off\nset CHECK_SWEEP_STRICT=1\n"%s" "%s" "%s" "%s"\n' "$(windows_path "$home/check_sweep.cmd")" "$B\\" \
        "$(windows_path "$outside")" "$(windows_path "$work/保管 先")" | sed 's/$/\r/' | iconv -f UTF-8 -t CP932 >"$work/runner.cmd"
    status=0
    (cd "$work" && windows_run cmd /c runner.cmd) >"$work/out" 2>"$work/err" </dev/null || status=$?
    is 'a runner in code page 932' 1 "$status"
    contains 'its report' "$csv" "T4000_eps0p5_tau1p0,$B\\T4000_eps0p5_tau1p0,true,true,,complete"
    same 'the list is kept as it was' "$outside" "$list"
else
    printf 'skipped: a runner in code page 932: iconv is not here\n'
fi

finish
