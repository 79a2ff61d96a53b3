#include "report/report.h"

#include <stdlib.h>
#include <string.h>

static void add_index(uint32_t **list, size_t *n, size_t *cap, uint32_t row) {
    if (*n == *cap) {
        *cap = *cap ? *cap * 2 : 64;
        *list = realloc(*list, *cap * sizeof **list);
        if (!*list) abort();
    }
    (*list)[(*n)++] = row;
}

void report_steps_add(struct report_steps *s, const struct row *r, enum case_status status) {
    if (status == STATUS_FAILED || status == STATUS_INVALID || status == STATUS_MISSING) {
        add_index(&s->rerun, &s->n_rerun, &s->cap_rerun, r->index);
    } else if (status == STATUS_ARCHIVE_FAILED) {
        add_index(&s->retry, &s->n_retry, &s->cap_retry, r->index);
    }
}

void report_steps_free(struct report_steps *s) {
    free(s->rerun);
    free(s->retry);
    memset(s, 0, sizeof *s);
}

void report_steps_move(struct report_steps *to, struct report_steps *from) {
    for (size_t i = 0; i < from->n_rerun; i++) add_index(&to->rerun, &to->n_rerun, &to->cap_rerun, from->rerun[i]);
    for (size_t i = 0; i < from->n_retry; i++) add_index(&to->retry, &to->n_retry, &to->cap_retry, from->retry[i]);
    report_steps_free(from);
}

/* The case's own line, so that the result is a list again; a discovered case has none, its title is all there is. */
void report_steps_rerun(const struct report_input *in, const struct report_steps *s, struct buffer *out) {
    for (size_t i = 0; i < s->n_rerun; i++) {
        const struct row *r = table_row(in->table, s->rerun[i]);
        const struct sweep_case *c = table_case(in->table, r);
        buffer_text(out, c ? sweep_case_line(c) : r->title);
        buffer_text(out, "\n");
    }
}

void report_steps_retry(const struct report_input *in, const struct report_steps *s, struct buffer *out) {
    for (size_t i = 0; i < s->n_retry; i++) {
        char dir[8192];
        report_case_dir(in->table, table_row(in->table, s->retry[i]), dir, sizeof dir);
        buffer_text(out, dir);
        buffer_text(out, "\n");
    }
}

static void put_cases(struct json_writer *w, const struct report_input *in, const uint32_t *rows, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const struct row *r = table_row(in->table, rows[i]);
        struct verdict v;
        table_judge(in->table, r, in->now, &v);
        report_json_case(w, in, r, &v);
    }
}

void report_steps_json(const struct report_input *in, const struct report_steps *s, struct buffer *out) {
    struct json_writer w = {.out = out};
    json_open(&w, NULL, '{');
    json_int(&w, "schema_version", REPORT_SCHEMA_VERSION);
    json_bool(&w, "settled", in->settled);
    json_string(&w, "batch_dir", table_policy(in->table)->batch_path);
    json_open(&w, "cases", '[');
    put_cases(&w, in, s->rerun, s->n_rerun);
    put_cases(&w, in, s->retry, s->n_retry);
    report_json_tail(&w, in, s);
}
