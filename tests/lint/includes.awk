# The rules of includes.sh, over the files named as arguments. Exit 1 when one is broken.

BEGIN {
    knows["model"] = " model "
    knows["platform"] = " platform "
    knows["watch"] = " watch model platform "
    knows["report"] = " report model "
    knows["tui"] = " tui model "
    knows["app"] = " app watch report tui platform model "
    knows["main"] = " app platform "
    libc = " assert ctype errno float inttypes limits locale math stdalign stdarg stdatomic stdbool stddef stdint " \
           "stdio stdlib stdnoreturn string strings wchar wctype "
    systems = "(_WIN32|_WIN64|WIN32|__linux__|__linux|linux|__APPLE__|__MACH__|__unix__|__unix|__FreeBSD__|" \
              "__CYGWIN__|__MINGW32__|__MINGW64__|_MSC_VER|TARGET_OS_[A-Z]+)"
    calls = "(open|openat|creat|fopen|fdopen|freopen|tmpfile|stat|lstat|fstat|fstatat|statx|access|opendir|scandir|" \
            "remove|rename|unlink|mkdir|rmdir|time|clock|clock_gettime|gettimeofday|timespec_get|" \
            "uv_fs_[a-z_]+|uv_now|uv_hrtime|uv_clock_gettime)"
}

function broken(rule, what) { report(FILENAME ":" FNR, rule, what) }
function report(at, rule, what) {
    print at ": [" rule "] " what
    failed = 1
}

# The line without comments; strings and characters lose their content. `comment` carries over lines.
function code(s, out, c, two, i, n, quote) {
    if (!comment && s !~ /["'\/]/) return s
    out = ""
    n = length(s)
    for (i = 1; i <= n; i++) {
        two = substr(s, i, 2)
        c = substr(two, 1, 1)
        if (comment) {
            if (two == "*/") { comment = 0; i++; out = out " " }
        } else if (quote != "") {
            if (c == "\\") i++
            else if (c == quote) { quote = ""; out = out c }
        } else if (two == "/*") { comment = 1; i++ }
        else if (two == "//") break
        else {
            if (c == "\"" || c == "'") quote = c
            out = out c
        }
    }
    return out
}

function word_in(s, words) { return s ~ ("(^|[^A-Za-z0-9_])" words "([^A-Za-z0-9_]|$)") }

# Is one of the functions called? A member of a struct of that name is not the function, nor is another word's end.
function called(s, at) {
    while (match(s, "(^|[^A-Za-z0-9_])" calls "[ \t]*[(]")) {
        at = substr(s, RSTART, RLENGTH)
        if (at !~ /^[.>]/) return at
        s = substr(s, RSTART + RLENGTH)
    }
    return ""
}

FNR == 1 {
    comment = 0
    n = split(FILENAME, part, "/")
    room = part[1] == "tests" ? "tests" : (n == 2 ? "main" : part[2])
    own_platform = room == "platform" || FILENAME ~ /_(posix|windows|linux|macos)\.c$/
    files_away = room == "model" || room == "tui" || (room == "report" && FILENAME != "src/report/atomic_file.c")
    reason[FILENAME] = 0
}

/platform-ifdef:[ \t]*[A-Za-z]/ { reason[FILENAME] = 1 }

{
    raw = $0
    s = code(raw)
}

s ~ /^[ \t]*#[ \t]*include/ {
    name = raw
    sub(/^.*#[ \t]*include[ \t]*/, "", name)
    open_mark = substr(name, 1, 1)
    name = substr(name, 2)
    sub(/[">].*$/, "", name)
    if (open_mark != "\"" && open_mark != "<") {
        if (room != "tests") broken("room", "an include that is computed cannot be checked")
        next
    }
    base = name
    sub(/^.*\//, "", base)
    if (base ~ /^(n?curses(w|\.h|$)|term\.h|panel\.h|menu\.h|form\.h)/) {
        if (FILENAME != "src/tui/term_curses.c") broken("curses", "only src/tui/term_curses.c includes curses")
    } else if (room == "tests") {
        next
    } else if (base == "cJSON.h") {
        if (room != "app") broken("cjson", "cJSON is for app")
    } else if (name ~ /^uv(\.h|\/)/) {
        if (room != "platform" && room != "watch" && room != "app" && FILENAME != "src/report/atomic_file.c")
            broken("uv", "libuv is for platform, watch and app")
    } else if (open_mark == "\"") {
        target = name
        sub(/\/.*$/, "", target)
        if (target == name || index(knows[room], " " target " ") == 0)
            broken("room", room " may include only:" knows[room] "(\"" name "\")")
    } else if (room == "model") {
        header = name
        sub(/\.h$/, "", header)
        if (index(libc, " " header " ") == 0) broken("libc", "model includes only plain libc headers (<" name ">)")
    }
    next
}

room == "tests" { next }

s ~ /^[ \t]*#[ \t]*(if|ifdef|ifndef|elif)/ && word_in(s, systems) && !own_platform {
    if (!(FILENAME in asks)) { asks[FILENAME] = FNR; order[++n_asks] = FILENAME }
}

files_away {
    what = called(s)
    own_terminal = FILENAME == "src/tui/term_curses.c" && raw ~ /fopen\("\/dev\/tty"/
    if (what != "" && !own_terminal) {
        gsub(/^[^A-Za-z_]+|[ \t]*[(]$/, "", what)
        broken("calls", room " touches no file and asks for no time: " what "()")
    }
}

room == "model" && word_in(s, "(FILE|stdin|stdout|stderr|printf|puts|putchar)") { broken("stream", "model has no streams") }

END {
    excused = 0
    for (i = 1; i <= n_asks; i++) {
        name = order[i]
        if (reason[name] && ++excused <= 2) continue
        report(name ":" asks[name], "ifdef", reason[name] ? "a third file that asks for the platform" \
            : "ask for the platform in src/platform, or say why in a comment: platform-ifdef: ...")
    }
    exit failed
}
