#include "model/reason.h"

#include "model/case.h"
#include "model/cause.h"
#include "model/stall_cause.h"
#include "model/text.h"

#include <stdio.h>
#include <string.h>

enum message {
#define MESSAGE(ID, english, japanese) MSG_##ID,
#include "model/reason.def"
    MSG_COUNT
};

static const char *const sentences[MSG_COUNT][LANGUAGE_COUNT] = {
#define MESSAGE(ID, english, japanese) {english, japanese},
#include "model/reason.def"
};

enum {
    NAMES_SHOWN = 4,   /* of a list of names; the rest is a number */
    NAME_BYTES = 100,  /* of one name in a sentence */
    NAMES_BYTES = 360, /* of a list of names */
    QUOTE_BYTES = 200, /* of a marker's text or a note */
    WORDS_BYTES = 40   /* of a number, a size, a duration */
};

/* What the sentences of one row are made from. */
struct about {
    const struct table *table;
    const struct row *row;
    const struct profile *profile;
    enum language language;
    int64_t now;
    struct case_view view;
    struct verdict verdict;
    bool ambiguous[ROOT_COUNT];
    bool counts[ROOT_COUNT]; /* what stands in this root is of this case */
    char (*out)[REASON_BYTES];
    int n;
};

/* ---- the formatter ---- */

/* A sentence in the language of the screen. */
static void format(const struct about *a, char *out, size_t cap, enum message m, const char *const args[]) {
    text_format(sentences[m][a->language], args, out, cap);
}

/* The arguments of a message, in order. */
#define ARGS(...) ((const char *const[]){__VA_ARGS__})

/* Adds a sentence, unless it has been said or there is no room. */
static void say(struct about *a, enum message m, const char *const args[]) {
    char raw[2 * REASON_BYTES], *line = a->out[a->n < REASON_MAX ? a->n : 0];
    if (a->n >= REASON_MAX) return;
    format(a, raw, sizeof raw, m, args);
    text_clean(raw, line, REASON_BYTES);
    for (int i = 0; i < a->n; i++) {
        if (strcmp(a->out[i], line) == 0) return;
    }
    a->n++;
}

/* ---- arguments ---- */

/* Text from outside as part of a sentence: blanks and line ends become one space each, the rest is cleaned. */
static const char *quote(const char *text, char out[QUOTE_BYTES]) {
    char flat[2 * QUOTE_BYTES];
    size_t n = 0;
    bool gap = false;
    for (const char *s = text; *s && n + 2 < sizeof flat; s++) {
        if (*s == ' ' || *s == '\t' || *s == '\r' || *s == '\n') {
            gap = n > 0;
            continue;
        }
        if (gap) flat[n++] = ' ';
        gap = false;
        flat[n++] = *s;
    }
    flat[n] = '\0';
    text_clean(flat, out, QUOTE_BYTES);
    return out;
}

static const char *clip(const char *name, char out[NAME_BYTES]) {
    text_clean(name, out, NAME_BYTES);
    return out;
}

static const char *number(int64_t n, char out[WORDS_BYTES]) {
    snprintf(out, WORDS_BYTES, "%lld", (long long)n);
    return out;
}

static const char *size_words(const struct about *a, int64_t bytes, char out[WORDS_BYTES]) {
    static const char *const unit[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    if (bytes == 1) return sentences[MSG_BYTE][a->language];
    if (bytes < 10000) {
        char digits[WORDS_BYTES];
        format(a, out, WORDS_BYTES, MSG_BYTES, ARGS(number(bytes, digits)));
        return out;
    }
    int u = 0;
    int64_t tenths = bytes / 100;
    for (; tenths >= 10000; u++) tenths /= 1000;
    snprintf(out, WORDS_BYTES, "%lld.%lld %s", (long long)(tenths / 10), (long long)(tenths % 10), unit[u]);
    return out;
}

void reason_duration(int64_t ms, char *out, size_t cap) {
    enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR };
    if (ms < 0) {
        snprintf(out, cap, "—");
        return;
    }
    if (ms < 2 * MINUTE) {
        snprintf(out, cap, "%lld s", (long long)(ms / SECOND));
        return;
    }
    if (ms < 2 * HOUR) {
        snprintf(out, cap, "%lld min", (long long)(ms / MINUTE));
        return;
    }
    bool days = ms >= 2 * (int64_t)DAY;
    int64_t tenths = days ? ms / (DAY / 10) : ms / (HOUR / 10);
    const char *unit = days ? "d" : "h";
    if (tenths % 10 == 0)
        snprintf(out, cap, "%lld %s", (long long)(tenths / 10), unit);
    else
        snprintf(out, cap, "%lld.%lld %s", (long long)(tenths / 10), (long long)(tenths % 10), unit);
}

static const char *duration(int64_t ms, char out[WORDS_BYTES]) {
    reason_duration(ms > 0 ? ms : 0, out, WORDS_BYTES);
    return out;
}

static const char *in_root(const struct about *a, enum root_id root) {
    return sentences[root == ROOT_BATCH ? MSG_IN_BATCH : MSG_IN_ARCHIVE][a->language];
}

static const char *state_words(const struct about *a, enum artifact_state s) {
    switch (s) {
    case ARTIFACT_GROWING:
        return sentences[MSG_STATE_GROWING][a->language];
    case ARTIFACT_TRUNCATED:
        return sentences[MSG_STATE_TRUNCATED][a->language];
    case ARTIFACT_LOCKED:
        return sentences[MSG_STATE_LOCKED][a->language];
    case ARTIFACT_UNKNOWN:
        return sentences[MSG_STATE_UNKNOWN][a->language];
    default:
        return sentences[MSG_STATE_ABSENT][a->language];
    }
}

static const char *artifact_path(const struct about *a, int i) { return a->profile->artifact[i].path; }

/* The file that stands for an artifact: its own path, or the alternative's name in the same directory. */
static const char *file_path(const struct about *a, int i, const struct file_state *f, char out[NAME_BYTES]) {
    const char *path = artifact_path(a, i), *slash = strrchr(path, '/');
    char full[4 * NAME_BYTES];
    if (file_name(f) == NULL) return clip(path, out);
    int dir = slash ? (int)(slash + 1 - path) : 0;
    snprintf(full, sizeof full, "%.*s%s", dir, path, file_name(f));
    return clip(full, out);
}

