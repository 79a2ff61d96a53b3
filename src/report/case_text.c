#include "report/report.h"

#include "model/case.h"
#include "model/reason.h"
#include "model/text.h"
#include "report/summary_text.h"

#include <stdio.h>
#include <string.h>

/* What is written about one case. */
struct telling {
    const struct report_input *in;
    const struct table *table;
    const struct profile *profile;
    const struct row *row;
    const struct place *place[ROOT_COUNT];
    struct verdict verdict;
    struct buffer *out;
};

static void put_clean(struct buffer *out, const char *text) {
    char clean[8192];
    buffer_add(out, clean, text_clean(text, clean, sizeof clean));
}

/* A text of several lines: each cleaned, indented. */
static void put_lines(struct buffer *out, const char *indent, const char *text) {
    while (*text) {
        char line[1024];
        size_t len = strcspn(text, "\r\n"), kept = len < sizeof line ? len : sizeof line - 1;
        memcpy(line, text, kept);
        line[kept] = '\0';
        text += len;
        text += strspn(text, "\r\n");
        buffer_text(out, indent);
        put_clean(out, line);
        buffer_text(out, "\n");
    }
}

static void put_age(const struct telling *c, int64_t mtime_ns) {
    char age[64], when[SUMMARY_TIME_BYTES];
    if (mtime_ns <= 0) return;
    int64_t ms = mtime_ns / 1000000, old = c->in->wall - ms;
    reason_duration(old > 0 ? old : 0, age, sizeof age);
    summary_time(ms, when);
    buffer_format(c->out, "  %s old (%s UTC)", age, when);
}

static void put_head(const struct telling *c) {
    char lines[REASON_MAX][REASON_BYTES], remedy[REASON_BYTES];
    struct buffer *out = c->out;
    put_clean(out, c->row->title);
    buffer_format(out, ": %s\n", status_word(c->verdict.status));
    int n = reason_both(c->table, c->row, c->in->now, &c->verdict, lines, remedy);
    for (int i = 0; i < n; i++) buffer_format(out, "  %s\n", lines[i]);
    if (remedy[0]) buffer_format(out, "  next: %s\n", remedy);
    if (c->verdict.flags) {
        buffer_text(out, "  flags:");
        for (int b = 0; b < FLAG_COUNT; b++) {
            if (c->verdict.flags & (1u << b)) buffer_format(out, " %s", flag_word((enum case_flag_bit)b));
        }
        buffer_text(out, "\n");
    }
    const struct sweep_case *expected = table_case(c->table, c->row);
    if (expected) {
        buffer_format(out, "  line %u of the list: ", (unsigned)expected->line_no);
        put_clean(out, sweep_case_line(expected));
        buffer_text(out, "\n");
    }
}

static void put_place(const struct telling *c, enum root_id root) {
    const struct root_state *r = table_root(c->table, root);
    struct buffer *out = c->out;
    if (root == ROOT_ARCHIVE && !r->in_play) return;
    buffer_format(out, "  %-8s ", root_word(root));
    if (c->place[root]) {
        char path[8192];
        size_t len = r->path ? strlen(r->path) : 0;
        char separator[2] = {table_policy(c->table)->separator, '\0'};
        bool ends = len > 0 && (r->path[len - 1] == '/' || r->path[len - 1] == separator[0]);
        snprintf(path, sizeof path, "%s%s%s", r->path ? r->path : "", ends ? "" : separator, c->place[root]->name);
        put_clean(out, path);
    } else {
        buffer_text(out, r->scanned && r->readable ? "no directory of this case in " : "not known, cannot be read: ");
        put_clean(out, r->path ? r->path : "?");
    }
    buffer_text(out, "\n");
}

static void put_file(const struct telling *c, enum root_id root, int artifact) {
    const struct place *p = c->place[root];
    struct buffer *out = c->out;
    const struct file_state *f = p ? place_file(p, artifact) : NULL;
    if (!f || f->content == CONTENT_ABSENT) return;
    buffer_format(out, "      %-8s %-10s", root_word(root), content_word((enum content)f->content));
    if (!case_file_unseen(f)) {
        buffer_format(out, " %lld bytes", (long long)file_size(f));
        put_age(c, f->mtime_ns);
    }
    if (file_name(f)) {
        buffer_text(out, "  as ");
        put_clean(out, file_name(f));
    }
    const struct profile_progress *progress = &c->profile->progress;
    const struct place_progress g = place_progress(p);
    bool counted = progress->column && progress->artifact == artifact;
    if (counted && g.rows >= 0) buffer_format(out, "  %lld rows", (long long)g.rows);
    uint32_t chunks = file_chunks(f);
    if (chunks > 0) buffer_format(out, "  %u chunk%s", chunks, chunks == 1 ? "" : "s");
    if (counted && chunks > 0 && g.chunk_rows >= 0)
        buffer_format(out, "  %lld rows in chunks", (long long)g.chunk_rows);
    if (f->locked) {
        buffer_text(out, "  locked by ");
        put_clean(out, file_holder(f) ? file_holder(f) : "somebody who cannot be seen");
    }
    const char *between = "  open in ";
    const struct closeup *closeup = c->in->closeup;
    for (int i = 0; closeup && i < closeup->n_users; i++) {
        if (closeup->user[i].root != root || closeup->user[i].artifact != artifact) continue;
        buffer_text(out, between);
        put_clean(out, closeup->user[i].who);
        between = ", ";
    }
    if (f->differs) buffer_text(out, "  differs from the directory");
    buffer_text(out, "\n");
    if (file_note(f)) put_lines(out, "        | ", file_note(f));
}

