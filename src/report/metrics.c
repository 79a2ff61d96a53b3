#include "report/metrics.h"

#include "model/text.h"

#include <string.h>

/* A metric being written; its head comes with its first sample. */
struct metric {
    struct buffer *out;
    const char *name, *help;
    bool begun;
};

/* Two outside strings that differ only in what is cleaned away must not become one: a series may stand there only once.
 */
static void put_label(struct buffer *out, const char *key, const char *value, size_t number) {
    char clean[8192];
    text_clean(value, clean, sizeof clean);
    buffer_format(out, "%s=\"", key);
    for (const char *c = clean; *c; c++) {
        if (*c == '"' || *c == '\\') buffer_text(out, "\\");
        buffer_add(out, c, 1);
    }
    if (strcmp(clean, value) != 0) buffer_format(out, " #%zu", number + 1);
    buffer_text(out, "\"");
}

static void begin(struct metric *m) {
    if (!m->begun) buffer_format(m->out, "# HELP %s %s\n# TYPE %s gauge\n", m->name, m->help, m->name);
    m->begun = true;
    buffer_text(m->out, m->name);
    buffer_text(m->out, "{");
}

/* The sample's name and labels; key NULL: the batch alone. */
static void put_series(struct metric *m, const struct metrics_input *in, size_t batch, const char *key,
                       const char *value) {
    begin(m);
    put_label(m->out, "batch", table_label(in->table), batch);
    if (key) {
        buffer_text(m->out, ",");
        put_label(m->out, key, value, 0);
    }
}

static void put_int(struct metric *m, int64_t value) { buffer_format(m->out, "} %lld\n", (long long)value); }

static void put_seconds(struct metric *m, int64_t ms) {
    if (ms < 0) ms = 0;
    buffer_format(m->out, "} %lld.%03d\n", (long long)(ms / 1000), (int)(ms % 1000));
}

/* ---- of a batch ---- */

static void put_watching(struct metric *m, const struct metrics_input *in, size_t b) {
    put_series(m, in, b, NULL, NULL);
    put_int(m, in->watching);
}

static void put_settled(struct metric *m, const struct metrics_input *in, size_t b) {
    put_series(m, in, b, NULL, NULL);
    put_int(m, table_over(in->table));
}

static void put_started(struct metric *m, const struct metrics_input *in, size_t b) {
    put_series(m, in, b, NULL, NULL);
    put_seconds(m, in->wall - (in->now - in->started));
}

static void put_updated(struct metric *m, const struct metrics_input *in, size_t b) {
    put_series(m, in, b, NULL, NULL);
    put_seconds(m, in->wall);
}

static void put_last_change(struct metric *m, const struct metrics_input *in, size_t b) {
    int64_t at = table_last_change(in->table);
    if (at < 0) return;
    put_series(m, in, b, NULL, NULL);
    put_seconds(m, in->wall - (in->now - at));
}

static void put_parent(struct metric *m, const struct metrics_input *in, size_t b) {
    if (table_parent(in->table) < 0) return;
    put_series(m, in, b, NULL, NULL);
    put_int(m, table_parent(in->table));
}

static void put_cases(struct metric *m, const struct metrics_input *in, size_t b) {
    for (int s = 0; s < STATUS_COUNT; s++) {
        put_series(m, in, b, "status", status_word((enum case_status)s));
        put_int(m, (int64_t)table_status_count(in->table, (enum case_status)s));
    }
}

static void put_flags(struct metric *m, const struct metrics_input *in, size_t b) {
    for (int f = 0; f < FLAG_COUNT; f++) {
        put_series(m, in, b, "flag", flag_word((enum case_flag_bit)f));
        put_int(m, (int64_t)table_flag_count(in->table, (enum case_flag_bit)f));
    }
}

static void put_problems(struct metric *m, const struct metrics_input *in, size_t b) {
    int shown = 0;
    for (int s = 0; s < STATUS_COUNT; s++) {
        if (!status_is_problem((enum case_status)s) || table_status_count(in->table, (enum case_status)s) == 0)
            continue;
        for (size_t i = 0; i < table_count(in->table) && shown < METRICS_MAX_PROBLEMS; i++) {
            const struct row *r = table_row(in->table, i);
            if (r->status != s) continue;
            put_series(m, in, b, "status", status_word((enum case_status)s));
            buffer_text(m->out, ",");
            put_label(m->out, "case", r->title, i);
            put_int(m, 1);
            shown++;
        }
    }
}

static void put_eta(struct metric *m, const struct metrics_input *in, size_t b) {
    if (!in->eta->known) return;
    put_series(m, in, b, "bound", "low");
    put_seconds(m, in->eta->low_ms);
    put_series(m, in, b, "bound", "high");
    put_seconds(m, in->eta->high_ms);
}

/* ---- of its roots ---- */

static const struct root_state *root_in_play(const struct metrics_input *in, int root) {
    const struct root_state *r = table_root(in->table, (enum root_id)root);
    return r->in_play ? r : NULL;
}

