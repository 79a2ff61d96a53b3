#!/bin/sh
# Who may know whom (docs/ARCHITECTURE.md), checked in the text of the sources.
#
#   includes.sh [ROOT]     check ROOT/src (and curses in ROOT/tests); prints FILE:LINE: [RULE] what
#   includes.sh --self-test  feed every rule something bad and see it caught
#
# Rules: room    a room includes only the rooms it may know
#        libc    model includes nothing but these libc headers
#        uv      libuv only in platform, watch, app and report/atomic_file.c
#        curses  only src/tui/term_curses.c
#        cjson   only app
#        ifdef   no question about the platform outside src/platform and *_posix.c, *_windows.c, *_linux.c, *_macos.c;
#                at most two files may ask when a comment "platform-ifdef: REASON" says why
#        calls   model, tui and report neither touch files nor ask for the time (but report/atomic_file.c writes, and
#                tui/term_curses.c opens /dev/tty)
#        stream  model has no FILE
set -u
LC_ALL=C
export LC_ALL
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

check() {
    files=$(cd "$1" && find src tests -type f -name '*.[ch]' 2>/dev/null | sort)
    case $files in
    *src/*) ;;
    *)
        echo "includes.sh: no sources under $1/src" >&2
        return 2
        ;;
    esac
    # shellcheck disable=SC2086 # our own names, without blanks
    (cd "$1" && awk -f "$here/includes.awk" $files)
}

# ---- the rules must be able to fail ---------------------------------------------------------------------------------

tmp=''
wrong=0

put() { # FILE, text from stdin
    mkdir -p "$tmp/$(dirname "$1")"
    cat >"$tmp/$1"
}

good() {
    rm -rf "$tmp"
    mkdir -p "$tmp"
    put src/model/case.c <<'C'
#include "model/case.h"
#include <stdio.h> /* snprintf */
/* "open(" and fopen(name) in a comment; // FILE */
struct ops { int (*stat)(int); };
int row_time(int t);
int ask(const struct ops *o) { return o->stat(1); } // time(NULL)
const char *word(void) { return "FILE fopen(x) _WIN32 /* "; }
C
    put src/watch/scan.c <<'C'
#include "model/fact.h"
#include "platform/lock.h"
#include "watch/scan.h"
#include <uv.h>
C
    put src/platform/lock_linux.c <<'C'
#include "platform/lock.h"
#ifdef __linux__
#endif
C
    put src/watch/fs_real_posix.c <<'C'
#if defined(__APPLE__)
#endif
C
    put src/report/atomic_file.c <<'C'
#include "report/atomic_file.h"
#include <uv.h>
int f(void) { return open("x", 0); }
C
    put src/tui/term_curses.c <<'C'
/* platform-ifdef: curses is called otherwise there */
#ifdef _WIN32
#include <ncurses/ncurses.h>
#else
#include <curses.h>
#endif
void *tty(void) { return fopen("/dev/tty", "re"); }
C
    put src/app/config.c <<'C'
#include "tui/screen.h"
#include "watch/root.h"
#include <cjson/cJSON.h>
#include <uv.h>
#include <time.h>
C
    put src/main.c <<'C'
#include "app/command.h"
#include "platform/startup.h"
C
    put tests/unit/test_x.c <<'C'
#include "model/case.h"
#include <cjson/cJSON.h>
C
}

# expect RULE FILE:LINE: the sources at hand are refused for exactly this.
expect() {
    found=$(check "$tmp")
    status=$?
    if [ $status -ne 1 ] || [ "$(printf '%s\n' "$found" | cut -d' ' -f1,2)" != "$2: [$1]" ]; then
        echo "self-test: [$1] at $2 was to be found, exit 1; exit $status and:"
        printf '%s\n' "${found:-(nothing)}"
        wrong=1
    fi
    cases=$((cases + 1))
    good
}

# bad RULE FILE LINE-OF-C: this one line alone, as a file of its own.
bad() {
    printf '%s\n' "$3" | put "$2"
    expect "$1" "$2:1"
}

