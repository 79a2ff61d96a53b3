#include "app/profile_file.h"

#include "model/text.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAME_BYTES = 64,
    COLUMN_BYTES = 31,
    AFFIX_BYTES = 32,
    PATH_BYTES = 200,
    PATTERN_BYTES = 64,
    DOTTED_LEVELS = 15, /* names of a dotted path; the readers go no deeper */
    WHERE_BYTES = 48
};

struct reader {
    struct profile *p;
    char *pool;      /* the profile's own strings: no longer than the text they were written in */
    unsigned *lines; /* of the text's values, in their order */
    size_t n_lines;
    struct profile_error *error;
    int n_errors;
};

static void *must(void *p) {
    if (!p) abort();
    return p;
}

/* ---- errors ---- */

#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
static void
complain(struct reader *r, unsigned line, const char *where, const char *format, ...) {
    if (r->n_errors == PROFILE_FILE_ERRORS) return;
    struct profile_error *e = &r->error[r->n_errors++];
    va_list args;
    int used = where[0] ? snprintf(e->words, sizeof e->words, "%s: ", where) : 0;
    e->line = line;
    va_start(args, format);
    vsnprintf(e->words + used, sizeof e->words - (size_t)used, format, args);
    va_end(args);
}

/* cJSON keeps no place of a value: its line stands in valueint, which nothing else here reads. */
static unsigned line_of(const cJSON *item) { return (unsigned)item->valueint; }

/* ---- the text, before it is parsed ---- */

static unsigned line_at(const char *text, const char *at) {
    unsigned line = 1;
    for (; text < at; text++) line += *text == '\n';
    return line;
}

static void complain_of_syntax(struct reader *r, const char *text, const char *at) {
    size_t n = strcspn(at, "\r\n");
    if (n > 0)
        complain(r, line_at(text, at), "",
                 "this is no JSON from '%.*s' on; look for a comma, quote or bracket too much or too few",
                 n > 20 ? 20 : (int)n, at);
    else
        complain(r, line_at(text, at), "",
                 "this is no JSON up to its end; look for a bracket or quote that is not closed, or a comma before the "
                 "last bracket");
}

