#include "report/report.h"

#include "model/case.h"
#include "model/text.h"

#include <stdio.h>
#include <string.h>

/* Of several directories that may be the case's, and of which none surely is, none is. */
const char *report_found(const struct table *t, const struct row *r, enum root_id root) {
    const struct root_state *state = table_root(t, root);
    if (table_place(t, r, root, NULL)) return "true";
    bool asked = root == ROOT_BATCH || state->in_play;
    return asked && !(state->scanned && state->readable) ? "unknown" : "false";
}

static size_t batch_and(const struct table *t, const char *name, char *out, size_t cap) {
    const struct policy *p = table_policy(t);
    size_t len = strlen(p->batch_path);
    bool ends = len > 0 && (p->batch_path[len - 1] == '/' || p->batch_path[len - 1] == p->separator);
    int n = ends ? snprintf(out, cap, "%s%s", p->batch_path, name)
                 : snprintf(out, cap, "%s%c%s", p->batch_path, p->separator, name);
    return n < 0 ? 0 : (size_t)n < cap ? (size_t)n : cap - 1;
}

size_t report_expected_dir(const struct table *t, const struct row *r, char *out, size_t cap) {
    return batch_and(t, r->title, out, cap);
}

size_t report_case_dir(const struct table *t, const struct row *r, char *out, size_t cap) {
    const struct place *local = table_place(t, r, ROOT_BATCH, NULL);
    return batch_and(t, local ? local->name : r->title, out, cap);
}

static void put_field(struct buffer *out, const char *value) {
    char clean[8192];
    text_clean(value, clean, sizeof clean);
    if (!strpbrk(clean, ",\"\r\n")) {
        buffer_text(out, clean);
        return;
    }
    buffer_text(out, "\"");
    for (const char *s = clean; *s; s++) {
        if (*s == '"') buffer_add(out, "\"", 1);
        buffer_add(out, s, 1);
    }
    buffer_text(out, "\"");
}

void report_csv_head(const struct report_input *in, struct buffer *out) {
    if (in->csv_bom) buffer_text(out, "\xEF\xBB\xBF");
    buffer_text(out, "case_id,expected_dir,found_local,found_archive,missing_files,status\r\n");
}

void report_csv_row(const struct report_input *in, const struct row *r, const struct verdict *v, struct buffer *out) {
    const struct table *t = in->table;
    const struct profile *p = table_profile(t);
    int order[PROFILE_MAX_ARTIFACTS];
    int n = profile_required(p, order);
    char text[8192];
    size_t used = 0;
    put_field(out, r->title);
    buffer_text(out, ",");
    report_expected_dir(t, r, text, sizeof text);
    put_field(out, text);
    buffer_text(out, ",");
    buffer_text(out, report_found(t, r, ROOT_BATCH));
    buffer_text(out, ",");
    buffer_text(out, report_found(t, r, ROOT_ARCHIVE));
    buffer_text(out, ",");
    text[0] = '\0';
    for (int k = 0; k < n; k++) {
        if (!(v->absent & (UINT32_C(1) << order[k])) || used >= sizeof text) continue;
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", used ? ";" : "", p->artifact[order[k]].path);
    }
    put_field(out, text);
    buffer_text(out, ",");
    buffer_text(out, status_word(v->status));
    buffer_text(out, "\r\n");
}
