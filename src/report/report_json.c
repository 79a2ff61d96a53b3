#include "report/report.h"

#include "model/case.h"
#include "model/lookup.h"
#include "model/reason.h"
#include "model/stall_cause.h"
#include "report/json_writer.h"
#include "report/summary_text.h"

#include <stdio.h>
#include <string.h>

const char *report_proof_word(enum archive_proof p) {
    static const char *const proof_words[] = {"not_needed", "none",    "copying",     "proven",
                                              "marker",     "differs", "other_batch", "unreachable"};
    return proof_words[p];
}

/* ISO 8601 in UTC, to the second. */
static void put_time(char out[SUMMARY_TIME_BYTES], int64_t wall_ms) {
    summary_time(wall_ms, out);
    size_t len = strlen(out);
    out[10] = 'T';
    out[len] = 'Z';
    out[len + 1] = '\0';
}

static void put_root(struct json_writer *w, const struct table *t, enum root_id root) {
    const struct root_state *r = table_root(t, root);
    if (!r->in_play) {
        json_null(w, root_word(root));
        return;
    }
    json_open(w, root_word(root), '{');
    json_string(w, "path", r->path);
    json_bool(w, "learned", r->learned);
    json_string(w, "health", health_word(r->health));
    json_string(w, "reason", r->reason);
    json_close(w, '}');
}

/* Only where somebody has asked. */
static void put_users(struct json_writer *w, const struct closeup *c, enum root_id root, int artifact) {
    bool any = false;
    for (int i = 0; c && i < c->n_users; i++) {
        if (c->user[i].root != root || c->user[i].artifact != artifact) continue;
        if (!any) json_open_flat(w, "open_in", '[');
        any = true;
        json_string(w, NULL, c->user[i].who);
    }
    if (any) json_close(w, ']');
}

static void put_file(struct json_writer *w, const struct report_input *in, const struct place *p, enum root_id root,
                     int artifact) {
    if (!p || place_file(p, artifact)->content == CONTENT_ABSENT) {
        json_null(w, root == ROOT_BATCH ? "local" : "archive");
        return;
    }
    const struct file_state *f = place_file(p, artifact);
    json_open_flat(w, root == ROOT_BATCH ? "local" : "archive", '{');
    json_string(w, "content", content_word(f->content));
    if (file_name(f)) json_string(w, "file", file_name(f));
    if (case_file_unseen(f)) {
        json_null(w, "size");
        json_null(w, "mtime");
    } else {
        json_int(w, "size", file_size(f));
        json_decimal(w, "mtime", f->mtime_ns / 1000, 6);
    }
    if (file_chunks(f)) json_int(w, "chunks", file_chunks(f));
    if (f->locked) json_string(w, "holder", file_holder(f) ? file_holder(f) : "unknown");
    put_users(w, in->closeup, root, artifact);
    if (file_note(f)) json_string(w, "note", file_note(f));
    json_close(w, '}');
}