/* "a, b and c", "a, b, c and 4 more"; returns how many artifacts are in the mask. */
static int names(const struct about *a, uint32_t mask, char out[NAMES_BYTES]) {
    int order[PROFILE_MAX_ARTIFACTS], required = profile_required(a->profile, order), total = 0, shown = 0;
    out[0] = '\0';
    for (int k = 0; k < required; k++) total += (mask >> order[k]) & 1 ? 1 : 0;
    int limit = total <= NAMES_SHOWN ? total : NAMES_SHOWN - 1;
    for (int k = 0; k < required && shown < limit; k++) {
        if (!((mask >> order[k]) & 1)) continue;
        char name[NAME_BYTES], longer[NAMES_BYTES];
        clip(artifact_path(a, order[k]), name);
        if (shown++ == 0) {
            snprintf(out, NAMES_BYTES, "%s", name);
            continue;
        }
        format(a, longer, NAMES_BYTES, shown == total ? MSG_JOIN_AND : MSG_JOIN_COMMA, ARGS(out, name));
        memcpy(out, longer, NAMES_BYTES);
    }
    if (shown < total) {
        char longer[NAMES_BYTES], more[WORDS_BYTES];
        format(a, longer, NAMES_BYTES, MSG_JOIN_MORE, ARGS(out, number(total - shown, more)));
        memcpy(out, longer, NAMES_BYTES);
    }
    return total;
}

static int with_role(const struct about *a, unsigned role) {
    for (int i = 0; i < a->profile->n_artifacts; i++) {
        if (a->profile->artifact[i].roles & role) return i;
    }
    return -1;
}

static const struct profile_value *with_use(const struct about *a, enum value_use use) {
    for (int i = 0; i < a->profile->n_values; i++) {
        if (a->profile->value[i].use == use) return &a->profile->value[i];
    }
    return NULL;
}

static bool there(const struct file_state *f) {
    return f->content != CONTENT_ABSENT && f->content != CONTENT_NOT_A_FILE;
}

static const struct file_state *file_with_role(const struct about *a, enum root_id root, unsigned role, int *index) {
    *index = with_role(a, role);
    const struct place *p = a->view.place[root];
    const struct file_state *f = *index >= 0 && p ? place_file(p, *index) : NULL;
    return f && there(f) ? f : NULL;
}

/* ---- what is known of the row ---- */

static void about_begin(struct about *a, enum language language, const struct table *t, const struct row *r,
                        int64_t now, const struct verdict *verdict) {
    memset(a, 0, sizeof *a);
    a->language = language;
    a->table = t;
    a->row = r;
    a->profile = table_profile(t);
    a->now = now;
    a->verdict = *verdict;
    a->view.profile = a->profile;
    a->view.policy = table_policy(t);
    a->view.row = r;
    a->view.expected = table_case(t, r);
    a->view.over = table_over(t);
    a->view.quiet_ms = a->verdict.quiet_ms;
    a->view.threshold_ms = a->verdict.threshold_ms;
    a->view.moved_from = table_moved_from(t);
    for (int i = 0; i < ROOT_COUNT; i++) {
        a->view.root[i] = table_root(t, (enum root_id)i);
        a->view.place[i] = table_place(t, r, (enum root_id)i, &a->ambiguous[i]);
        a->view.unseen[i] = table_unseen(t, r, (enum root_id)i);
    }
    a->counts[ROOT_BATCH] = true;
    a->counts[ROOT_ARCHIVE] = case_archive_counts(&a->view, &a->verdict);
}

static bool has(const struct about *a, unsigned flag) { return (a->verdict.flags & flag) != 0; }

static bool is_required(const struct about *a, int i) { return (a->profile->artifact[i].roles & ROLE_REQUIRED) != 0; }

static int required_count(const struct about *a) {
    int order[PROFILE_MAX_ARTIFACTS];
    return profile_required(a->profile, order);
}

static int whole_in_archive(const struct about *a) {
    int n = 0;
    for (int i = 0; i < a->profile->n_artifacts; i++) {
        if (is_required(a, i) && case_artifact_in(&a->view, ROOT_ARCHIVE, i) == ARTIFACT_WHOLE) n++;
    }
    return n;
}

/* The configuration that counts says the run has not ended. */
static bool pre_run(const struct about *a) {
    const struct place *local = a->view.place[ROOT_BATCH], *archive = a->view.place[ROOT_ARCHIVE];
    if (local && local->config_read) return local->pre_run;
    return a->counts[ROOT_ARCHIVE] && archive && archive->pre_run;
}

/* One that nobody has looked at yet is not that. */
static bool root_unreadable(const struct about *a, enum root_id root) {
    const struct root_state *r = a->view.root[root];
    return r->in_play && !r->readable && (r->health != HEALTH_WAITING || r->reason);
}

/* ---- how it ended, what is absent ---- */

static const char *signal_name(int signal, char out[WORDS_BYTES]) {
    /* Only numbers that mean the same on every POSIX system. */
    static const struct {
        int number;
        const char *name;
    } known[] = {{1, "HUP"},  {2, "INT"},   {3, "QUIT"},  {4, "ILL"},   {6, "ABRT"}, {8, "FPE"},
                 {9, "KILL"}, {11, "SEGV"}, {13, "PIPE"}, {14, "ALRM"}, {15, "TERM"}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].number != signal) continue;
        snprintf(out, WORDS_BYTES, "%d (%s)", signal, known[i].name);
        return out;
    }
    return number(signal, out);
}

