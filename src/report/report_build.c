#include "report/report.h"
#include "report/report_page.h"

#include <stdlib.h>
#include <string.h>

const char *report_output_name(enum report_output o) {
    static const char *const names[OUTPUT_COUNT] = {"sweep_completeness.csv", "sweep_completeness.json",
                                                    "sweep_report.html", "rerun_sweep_list.txt", "archive_retry.txt"};
    return names[o];
}

static void *must(void *p) {
    if (!p) abort();
    return p;
}

static bool is_told(const struct report_input *in, const struct row *r) {
    return !in->only || filter_matches(in->only, in->table, r);
}

/* ---- streamed ---- */

struct tee {
    struct report_sink sink;
    enum report_output first, second;
};

static void spill_tee(void *ctx, const char *bytes, size_t len) {
    const struct tee *t = ctx;
    t->sink.put(t->sink.ctx, t->first, bytes, len);
    if (t->second != t->first) t->sink.put(t->sink.ctx, t->second, bytes, len);
}

static void put_page(struct report_sink sink, const unsigned char *bytes, size_t len) {
    sink.put(sink.ctx, OUTPUT_HTML, (const char *)bytes, len);
}

static void finish(struct buffer *b) {
    buffer_spill(b);
    buffer_free(b);
}

void report_stream(const struct report_input *in, struct report_sink sink) {
    const struct table *t = in->table;
    struct tee to_csv = {sink, OUTPUT_CSV, OUTPUT_CSV}, to_json = {sink, OUTPUT_JSON, OUTPUT_HTML};
    struct tee to_rerun = {sink, OUTPUT_RERUN, OUTPUT_RERUN}, to_retry = {sink, OUTPUT_RETRY, OUTPUT_RETRY};
    struct buffer csv = {.spill = spill_tee, .ctx = &to_csv}, json = {.spill = spill_tee, .ctx = &to_json};
    struct buffer rerun = {.spill = spill_tee, .ctx = &to_rerun}, retry = {.spill = spill_tee, .ctx = &to_retry};
    struct json_writer w = {.out = &json};
    struct report_totals totals = {0};
    struct report_steps steps = {0};
    struct verdict v;
    for (size_t i = 0; i < table_count(t); i++) {
        if (!is_told(in, table_row(t, i))) continue;
        table_judge(t, table_row(t, i), in->now, &v);
        report_totals_add(&totals, in, table_row(t, i), &v);
    }
    put_page(sink, report_page_head, report_page_head_len);
    report_csv_head(in, &csv);
    report_json_head(&w, in, &totals);
    for (size_t i = 0; i < table_count(t); i++) {
        const struct row *r = table_row(t, i);
        if (!is_told(in, r)) continue;
        table_judge(t, r, in->now, &v);
        report_csv_row(in, r, &v, &csv);
        report_json_case(&w, in, r, &v);
        report_steps_add(&steps, r, v.status);
    }
    report_json_tail(&w, in, &steps);
    report_steps_rerun(in, &steps, &rerun);
    report_steps_retry(in, &steps, &retry);
    finish(&csv);
    finish(&json);
    finish(&rerun);
    finish(&retry);
    put_page(sink, report_page_tail, report_page_tail_len);
    report_steps_free(&steps);
}

/* ---- in slices ---- */

struct report_build {
    struct buffer rows[ROWS_COUNT]; /* not yet stored */
    struct buffer head, tail, rerun, retry;
    struct json_writer w; /* of the rows */
    struct report_totals totals;
    struct report_steps steps;
    size_t next;
    bool begun, over;
    bool anew; /* what is stored is of an earlier beginning */
    uint32_t rows_version;
};

static void empty(struct report_build *b) {
    for (int i = 0; i < ROWS_COUNT; i++) buffer_free(&b->rows[i]);
    buffer_free(&b->head);
    buffer_free(&b->tail);
    buffer_free(&b->rerun);
    buffer_free(&b->retry);
    report_steps_free(&b->steps);
    memset(b, 0, sizeof *b);
}

struct report_build *report_build_new(void) {
    return must(calloc(1, sizeof(struct report_build)));
}

void report_build_free(struct report_build *b) {
    if (!b) return;
    empty(b);
    free(b);
}

static void begin(struct report_build *b, const struct report_input *in) {
    empty(b);
    b->begun = b->anew = true;
    b->over = table_over(in->table);
    b->rows_version = table_rows_version(in->table);
    report_csv_head(in, &b->rows[ROWS_CSV]);
    json_resume(&b->w, &b->rows[ROWS_JSON], 2, false);
}

bool report_build_begun(const struct report_build *b) { return b->begun; }

bool report_build_step(struct report_build *b, const struct report_input *in, size_t rows) {
    const struct table *t = in->table;
    if (!b->begun || b->over != table_over(t) || b->rows_version != table_rows_version(t)) begin(b, in);
    for (; rows > 0 && b->next < table_count(t); rows--, b->next++) {
        const struct row *r = table_row(t, b->next);
        struct verdict v;
        if (!is_told(in, r)) continue;
        table_judge(t, r, in->now, &v);
        report_totals_add(&b->totals, in, r, &v);
        report_csv_row(in, r, &v, &b->rows[ROWS_CSV]);
        report_json_case(&b->w, in, r, &v);
        report_steps_add(&b->steps, r, v.status);
    }
    if (b->next < table_count(t)) return false;
    struct json_writer w = {.out = &b->head};
    report_json_head(&w, in, &b->totals);
    json_resume(&w, &b->tail, 2, b->next > 0);
    report_json_tail(&w, in, &b->steps);
    report_steps_rerun(in, &b->steps, &b->rerun);
    report_steps_retry(in, &b->steps, &b->retry);
    return true;
}

size_t report_build_held(const struct report_build *b) { return b->rows[ROWS_CSV].len + b->rows[ROWS_JSON].len; }

void report_build_store(struct report_build *b, const struct report_store *store) {
    if (b->anew) store->clear(store->ctx);
    b->anew = false;
    for (int i = 0; i < ROWS_COUNT; i++) {
        if (b->rows[i].len > 0) store->add(store->ctx, (enum report_rows)i, b->rows[i].bytes, b->rows[i].len);
        b->rows[i].len = 0;
    }
}

static int put_rows(const struct report_store *store, enum report_rows rows, struct report_sink sink,
                    enum report_output o) {
    struct tee to = {sink, o, o};
    return store->each(store->ctx, rows, spill_tee, &to);
}

static int put_json(const struct report_build *b, const struct report_store *store, struct report_sink sink,
                    enum report_output o) {
    sink.put(sink.ctx, o, b->head.bytes, b->head.len);
    int err = put_rows(store, ROWS_JSON, sink, o);
    sink.put(sink.ctx, o, b->tail.bytes, b->tail.len);
    return err;
}

int report_build_put(const struct report_build *b, const struct report_store *store, struct report_sink sink) {
    int err = put_rows(store, ROWS_CSV, sink, OUTPUT_CSV);
    if (err == 0) err = put_json(b, store, sink, OUTPUT_JSON);
    put_page(sink, report_page_head, report_page_head_len);
    if (err == 0) err = put_json(b, store, sink, OUTPUT_HTML);
    put_page(sink, report_page_tail, report_page_tail_len);
    sink.put(sink.ctx, OUTPUT_RERUN, b->rerun.bytes, b->rerun.len);
    sink.put(sink.ctx, OUTPUT_RETRY, b->retry.bytes, b->retry.len);
    return err;
}