/* Behind the string that begins at text[i]. */
static size_t after_string(struct reader *r, const char *text, size_t len, size_t i, unsigned *line) {
    for (i++; i < len && text[i] != '"'; i++) {
        if (text[i] == '\n') ++*line;
        if (text[i] != '\\') continue;
        if (i + 6 <= len && memcmp(text + i, "\\u0000", 6) == 0)
            complain(r, *line, "", "\\u0000 in a text; take it out");
        i++;
    }
    return i < len ? i + 1 : len;
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static bool is_key(const char *text, size_t len, size_t behind) {
    while (behind < len && is_blank(text[behind])) behind++;
    return behind < len && text[behind] == ':';
}

/* Notes the line of every value (of a member: of its key) and refuses what cJSON would take or fall over. */
static void look_over(struct reader *r, const char *text, size_t len) {
    unsigned line = 1, key_line = 0;
    int depth = 0;
    const char *nul = memchr(text, '\0', len);
    if (nul) complain(r, line_at(text, nul), "", "a NUL character; save the file as plain text");
    r->lines = must(calloc(len + 1, sizeof *r->lines));
    for (size_t i = 0; i < len && r->n_errors == 0;) {
        char c = text[i];
        if (c == '\n') line++;
        if (is_blank(c) || c == ',' || c == ':' || c == '}' || c == ']') {
            depth -= c == '}' || c == ']';
            i++;
            continue;
        }
        unsigned begun = line;
        size_t end = i + 1;
        if (c == '{' || c == '[') {
            if (++depth > PROFILE_FILE_DEPTH) {
                complain(r, line, "", "nested deeper than %d levels; no profile needs that", PROFILE_FILE_DEPTH);
            }
        } else if (c == '"') {
            end = after_string(r, text, len, i, &line);
        } else {
            while (end < len && !is_blank(text[end]) && !strchr(",:]}\"", text[end])) end++;
        }
        if (c == '"' && is_key(text, len, end)) {
            key_line = begun;
        } else {
            r->lines[r->n_lines++] = key_line ? key_line : begun;
            key_line = 0;
        }
        i = end;
    }
}

/* Both go through the values in the order of the text. */
static void place_lines(const struct reader *r, cJSON *top) {
    cJSON *above[PROFILE_FILE_DEPTH], *item = top;
    size_t next = 0;
    int depth = 0;
    while (item) {
        item->valueint = next < r->n_lines ? (int)r->lines[next++] : 1;
        if (item->child && depth < PROFILE_FILE_DEPTH) {
            above[depth++] = item;
            item = item->child;
            continue;
        }
        while (!item->next && depth > 0) item = above[--depth];
        item = item->next;
    }
}

/* ---- values ---- */

static const cJSON *get(const cJSON *object, const char *key) { return cJSON_GetObjectItemCaseSensitive(object, key); }

static unsigned line_of_member(const cJSON *object, const char *key) {
    const cJSON *item = get(object, key);
    return line_of(item ? item : object);
}

/* Is it an object with no other keys than these, each once? */
static bool check_keys(struct reader *r, const cJSON *object, const char *where, const char *const *keys) {
    char known[PROFILE_FILE_WORDS / 2] = "";
    if (!cJSON_IsObject(object)) {
        complain(r, line_of(object), where,
                 where[0] ? "must be an object: { ... }" : "a profile is an object: { ... }");
        return false;
    }
    for (int i = 0; keys[i]; i++) {
        size_t n = strlen(known);
        snprintf(known + n, sizeof known - n, "%s%s", i > 0 ? ", " : "", keys[i]);
    }
    for (const cJSON *c = object->child; c; c = c->next) {
        int i = 0;
        while (keys[i] && strcmp(keys[i], c->string) != 0) i++;
        if (!keys[i]) complain(r, line_of(c), where, "\"%.40s\" is no key here; known are %s", c->string, known);
        for (const cJSON *d = object->child; d != c; d = d->next) {
            if (strcmp(c->string, d->string) != 0) continue;
            complain(r, line_of(c), where, "\"%.40s\" stands here twice, first in line %u; remove one", c->string,
                     line_of(d));
            break;
        }
    }
    return true;
}

/* The profile's own copy of a text of 1 to max bytes without control characters; NULL after complaining. */
static const char *take_text(struct reader *r, const cJSON *item, const char *where, const char *key, size_t max) {
    if (!cJSON_IsString(item)) {
        complain(r, line_of(item), where, "\"%s\" must be a text in quotes", key);
        return NULL;
    }
    size_t len = strlen(item->valuestring);
    char clean[4 * PATH_BYTES];
    if (len == 0 || len > max) {
        complain(r, line_of(item), where, len == 0 ? "\"%s\" is empty" : "\"%s\" is longer than %zu bytes", key, max);
        return NULL;
    }
    text_clean(item->valuestring, clean, sizeof clean);
    if (strcmp(clean, item->valuestring) != 0) {
        complain(r, line_of(item), where, "\"%s\" has a control character; write plain text", key);
        return NULL;
    }
    char *out = r->pool;
    memcpy(out, item->valuestring, len + 1);
    r->pool += len + 1;
    return out;
}

/* The text of a member; fallback where it is absent. */
static const char *take(struct reader *r, const cJSON *object, const char *where, const char *key, size_t max,
                        const char *fallback) {
    const cJSON *item = get(object, key);
    return item ? take_text(r, item, where, key, max) : fallback;
}

static const char *take_needed(struct reader *r, const cJSON *object, const char *where, const char *key, size_t max) {
    const cJSON *item = get(object, key);
    if (item) return take_text(r, item, where, key, max);
    complain(r, line_of(object), where, "\"%s\" is absent; it is needed", key);
    return NULL;
}

/* The first element of a list of at most max elements, and least ones; NULL: none, or none that can be used. */
static const cJSON *take_list(struct reader *r, const cJSON *object, const char *where, const char *key, int least,
                              int max) {
    const cJSON *list = get(object, key);
    if (!list) {
        if (least > 0) complain(r, line_of(object), where, "\"%s\" is absent; it is needed", key);
        return NULL;
    }
    int n = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : -1;
    if (n < 0)
        complain(r, line_of(list), where, "\"%s\" must be a list: [ ... ]", key);
    else if (n < least)
        complain(r, line_of(list), where, "\"%s\" is empty; at least %d is needed", key, least);
    else if (n > max)
        complain(r, line_of(list), where, "\"%s\" has %d elements; %d are the most", key, n, max);
    else
        return list->child;
    return NULL;
}

struct word {
    const char *word;
    unsigned value;
};

static bool take_word(struct reader *r, const cJSON *item, const char *where, const char *key, const struct word *words,
                      unsigned *out) {
    char known[PROFILE_FILE_WORDS / 2] = "";
    for (int i = 0; words[i].word; i++) {
        size_t n = strlen(known);
        snprintf(known + n, sizeof known - n, "%s%s", i > 0 ? ", " : "", words[i].word);
        if (!cJSON_IsString(item) || strcmp(words[i].word, item->valuestring) != 0) continue;
        *out = words[i].value;
        return true;
    }
    if (cJSON_IsString(item))
        complain(r, line_of(item), where, "\"%s\" cannot be \"%.40s\"; write %s", key, item->valuestring, known);
    else
        complain(r, line_of(item), where, "\"%s\" must be one of the words %s", key, known);
    return false;
}

/* A path in the form of the profile; NULL after complaining. */
static const char *check_path(struct reader *r, unsigned line, const char *where, const char *key, const char *path) {
    char normal[PATH_BYTES + 1];
    if (!path) return NULL;
    if (profile_normal_path(path, normal) && strcmp(normal, path) == 0) return path;
    complain(r, line, where,
             "\"%s\" cannot be \"%.80s\"; write a relative path with '/' between names, as \"checks/x.csv\"", key,
             path);
    return NULL;
}

static const char *take_pattern(struct reader *r, const cJSON *object, const char *where, const char *key) {
    const char *pattern = take(r, object, where, key, PATTERN_BYTES, NULL);
    if (!pattern || !strpbrk(pattern, "/\\")) return pattern;
    complain(r, line_of_member(object, key), where, "\"%s\" must be a pattern of a name, without a directory", key);
    return NULL;
}

/* "a.b.c" without empty names. */
static bool is_dotted(const char *path) {
    int levels = 1;
    if (path[0] == '.' || path[strlen(path) - 1] == '.' || strstr(path, "..")) return false;
    for (const char *c = path; *c; c++) levels += *c == '.';
    return levels <= DOTTED_LEVELS;
}

static const char *check_dotted(struct reader *r, unsigned line, const char *where, const char *key, const char *path) {
    if (!path || is_dotted(path)) return path;
    complain(r, line, where, "\"%s\" cannot be \"%.80s\"; write names with '.' between, %d at most", key, path,
             DOTTED_LEVELS);
    return NULL;
}

/* ---- columns ---- */

static bool is_column_name(const char *s) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    return strchr(letters, s[0]) &&
           strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == strlen(s);
}

