#include "report/report.h"
#include "report/report_page.h"

#include <stdatomic.h>
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

/* Some rows, counted by one hand. */
struct count {
    const struct report_input *in;
    size_t from, to;
    struct report_totals totals;
};

static void count_rows(void *arg) {
    struct count *c = arg;
    const struct table *t = c->in->table;
    for (size_t i = c->from; i < c->to; i++) {
        struct verdict v;
        if (!is_told(c->in, table_row(t, i))) continue;
        table_judge(t, table_row(t, i), c->in->now, &v);
        report_totals_add(&c->totals, c->in, table_row(t, i), &v);
    }
}

static void all_hands(const struct report_input *in, void (*work)(void *arg), void *const arg[], unsigned n) {
    if (n > 1)
        in->hands->all(work, arg, n);
    else
        work(arg[0]);
}

static void count_all(const struct report_input *in, unsigned hands, struct report_totals *totals) {
    struct count count[REPORT_HANDS] = {{0}};
    void *arg[REPORT_HANDS];
    size_t all = table_count(in->table);
    for (unsigned i = 0; i < hands; i++) {
        count[i].in = in;
        count[i].from = all / hands * i;
        count[i].to = i + 1 < hands ? all / hands * (i + 1) : all;
        arg[i] = &count[i];
    }
    all_hands(in, count_rows, arg, hands);
    for (unsigned i = 0; i < hands; i++) report_totals_join(totals, &count[i].totals);
}

/* The rows are cut into slices. Each hand takes the next one, makes it, and puts it when those before it have been put:
 * so one writes while the others make. Nothing of the table changes meanwhile. */
enum { SLICE_ROWS = 128 };

struct rows {
    const struct report_input *in;
    size_t slices;
    atomic_size_t next; /* slice that nobody has taken */
    /* Of whoever has the turn: */
    struct tee csv, json;
    bool any; /* a case was put */
    struct report_steps steps;
};

struct slice {
    struct buffer csv, json;
    struct report_steps steps;
};

/* Every case begins with the comma that parts it from the one before. */
static void make_slice(const struct report_input *in, size_t from, struct slice *s) {
    const struct table *t = in->table;
    size_t left = table_count(t) - from, to = from + (left < SLICE_ROWS ? left : SLICE_ROWS);
    struct json_writer w;
    s->csv.len = s->json.len = 0;
    json_resume(&w, &s->json, 2, true);
    for (size_t i = from; i < to; i++) {
        const struct row *r = table_row(t, i);
        struct verdict v;
        if (!is_told(in, r)) continue;
        table_judge(t, r, in->now, &v);
        report_csv_row(in, r, &v, &s->csv);
        report_json_case(&w, in, r, &v);
        report_steps_add(&s->steps, r, v.status);
    }
}

static void put_slice(struct rows *rows, struct slice *s) {
    if (s->json.len == 0) return;
    size_t comma = rows->any ? 0 : 1;
    spill_tee(&rows->csv, s->csv.bytes, s->csv.len);
    spill_tee(&rows->json, s->json.bytes + comma, s->json.len - comma);
    rows->any = true;
    report_steps_move(&rows->steps, &s->steps);
}

static void make_rows(void *arg) {
    struct rows *rows = arg;
    const struct report_hands *hands = rows->in->hands;
    struct slice s = {0};
    for (size_t i; (i = atomic_fetch_add(&rows->next, 1)) < rows->slices;) {
        make_slice(rows->in, i * SLICE_ROWS, &s);
        if (hands) hands->await(hands->ctx, i);
        put_slice(rows, &s);
        if (hands) hands->pass(hands->ctx);
    }
    buffer_free(&s.csv);
    buffer_free(&s.json);
}

void report_stream(const struct report_input *in, struct report_sink sink) {
    size_t all = table_count(in->table);
    struct tee to_csv = {sink, OUTPUT_CSV, OUTPUT_CSV}, to_json = {sink, OUTPUT_JSON, OUTPUT_HTML};
    struct tee to_rerun = {sink, OUTPUT_RERUN, OUTPUT_RERUN}, to_retry = {sink, OUTPUT_RETRY, OUTPUT_RETRY};
    struct buffer csv = {.spill = spill_tee, .ctx = &to_csv}, json = {.spill = spill_tee, .ctx = &to_json};
    struct buffer rerun = {.spill = spill_tee, .ctx = &to_rerun}, retry = {.spill = spill_tee, .ctx = &to_retry};
    struct json_writer w = {.out = &json};
    struct report_totals totals = {0};
    struct rows rows = {.in = in, .slices = (all + SLICE_ROWS - 1) / SLICE_ROWS, .csv = to_csv, .json = to_json};
    void *arg[REPORT_HANDS];
    unsigned hands = in->hands && in->hands->n > 0 ? in->hands->n : 1;
    if (hands > rows.slices) hands = rows.slices > 0 ? (unsigned)rows.slices : 1;
    count_all(in, hands, &totals);
    put_page(sink, report_page_head, report_page_head_len);
    report_csv_head(in, &csv);
    report_json_head(&w, in, &totals);
    buffer_spill(&csv);
    buffer_spill(&json);
    for (unsigned i = 0; i < hands; i++) arg[i] = &rows;
    all_hands(in, make_rows, arg, hands);
    json_resume(&w, &json, 2, rows.any);
    report_json_tail(&w, in, &rows.steps);
    report_steps_rerun(in, &rows.steps, &rerun);
    report_steps_retry(in, &rows.steps, &retry);
    finish(&csv);
    finish(&json);
    finish(&rerun);
    finish(&retry);
    put_page(sink, report_page_tail, report_page_tail_len);
    report_steps_free(&rows.steps);
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
