#include "app/front.h"

#include "report/summary_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUMMARY_EVERY_MS = 60 * 1000, SUMMARY_FIRST_MS = 2000 };

struct plain {
    bool lines;
    uint64_t shown;      /* transitions */
    uint64_t version;    /* of the table at the last summary */
    int64_t summary_due; /* monotonic ms */
    char last[512];
};

static void put(struct buffer *b) {
    if (b->len > 0) fwrite(b->bytes, 1, b->len, stdout);
    fflush(stdout);
    buffer_free(b);
}

static void put_summary(struct plain *p, const struct front_frame *f) {
    struct buffer line = {0};
    char when[SUMMARY_TIME_BYTES];
    summary_time(f->wall + f->utc_offset, when);
    summary_line(f->table, &line);
    buffer_add(&line, "", 1);
    if (strcmp(line.bytes, p->last) != 0) {
        struct buffer b = {0};
        snprintf(p->last, sizeof p->last, "%s", line.bytes);
        buffer_format(&b, "%s = %s\n", when, line.bytes);
        put(&b);
    }
    buffer_free(&line);
    p->version = table_version(f->table);
}

static int64_t show(void *ctx, const struct front_frame *f) {
    struct plain *p = ctx;
    if (!p->lines) return INT64_MAX;
    struct buffer b = {0};
    uint64_t total = table_transition_total(f->table);
    if (total < p->shown) p->shown = 0; /* another list: another table of rows */
    size_t kept = table_transition_count(f->table);
    uint64_t oldest = total - kept;
    for (uint64_t i = p->shown > oldest ? p->shown : oldest; i < total; i++) {
        const struct transition *x = table_transition(f->table, (size_t)(i - oldest));
        bool news = !x->first || x->to != STATUS_COMPLETE; /* what was done before needs no line */
        if (news) summary_transition(f->table, x, f->now, f->wall - (f->now - x->at) + f->utc_offset, &b);
    }
    p->shown = total;
    put(&b);
    if (p->summary_due == 0) p->summary_due = f->now + SUMMARY_FIRST_MS;
    if (f->now >= p->summary_due) {
        p->summary_due = f->now + SUMMARY_EVERY_MS;
        if (table_version(f->table) != p->version) put_summary(p, f);
    }
    return p->summary_due;
}

static void say(void *ctx, const char *text) {
    (void)ctx;
    fprintf(stderr, "sweepwatch: %s\n", text);
    fflush(stderr);
}

static void close_plain(void *ctx, const struct front_frame *last) {
    struct plain *p = ctx;
    show(ctx, last);
    p->last[0] = '\0';
    if (p->lines) put_summary(p, last);
    free(p);
}

struct front front_plain_open(bool lines) {
    struct plain *p = calloc(1, sizeof *p);
    if (!p) abort();
    p->lines = lines;
    return (struct front){p, show, say, close_plain};
}