static bool same_letters(const char *a, const char *b) {
    while (*a && (*a | 32) == (*b | 32)) a++, b++;
    return *a == *b;
}

static void check_column_name(struct reader *r, unsigned line, const char *where, int index) {
    static const char *const taken[] = {"state", "status", "flag", "ok"}; /* of filters */
    const char *name = r->p->column[index].name;
    if (!is_column_name(name)) {
        complain(r, line, where, "\"name\" cannot be \"%s\"; write letters, digits and '_', a letter first", name);
        return;
    }
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        if (same_letters(taken[i], name))
            complain(r, line, where, "\"name\" cannot be \"%s\": filters use that word", name);
    }
    for (int i = 0; i < index; i++) {
        if (r->p->column[i].name && same_letters(r->p->column[i].name, name))
            complain(r, line, where, "\"name\" \"%s\" is columns[%d]'s too; columns need different names", name, i);
    }
}

/* What stands before or after a value in a title; may be empty. */
static const char *take_affix(struct reader *r, const cJSON *object, const char *where, const char *key) {
    const cJSON *item = get(object, key);
    if (!item || (cJSON_IsString(item) && item->valuestring[0] == '\0')) return "";
    const char *text = take_text(r, item, where, key, AFFIX_BYTES);
    if (text && strpbrk(text, "/\\:*?\"<>|"))
        complain(r, line_of(item), where, "\"%s\" has a character that names of directories cannot have", key);
    return text ? text : "";
}

