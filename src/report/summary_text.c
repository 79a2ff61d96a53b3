#include "report/summary_text.h"

#include "model/reason.h"
#include "model/text.h"

#include <stdio.h>
#include <string.h>

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

void summary_line(const struct table *t, struct buffer *out) {
    buffer_format(out, "%zu/%zu complete", table_status_count(t, STATUS_COMPLETE), table_count(t));
    for (int s = 0; s < STATUS_COMPLETE; s++) {
        size_t n = table_status_count(t, (enum case_status)s);
        if (n > 0) buffer_format(out, ", %zu %s", n, status_word((enum case_status)s));
    }
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

void summary_text(const struct table *t, int64_t now, struct buffer *out) {
    size_t shown = 0, left = 0;
    buffer_format(out, "%zu/%zu complete", table_status_count(t, STATUS_COMPLETE), table_count(t));
    for (int s = 0; s < STATUS_COMPLETE; s++) {
        size_t n = table_status_count(t, (enum case_status)s);
        if (n > 0) buffer_format(out, ", %zu %s", n, status_word((enum case_status)s));
    }
    buffer_text(out, "\n");
    for (int s = 0; s < STATUS_COMPLETE; s++) {
        if (table_status_count(t, (enum case_status)s) == 0) continue;
        for (size_t i = 0; i < table_count(t); i++) {
            const struct row *r = table_row(t, i);
            if (r->status != s) continue;
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
    if (unexpected > 0)
        buffer_format(out, "%zu directories match no line of the list; the report names them\n", unexpected);
}

void summary_transition(const struct table *t, const struct transition *x, int64_t now, int64_t local_ms,
                        struct buffer *out) {
    const struct row *r = table_row(t, x->row);
    char when[SUMMARY_TIME_BYTES], lines[REASON_MAX][REASON_BYTES];
    summary_time(local_ms, when);
    buffer_format(out, "%s ", when);
    put_clean(out, r->title);
    buffer_format(out, " %s -> %s", status_word(x->from), status_word(x->to));
    if (r->status == x->to && x->to != STATUS_RUNNING && reason_lines(t, r, now, lines) > 0) {
        buffer_text(out, ": ");
        buffer_text(out, lines[0]);
    }
    buffer_text(out, "\n");
}

static void put_place_file(const struct place *p, int artifact, const char *word, struct buffer *out) {
    if (!p || p->files[artifact].content == CONTENT_ABSENT) return;
    const struct file_state *f = &p->files[artifact];
    buffer_format(out, "      %-8s %-12s %12lld bytes", word, content_word(f->content), (long long)f->size);
    if (file_name(f)) {
        buffer_text(out, "  ");
        put_clean(out, file_name(f));
    }
    if (f->locked) {
        buffer_text(out, "  locked by ");
        put_clean(out, file_holder(f) ? file_holder(f) : "unknown");
    }
    if (file_note(f)) {
        buffer_text(out, "  ");
        put_clean(out, file_note(f));
    }
    buffer_text(out, "\n");
}

void summary_case(const struct table *t, const struct row *r, int64_t now, struct buffer *out) {
    const struct profile *p = table_profile(t);
    const struct place *local = table_place(t, r, ROOT_BATCH, NULL), *archive = table_place(t, r, ROOT_ARCHIVE, NULL);
    struct verdict v;
    char lines[REASON_MAX][REASON_BYTES];
    table_judge(t, r, now, &v);
    put_clean(out, r->title);
    buffer_format(out, ": %s\n", status_word(v.status));
    int n = reason_lines(t, r, now, lines);
    for (int i = 0; i < n; i++) buffer_format(out, "  %s\n", lines[i]);
    reason_remedy(t, r, now, lines[0]);
    if (lines[0][0]) buffer_format(out, "  next: %s\n", lines[0]);
    if (v.flags) {
        buffer_text(out, "  flags:");
        for (int b = 0; b < FLAG_COUNT; b++) {
            if (v.flags & (1u << b)) buffer_format(out, " %s", flag_word((enum case_flag_bit)b));
        }
        buffer_text(out, "\n");
    }
    if (r->expected) {
        buffer_format(out, "  line %u of the list: ", r->expected->line_no);
        put_clean(out, r->expected->line);
        buffer_text(out, "\n");
    }
    buffer_text(out, "  artifacts:\n");
    for (int i = 0; i < p->n_artifacts; i++) {
        bool required = p->artifact[i].roles & ROLE_REQUIRED;
        if (!required && v.artifact[i] == ARTIFACT_ABSENT) continue;
        buffer_format(out, "    %s %s %s\n", artifact_glyph(v.artifact[i], false), p->artifact[i].path,
                      artifact_word(v.artifact[i]));
        put_place_file(local, i, "batch", out);
        put_place_file(archive, i, "archive", out);
    }
}