/* One that is still open says where to look; of cases that are done or bad nobody asks. */
static void say_open_exit(struct about *a, const struct fact_exit *e) {
    char pid[WORDS_BYTES], host[NAME_BYTES];
    enum case_status s = a->verdict.status;
    bool waits = s == STATUS_PENDING || s == STATUS_RUNNING || s == STATUS_STALLED;
    if (e->pid <= 0 || (!waits && s != STATUS_MISSING)) return;
    clip(e->host ? e->host : "?", host);
    if (e->life == LIFE_GONE)
        say(a, MSG_EXIT_LOST, ARGS(number(e->pid, pid)));
    else
        say(a, e->life == LIFE_ALIVE ? MSG_EXIT_RUNS : MSG_EXIT_OPEN, ARGS(number(e->pid, pid), host));
}

static void say_exit(struct about *a) {
    char code[WORDS_BYTES], source[NAME_BYTES];
    const struct fact_exit *e = row_more(a->row)->exit;
    if (!e) return;
    clip(e->source ? e->source : "?", source);
    if (e->code < 0)
        say_open_exit(a, e);
    else if (!case_exit_counts(&a->view) && e->code > 0)
        say(a, MSG_EXIT_OLD, ARGS(number(e->code, code), source));
    else if (!case_exit_counts(&a->view))
        return;
    else if (e->signal > 0)
        say(a, MSG_EXIT_SIGNAL, ARGS(signal_name(e->signal, code), source));
    else if (e->code > 0)
        say(a, MSG_EXIT_CODE, ARGS(number(e->code, code), source));
    else if (a->verdict.absent)
        say(a, MSG_EXIT_ZERO, ARGS(source));
}

static void say_absent(struct about *a) {
    char list[NAMES_BYTES];
    const struct place *local = a->view.place[ROOT_BATCH], *archive = a->view.place[ROOT_ARCHIVE];
    bool over = a->view.over || a->verdict.status == STATUS_FAILED;
    bool any_place = local || (archive && a->counts[ROOT_ARCHIVE]) || a->ambiguous[ROOT_BATCH];
    bool any_file = (local && local->has_files) || (archive && a->counts[ROOT_ARCHIVE] && archive->has_files);
    bool batch_known = a->view.root[ROOT_BATCH]->scanned && a->view.root[ROOT_BATCH]->readable;
    if (over && !any_place && batch_known) {
        const struct root_state *root = a->view.root[ROOT_ARCHIVE];
        bool archive_too = !archive && root->in_play && root->scanned && root->readable;
        say(a, archive_too ? MSG_NO_DIRECTORY_ANYWHERE : MSG_NO_DIRECTORY, NULL);
    } else if (over && any_place && !any_file && !a->ambiguous[ROOT_BATCH]) {
        say(a, MSG_EMPTY, NULL);
    }
    int n = names(a, a->verdict.absent, list);
    if (n == 0) return;
    if (over)
        say(a, n == 1 ? MSG_ABSENT_ONE : MSG_ABSENT_MANY, ARGS(list));
    else if (a->verdict.status != STATUS_PENDING)
        say(a, n == 1 ? MSG_STILL_ABSENT_ONE : MSG_STILL_ABSENT_MANY, ARGS(list));
}

static void say_elsewhere(struct about *a) {
    char path[QUOTE_BYTES], whole[WORDS_BYTES], all[WORDS_BYTES];
    if (!has(a, FLAG_ELSEWHERE)) return;
    say(a, MSG_ELSEWHERE,
        ARGS(quote(row_more(a->row)->elsewhere, path), number(row_more(a->row)->elsewhere_whole, whole),
             number(required_count(a), all)));
}

/* ---- content ---- */

static void say_truncated(struct about *a, int i, enum root_id root, const struct file_state *f) {
    char path[NAME_BYTES], size[WORDS_BYTES], note[QUOTE_BYTES];
    file_path(a, i, f, path);
    const char *bytes = size_words(a, file_size(f), size);
    if (a->verdict.artifact[i] == ARTIFACT_WHOLE && a->verdict.where[i] != root)
        say(a, MSG_TRUNCATED_SPARE, ARGS(path, in_root(a, root), bytes, in_root(a, (enum root_id)a->verdict.where[i])));
    else if (file_note(f))
        say(a, MSG_TRUNCATED_NOTE, ARGS(path, in_root(a, root), bytes, quote(file_note(f), note)));
    else
        say(a, MSG_TRUNCATED, ARGS(path, in_root(a, root), bytes));
}

static void say_content(struct about *a) {
    char path[NAME_BYTES], note[QUOTE_BYTES];
    for (int r = 0; r < ROOT_COUNT; r++) {
        const struct place *p = a->view.place[r];
        enum root_id root = (enum root_id)r;
        for (int i = 0; p && a->counts[r] && i < a->profile->n_artifacts; i++) {
            const struct file_state *f = place_file(p, i);
            if (!is_required(a, i)) continue;
            if (f->content == CONTENT_NOT_A_FILE) {
                file_path(a, i, f, path);
                if (file_note(f))
                    say(a, MSG_NOT_A_FILE_NOTE, ARGS(path, in_root(a, root), quote(file_note(f), note)));
                else
                    say(a, MSG_NOT_A_FILE, ARGS(path, in_root(a, root)));
            }
            if (case_artifact_in(&a->view, root, i) != ARTIFACT_TRUNCATED) continue;
            /* What is wrong only with the archive's copy is said with the archive. */
            if (root == ROOT_ARCHIVE && a->verdict.artifact[i] != ARTIFACT_TRUNCATED &&
                a->verdict.proof == PROOF_DIFFERS) {
                continue;
            }
            say_truncated(a, i, root, f);
        }
    }
}

static void say_access(struct about *a) {
    char path[NAME_BYTES], text[QUOTE_BYTES];
    for (int r = 0; r < ROOT_COUNT; r++) {
        const struct place *p = a->view.place[r];
        enum root_id root = (enum root_id)r;
        for (int i = 0; p && a->counts[r] && i < a->profile->n_artifacts; i++) {
            const struct file_state *f = place_file(p, i);
            file_path(a, i, f, path);
            if (f->locked && file_holder(f))
                say(a, MSG_LOCKED_BY, ARGS(path, in_root(a, root), quote(file_holder(f), text)));
            else if (f->locked)
                say(a, MSG_LOCKED, ARGS(path, in_root(a, root)));
            if (f->content != CONTENT_UNREADABLE || f->locked) continue;
            if (file_note(f))
                say(a, MSG_UNREADABLE_NOTE, ARGS(path, in_root(a, root), quote(file_note(f), text)));
            else
                say(a, MSG_UNREADABLE, ARGS(path, in_root(a, root)));
        }
    }
}

