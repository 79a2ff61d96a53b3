#include "report/summary_text.h"

#include "model/lookup.h"
#include "model/reason.h"
#include "model/text.h"

#include <stdio.h>
#include <string.h>

enum { UNEXPECTED_SHOWN = 5 };

static void put_clean(struct buffer *out, const char *text) {
    char clean[4096];
    buffer_add(out, clean, text_clean(text, clean, sizeof clean));
}

void summary_time(int64_t local_ms, char out[SUMMARY_TIME_BYTES]) {
    /* Civil date from days since 1970 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
    int64_t seconds = local_ms / 1000, days = seconds / 86400 + 719468, rest = seconds % 86400;
    int64_t era = days / 146097, doe = days - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    int64_t day = doy - (153 * mp + 2) / 5 + 1, month = mp < 10 ? mp + 3 : mp - 9;
    snprintf(out, SUMMARY_TIME_BYTES, "%04d-%02d-%02d %02d:%02d:%02d", (int)(yoe + era * 400 + (month <= 2)),
             (int)month, (int)day, (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
}

/* ", 3 of them unverified": their statuses are the last that could be known. */
static void put_unverified(const struct table *t, struct buffer *out) {
    size_t n = table_flag_count(t, FLAG_BIT_UNVERIFIED);
    if (n > 0) buffer_format(out, ", %zu of them unverified", n);
}

void summary_line(const struct table *t, struct buffer *out) {
    buffer_format(out, "%zu/%zu complete", table_status_count(t, STATUS_COMPLETE), table_count(t));
    for (int s = 0; s < STATUS_COMPLETE; s++) {
        size_t n = table_status_count(t, (enum case_status)s);
        if (n > 0) buffer_format(out, ", %zu %s", n, status_word((enum case_status)s));
    }
    put_unverified(t, out);
    for (int r = 0; r < ROOT_COUNT; r++) {
        const struct root_state *root = table_root(t, (enum root_id)r);
        if (!root->in_play) continue;
        buffer_format(out, "%s %s %s", r == ROOT_BATCH ? ";" : ",", root_word((enum root_id)r),
                      health_word(root->health));
    }
}

static void put_row(const struct table *t, const struct row *r, int64_t now, struct buffer *out) {
    char lines[REASON_MAX][REASON_BYTES];
    int n = reason_lines(t, r, now, lines);
    buffer_format(out, "%-14s ", status_word(r->status));
    put_clean(out, r->title);
    if (n > 0) {
        buffer_text(out, ": ");
        buffer_text(out, lines[0]);
    }
    buffer_text(out, "\n");
}

static void put_unexpected(const struct table *t, size_t n, struct buffer *out) {
    const struct place *place[UNEXPECTED_SHOWN];
    table_unexpected(t, place, UNEXPECTED_SHOWN);
    if (n == 1)
        buffer_text(out, "1 directory matches no line of the list:");
    else
        buffer_format(out, "%zu directories match no line of the list:", n);
    for (size_t i = 0; i < n && i < UNEXPECTED_SHOWN; i++) {
        const struct row *near = lookup_nearest(t, place[i]->name);
        buffer_text(out, "\n  ");
        put_clean(out, place[i]->name);
        if (!near) continue;
        buffer_text(out, " (nearest: ");
        put_clean(out, near->title);
        buffer_text(out, ")");
    }
    if (n > UNEXPECTED_SHOWN) buffer_format(out, "\n  and %zu more, in the report", n - UNEXPECTED_SHOWN);
    buffer_text(out, "\n");
}

/* "12 of 120 match the filter: 10 complete, 2 missing" */
static void put_matches(const struct table *t, const struct filter *only, struct buffer *out) {
    size_t n[STATUS_COUNT] = {0}, all = 0;
    const char *between = ": ";
    for (size_t i = 0; i < table_count(t); i++) {
        const struct row *r = table_row(t, i);
        if (!filter_matches(only, t, r)) continue;
        n[r->status]++;
        all++;
    }
    buffer_format(out, "%zu of %zu match the filter", all, table_count(t));
    for (int k = 0; k < STATUS_COUNT; k++) {
        int s = (k + STATUS_COMPLETE) % STATUS_COUNT; /* complete ones first, as in the line above */
        if (n[s] == 0) continue;
        buffer_format(out, "%s%zu %s", between, n[s], status_word((enum case_status)s));
        between = ", ";
    }
    buffer_text(out, "\n");
}

void summary_text(const struct table *t, const struct filter *only, int64_t now, struct buffer *out) {
    size_t shown = 0, left = 0;
    buffer_format(out, "%zu/%zu complete", table_status_count(t, STATUS_COMPLETE), table_count(t));
    for (int s = 0; s < STATUS_COMPLETE; s++) {
        size_t n = table_status_count(t, (enum case_status)s);
        if (n > 0) buffer_format(out, ", %zu %s", n, status_word((enum case_status)s));
    }
    put_unverified(t, out);
    buffer_text(out, "\n");
    if (only) put_matches(t, only, out);
    for (int s = 0; s < (only ? STATUS_COUNT : STATUS_COMPLETE); s++) {
        if (table_status_count(t, (enum case_status)s) == 0) continue;
        for (size_t i = 0; i < table_count(t); i++) {
            const struct row *r = table_row(t, i);
            if (r->status != s || (only && !filter_matches(only, t, r))) continue;
            if (shown++ < SUMMARY_MAX_ROWS)
                put_row(t, r, now, out);
            else
                left++;
        }
    }
    if (left > 0) buffer_format(out, "and %zu more, in the report\n", left);
    if (table_moved_from(t)) {
        buffer_text(out, "every configuration names the batch ");
        put_clean(out, table_moved_from(t));
        buffer_text(out, ": the directory was renamed or moved since, and that is no contradiction\n");
    }
    size_t unexpected = table_unexpected(t, NULL, 0);
    if (unexpected > 0) put_unexpected(t, unexpected, out);
}

void summary_transition(const struct table *t, const struct transition *x, const char *batch, int64_t now,
                        int64_t local_ms, struct buffer *out) {
    const struct row *r = table_row(t, x->row);
    char when[SUMMARY_TIME_BYTES], lines[REASON_MAX][REASON_BYTES];
    summary_time(local_ms, when);
    buffer_format(out, "%s ", when);
    if (batch) {
        put_clean(out, batch);
        buffer_text(out, ": ");
    }
    put_clean(out, r->title);
    buffer_format(out, " %s -> %s", status_word(x->from), status_word(x->to));
    if (r->status == x->to && x->to != STATUS_RUNNING && reason_lines(t, r, now, lines) > 0) {
        buffer_text(out, ": ");
        buffer_text(out, lines[0]);
    }
    buffer_text(out, "\n");
}
