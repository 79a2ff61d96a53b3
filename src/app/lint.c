#include "app/commands.h"

#include "app/session.h"
#include "model/text.h"
#include "watch/fs_ops.h"
#include "watch/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

static void print_issue(const char *path, const struct list_issue *issue) {
    char clean[1024];
    const char *severity = issue->severity == LIST_ERROR ? "error" : "warning";
    text_clean(issue->message, clean, sizeof clean);
    if (issue->line_no)
        printf("%s:%u: %s: %s\n", path, issue->line_no, severity, clean);
    else
        printf("%s: %s: %s\n", path, severity, clean);
}

static const char *plural(size_t n) { return n == 1 ? "" : "s"; }

static int lint_list(const struct options *o, const struct profile *p) {
    struct fs_stat st;
    char *text, path[4096];
    size_t len;
    int err = settings_read_text(fs_real(), o->sweep_list, SWEEP_LIST_MAX_BYTES, &text, &len, &st);
    text_clean(o->sweep_list, path, sizeof path);
    if (err < 0) {
        session_say("%s cannot be read: %s", path, settings_list_problem(err));
        return fs_means_absent(err) ? EXIT_NOT_THERE : EXIT_USAGE;
    }
    struct sweep_list *l = sweep_list_parse(text, len, p, 0);
    for (size_t i = 0; i < l->n_issues; i++) print_issue(path, &l->issues[i]);
    size_t warnings = 0;
    for (size_t i = 0; i < l->n_issues; i++) warnings += l->issues[i].severity == LIST_WARNING;
    printf("%s: %zu case%s, %zu error%s, %zu warning%s\n", path, l->n_cases, plural(l->n_cases), l->n_errors,
           plural(l->n_errors), warnings, plural(warnings));
    int code = l->n_errors > 0 ? EXIT_USAGE : EXIT_DONE;
    sweep_list_free(l);
    free(text);
    return code;
}

int command_lint(const struct options *o) {
    struct session s = {.options = o};
    int code = session_open_profile(&s);
    if (code == 0) code = lint_list(o, s.profile);
    session_close(&s);
    return code;
}