/* ---- contradictions ---- */

/* What the list, or the directory's own name, says of a column; "" when neither does. */
static void expected_token(const struct about *a, const struct place *p, int column, char out[NAME_BYTES],
                           bool *from_list) {
    const struct sweep_case *c = a->view.expected;
    out[0] = '\0';
    *from_list = c != NULL;
    if (c) {
        char token[SWEEP_TOKEN_BYTES];
        if (column < c->columns) clip(sweep_case_token(c, column, token), out);
        return;
    }
    char tokens[PROFILE_MAX_COLUMNS][32];
    const char *slash = strrchr(p->name, '/');
    int n = profile_parse_title(a->profile, slash ? slash + 1 : p->name, tokens);
    if (column < n) clip(tokens[column], out);
}

/* The directory's name with its batch's before it. */
static void this_directory(const struct about *a, const struct place *p, char out[2 * NAME_BYTES]) {
    const char *batch = a->view.policy->batch_name;
    char full[4 * NAME_BYTES];
    snprintf(full, sizeof full, "%s/%s", batch ? batch : "", p->name);
    text_clean(full, out, 2 * NAME_BYTES);
}

static void say_mismatches(struct about *a) {
    for (int r = 0; r < ROOT_COUNT; r++) {
        const struct place *p = a->view.place[r];
        if (!p || !a->counts[r]) continue;
        for (const struct mismatch *m = place_more(p)->mismatches; m; m = m->next) {
            const struct profile_value *v = &a->profile->value[m->value];
            char found[NAME_BYTES], expected[NAME_BYTES], name[2 * NAME_BYTES], field[NAME_BYTES], raw[4 * NAME_BYTES];
            if (!mismatch_counts(m, a->view.moved_from)) continue;
            profile_found_words(v, m->found, raw, sizeof raw);
            clip(raw, found);
            clip(p->name, name);
            clip(v->paths[m->form] ? v->paths[m->form] : v->name, field);
            if (v->use == USE_CASE_DIR) {
                if (m->batch) this_directory(a, p, name);
                say(a, MSG_MISMATCH_DIRECTORY, ARGS(field, found, name));
                continue;
            }
            bool from_list;
            expected_token(a, p, v->column, expected, &from_list);
            say(a, from_list ? MSG_MISMATCH_LIST : MSG_MISMATCH_TITLE, ARGS(field, found, expected, name));
        }
    }
}

static void say_title(struct about *a, unsigned flag) {
    const struct sweep_case *c = a->view.expected;
    char text[QUOTE_BYTES];
    if (!has(a, flag)) return;
    const char *trouble = sweep_list_trouble(table_list(a->table), c);
    if (trouble && a->language == LANGUAGE_ENGLISH) /* the list's own words */
        say(a, MSG_TROUBLE, ARGS(quote(trouble, text)));
    else
        say(a, flag == FLAG_DUPLICATE_TITLE ? MSG_DUPLICATE : MSG_RISKY, NULL);
}

static void say_end_of_run(struct about *a) {
    const struct profile_value *phase = with_use(a, USE_PHASE);
    bool over = table_over(a->table);
    if (phase && pre_run(a) && (over || !a->verdict.absent)) {
        say(a, over ? MSG_PRE_RUN_OVER : MSG_PRE_RUN_LIVE, ARGS(artifact_path(a, phase->artifact), phase->expect));
    } else if (has(a, FLAG_INTERRUPTED)) {
        int merged = with_role(a, ROLE_MERGED), last = with_role(a, ROLE_LAST_RESULT);
        say(a, MSG_ABORTED, ARGS(artifact_path(a, merged), artifact_path(a, last)));
    }
}

/* ---- time ---- */

static void say_machine(struct about *a, const struct stall_cause *c) {
    const struct fact_machine *m = table_machine(a->table, a->now);
    char load[WORDS_BYTES], processors[WORDS_BYTES], left[WORDS_BYTES], all[WORDS_BYTES], used[WORDS_BYTES],
        swap[WORDS_BYTES];
    if (c->machine == MACHINE_UNKNOWN) return;
    text_tenths(m->load > 0 ? m->load : 0, load, sizeof load);
    number(m->processors, processors);
    const char *available = size_words(a, m->memory_available, left), *memory = size_words(a, m->memory_total, all);
    switch (c->machine) {
    case MACHINE_SHORT:
        say(a, MSG_MACHINE_SHORT, ARGS(available, memory));
        break;
    case MACHINE_SWAPPING:
        say(a, MSG_MACHINE_SWAPPING,
            ARGS(available, memory, size_words(a, m->swap_used, used), size_words(a, m->swap_total, swap)));
        break;
    default:
        say(a,
            c->machine == MACHINE_OVERLOADED ? MSG_MACHINE_OVERLOADED
            : c->machine == MACHINE_IDLE     ? MSG_MACHINE_IDLE
                                             : MSG_MACHINE_WELL,
            ARGS(load, processors));
        break;
    }
}

static void say_cause(struct about *a, const struct stall_cause *c) {
    char ago[WORDS_BYTES], silent[WORDS_BYTES], all[WORDS_BYTES], why[QUOTE_BYTES];
    const struct root_state *root = a->view.root[c->root];
    duration(c->others_ms, ago);
    number((int64_t)c->silent, silent);
    number((int64_t)(c->silent + c->going), all);
    switch (c->kind) {
    case STALL_LOCKED:
        say_access(a);
        break;
    case STALL_FULL:
        say(a, c->root == ROOT_BATCH ? MSG_STALL_BATCH_FULL : MSG_STALL_ARCHIVE_FULL,
            ARGS(size_words(a, root->space_free, all)));
        break;
    case STALL_ALONE:
        if (c->silent == 1)
            say(a, MSG_STALL_ALONE, ARGS(ago));
        else
            say(a, MSG_STALL_SOME, ARGS(silent, all, ago));
        break;
    case STALL_SLOW:
        if (root->slow && root->reason)
            say(a, MSG_STALL_SLOW_WHY, ARGS(ago, quote(root->reason, why)));
        else
            say(a, MSG_STALL_SLOW, ARGS(ago));
        break;
    case STALL_ALL:
        if (c->silent == 1)
            say(a, MSG_STALL_ONLY, NULL);
        else
            say(a, MSG_STALL_ALL, ARGS(silent, ago));
        break;
    case STALL_NONE_NEWER:
        say(a, MSG_STALL_NONE_NEWER, ARGS(ago));
        break;
    }
}

