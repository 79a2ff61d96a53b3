#include "model/profile.h"

#include "model/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the temp_supply sweep ---- */

enum { SUMMARY, CONFIG, MASS_BUDGET, RUN, SKIPPED, INCOMPLETE, DONE, MANIFEST, ARTIFACTS };
enum { T, EPS, TAU, I0, MU, COLUMNS };

static const struct profile builtin =
    {
        .name = "temp_supply",
        .column =
            {
                [T] = {.name = "T", .prefix = "T", .suffix = "", .dot = 0, .optional = false},
                [EPS] = {.name = "EPS", .prefix = "eps", .suffix = "", .dot = 'p', .optional = false},
                [TAU] = {.name = "TAU", .prefix = "tau", .suffix = "", .dot = 'p', .optional = false},
                [I0] = {.name = "I0", .prefix = "i0", .suffix = "", .dot = 'p', .optional = true},
                [MU] = {.name = "MU", .prefix = "mu", .suffix = "", .dot = 'p', .optional = true},
            },
        .n_columns = COLUMNS,
        .min_columns = I0,
        .artifact =
            {
                [SUMMARY] = {.path = "summary.json",
                             .kind = KIND_JSON,
                             .roles = ROLE_REQUIRED | ROLE_LAST_RESULT | ROLE_OWNER_PROOF | ROLE_WRITTEN_ONCE},
                [CONFIG] = {.path = "run_config.json",
                            .kind = KIND_JSON,
                            .roles = ROLE_REQUIRED | ROLE_CONFIG | ROLE_OWNER_PROOF},
                [MASS_BUDGET] = {.path = "checks/mass_budget.csv", .kind = KIND_CSV, .roles = ROLE_REQUIRED},
                [RUN] = {.path = "series/run.parquet",
                         .kind = KIND_PARQUET,
                         .roles = ROLE_REQUIRED | ROLE_MERGED | ROLE_WRITTEN_ONCE,
                         .alternatives = "*.parquet",
                         .chunks = "*_chunk_*.parquet"},
                [SKIPPED] = {.path = "ARCHIVE_SKIPPED", .kind = KIND_MARKER, .roles = ROLE_MARKER_FAILURE},
                [INCOMPLETE] = {.path = "INCOMPLETE", .kind = KIND_MARKER, .roles = ROLE_MARKER_FAILURE},
                [DONE] = {.path = "ARCHIVE_DONE", .kind = KIND_MARKER, .roles = ROLE_MARKER_DONE},
                [MANIFEST] = {.path = "archive_manifest.json", .kind = KIND_MANIFEST, .roles = ROLE_MANIFEST},
            },
        .n_artifacts = ARTIFACTS,
        .value =
            {
                {.name = "T",
                 .use = USE_COLUMN,
                 .artifact = CONFIG,
                 .column = T,
                 .scale = 1,
                 .paths = {"config.radiation.TM_K"}},
                {.name = "EPS",
                 .use = USE_COLUMN,
                 .artifact = CONFIG,
                 .column = EPS,
                 .scale = 1,
                 .paths = {"config.supply.mixing.epsilon_mix", "supply.epsilon_mix"}},
                {.name = "TAU",
                 .use = USE_COLUMN,
                 .artifact = CONFIG,
                 .column = TAU,
                 .scale = 1,
                 .paths = {"config.optical_depth.tau0_target"}},
                {.name = "I0",
                 .use = USE_COLUMN,
                 .artifact = CONFIG,
                 .column = I0,
                 .scale = 1,
                 .paths = {"config.dynamics.i0"}},
                {.name = "MU",
                 .use = USE_COLUMN,
                 .artifact = CONFIG,
                 .column = MU,
                 .scale = 1,
                 .paths = {"config.supply.const.mu_orbit10pct", "supply.mu_orbit10pct"}},
                {.name = "outdir",
                 .use = USE_CASE_DIR,
                 .artifact = CONFIG,
                 .column = -1,
                 .paths = {"outdir", "io.outdir", "config.outdir", "config.io.outdir"}},
                {.name = "status",
                 .use = USE_PHASE,
                 .artifact = CONFIG,
                 .column = -1,
                 .expect = "pre_run",
                 .paths = {"status"}},
                {.name = "archive.enabled",
                 .use = USE_ARCHIVE_ENABLED,
                 .artifact = CONFIG,
                 .column = -1,
                 .paths = {"config.io.archive.enabled", "io.archive.enabled", "archive.enabled"}},
                {.name = "archive.forced_off_env",
                 .use = USE_ARCHIVE_FORCED_OFF,
                 .artifact = CONFIG,
                 .column = -1,
                 .paths = {"config.io.archive.forced_off_env", "io.archive.forced_off_env", "archive.forced_off_env"}},
                {.name = "archive.dir",
                 .use = USE_ARCHIVE_DIR,
                 .artifact = CONFIG,
                 .column = -1,
                 .paths = {"config.io.archive.dir", "io.archive.dir", "archive.dir"}},
                {.name = "archive.merge_target",
                 .use = USE_MERGE_TARGET,
                 .artifact = CONFIG,
                 .column = -1,
                 .paths = {"config.io.archive.merge_target", "io.archive.merge_target", "archive.merge_target"}},
                {.name = "archive.keep_local",
                 .use = USE_KEEP_LOCAL,
                 .artifact = CONFIG,
                 .column = -1,
                 .paths = {"config.io.archive.keep_local", "io.archive.keep_local", "archive.keep_local"}},
                {.name = "case_status",
                 .use = USE_OUTCOME,
                 .artifact = SUMMARY,
                 .column = -1,
                 .paths = {"case_status"}},
                /* Before the run it is given in years; the runner's year has 365.25 days. */
                {.name = "t_end_years",
                 .use = USE_PROGRESS_END,
                 .artifact = CONFIG,
                 .column = -1,
                 .scale = 365.25 * 24 * 3600,
                 .paths = {"config.numerics.t_end_years", "numerics.t_end_years"}},
                {.name = "t_end_s",
                 .use = USE_PROGRESS_END,
                 .artifact = CONFIG,
                 .column = -1,
                 .scale = 1,
                 .paths = {"config.time_grid.t_end_s", "time_grid.t_end_s"}},
                {.name = "mass_budget_violation",
                 .use = USE_VIOLATION,
                 .artifact = SUMMARY,
                 .column = -1,
                 .paths = {"mass_budget_violation"}},
            },
        .n_values = 16,
        .progress = {.column = "time", .artifact = RUN, .chunks = "run_chunk_*.parquet"},
        .not_cases = {"checks"},
        .kept_list = "checks/expected_sweep_list.txt",
        .settings = "sweep_settings.txt",
        .settings_list_key = "sweep_list_file",
        .manifest_ignores = {"run_card.md", "archive_manifest.json", "ARCHIVE_DONE"},
};