static void put_artifacts(const struct telling *c) {
    const struct profile *p = c->profile;
    int order[PROFILE_MAX_ARTIFACTS], n = profile_required(p, order);
    for (int i = 0; i < p->n_artifacts; i++) {
        if (!(p->artifact[i].roles & ROLE_REQUIRED)) order[n++] = i;
    }
    buffer_text(c->out, "  files:\n");
    for (int k = 0; k < n; k++) {
        int i = order[k];
        enum artifact_state state = (enum artifact_state)c->verdict.artifact[i];
        bool required = k < c->row->required, there = false;
        for (int r = 0; r < ROOT_COUNT; r++)
            there |= c->place[r] && place_file(c->place[r], i)->content != CONTENT_ABSENT;
        if (!required && !there) continue;
        if (required) {
            buffer_format(c->out, "    %s %-24s %s\n", artifact_glyph(state, false), p->artifact[i].path,
                          artifact_word(state));
        } else {
            buffer_format(c->out, "      %s\n", p->artifact[i].path);
        }
        for (int r = 0; r < ROOT_COUNT; r++) put_file(c, (enum root_id)r, i);
    }
}

static void put_outcome(const struct telling *c) {
    for (int r = 0; r < ROOT_COUNT; r++) {
        if (!c->place[r] || !place_said(c->place[r])->outcome) continue;
        buffer_text(c->out, "  outcome  ");
        put_clean(c->out, place_said(c->place[r])->outcome);
        buffer_text(c->out, "\n");
        return;
    }
}

static void put_size(int64_t bytes, struct buffer *out) {
    const double mib = 1024.0 * 1024.0;
    if ((double)bytes >= 1024.0 * mib)
        buffer_format(out, "%.1f GiB", (double)bytes / (1024.0 * mib));
    else
        buffer_format(out, "%.1f MiB", (double)bytes / mib);
}

/* When, for how long, with how much. */
static void put_run(const struct fact_exit *e, struct buffer *out) {
    char when[SUMMARY_TIME_BYTES], words[64];
    if (e->start_ms > 0) {
        summary_time(e->start_ms, when);
        buffer_format(out, "           from %s UTC", when);
        if (e->end_ms >= e->start_ms) {
            reason_duration(e->end_ms - e->start_ms, words, sizeof words);
            buffer_format(out, " for %s", words);
        }
        buffer_text(out, "\n");
    }
    if (e->peak_bytes > 0) {
        buffer_text(out, "           at most ");
        put_size(e->peak_bytes, out);
        reason_duration(e->user_ms + e->system_ms, words, sizeof words);
        buffer_format(out, " of memory, %s of CPU\n", words);
    }
}

static void put_exit(const struct telling *c) {
    const struct fact_exit *e = row_more(c->row)->exit;
    if (!e) return;
    if (e->code >= 0)
        buffer_format(c->out, "  exit     code %lld", (long long)e->code);
    else
        buffer_text(c->out, "  exit     none yet");
    if (e->signal > 0) buffer_format(c->out, ", signal %d", e->signal);
    if (e->source) {
        buffer_text(c->out, ", recorded by ");
        put_clean(c->out, e->source);
    }
    if (e->pid > 0) buffer_format(c->out, ", process %lld", (long long)e->pid);
    if (e->host) {
        buffer_text(c->out, " on ");
        put_clean(c->out, e->host);
    }
    if (e->attempt > 0) buffer_format(c->out, ", attempt %d", e->attempt);
    if (e->attempt > 1 && e->previous >= 0)
        buffer_format(c->out, " (the one before: code %lld)", (long long)e->previous);
    buffer_text(c->out, "\n");
    put_run(e, c->out);
}

static void put_log(const struct telling *c) {
    if (!c->in->closeup || c->in->closeup->log.name[0] == '\0') return;
    const struct log_tail *log = &c->in->closeup->log;
    buffer_text(c->out, "  log      ");
    put_clean(c->out, log->name);
    buffer_format(c->out, "  %lld bytes", (long long)log->size);
    put_age(c, log->mtime_ns);
    buffer_text(c->out, "\n");
    for (int i = 0; i < log->n_lines; i++) {
        buffer_text(c->out, "    | ");
        put_clean(c->out, log->line[i]);
        buffer_text(c->out, "\n");
    }
}

void report_case_text(const struct report_input *in, const struct row *r, struct buffer *out) {
    struct telling c = {.in = in, .table = in->table, .profile = table_profile(in->table), .row = r, .out = out};
    for (int root = 0; root < ROOT_COUNT; root++) c.place[root] = table_place(in->table, r, (enum root_id)root, NULL);
    table_judge(in->table, r, in->now, &c.verdict);
    put_head(&c);
    put_place(&c, ROOT_BATCH);
    put_place(&c, ROOT_ARCHIVE);
    if (c.verdict.proof != PROOF_NOT_NEEDED) {
        buffer_format(out, "  archived %s\n", report_proof_word(c.verdict.proof));
    }
    put_outcome(&c);
    put_exit(&c);
    put_artifacts(&c);
    put_log(&c);
}