static void say_stall(struct about *a) {
    char quiet[WORDS_BYTES], threshold[WORDS_BYTES], away[WORDS_BYTES];
    if (a->verdict.status != STATUS_STALLED) return;
    say(a, MSG_STALLED, ARGS(duration(a->verdict.quiet_ms, quiet), duration(a->verdict.threshold_ms, threshold)));
    const struct stall_cause c = stall_cause_of(a->table, a->row, a->verdict.quiet_ms, a->now);
    say_cause(a, &c);
    say_machine(a, &c);
    if (c.away_ms > 0) say(a, c.slept ? MSG_STALL_SLEPT : MSG_STALL_AWAY, ARGS(duration(c.away_ms, away)));
}

/* How far it is, from its own results. */
static void say_far(struct about *a) {
    struct progress far;
    char percent[WORDS_BYTES], left[WORDS_BYTES];
    if (!table_progress(a->table, a->row, a->now, &far)) return;
    if (far.fraction < 0) {
        if (far.rows > 0) say(a, MSG_FAR_ROWS, ARGS(number(far.rows, percent)));
        return;
    }
    number((int64_t)(far.fraction * 100), percent); /* rounded down: 100 % is the end */
    if (far.eta_ms >= 0)
        say(a, MSG_FAR_LEFT, ARGS(percent, duration(far.eta_ms, left)));
    else
        say(a, MSG_FAR, ARGS(percent));
}

static void say_progress(struct about *a) {
    char list[NAMES_BYTES], quiet[WORDS_BYTES], threshold[WORDS_BYTES];
    if (a->verdict.status != STATUS_RUNNING && a->verdict.status != STATUS_STALLED) return;
    int n = names(a, a->verdict.growing, list);
    if (n > 0) say(a, n == 1 ? MSG_GROWING_ONE : MSG_GROWING_MANY, ARGS(list));
    n = names(a, a->verdict.absent, list);
    if (n > 0) say(a, n == 1 ? MSG_STILL_ABSENT_ONE : MSG_STILL_ABSENT_MANY, ARGS(list));
    if (a->verdict.status == STATUS_RUNNING && !a->view.policy->one_pass && a->verdict.quiet_ms >= 0) {
        say(a, MSG_QUIET, ARGS(duration(a->verdict.quiet_ms, quiet), duration(a->verdict.threshold_ms, threshold)));
    }
}

/* ---- the archive ---- */

static void say_other_batch(struct about *a) {
    const struct place *local = a->view.place[ROOT_BATCH], *archive = a->view.place[ROOT_ARCHIVE];
    int config = with_role(a, ROLE_CONFIG);
    char here[WORDS_BYTES], copy[WORDS_BYTES], found[NAME_BYTES];
    if (a->verdict.owner != OWNER_OTHER || a->verdict.proof == PROOF_NOT_NEEDED) return;
    for (int i = 0; local && i < a->profile->n_artifacts; i++) {
        const struct file_state *f = place_file(archive, i), *l = place_file(local, i);
        if (!(a->profile->artifact[i].roles & ROLE_OWNER_PROOF) || !there(l) || case_file_unseen(l)) continue;
        /* Half a copy proves nothing, and times this close are equal. */
        if (f->content != CONTENT_WHOLE || (file_hash(f) && file_hash(f) == file_hash(l))) continue;
        if (file_size(f) != file_size(l)) {
            say(a, MSG_OTHER_SIZE,
                ARGS(artifact_path(a, i), size_words(a, file_size(f), copy), size_words(a, file_size(l), here)));
            return;
        }
        int64_t apart = f->mtime_ns > l->mtime_ns ? f->mtime_ns - l->mtime_ns : l->mtime_ns - f->mtime_ns;
        if (apart > CASE_TIME_SLACK_NS) {
            say(a, MSG_OTHER_CONTENT, ARGS(artifact_path(a, i)));
            return;
        }
    }
    for (const struct mismatch *m = place_more(archive)->mismatches; m; m = m->next) {
        if (a->profile->value[m->value].use != USE_CASE_DIR) continue;
        say(a, MSG_OTHER_NAMES, ARGS(artifact_path(a, config), clip(m->found, found)));
        return;
    }
    say(a, MSG_OTHER_UNNAMED, NULL);
}

static void say_manifest(struct about *a) {
    int i;
    char text[QUOTE_BYTES];
    const struct file_state *f = file_with_role(a, ROOT_ARCHIVE, ROLE_MANIFEST, &i);
    if (!f || (f->content == CONTENT_WHOLE && !f->differs)) return;
    bool whole = f->content == CONTENT_WHOLE;
    if (file_note(f)) {
        say(a, whole ? MSG_MANIFEST_DIFFERS_NOTE : MSG_MANIFEST_BAD_NOTE,
            ARGS(artifact_path(a, i), quote(file_note(f), text)));
    } else {
        say(a, whole ? MSG_MANIFEST_DIFFERS : MSG_MANIFEST_BAD, ARGS(artifact_path(a, i)));
    }
}

/* Files in the archive's directory that the manifest, which holds, does not list. */
static void say_unlisted(struct about *a) {
    int i;
    char text[QUOTE_BYTES];
    const struct file_state *f = file_with_role(a, ROOT_ARCHIVE, ROLE_MANIFEST, &i);
    if (!f || !a->counts[ROOT_ARCHIVE] || f->content != CONTENT_WHOLE || f->differs || !file_note(f)) return;
    say(a, MSG_MANIFEST_UNLISTED, ARGS(artifact_path(a, i), quote(file_note(f), text)));
}