static char take_dot(struct reader *r, const cJSON *object, const char *where) {
    const cJSON *item = get(object, "dot");
    if (!item) return 0;
    const char *text = take_text(r, item, where, "dot", AFFIX_BYTES);
    if (text && strlen(text) == 1 && !strchr("0123456789+-/\\:*?\"<>| ", text[0])) return text[0] == '.' ? 0 : text[0];
    if (text) complain(r, line_of(item), where, "\"dot\" must be one character, as \"p\", that a name can have");
    return 0;
}

static bool take_flag(struct reader *r, const cJSON *object, const char *where, const char *key) {
    const cJSON *item = get(object, key);
    if (item && !cJSON_IsBool(item)) complain(r, line_of(item), where, "\"%s\" must be true or false", key);
    return cJSON_IsTrue(item);
}

/* A title of these columns alone must be read back as what it was made of. */
static bool reads_back(const struct profile *p, int optional, const char *value, char title[256]) {
    struct profile some = *p; /* the columns that every line has, and one more */
    const char *tokens[PROFILE_MAX_COLUMNS];
    char found[PROFILE_MAX_COLUMNS][32];
    int n = p->min_columns, last = optional < 0 ? n - 1 : optional;
    if (optional >= 0) some.column[n++] = p->column[optional];
    for (int i = 0; i < n; i++) tokens[i] = value;
    profile_title(&some, tokens, n, title, 256);
    if (profile_parse_title(p, title, found) != last + 1) return false;
    for (int i = 0; i <= last; i++) {
        if (strcmp(found[i], i < p->min_columns || i == optional ? value : "") != 0) return false;
    }
    return true;
}

static void check_titles(struct reader *r, unsigned line) {
    static const char *const samples[] = {"1", "2.5", "-30", "1e-05"};
    char title[256];
    for (int optional = r->p->min_columns - 1; optional < r->p->n_columns; optional++) {
        for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
            if (reads_back(r->p, optional < r->p->min_columns ? -1 : optional, samples[i], title)) continue;
            complain(r, line, "",
                     "titles of these \"columns\" cannot be told apart: '%s', of the value %s, reads otherwise; change "
                     "\"prefix\", \"suffix\" or \"dot\"",
                     title, samples[i]);
            return;
        }
    }
}