self_test() {
    tmp=$(mktemp -d) || exit 2
    trap 'rm -rf "$tmp"' EXIT
    cases=0
    good
    if ! found=$(check "$tmp"); then
        echo "self-test: good sources were refused:"
        printf '%s\n' "$found"
        wrong=1
    fi

    bad room src/model/a.c '#include "watch/scan.h"'
    bad room src/model/a.c '#include "platform/lock.h"'
    bad room src/platform/a.h '#include "model/fact.h"'
    bad room src/watch/a.c '#include "tui/screen.h"'
    bad room src/watch/a.c '#include "report/csv.h"'
    bad room src/report/a.c '#include "platform/lock.h"'
    bad room src/report/a.c '#include "watch/scan.h"'
    bad room src/tui/a.c '#include "report/csv.h"'
    bad room src/tui/a.c '  #  include   "app/monitor.h"'
    bad room src/main.c '#include "model/case.h"'
    bad room src/watch/a.c '#include "scan.h"'
    bad room src/watch/a.c '#include "../model/case.h"'
    bad room src/tui/a.c '#include HEADER'
    bad room src/model/a.c '/* c */ #include "app/monitor.h"'
    bad libc src/model/a.c '#include <unistd.h>'
    bad libc src/model/a.c '#include <time.h>'
    bad libc src/model/a.c '#include <sys/stat.h>'
    bad uv src/tui/a.c '#include <uv.h>'
    bad uv src/report/a.c '#include "uv.h"'
    bad curses src/tui/view.c '#include <curses.h>'
    bad curses src/app/a.c '#include <ncursesw/ncurses.h>'
    bad curses tests/unit/test_y.c '#include <term.h>'
    bad cjson src/watch/a.c '#include <cjson/cJSON.h>'
    bad cjson src/report/a.c '#include <cJSON.h>'
    bad ifdef src/app/a.c '#ifdef _WIN32'
    bad ifdef src/watch/a.c '#  if defined(__linux__) && X'
    bad ifdef src/tui/a.h '#ifndef __APPLE__'
    bad ifdef src/model/a.c '#elif defined _MSC_VER'
    put src/app/a.c <<'C'
/* platform-ifdef: */
#ifdef _WIN32
#endif
C
    expect ifdef src/app/a.c:2
    for name in a b; do
        put src/app/$name.c <<'C'
/* platform-ifdef: a third file, with term_curses.c */
#ifdef _WIN32
#endif
C
    done
    expect ifdef src/tui/term_curses.c:2
    bad calls src/tui/a.c 'int f(void) { return open("x", 0); }'
    bad calls src/tui/a.c 'void *f(void) { return fopen ("x", "r"); }'
    bad calls src/tui/view.c 'void *tty(void) { return fopen("/dev/tty", "re"); }'
    bad calls src/tui/term_curses.c 'void *tty(void) { return fopen("/dev/input", "re"); }'
    bad calls src/report/a.c 'int f(void) { return stat("x", 0); }'
    bad calls src/report/a.c 'long f(void) { return time(0); }'
    bad calls src/tui/a.c 'int f(void) { return clock_gettime(0, 0); }'
    bad calls src/model/a.c 'int f(void) { return (int)clock(); }'
    bad calls src/model/a.c '/* c */ int f(void) { char *s = "\\"; return rename(s, s); }'
    bad calls src/tui/a.c 'int f(void) { return uv_fs_stat(0); }'
    bad stream src/model/a.c 'int f(FILE *out);'
    bad stream src/model/a.c 'int f(void) { return puts("x"), fflush(stdout); }'
    put src/model/a.c <<'C'
/* a comment over
 * two lines: */ int f(void) { return open("x", 0); }
C
    expect calls src/model/a.c:2

    rm -rf "$tmp"
    mkdir -p "$tmp/src"
    if check "$tmp" 2>/dev/null; then
        echo "self-test: a tree without sources passed"
        wrong=1
    fi
    [ $wrong -eq 0 ] && echo "self-test: $cases bad sources, each refused"
    return $wrong
}

case ${1:-} in
--self-test) self_test ;;
*) check "${1:-$here/../..}" && echo "include rules hold" ;;
esac