static void say_not_whole_there(struct about *a) {
    for (int i = 0; i < a->profile->n_artifacts; i++) {
        if (!(a->profile->artifact[i].roles & ROLE_REQUIRED)) continue;
        enum artifact_state state = case_artifact_in(&a->view, ROOT_ARCHIVE, i);
        if (state != ARTIFACT_WHOLE) say(a, MSG_NOT_WHOLE_THERE, ARGS(artifact_path(a, i), state_words(a, state)));
    }
}

static void say_copy_differs(struct about *a) {
    bool stand_in;
    char there_size[WORDS_BYTES], here_size[WORDS_BYTES], other[NAME_BYTES];
    int i = case_copy_differs(&a->view, &stand_in);
    if (i < 0) return;
    const struct file_state *copy = place_file(a->view.place[ROOT_ARCHIVE], i);
    if (stand_in)
        say(a, MSG_COPY_STANDS_IN, ARGS(artifact_path(a, i), file_path(a, i, copy, other)));
    else
        say(a, MSG_COPY_SIZE,
            ARGS(artifact_path(a, i), size_words(a, file_size(copy), there_size),
                 size_words(a, file_size(place_file(a->view.place[ROOT_BATCH], i)), here_size)));
}

/* Why a copy that should be finished is not proven, but for its manifest. */
static void say_copy(struct about *a) {
    say_not_whole_there(a);
    say_copy_differs(a);
    if (a->verdict.owner == OWNER_UNPROVEN) say(a, MSG_OWNER_UNPROVEN, NULL);
}

/* A failure marker in the batch's directory of the case, the newest, whether it counts or not. */
static const struct file_state *any_marker(const struct about *a, int *artifact) {
    const struct place *p = a->view.place[ROOT_BATCH];
    const struct file_state *newest = NULL;
    for (int i = 0; p && i < a->profile->n_artifacts; i++) {
        const struct file_state *f = place_file(p, i);
        if (!(a->profile->artifact[i].roles & ROLE_MARKER_FAILURE) || !there(f)) continue;
        if (newest && newest->mtime_ns >= f->mtime_ns) continue;
        newest = f;
        *artifact = i;
    }
    return newest;
}

static void say_marker(struct about *a) {
    int i = 0;
    char text[QUOTE_BYTES];
    const struct file_state *marker = any_marker(a, &i);
    if (!marker) return;
    bool counts = case_failure_marker(&a->view, &i) != NULL;
    if (has(a, FLAG_MARKER_CONFLICT)) {
        say(a, MSG_MARKER_CONFLICT, ARGS(artifact_path(a, i), artifact_path(a, with_role(a, ROLE_MARKER_DONE))));
    }
    if (a->verdict.proof == PROOF_MARKER) {
        if (file_note(marker) && file_note(marker)[0])
            say(a, MSG_MARKER_SAYS, ARGS(artifact_path(a, i), quote(file_note(marker), text)));
        else
            say(a, MSG_MARKER_SILENT, ARGS(artifact_path(a, i)));
    } else if (a->verdict.proof == PROOF_PROVEN && counts) {
        if (!has(a, FLAG_MARKER_CONFLICT)) say(a, MSG_MARKER_OVERRIDDEN, ARGS(artifact_path(a, i)));
    } else if (!counts) {
        say(a, MSG_MARKER_OLD, ARGS(artifact_path(a, i)));
    }
}

static void say_archive(struct about *a) {
    bool waits = a->verdict.status == STATUS_ARCHIVING, failed = a->verdict.status == STATUS_ARCHIVE_FAILED;
    char whole[WORDS_BYTES], all[WORDS_BYTES], quiet[WORDS_BYTES], grace[WORDS_BYTES];
    int end = profile_copy_end(a->profile);
    say_marker(a);
    say_other_batch(a);
    if (!waits && !failed) return;
    number(whole_in_archive(a), whole);
    number(required_count(a), all);
    switch (a->verdict.proof) {
    case PROOF_NONE:
        say(a, waits ? MSG_AWAIT_NONE : MSG_NOT_ARCHIVED, NULL);
        break;
    case PROOF_COPYING:
        if (end < 0) {
            say(a, waits ? MSG_AWAIT_FILES : MSG_NOT_FINISHED, ARGS(whole, all));
            if (failed) say_copy(a);
        } else if (waits) {
            say(a, MSG_AWAIT_COPY, ARGS(whole, all, artifact_path(a, end)));
        } else {
            say(a, MSG_NOT_DONE, ARGS(artifact_path(a, end), whole, all));
        }
        break;
    case PROOF_DIFFERS:
        if (waits) say(a, MSG_AWAIT_SETTLE, ARGS(artifact_path(a, end)));
        say_manifest(a);
        say_copy(a);
        break;
    case PROOF_OTHER_BATCH:
        if (waits) say(a, MSG_AWAIT_REPLACE, NULL);
        break;
    case PROOF_MARKER:
        say_manifest(a);
        break;
    case PROOF_UNREACHABLE:
        /* Readable and yet unproven: its first pass has not ended. Else say_root has the reason. */
        if (!root_unreadable(a, ROOT_ARCHIVE)) say(a, MSG_ARCHIVE_UNREAD, NULL);
        break;
    default:
        break;
    }
    bool final = a->verdict.proof == PROOF_MARKER || a->verdict.proof == PROOF_DIFFERS;
    if (failed && !final && !table_over(a->table) && a->view.root[ROOT_ARCHIVE]->readable) {
        say(a, MSG_GRACE_OVER, ARGS(duration(a->verdict.quiet_ms, quiet), duration(a->verdict.grace_ms, grace)));
    }
}

/* ---- roots ---- */