static void read_columns(struct reader *r, const cJSON *top) {
    static const char *const keys[] = {"name", "prefix", "suffix", "dot", "optional", NULL};
    struct profile *p = r->p;
    int before = r->n_errors;
    for (const cJSON *c = take_list(r, top, "", "columns", 1, PROFILE_MAX_COLUMNS); c; c = c->next) {
        int i = p->n_columns++;
        struct profile_column *column = &p->column[i];
        char where[WHERE_BYTES];
        snprintf(where, sizeof where, "columns[%d]", i);
        column->prefix = column->suffix = "";
        if (!check_keys(r, c, where, keys)) continue;
        column->name = take_needed(r, c, where, "name", COLUMN_BYTES);
        if (column->name) check_column_name(r, line_of_member(c, "name"), where, i);
        column->prefix = take_affix(r, c, where, "prefix");
        column->suffix = take_affix(r, c, where, "suffix");
        column->dot = take_dot(r, c, where);
        column->optional = take_flag(r, c, where, "optional");
        if (i == 0 && column->optional)
            complain(r, line_of_member(c, "optional"), where, "the first column cannot be optional");
        else if (!column->optional && p->min_columns < i)
            complain(r, line_of(c), where, "must be \"optional\" too: it comes after an optional column");
        if (!column->optional) p->min_columns = i + 1;
    }
    if (r->n_errors == before) check_titles(r, line_of_member(top, "columns"));
}

/* ---- artifacts ---- */

static const struct word kind_words[] = {
    {"any", KIND_ANY},           {"json", KIND_JSON},     {"csv", KIND_CSV}, {"parquet", KIND_PARQUET},
    {"manifest", KIND_MANIFEST}, {"marker", KIND_MARKER}, {NULL, 0}};
static const struct word role_words[] = {{"required", ROLE_REQUIRED},
                                         {"config", ROLE_CONFIG},
                                         {"last_result", ROLE_LAST_RESULT},
                                         {"owner_proof", ROLE_OWNER_PROOF},
                                         {"written_once", ROLE_WRITTEN_ONCE},
                                         {"merged", ROLE_MERGED},
                                         {"marker_failure", ROLE_MARKER_FAILURE},
                                         {"marker_done", ROLE_MARKER_DONE},
                                         {"manifest", ROLE_MANIFEST},
                                         {NULL, 0}};

static const char *word_of(const struct word *words, unsigned value) {
    while (words->word && words->value != value) words++;
    return words->word ? words->word : "";
}

/* What a role asks of the file and of the other files. */
static void check_role(struct reader *r, unsigned line, const char *where, int index, unsigned role) {
    const struct profile_artifact *a = &r->p->artifact[index];
    const unsigned once = ROLE_CONFIG | ROLE_LAST_RESULT | ROLE_MERGED | ROLE_MARKER_DONE | ROLE_MANIFEST;
    const struct {
        unsigned roles;
        enum file_kind kind;
    } needs[] = {{ROLE_CONFIG, KIND_JSON},
                 {ROLE_MARKER_FAILURE | ROLE_MARKER_DONE, KIND_MARKER},
                 {ROLE_MANIFEST, KIND_MANIFEST}};
    const char *word = word_of(role_words, role);
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
        if ((needs[i].roles & role) && a->kind != needs[i].kind)
            complain(r, line, where, "the role \"%s\" needs \"kind\": \"%s\"", word,
                     word_of(kind_words, needs[i].kind));
    }
    if (role == ROLE_MERGED && !a->chunks) {
        complain(r, line, where, "the role \"merged\" needs \"chunks\", the pattern of the pieces it is made of");
    }
    for (int i = 0; (role & once) && i < index; i++) {
        if (!(r->p->artifact[i].roles & role)) continue;
        complain(r, line, where, "the role \"%s\" is artifacts[%d]'s already; only one file can have it", word, i);
    }
}

static void read_roles(struct reader *r, const cJSON *object, const char *where, int index) {
    struct profile_artifact *a = &r->p->artifact[index];
    const unsigned of_archive = ROLE_MARKER_FAILURE | ROLE_MARKER_DONE | ROLE_MANIFEST;
    unsigned role = 0;
    for (const cJSON *c = take_list(r, object, where, "roles", 0, 9); c; c = c->next) {
        if (!take_word(r, c, where, "roles", role_words, &role)) continue;
        if (a->roles & role) complain(r, line_of(c), where, "the role \"%s\" stands here twice", c->valuestring);
        check_role(r, line_of(c), where, index, role);
        a->roles |= role;
    }
    if ((a->roles & of_archive) && (a->roles & ~of_archive))
        complain(r, line_of_member(object, "roles"), where, "a marker or a manifest can have no other role");
    if (a->kind == KIND_MANIFEST && !(a->roles & ROLE_MANIFEST))
        complain(r, line_of(object), where, "\"kind\": \"manifest\" needs the role \"manifest\"");
}