static void put_artifacts(struct json_writer *w, const struct report_input *in, const struct row *r,
                          const struct verdict *v) {
    const struct table *t = in->table;
    const struct profile *p = table_profile(t);
    const struct place *local = table_place(t, r, ROOT_BATCH, NULL), *archive = table_place(t, r, ROOT_ARCHIVE, NULL);
    json_open(w, "artifacts", '[');
    for (int i = 0; i < p->n_artifacts; i++) {
        bool required = p->artifact[i].roles & ROLE_REQUIRED;
        bool seen = (local && place_file(local, i)->content != CONTENT_ABSENT) ||
                    (archive && place_file(archive, i)->content != CONTENT_ABSENT);
        if (!required && !seen) continue;
        json_open_flat(w, NULL, '{');
        json_string(w, "path", p->artifact[i].path);
        json_bool(w, "required", required);
        json_string(w, "state", artifact_word(v->artifact[i]));
        json_string(w, "where", v->artifact[i] == ARTIFACT_ABSENT ? NULL : root_word(v->where[i]));
        put_file(w, in, local, ROOT_BATCH, i);
        put_file(w, in, archive, ROOT_ARCHIVE, i);
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void put_mismatches(struct json_writer *w, const struct table *t, const struct row *r,
                           enum archive_owner owner) {
    const struct profile *p = table_profile(t);
    const struct sweep_case *c = table_case(t, r);
    const char *moved_from = table_moved_from(t), *batch = table_policy(t)->batch_name;
    json_open(w, "mismatches", '[');
    for (int root = 0; root < ROOT_COUNT; root++) {
        if (root == ROOT_ARCHIVE && owner == OWNER_OTHER) break; /* of another batch, not of this case */
        const struct place *place = table_place(t, r, (enum root_id)root, NULL);
        for (const struct mismatch *m = place ? place_more(place)->mismatches : NULL; m; m = m->next) {
            const struct profile_value *v = &p->value[m->value];
            char expected[1024], token[SWEEP_TOKEN_BYTES];
            if (!mismatch_counts(m, moved_from)) continue;
            json_open_flat(w, NULL, '{');
            json_string(w, "field", v->paths[m->form]);
            if (v->use == USE_COLUMN && c && v->column < c->columns) {
                json_string(w, "expected", sweep_case_token(c, v->column, token));
            } else if (m->batch && batch) {
                snprintf(expected, sizeof expected, "%.500s/%.500s", batch, place->name);
                json_string(w, "expected", expected);
            } else {
                json_string(w, "expected", place->name);
            }
            json_string(w, "found", m->found);
            json_string(w, "in", root_word((enum root_id)root));
            json_string(w, "directory", place->name);
            json_close(w, '}');
        }
    }
    json_close(w, ']');
}

/* Seconds since 1970, to the microsecond; null when unknown (0). */
static void put_seconds(struct json_writer *w, const char *key, int64_t ms) {
    if (ms <= 0)
        json_null(w, key);
    else
        json_decimal(w, key, ms, 3);
}

/* When it was going on: from the files' times, and earlier where watching saw it begin. */
static void put_times(struct json_writer *w, const struct report_input *in, const struct row *r) {
    const struct profile *p = table_profile(in->table);
    int64_t first = 0, last = 0, archived = 0;
    for (int root = 0; root < ROOT_COUNT; root++) {
        const struct place *place = table_place(in->table, r, (enum root_id)root, NULL);
        for (int i = 0; place && i < p->n_artifacts; i++) {
            const struct file_state *f = place_file(place, i);
            int64_t ms = f->mtime_ns / 1000000;
            if (f->content == CONTENT_ABSENT || ms <= 0) continue;
            if (p->artifact[i].roles & (ROLE_MARKER_DONE | ROLE_MANIFEST)) {
                if (root == ROOT_ARCHIVE && ms > archived) archived = ms;
                continue;
            }
            if (first == 0 || ms < first) first = ms;
            if (ms > last) last = ms;
        }
    }
    if (r->first_seen >= 0) {
        int64_t seen = in->wall - (in->now - r->first_seen);
        if (first == 0 || seen < first) first = seen;
    }
    json_open_flat(w, "times", '{');
    put_seconds(w, "first", first);
    put_seconds(w, "last", last);
    put_seconds(w, "archived", archived);
    json_close(w, '}');
}

static void put_log(struct json_writer *w, const struct log_tail *log) {
    json_open(w, "log", '{');
    json_string(w, "file", log->name);
    json_int(w, "size", log->size);
    put_seconds(w, "mtime", log->mtime_ns / 1000000);
    json_open(w, "tail", '[');
    for (int i = 0; i < log->n_lines; i++) json_string(w, NULL, log->line[i]);
    json_close(w, ']');
    json_close(w, '}');
}

static void put_exit(struct json_writer *w, const struct fact_exit *e) {
    json_open_flat(w, "exit", '{');
    if (e->code >= 0) {
        json_int(w, "code", e->code);
        json_int(w, "signal", e->signal);
    } else {
        json_null(w, "code");
    }
    json_string(w, "recorded_by", e->source);
    if (e->host) json_string(w, "host", e->host);
    if (e->pid > 0) json_int(w, "pid", e->pid);
    if (e->start_ms > 0) put_seconds(w, "start", e->start_ms);
    if (e->end_ms > 0) put_seconds(w, "end", e->end_ms);
    if (e->peak_bytes > 0) {
        json_int(w, "peak_memory_bytes", e->peak_bytes);
        json_number(w, "cpu_user_seconds", (double)e->user_ms / 1e3);
        json_number(w, "cpu_system_seconds", (double)e->system_ms / 1e3);
    }
    if (e->attempt > 0) json_int(w, "attempt", e->attempt);
    if (e->attempt > 1 && e->previous >= 0) json_int(w, "previous_code", e->previous);
    json_close(w, '}');
}

static void put_stall(struct json_writer *w, const struct report_input *in, const struct row *r,
                      const struct verdict *v) {
    const struct stall_cause c = stall_cause_of(in->table, r, v->quiet_ms, in->now);
    json_open_flat(w, "stall", '{');
    json_string(w, "cause", stall_cause_word(c.kind));
    json_number(w, "silent_seconds", (double)v->quiet_ms / 1e3);
    json_number(w, "threshold_seconds", (double)v->threshold_ms / 1e3);
    json_close(w, '}');
}

void report_json_case(struct json_writer *w, const struct report_input *in, const struct row *r,
                      const struct verdict *v) {
    const struct table *t = in->table;
    const struct profile *p = table_profile(t);
    const struct place *local = table_place(t, r, ROOT_BATCH, NULL), *archive = table_place(t, r, ROOT_ARCHIVE, NULL);
    char lines[REASON_MAX][REASON_BYTES], remedy[REASON_BYTES], dir[8192];
    int order[PROFILE_MAX_ARTIFACTS], n = profile_required(p, order);
    json_open(w, NULL, '{');
    json_string(w, "case_id", r->title);
    report_expected_dir(t, r, dir, sizeof dir);
    json_string(w, "expected_dir", dir);
    json_string(w, "status", status_word(v->status));
    json_open_flat(w, "flags", '[');
    for (int b = 0; b < FLAG_COUNT; b++) {
        if (v->flags & (1u << b)) json_string(w, NULL, flag_word((enum case_flag_bit)b));
    }
    json_close(w, ']');
    json_open(w, "reasons", '[');
    int reasons = reason_both(t, r, in->now, v, lines, remedy);
    for (int i = 0; i < reasons; i++) json_string(w, NULL, lines[i]);
    json_close(w, ']');
    json_string(w, "remedy", remedy[0] ? remedy : NULL);
    const struct sweep_case *c = table_case(t, r);
    json_string(w, "line", c ? sweep_case_line(c) : NULL);
    if (c) json_int(w, "line_no", c->line_no);
    json_open_flat(w, "parameters", '{');
    for (int i = 0; c && i < c->columns; i++) json_number(w, p->column[i].name, sweep_case_value(c, i));
    json_close(w, '}');
    json_string(w, "found_local", report_found(t, r, ROOT_BATCH));
    json_string(w, "found_archive", report_found(t, r, ROOT_ARCHIVE));
    json_string(w, "local_dir", local ? local->name : NULL);
    json_string(w, "archive_dir", archive ? archive->name : NULL);
    json_string(w, "archive_proof", report_proof_word(v->proof));
    json_open_flat(w, "missing_files", '[');
    for (int i = 0; i < n; i++) {
        if (v->absent & (UINT32_C(1) << order[i])) json_string(w, NULL, p->artifact[order[i]].path);
    }
    json_close(w, ']');
    put_times(w, in, r);
    put_mismatches(w, t, r, v->owner);
    json_string(w, "elsewhere", v->flags & FLAG_ELSEWHERE ? row_more(r)->elsewhere : NULL);
    put_artifacts(w, in, r, v);
    if (v->status == STATUS_STALLED) put_stall(w, in, r, v);
    if (row_more(r)->exit) put_exit(w, row_more(r)->exit);
    if (in->closeup && in->closeup->log.name[0]) put_log(w, &in->closeup->log);
    json_close(w, '}');
}

void report_case_json(const struct report_input *in, const struct row *r, struct buffer *out) {
    struct json_writer w = {.out = out};
    struct verdict v;
    table_judge(in->table, r, in->now, &v);
    report_json_case(&w, in, r, &v);
}

void report_totals_add(struct report_totals *totals, const struct report_input *in, const struct row *r,
                       const struct verdict *v) {
    bool here = strcmp(report_found(in->table, r, ROOT_BATCH), "true") == 0;
    totals->cases++;
    totals->found += here || strcmp(report_found(in->table, r, ROOT_ARCHIVE), "true") == 0;
    totals->missing += v->absent != 0;
    for (uint32_t m = v->absent; m; m &= m - 1) totals->missing_files++;
    totals->status[v->status]++;
    for (int b = 0; b < FLAG_COUNT; b++) totals->flag[b] += (v->flags >> b) & 1;
}

void report_totals_join(struct report_totals *totals, const struct report_totals *more) {
    totals->cases += more->cases;
    totals->found += more->found;
    totals->missing += more->missing;
    totals->missing_files += more->missing_files;
    for (int s = 0; s < STATUS_COUNT; s++) totals->status[s] += more->status[s];
    for (int b = 0; b < FLAG_COUNT; b++) totals->flag[b] += more->flag[b];
}

static void put_totals(struct json_writer *w, const struct report_totals *totals) {
    json_int(w, "expected_cases", (int64_t)totals->cases);
    json_int(w, "found_cases", (int64_t)totals->found);
    json_int(w, "missing_cases", (int64_t)totals->missing);
    json_int(w, "missing_files_total", (int64_t)totals->missing_files);
    json_int(w, "archive_failures", (int64_t)totals->status[STATUS_ARCHIVE_FAILED]);
}

static void put_list(struct json_writer *w, const struct table *t) {
    const struct sweep_list *l = table_list(t);
    if (!l) {
        json_null(w, "sweep_list");
        return;
    }
    json_open(w, "sweep_list", '{');
    json_string(w, "path", table_list_path(t));
    json_open(w, "warnings", '[');
    for (size_t i = 0; i < l->n_issues; i++) {
        json_open_flat(w, NULL, '{');
        json_int(w, "line", l->issues[i].line_no);
        json_string(w, "message", l->issues[i].message);
        json_close(w, '}');
    }
    json_close(w, ']');
    json_close(w, '}');
}

enum { UNEXPECTED_MAX = 1000, UNEXPECTED_NEAR = 50 /* a search costs a look at every case */ };

static void put_unexpected(struct json_writer *w, const struct table *t) {
    const struct place *places[UNEXPECTED_MAX];
    size_t n = table_unexpected(t, places, UNEXPECTED_MAX);
    json_int(w, "unexpected_total", (int64_t)n);
    json_open(w, "unexpected", '[');
    for (size_t i = 0; i < n && i < UNEXPECTED_MAX; i++) {
        const struct row *near = i < UNEXPECTED_NEAR ? lookup_nearest(t, places[i]->name) : NULL;
        json_open_flat(w, NULL, '{');
        json_string(w, "name", places[i]->name);
        json_string(w, "nearest", near ? near->title : NULL);
        json_close(w, '}');
    }
    json_close(w, ']');
}

void report_json_head(struct json_writer *w, const struct report_input *in, const struct report_totals *totals) {
    const struct table *t = in->table;
    char when[SUMMARY_TIME_BYTES];
    put_time(when, in->wall);
    json_open(w, NULL, '{');
    put_totals(w, totals);
    if (in->only) json_string(w, "filter", in->only_text);
    json_int(w, "schema_version", REPORT_SCHEMA_VERSION);
    json_open_flat(w, "generator", '{');
    json_string(w, "name", "sweepwatch");
    json_string(w, "version", in->version);
    json_close(w, '}');
    json_bool(w, "settled", in->settled);
    json_string(w, "written_at", when);
    json_int(w, "refresh_seconds", in->refresh_seconds);
    json_string(w, "profile", table_profile(t)->name);
    json_string(w, "batch_dir", table_policy(t)->batch_path);
    json_string(w, "moved_from", table_moved_from(t));
    put_root(w, t, ROOT_BATCH);
    put_root(w, t, ROOT_ARCHIVE);
    put_list(w, t);
    json_open(w, "counts", '{');
    for (int s = 0; s < STATUS_COUNT; s++) {
        json_int(w, status_word((enum case_status)s), (int64_t)totals->status[s]);
    }
    json_close(w, '}');
    json_open(w, "flags", '{');
    for (int b = 0; b < FLAG_COUNT; b++) {
        if (totals->flag[b] > 0) json_int(w, flag_word((enum case_flag_bit)b), (int64_t)totals->flag[b]);
    }
    json_close(w, '}');
    put_unexpected(w, t);
    json_open(w, "cases", '[');
}

void report_json_tail(struct json_writer *w, const struct report_input *in, const struct report_steps *steps) {
    json_close(w, ']');
    json_string(w, "rerun_file", in->rerun_path);
    json_open(w, "rerun", '[');
    for (size_t i = 0; i < steps->n_rerun; i++) {
        const struct row *r = table_row(in->table, steps->rerun[i]);
        const struct sweep_case *c = table_case(in->table, r);
        json_string(w, NULL, c ? sweep_case_line(c) : r->title);
    }
    json_close(w, ']');
    json_string(w, "archive_retry_file", in->retry_path);
    json_open(w, "archive_retry", '[');
    for (size_t i = 0; i < steps->n_retry; i++) {
        char dir[8192];
        report_case_dir(in->table, table_row(in->table, steps->retry[i]), dir, sizeof dir);
        json_string(w, NULL, dir);
    }
    json_close(w, ']');
    json_close(w, '}');
}