static void say_root(struct about *a, enum root_id root) {
    const struct root_state *r = a->view.root[root];
    char age[WORDS_BYTES], since[WORDS_BYTES + 8] = "", why[QUOTE_BYTES];
    if (!root_unreadable(a, root)) return;
    if (root == ROOT_ARCHIVE && a->verdict.proof == PROOF_NOT_NEEDED) return;
    if (r->scanned) format(a, since, sizeof since, MSG_FOR_DURATION, ARGS(duration(a->now - r->since, age)));
    bool batch = root == ROOT_BATCH;
    if (r->reason)
        say(a, batch ? MSG_BATCH_UNREADABLE_WHY : MSG_ARCHIVE_UNREADABLE_WHY, ARGS(since, quote(r->reason, why)));
    else
        say(a, batch ? MSG_BATCH_UNREADABLE : MSG_ARCHIVE_UNREADABLE, ARGS(since));
}

/* What the last pass before the report did not come to. */
static void say_unseen(struct about *a, enum root_id root) {
    const struct place *p = a->view.place[root];
    char age[WORDS_BYTES];
    if (!a->view.unseen[root] || root_unreadable(a, root)) return; /* say_root has said more */
    if (root == ROOT_ARCHIVE && a->verdict.proof == PROOF_NOT_NEEDED) return;
    if (p && p->seen_at >= 0)
        say(a, MSG_UNSEEN, ARGS(in_root(a, root), duration(a->now - p->seen_at, age)));
    else
        say(a, MSG_UNSEEN_ABSENT, ARGS(in_root(a, root)));
}

/* ---- what else there is to say ---- */

static void say_directories(struct about *a) {
    char name[NAME_BYTES], list[NAMES_BYTES];
    for (int r = 0; r < ROOT_COUNT; r++) {
        const struct place *p = a->view.place[r];
        if (p && !p->exact) say(a, MSG_ALIAS, ARGS(in_root(a, (enum root_id)r), clip(p->name, name)));
        if (!a->ambiguous[r]) continue;
        int shown = 0, more = 0;
        list[0] = '\0';
        for (p = a->row->place[r]; p; p = place_more(p)->next) {
            char longer[NAMES_BYTES];
            if (!p->present) continue;
            if (shown == NAMES_SHOWN - 1) {
                more++;
                continue;
            }
            clip(p->name, name);
            if (shown++ > 0)
                format(a, longer, NAMES_BYTES, MSG_JOIN_COMMA, ARGS(list, name));
            else
                snprintf(longer, NAMES_BYTES, "%s", name);
            memcpy(list, longer, NAMES_BYTES);
        }
        if (more > 0) {
            char longer[NAMES_BYTES], count[WORDS_BYTES];
            format(a, longer, NAMES_BYTES, MSG_JOIN_MORE, ARGS(list, number(more, count)));
            memcpy(list, longer, NAMES_BYTES);
        }
        say(a, MSG_AMBIGUOUS, ARGS(in_root(a, (enum root_id)r), list));
    }
}

static void say_flags(struct about *a) {
    char name[NAME_BYTES], n[WORDS_BYTES];
    for (int r = 0; r < ROOT_COUNT; r++) {
        const struct place *p = a->view.place[r];
        if (!p || !p->overwritten) continue;
        const char *what = place_more(p)->overwritten_what ? place_more(p)->overwritten_what : p->name;
        say(a, MSG_OVERWRITTEN, ARGS(clip(what, name), in_root(a, (enum root_id)r)));
    }
    int64_t merged, in_chunks;
    if (case_merge_refuted(&a->view, &a->verdict, &merged, &in_chunks)) {
        char rows[WORDS_BYTES];
        say(a, MSG_MERGE_REFUTED,
            ARGS(artifact_path(a, a->profile->progress.artifact), number(merged, rows), number(in_chunks, n)));
    } else if (has(a, FLAG_UNMERGED)) {
        int i = with_role(a, ROLE_MERGED);
        uint32_t chunks = 0;
        for (int r = 0; r < ROOT_COUNT; r++) {
            if (a->counts[r] && a->view.place[r]) chunks += file_chunks(place_file(a->view.place[r], i));
        }
        say(a, chunks == 1 ? MSG_UNMERGED_ONE : MSG_UNMERGED_MANY, ARGS(artifact_path(a, i), number(chunks, n)));
    }
    const struct profile_value *violation = with_use(a, USE_VIOLATION);
    if (has(a, FLAG_BUDGET_VIOLATION) && violation) {
        say(a, MSG_VIOLATION, ARGS(artifact_path(a, violation->artifact), violation->name));
    }
    say_title(a, FLAG_RISKY_TITLE);
}

static void say_complete(struct about *a) {
    char n[WORDS_BYTES];
    int i;
    if (a->verdict.status != STATUS_COMPLETE) return;
    number(required_count(a), n);
    if (a->verdict.proof != PROOF_PROVEN) {
        say(a, MSG_COMPLETE, ARGS(n));
    } else if (file_with_role(a, ROOT_ARCHIVE, ROLE_MANIFEST, &i)) {
        say(a, MSG_COMPLETE_MANIFEST, ARGS(n));
    } else if (with_role(a, ROLE_MARKER_DONE) >= 0) {
        say(a, MSG_COMPLETE_DONE, ARGS(n, artifact_path(a, with_role(a, ROLE_MARKER_DONE))));
    } else {
        say(a, MSG_COMPLETE_COPIED, ARGS(n));
    }
}

static void say_pending(struct about *a) {
    bool any = a->view.place[ROOT_BATCH] || (a->view.place[ROOT_ARCHIVE] && a->counts[ROOT_ARCHIVE]);
    if (a->verdict.status == STATUS_PENDING && !a->ambiguous[ROOT_BATCH])
        say(a, any ? MSG_EMPTY_YET : MSG_NO_DIRECTORY_YET, NULL);
}

static void judge(struct about *a, enum language language, const struct table *t, const struct row *r, int64_t now) {
    struct verdict verdict;
    table_judge(t, r, now, &verdict);
    about_begin(a, language, t, r, now, &verdict);
}