static void read_artifacts(struct reader *r, const cJSON *top) {
    static const char *const keys[] = {"path", "kind", "roles", "alternatives", "chunks", NULL};
    struct profile *p = r->p;
    unsigned all = 0, kind;
    for (const cJSON *c = take_list(r, top, "", "artifacts", 1, PROFILE_MAX_ARTIFACTS); c; c = c->next) {
        int i = p->n_artifacts++;
        struct profile_artifact *a = &p->artifact[i];
        char where[WHERE_BYTES];
        snprintf(where, sizeof where, "artifacts[%d]", i);
        a->path = "";
        if (!check_keys(r, c, where, keys)) continue;
        const char *path = take_needed(r, c, where, "path", PATH_BYTES);
        path = check_path(r, line_of_member(c, "path"), where, "path", path);
        if (path) {
            int other = profile_artifact_index(p, path);
            if (other >= 0 && other < i)
                complain(r, line_of_member(c, "path"), where, "\"path\" is artifacts[%d]'s too; remove one", other);
            a->path = path;
        }
        a->kind = profile_kind_of(a->path);
        if (get(c, "kind") && take_word(r, get(c, "kind"), where, "kind", kind_words, &kind)) {
            a->kind = (enum file_kind)kind;
        }
        a->alternatives = take_pattern(r, c, where, "alternatives");
        a->chunks = take_pattern(r, c, where, "chunks");
        if (a->chunks && !get(c, "alternatives"))
            complain(r, line_of_member(c, "chunks"), where,
                     "\"chunks\" needs \"alternatives\": chunks are some of them");
        read_roles(r, c, where, i);
        all |= a->roles;
    }
    if (p->n_artifacts > 0 && !(all & ROLE_REQUIRED))
        complain(r, line_of_member(top, "artifacts"), "",
                 "no file of \"artifacts\" has the role \"required\"; without one every case would be complete");
    if ((all & (ROLE_MARKER_DONE | ROLE_MANIFEST)) && !(all & ROLE_OWNER_PROOF))
        complain(r, line_of_member(top, "artifacts"), "",
                 "no file of \"artifacts\" has the role \"owner_proof\"; without one no copy in the archive is proven");
}

/* The artifact that is named and of this kind; -1 after complaining. */
static int take_artifact(struct reader *r, const cJSON *object, const char *where, enum file_kind kind) {
    const char *path = take_needed(r, object, where, "artifact", PATH_BYTES);
    if (!path) return -1;
    int i = profile_artifact_index(r->p, path);
    unsigned line = line_of_member(object, "artifact");
    if (i < 0) {
        complain(r, line, where, "\"artifact\": \"%.80s\" is the \"path\" of none of \"artifacts\"", path);
    } else if (r->p->artifact[i].kind != kind) {
        complain(r, line, where, "\"artifact\": %.80s must be of the kind \"%s\"", path, word_of(kind_words, kind));
        return -1;
    }
    return i;
}

/* ---- values ---- */

static const struct word use_words[] = {{"column", USE_COLUMN},
                                        {"case_dir", USE_CASE_DIR},
                                        {"phase", USE_PHASE},
                                        {"archive_enabled", USE_ARCHIVE_ENABLED},
                                        {"archive_forced_off", USE_ARCHIVE_FORCED_OFF},
                                        {"archive_dir", USE_ARCHIVE_DIR},
                                        {"merge_target", USE_MERGE_TARGET},
                                        {"keep_local", USE_KEEP_LOCAL},
                                        {"outcome", USE_OUTCOME},
                                        {"progress_end", USE_PROGRESS_END},
                                        {"violation", USE_VIOLATION},
                                        {NULL, 0}};