const struct profile *profile_builtin(void) { return &builtin; }

/* ---- artifacts ---- */

size_t profile_longest_path(const struct profile *p) {
    enum { CHUNK_NUMBERS = 24 }; /* what the stars of "*_chunk_*" stand for: a name, two numbers of nine digits */
    size_t longest = 0;
    for (int i = 0; i < p->n_artifacts; i++) {
        const struct profile_artifact *a = &p->artifact[i];
        const char *slash = strrchr(a->path, '/');
        size_t len = strlen(a->path), dir = slash != NULL ? (size_t)(slash + 1 - a->path) : 0;
        if (a->chunks != NULL && dir + strlen(a->chunks) + CHUNK_NUMBERS > len) {
            len = dir + strlen(a->chunks) + CHUNK_NUMBERS;
        }
        if (len > longest) longest = len;
    }
    return longest;
}

int profile_artifact_index(const struct profile *p, const char *path) {
    for (int i = 0; i < p->n_artifacts; i++) {
        if (strcmp(p->artifact[i].path, path) == 0) return i;
    }
    return -1;
}

int profile_value_index(const struct profile *p, const char *name) {
    for (int i = 0; i < p->n_values; i++) {
        if (strcmp(p->value[i].name, name) == 0) return i;
    }
    return -1;
}

void profile_found_words(const struct profile_value *v, const char *found, char *out, size_t cap) {
    double number;
    if (v->use == USE_COLUMN && v->scale != 1 && text_number(found, &number)) {
        snprintf(out, cap, "%.200s (= %.10g)", found, number * v->scale);
    } else {
        snprintf(out, cap, "%s", found);
    }
}