static int say_all(struct about *a, char out[REASON_MAX][REASON_BYTES]) {
    a->out = out;
    bool goes_on = a->verdict.status == STATUS_RUNNING || a->verdict.status == STATUS_STALLED;
    say_exit(a);
    say_stall(a);
    say_title(a, FLAG_DUPLICATE_TITLE);
    say_mismatches(a);
    say_elsewhere(a);
    if (!goes_on) say_absent(a);
    say_content(a);
    if (!goes_on) say_end_of_run(a);
    say_archive(a);
    say_root(a, ROOT_BATCH);
    say_root(a, ROOT_ARCHIVE);
    say_unseen(a, ROOT_BATCH);
    say_unseen(a, ROOT_ARCHIVE);
    say_access(a);
    if (goes_on) { /* what is wrong has come first */
        say_far(a);
        say_absent(a);
        say_end_of_run(a);
    }
    say_progress(a);
    say_complete(a);
    say_unlisted(a);
    say_directories(a);
    say_flags(a);
    say_pending(a);
    return a->n;
}

int reason_lines_in(enum language language, const struct table *t, const struct row *r, int64_t now,
                    char out[REASON_MAX][REASON_BYTES]) {
    struct about a;
    judge(&a, language, t, r, now);
    return say_all(&a, out);
}

int reason_lines(const struct table *t, const struct row *r, int64_t now, char out[REASON_MAX][REASON_BYTES]) {
    return reason_lines_in(LANGUAGE_ENGLISH, t, r, now, out);
}

/* ---- what to do ---- */

/* Who holds a file of the case; NULL: nobody, or nobody knows. */
static const char *known_holder(const struct about *a) { return cause_text(a->table, a->row, CAUSE_LOCKED); }

static enum message stall_remedy(const struct about *a) {
    const struct stall_cause c = stall_cause_of(a->table, a->row, a->verdict.quiet_ms, a->now);
    switch (c.kind) {
    case STALL_LOCKED:
        return known_holder(a) ? MSG_DO_RELEASE_BY : MSG_DO_RELEASE;
    case STALL_FULL:
        return MSG_DO_SPACE;
    case STALL_ALONE:
        return MSG_DO_PROCESS;
    default:
        if (c.machine >= MACHINE_OVERLOADED) return MSG_DO_FEWER;
        if (c.kind == STALL_SLOW) return MSG_DO_BATCH_DRIVE;
        return c.silent > 1 || c.machine == MACHINE_IDLE ? MSG_DO_SWEEP : MSG_DO_PROCESS;
    }
}

/* A copier that mirrors would remove from the archive what is not here any more. */
static bool only_in_archive(const struct about *a) {
    for (int i = 0; i < a->profile->n_artifacts; i++) {
        if (is_required(a, i) && a->verdict.artifact[i] == ARTIFACT_WHOLE && a->verdict.where[i] == ROOT_ARCHIVE)
            return true;
    }
    return false;
}

/* MSG_TROUBLE: nothing. */
static enum message remedy(const struct about *a) {
    const struct verdict *v = &a->verdict;
    switch (v->status) {
    case STATUS_FAILED:
        return row_more(a->row)->exit->signal == 9 ? MSG_DO_MEMORY : MSG_DO_READ_LOG;
    case STATUS_MISSING:
        return has(a, FLAG_ELSEWHERE)     ? MSG_DO_OTHER_BATCH
               : a->ambiguous[ROOT_BATCH] ? MSG_DO_DIRECTORIES
                                          : MSG_DO_RERUN;
    case STATUS_INVALID:
        if (has(a, FLAG_DUPLICATE_TITLE)) return MSG_DO_DUPLICATE;
        if (has(a, FLAG_CONFIG_MISMATCH)) return MSG_DO_OVERRIDES;
        return v->unknown ? MSG_DO_READABLE : MSG_DO_RERUN;
    case STATUS_ARCHIVE_FAILED:
        if (root_unreadable(a, ROOT_ARCHIVE)) return MSG_DO_DRIVE;
        if (v->proof == PROOF_OTHER_BATCH) return MSG_DO_REPLACE;
        return only_in_archive(a) ? MSG_DO_COPY_BACK : MSG_DO_ARCHIVE;
    case STATUS_STALLED:
        return stall_remedy(a);
    case STATUS_RUNNING:
        return has(a, FLAG_CONFIG_MISMATCH) ? MSG_DO_STOP : a->view.policy->one_pass ? MSG_DO_WAIT : MSG_TROUBLE;
    case STATUS_COMPLETE:
        if (has(a, FLAG_BUDGET_VIOLATION)) return MSG_DO_VIOLATION;
        if (has(a, FLAG_OVERWRITTEN)) return MSG_DO_WHO_WROTE;
        if (has(a, FLAG_MARKER_CONFLICT)) return MSG_DO_COMPARE;
        return has(a, FLAG_UNMERGED) ? MSG_DO_MERGE : MSG_TROUBLE;
    default:
        return MSG_TROUBLE;
    }
}

static void say_remedy(const struct about *a, char out[REASON_BYTES]) {
    char raw[2 * REASON_BYTES], holder[QUOTE_BYTES];
    enum message m = remedy(a);
    out[0] = '\0';
    if (m == MSG_TROUBLE) return;
    format(a, raw, sizeof raw, m, ARGS(m == MSG_DO_RELEASE_BY ? quote(known_holder(a), holder) : ""));
    text_clean(raw, out, REASON_BYTES);
}

void reason_remedy_in(enum language language, const struct table *t, const struct row *r, int64_t now,
                      char out[REASON_BYTES]) {
    struct about a;
    judge(&a, language, t, r, now);
    say_remedy(&a, out);
}

void reason_remedy(const struct table *t, const struct row *r, int64_t now, char out[REASON_BYTES]) {
    reason_remedy_in(LANGUAGE_ENGLISH, t, r, now, out);
}

int reason_both(const struct table *t, const struct row *r, int64_t now, const struct verdict *verdict,
                char lines[REASON_MAX][REASON_BYTES], char do_next[REASON_BYTES]) {
    struct about a;
    about_begin(&a, LANGUAGE_ENGLISH, t, r, now, verdict);
    say_remedy(&a, do_next);
    return say_all(&a, lines);
}

const char *reason_sentence(int i, enum language language) {
    return i >= 0 && i < MSG_COUNT ? sentences[i][language] : NULL;
}
