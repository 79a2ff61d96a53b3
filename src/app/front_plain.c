#include "app/front.h"
#include "app/session.h"

#include "model/text.h"
#include "report/summary_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUMMARY_EVERY_MS = 60 * 1000, SUMMARY_FIRST_MS = 2000 };

struct plain {
    bool lines;
    uint64_t shown[FLEET_MAX]; /* transitions, of each batch */
    uint32_t rows[FLEET_MAX];  /* version of the rows that they are of */
    uint64_t version;          /* of the fleet at the last summary */
    int64_t summary_due;       /* monotonic ms */
    char last[FLEET_MAX][512];
};

static void put(struct buffer *b) {
    if (b->len > 0) fwrite(b->bytes, 1, b->len, stdout);
    fflush(stdout);
    buffer_free(b);
}

/* What stands before what is told of a batch where there are several. */
static const char *name_of(const struct front_frame *f, size_t batch) {
    return f->fleet->n > 1 ? fleet_label(f->fleet, batch) : NULL;
}

static void put_summary(struct plain *p, const struct front_frame *f) {
    char when[SUMMARY_TIME_BYTES], name[512];
    summary_time(f->wall + f->utc_offset, when);
    for (size_t i = 0; i < f->fleet->n; i++) {
        struct buffer line = {0};
        text_clean(f->fleet->n > 1 ? name_of(f, i) : "", name, sizeof name);
        summary_line(f->fleet->table[i], &line);
        buffer_add(&line, "", 1);
        if (strcmp(line.bytes, p->last[i]) != 0) {
            struct buffer b = {0};
            snprintf(p->last[i], sizeof p->last[i], "%s", line.bytes);
            buffer_format(&b, "%s = %s%s%s\n", when, name, name[0] ? ": " : "", line.bytes);
            put(&b);
        }
        buffer_free(&line);
    }
    p->version = fleet_version(f->fleet);
}

static void put_transitions(struct plain *p, const struct front_frame *f, size_t batch) {
    const struct table *t = f->fleet->table[batch];
    struct buffer b = {0};
    uint64_t total = table_transition_total(t), *shown = &p->shown[batch];
    if (table_rows_version(t) != p->rows[batch]) *shown = 0; /* another list: another table of rows */
    p->rows[batch] = table_rows_version(t);
    size_t kept = table_transition_count(t);
    uint64_t oldest = total - kept;
    for (uint64_t i = *shown > oldest ? *shown : oldest; i < total; i++) {
        const struct transition *x = table_transition(t, (size_t)(i - oldest));
        bool news = !x->first || x->to != STATUS_COMPLETE; /* what was done before needs no line */
        int64_t local = f->wall - (f->now - x->at) + f->utc_offset;
        if (news) summary_transition(t, x, name_of(f, batch), f->now, local, &b);
    }
    *shown = total;
    put(&b);
}

static int64_t show(void *ctx, const struct front_frame *f) {
    struct plain *p = ctx;
    if (!p->lines) return INT64_MAX;
    for (size_t i = 0; i < f->fleet->n; i++) put_transitions(p, f, i);
    if (p->summary_due == 0) p->summary_due = f->now + SUMMARY_FIRST_MS;
    if (f->now >= p->summary_due) {
        p->summary_due = f->now + SUMMARY_EVERY_MS;
        if (fleet_version(f->fleet) != p->version) put_summary(p, f);
    }
    return p->summary_due;
}

static void say(void *ctx, const char *text) {
    (void)ctx;
    session_say("%s", text);
    fflush(stderr);
}

static void close_plain(void *ctx, const struct front_frame *last) {
    struct plain *p = ctx;
    show(ctx, last);
    for (size_t i = 0; i < FLEET_MAX; i++) p->last[i][0] = '\0';
    if (p->lines) put_summary(p, last);
    free(p);
}

struct front front_plain_open(bool lines) {
    struct plain *p = calloc(1, sizeof *p);
    if (!p) abort();
    p->lines = lines;
    return (struct front){p, show, say, close_plain};
}