static void put_root_up(struct metric *m, const struct metrics_input *in, size_t b) {
    for (int i = 0; i < ROOT_COUNT; i++) {
        const struct root_state *r = root_in_play(in, i);
        if (!r) continue;
        put_series(m, in, b, "root", root_word((enum root_id)i));
        put_int(m, r->readable && r->scanned);
    }
}

static void put_root_health(struct metric *m, const struct metrics_input *in, size_t b) {
    for (int i = 0; i < ROOT_COUNT; i++) {
        const struct root_state *r = root_in_play(in, i);
        for (int h = 0; r && h < HEALTH_COUNT; h++) {
            put_series(m, in, b, "root", root_word((enum root_id)i));
            buffer_text(m->out, ",");
            put_label(m->out, "health", health_word((enum root_health)h), 0);
            put_int(m, r->health == (enum root_health)h);
        }
    }
}

static void put_root_age(struct metric *m, const struct metrics_input *in, size_t b) {
    for (int i = 0; i < ROOT_COUNT; i++) {
        const struct root_state *r = root_in_play(in, i);
        if (!r || r->last_fact_at < 0) continue;
        put_series(m, in, b, "root", root_word((enum root_id)i));
        put_seconds(m, in->now - r->last_fact_at);
    }
}

static void put_root_bytes(struct metric *m, const struct metrics_input *in, size_t b) {
    const struct table *t = in->table;
    int64_t bytes[ROOT_COUNT] = {0};
    for (size_t k = 0; k < table_count(t); k++) {
        for (int i = 0; i < ROOT_COUNT; i++) {
            const struct place *p = table_place(t, table_row(t, k), (enum root_id)i, NULL);
            for (int a = 0; p && a < table_profile(t)->n_artifacts; a++) {
                const struct file_state *f = place_file(p, a);
                if (f->content != CONTENT_ABSENT && file_size(f) < INT64_MAX - bytes[i]) bytes[i] += file_size(f);
            }
        }
    }
    for (int i = 0; i < ROOT_COUNT; i++) {
        if (!root_in_play(in, i)) continue;
        put_series(m, in, b, "root", root_word((enum root_id)i));
        put_int(m, bytes[i]);
    }
}

static void put_space(struct metric *m, const struct metrics_input *in, size_t b, bool all) {
    for (int i = 0; i < ROOT_COUNT; i++) {
        const struct root_state *r = root_in_play(in, i);
        if (!r || r->space_total <= 0) continue;
        put_series(m, in, b, "root", root_word((enum root_id)i));
        put_int(m, all ? r->space_total : r->space_free);
    }
}
static void put_size(struct metric *m, const struct metrics_input *in, size_t b) { put_space(m, in, b, true); }
static void put_free(struct metric *m, const struct metrics_input *in, size_t b) { put_space(m, in, b, false); }

static const struct {
    const char *name, *help;
    void (*put)(struct metric *m, const struct metrics_input *in, size_t batch);
} metrics[] = {
    {"sweepwatch_watching", "1 while the batch is watched, 0: these are the last numbers.", put_watching},
    {"sweepwatch_settled", "1 when the sweep is over.", put_settled},
    {"sweepwatch_start_timestamp_seconds", "When watching began.", put_started},
    {"sweepwatch_update_timestamp_seconds", "When these numbers were taken.", put_updated},
    {"sweepwatch_last_change_timestamp_seconds", "When a file of a case was last seen to change.", put_last_change},
    {"sweepwatch_parent_alive", "1 while the process that runs the sweep (--pid) is there.", put_parent},
    {"sweepwatch_cases", "Cases of each status.", put_cases},
    {"sweepwatch_flagged_cases", "Cases with each flag.", put_flags},
    {"sweepwatch_problem", "1 for each case that a person has to look at, at most 100 of them.", put_problems},
    {"sweepwatch_eta_seconds", "Time left until the sweep is done, as a range; absent while unknown.", put_eta},
    {"sweepwatch_root_up", "1 when the directory was read and what is known of it is current.", put_root_up},
    {"sweepwatch_root_health", "1 for the way in which facts arrive now.", put_root_health},
    {"sweepwatch_root_last_fact_age_seconds", "Age of the newest fact about the directory.", put_root_age},
    {"sweepwatch_root_result_bytes", "Size of the known files of the cases.", put_root_bytes},
    {"sweepwatch_root_size_bytes", "Size of the directory's file system.", put_size},
    {"sweepwatch_root_free_bytes", "Free space of the directory's file system.", put_free},
};

void metrics_text(const struct metrics_input *in, size_t n, const char *version, struct buffer *out) {
    struct metric info = {.out = out, .name = "sweepwatch_build_info", .help = "The version that wrote this."};
    begin(&info);
    put_label(out, "version", version, 0);
    put_int(&info, 1);
    for (size_t k = 0; k < sizeof metrics / sizeof *metrics; k++) {
        struct metric m = {.out = out, .name = metrics[k].name, .help = metrics[k].help};
        for (size_t b = 0; b < n; b++) metrics[k].put(&m, &in[b], b);
    }
}