/* A key that goes with some uses only: is it there where it must be, and nowhere else? True: it is to be read. */
static bool goes_with(struct reader *r, const cJSON *object, const char *where, const char *key, bool may,
                      bool must_be) {
    const cJSON *item = get(object, key);
    const cJSON *use = get(object, "use");
    if (item && !may)
        complain(r, line_of(item), where, "\"%s\" does not go with \"use\": \"%s\"", key, use->valuestring);
    if (!item && must_be) complain(r, line_of(object), where, "\"use\": \"%s\" needs \"%s\"", use->valuestring, key);
    return item && may;
}

static void read_use(struct reader *r, const cJSON *object, const char *where, struct profile_value *v) {
    bool column = v->use == USE_COLUMN, phase = v->use == USE_PHASE, scaled = column || v->use == USE_PROGRESS_END;
    if (scaled) v->scale = 1;
    if (goes_with(r, object, where, "column", column, column)) {
        const char *name = take_text(r, get(object, "column"), where, "column", COLUMN_BYTES);
        for (int i = 0; name && i < r->p->n_columns; i++) {
            if (r->p->column[i].name && strcmp(r->p->column[i].name, name) == 0) v->column = i;
        }
        if (name && v->column < 0)
            complain(r, line_of_member(object, "column"), where,
                     "\"column\": \"%s\" is the \"name\" of none of \"columns\"", name);
    }
    if (goes_with(r, object, where, "expect", phase, phase)) {
        v->expect = take_text(r, get(object, "expect"), where, "expect", NAME_BYTES);
    }
    if (goes_with(r, object, where, "scale", scaled, false)) {
        const cJSON *scale = get(object, "scale");
        v->scale = cJSON_IsNumber(scale) ? scale->valuedouble : 0;
        if (!(v->scale > 0 && isfinite(v->scale)))
            complain(r, line_of(scale), where, "\"scale\" must be a number above 0");
    }
    /* What the configuration said is forgotten when it is read anew; nobody forgets for other files. */
    bool any_file = v->use == USE_OUTCOME || v->use == USE_VIOLATION;
    if (!any_file && v->artifact >= 0 && !(r->p->artifact[v->artifact].roles & ROLE_CONFIG))
        complain(r, line_of_member(object, "artifact"), where,
                 "\"use\": \"%s\" needs an \"artifact\" with the role \"config\"", word_of(use_words, v->use));
}

static void read_values(struct reader *r, const cJSON *top) {
    static const char *const keys[] = {"name", "use", "artifact", "column", "expect", "scale", "paths", NULL};
    struct profile *p = r->p;
    for (const cJSON *c = take_list(r, top, "", "values", 0, PROFILE_MAX_VALUES); c; c = c->next) {
        int i = p->n_values, n = 0;
        struct profile_value *v = &p->value[i];
        unsigned use;
        char where[WHERE_BYTES];
        snprintf(where, sizeof where, "values[%d]", i);
        v->column = v->artifact = -1;
        v->name = "";
        p->n_values++;
        if (!check_keys(r, c, where, keys)) continue;
        const char *name = take_needed(r, c, where, "name", NAME_BYTES);
        if (name && profile_value_index(p, name) >= 0)
            complain(r, line_of_member(c, "name"), where, "\"name\": \"%s\" is values[%d]'s too", name,
                     profile_value_index(p, name));
        if (name) v->name = name;
        v->artifact = take_artifact(r, c, where, KIND_JSON);
        if (!get(c, "use"))
            complain(r, line_of(c), where, "\"use\" is absent; it is needed");
        else if (take_word(r, get(c, "use"), where, "use", use_words, &use)) {
            v->use = (enum value_use)use;
            read_use(r, c, where, v);
        }
        for (const cJSON *path = take_list(r, c, where, "paths", 1, PROFILE_MAX_FORMS); path; path = path->next) {
            const char *text = take_text(r, path, where, "paths", PATH_BYTES);
            text = check_dotted(r, line_of(path), where, "paths", text);
            if (text) v->paths[n++] = text;
        }
    }
}