int profile_required(const struct profile *p, int out[PROFILE_MAX_ARTIFACTS]) {
    if (p->n_required > 0) {
        memcpy(out, p->required_order, (size_t)p->n_required * sizeof out[0]);
        return p->n_required;
    }
    int n = 0;
    for (int i = 0; i < p->n_artifacts; i++) {
        if (p->artifact[i].roles & ROLE_REQUIRED) out[n++] = i;
    }
    return n;
}

int profile_copy_end(const struct profile *p) {
    int end = -1;
    for (int i = 0; i < p->n_artifacts; i++) {
        if (p->artifact[i].roles & ROLE_MARKER_DONE) return i;
        if (p->artifact[i].roles & ROLE_MANIFEST) end = i;
    }
    return end;
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

static bool is_separator(char c) { return c == '/' || c == '\\'; }

bool profile_normal_path(const char *word, char *out) {
    if (is_separator(word[0]) || (is_letter(word[0]) && word[1] == ':')) return false;
    size_t length = 0;
    while (*word != '\0') {
        size_t n = 0;
        while (word[n] != '\0' && !is_separator(word[n])) n++;
        if (n == 2 && word[0] == '.' && word[1] == '.') return false;
        if (n > 0 && !(n == 1 && word[0] == '.')) {
            if (length > 0) out[length++] = '/';
            memcpy(out + length, word, n);
            length += n;
        }
        word += n;
        if (*word != '\0') word++;
    }
    out[length] = '\0';
    return length > 0;
}

static bool ends_with(const char *s, const char *ending) {
    size_t ns = strlen(s), ne = strlen(ending);
    if (ns < ne) return false;
    for (size_t i = 0; i < ne; i++) {
        if (lower(s[ns - ne + i]) != ending[i]) return false;
    }
    return true;
}

enum file_kind profile_kind_of(const char *path) {
    if (ends_with(path, ".json")) return KIND_JSON;
    if (ends_with(path, ".csv")) return KIND_CSV;
    if (ends_with(path, ".parquet")) return KIND_PARQUET;
    return KIND_ANY;
}

struct profile *profile_with_required(const struct profile *base, const char *const required[], int n, int *bad) {
    size_t bytes = 1;
    for (int i = 0; i < n; i++) bytes += strlen(required[i]) + 1;
    struct profile *p = malloc(sizeof *p);
    char *paths = malloc(bytes);
    if (p == NULL || paths == NULL) abort();
    *p = *base;
    p->owned = paths;
    p->n_required = 0;
    for (int i = 0; i < p->n_artifacts; i++) p->artifact[i].roles &= ~(unsigned)ROLE_REQUIRED;

    for (int i = 0; i < n; i++) {
        if (!profile_normal_path(required[i], paths)) {
            *bad = i;
            profile_free(p);
            return NULL;
        }
        int index = profile_artifact_index(p, paths);
        if (index < 0) {
            if (p->n_artifacts == PROFILE_MAX_ARTIFACTS) {
                *bad = i;
                profile_free(p);
                return NULL;
            }
            index = p->n_artifacts++;
            p->artifact[index] = (struct profile_artifact){.path = paths, .kind = profile_kind_of(paths)};
            paths += strlen(paths) + 1;
        }
        if (p->artifact[index].roles & ROLE_REQUIRED) continue;
        p->artifact[index].roles |= ROLE_REQUIRED;
        p->required_order[p->n_required++] = index;
    }
    return p;
}

void profile_free(struct profile *p) {
    if (p == NULL) return;
    free(p->owned);
    free(p);
}

/* ---- names ---- */

/* Bytes of the character at s: '?' stands for a character, whatever its length. */
static size_t character(const char *s) {
    size_t n = 1;
    while (((unsigned char)s[n] & 0xC0) == 0x80) n++;
    return n;
}

bool profile_glob(const char *pattern, const char *name) {
    const char *star = NULL, *resume = NULL; /* last '*', and where it has let the rest begin */
    if (strchr(name, '/') != NULL) return false;
    while (*name != '\0') {
        if (*pattern == '*') {
            star = ++pattern;
            resume = name;
        } else if (*pattern == '?') {
            pattern++;
            name += character(name);
        } else if (*pattern == *name) {
            pattern++;
            name++;
        } else if (star != NULL) {
            pattern = star;
            name = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*') pattern++;
    return *pattern == '\0';
}

struct writer {
    char *out;
    size_t cap, length;
};

static void put(struct writer *w, char c) {
    if (w->length + 1 < w->cap) w->out[w->length] = c;
    w->length++;
}

static void put_text(struct writer *w, const char *s) {
    for (; *s != '\0'; s++) put(w, *s);
}

size_t profile_title(const struct profile *p, const char *const tokens[], int n, char *out, size_t cap) {
    struct writer w = {.out = out, .cap = cap};
    for (int i = 0; i < n && i < p->n_columns; i++) {
        const struct profile_column *column = &p->column[i];
        if (i > 0) put(&w, '_');
        put_text(&w, column->prefix);
        for (const char *s = tokens[i]; *s != '\0'; s++) put(&w, *s == '.' && column->dot != 0 ? column->dot : *s);
        put_text(&w, column->suffix);
    }
    if (cap > 0) out[w.length < cap ? w.length : cap - 1] = '\0';
    return w.length;
}

static const char *after_literal(const char *s, const char *literal) {
    size_t n = strlen(literal);
    return strncmp(s, literal, n) == 0 ? s + n : NULL;
}

static const char *after_digits(const char *s) {
    while (*s >= '0' && *s <= '9') s++;
    return s;
}

/* The end of the longest number in title form that begins at s, NULL when none does. *point: its '.' or what stands for
 * it, NULL when it has none. */
static const char *after_value(const struct profile_column *column, const char *s, const char **point) {
    char dot = column->dot != 0 ? column->dot : '.';
    *point = NULL;
    if (*s == '+' || *s == '-') s++;
    const char *end = after_digits(s);
    size_t digits = (size_t)(end - s);
    if (*end == dot || *end == 'p') { /* 'p' may have stood in the list */
        const char *fraction = end + 1;
        const char *stop = after_digits(fraction);
        /* "5pc": no fraction, and the suffix begins like one. */
        bool is_suffix = stop == fraction && column->suffix[0] != '\0' && after_literal(end, column->suffix) != NULL;
        digits += (size_t)(stop - fraction);
        if (digits > 0 && !is_suffix) {
            *point = end;
            end = stop;
        }
    }
    if (digits == 0) return NULL;
    if (*end == 'e' || *end == 'E') {
        const char *exponent = end + 1;
        if (*exponent == '+' || *exponent == '-') exponent++;
        const char *stop = after_digits(exponent);
        if (stop > exponent) end = stop;
    }
    return end;
}

/* The end of the part of one column that begins at s, NULL when there is none. token (may be NULL): its value. */
static const char *after_part(const struct profile_column *column, const char *s, char token[32]) {
    s = after_literal(s, column->prefix);
    if (s == NULL) return NULL;
    const char *point;
    const char *end = after_value(column, s, &point);
    if (end == NULL) return NULL;
    if (token != NULL) {
        size_t n = (size_t)(end - s);
        if (n > 31) return NULL;
        memcpy(token, s, n);
        token[n] = '\0';
        if (point != NULL) token[point - s] = '.';
    }
    return after_literal(end, column->suffix);
}

int profile_parse_title(const struct profile *p, const char *name, char tokens[PROFILE_MAX_COLUMNS][32]) {
    int columns = 0;
    const char *s = name;
    for (int i = 0; i < PROFILE_MAX_COLUMNS; i++) tokens[i][0] = '\0';
    for (int i = 0; i < p->n_columns && *s != '\0'; i++) {
        if (i > 0 && *s != '_') return 0;
        const char *end = after_part(&p->column[i], i > 0 ? s + 1 : s, tokens[i]);
        if (end != NULL) {
            s = end;
            columns = i + 1;
        } else if (i < p->min_columns) {
            return 0;
        } else {
            tokens[i][0] = '\0';
        }
    }
    return *s == '\0' && columns >= p->min_columns ? columns : 0;
}

bool profile_is_continuation(const struct profile *p, int have, const char *rest) {
    if (*rest == '\0') return false;
    for (int i = have; i < p->n_columns && *rest != '\0'; i++) {
        if (*rest != '_') return false;
        const char *end = after_part(&p->column[i], rest + 1, NULL);
        if (end != NULL) rest = end;
    }
    return *rest == '\0';
}