/* ---- the rest ---- */

static void read_progress(struct reader *r, const cJSON *top) {
    static const char *const keys[] = {"column", "artifact", "chunks", NULL};
    const cJSON *c = get(top, "progress");
    struct profile_progress *g = &r->p->progress;
    if (!c || !check_keys(r, c, "progress", keys)) return;
    g->column = take_needed(r, c, "progress", "column", PATH_BYTES);
    g->column = check_dotted(r, line_of_member(c, "column"), "progress", "column", g->column);
    g->artifact = take_artifact(r, c, "progress", KIND_PARQUET);
    g->chunks = take_pattern(r, c, "progress", "chunks");
}

static void read_names(struct reader *r, const cJSON *top, const char *key, const char *out[PROFILE_MAX_NAMES]) {
    int n = 0;
    for (const cJSON *c = take_list(r, top, "", key, 0, PROFILE_MAX_NAMES); c; c = c->next) {
        const char *path = take_text(r, c, "", key, PATH_BYTES);
        path = check_path(r, line_of(c), "", key, path);
        if (path) out[n++] = path;
    }
}

static const char *read_place(struct reader *r, const cJSON *top, const char *key, const char *fallback) {
    return check_path(r, line_of_member(top, key), "", key, take(r, top, "", key, PATH_BYTES, fallback));
}

static void read_all(struct reader *r, const cJSON *top) {
    static const char *const keys[] = {
        "$schema",   "description", "name",     "columns",           "artifacts",        "values", "progress",
        "not_cases", "kept_list",   "settings", "settings_list_key", "manifest_ignores", NULL};
    static const struct profile usual = {.not_cases = {"checks"},
                                         .kept_list = "checks/expected_sweep_list.txt",
                                         .settings = "sweep_settings.txt",
                                         .settings_list_key = "sweep_list_file"};
    struct profile *p = r->p;
    if (!check_keys(r, top, "", keys)) return;
    for (int i = 0; i < 2; i++) {
        const cJSON *words = get(top, keys[i]);
        if (words && !cJSON_IsString(words))
            complain(r, line_of(words), "", "\"%s\" must be a text in quotes", keys[i]);
    }
    p->name = take_needed(r, top, "", "name", NAME_BYTES);
    read_columns(r, top);
    read_artifacts(r, top);
    read_values(r, top);
    read_progress(r, top);
    if (get(top, "not_cases"))
        read_names(r, top, "not_cases", p->not_cases);
    else
        memcpy(p->not_cases, usual.not_cases, sizeof p->not_cases);
    p->kept_list = read_place(r, top, "kept_list", usual.kept_list);
    p->settings = read_place(r, top, "settings", usual.settings);
    p->settings_list_key = take(r, top, "", "settings_list_key", NAME_BYTES, usual.settings_list_key);
    read_names(r, top, "manifest_ignores", p->manifest_ignores);
}

struct profile *profile_file_read(const char *text, size_t len, struct profile_error error[PROFILE_FILE_ERRORS],
                                  int *n) {
    struct reader r = {.error = error};
    const char *end = text;
    r.p = must(calloc(1, sizeof *r.p));
    r.p->owned = r.pool = must(malloc(len + 1));
    look_over(&r, text, len);
    cJSON *top = r.n_errors == 0 ? cJSON_ParseWithLengthOpts(text, len + 1, &end, true) : NULL;
    if (top) {
        place_lines(&r, top);
        read_all(&r, top);
    } else if (r.n_errors == 0) {
        complain_of_syntax(&r, text, end);
    }
    cJSON_Delete(top);
    free(r.lines);
    *n = r.n_errors;
    if (r.n_errors == 0) return r.p;
    profile_free(r.p);
    return NULL;
}
