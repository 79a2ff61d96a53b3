#include "support/world.h"

#include <string.h>

void world_init(struct world *w, bool archive) {
    memset(w, 0, sizeof *w);
    w->policy = (struct policy){.archive = archive ? ARCHIVE_GIVEN : ARCHIVE_NONE,
                                .stall_after_ms = 30 * WORLD_MINUTE,
                                .archive_grace_ms = 30 * WORLD_MINUTE,
                                .settle_ms = 10 * WORLD_MINUTE,
                                .batch_path = "/data/sweep/batch_1",
                                .batch_name = "batch_1",
                                .separator = '/'};
    w->table = table_new(profile_builtin(), &w->policy);
}

void world_free(struct world *w) { table_free(w->table); }

const struct fleet *world_fleet(const struct world *w) {
    static const struct table *table;
    static const struct fleet fleet = {&table, 1};
    table = w->table;
    return &fleet;
}

int64_t world_wall(const struct world *w) { return WORLD_WALL + w->now; }

void world_tick(struct world *w) { table_tick(w->table, w->now); }

void world_at(struct world *w, int64_t now) {
    w->now = now;
    world_tick(w);
}

static struct fact fact_of(const struct world *w, enum fact_kind kind, enum root_id root, const char *title) {
    return (struct fact){.kind = kind, .root = root, .at = w->now, .place = title};
}

void world_root(struct world *w, enum root_id root, enum root_health health, const char *reason) {
    struct fact f = fact_of(w, FACT_ROOT, root, NULL);
    f.u.root_state.health = health;
    f.u.root_state.path = root == ROOT_BATCH ? "/data/sweep/batch_1" : "/mnt/archive";
    f.u.root_state.reason = reason;
    f.u.root_state.since = w->now;
    f.u.root_state.settle_ms = 3000;
    f.u.root_state.poll_ms = 5000;
    table_apply(w->table, &f);
}

void world_list(struct world *w, const char *text) {
    struct fact f = fact_of(w, FACT_LIST, ROOT_BATCH, NULL);
    f.u.list.path = "/data/sweep/batch_1/checks/expected_sweep_list.txt";
    f.u.list.text = text;
    f.u.list.len = strlen(text);
    table_apply(w->table, &f);
}

void world_scan_begin(struct world *w, enum root_id root) {
    struct fact f = fact_of(w, FACT_SCAN_BEGIN, root, NULL);
    f.u.scan.generation = ++w->generation[root];
    table_apply(w->table, &f);
}

void world_scan_end(struct world *w, enum root_id root) {
    struct fact f = fact_of(w, FACT_SCAN_END, root, NULL);
    f.u.scan.generation = w->generation[root];
    table_apply(w->table, &f);
}

void world_place(struct world *w, enum root_id root, const char *title) {
    struct fact f = fact_of(w, FACT_PLACE, root, title);
    f.u.place_state.present = true;
    f.u.place_state.has_files = true;
    f.u.place_state.stamp = ++w->next_id;
    table_apply(w->table, &f);
}

static struct fact file_fact(struct world *w, enum root_id root, const char *title, const char *path,
                             enum content content, int64_t size, int64_t age_ms) {
    struct fact f = fact_of(w, FACT_FILE, root, title);
    f.u.file.artifact = profile_artifact_index(table_profile(w->table), path);
    f.u.file.content = content;
    f.u.file.size = size;
    f.u.file.mtime_ns = (world_wall(w) - age_ms) * 1000000;
    f.u.file.id = ++w->next_id;
    return f;
}

void world_file(struct world *w, enum root_id root, const char *title, const char *path, enum content content,
                int64_t size, int64_t age_ms, const char *note) {
    struct fact f = file_fact(w, root, title, path, content, size, age_ms);
    f.u.file.note = note;
    table_apply(w->table, &f);
}

void world_config(struct world *w, enum root_id root, const char *title, int64_t age_ms, const char *name,
                  const char *text) {
    struct fact f = file_fact(w, root, title, "run_config.json", CONTENT_WHOLE, 8123, age_ms);
    struct fact_value value = {.value = profile_value_index(table_profile(w->table), name), .text = text};
    f.u.file.values = &value;
    f.u.file.n_values = 1;
    table_apply(w->table, &f);
}

void world_progress(struct world *w, enum root_id root, const char *title, int64_t rows, int64_t chunk_rows,
                    uint32_t chunks, double value) {
    struct fact f = fact_of(w, FACT_PROGRESS, root, title);
    f.u.progress.rows = rows;
    f.u.progress.chunk_rows = chunk_rows;
    f.u.progress.chunks = chunks;
    f.u.progress.all = chunk_rows >= 0;
    f.u.progress.value = value;
    table_apply(w->table, &f);
}

void world_machine(struct world *w, const struct fact_machine *m) {
    struct fact f = fact_of(w, FACT_MACHINE, ROOT_BATCH, NULL);
    f.u.machine = *m;
    table_apply(w->table, &f);
}

void world_away(struct world *w, int64_t from, int64_t slept) {
    struct fact f = fact_of(w, FACT_AWAY, ROOT_BATCH, NULL);
    w->away += w->now - from;
    f.u.away = (struct fact_away){.total = w->away, .from = from, .until = w->now, .slept = slept};
    table_apply(w->table, &f);
}

static void write_results(struct world *w, enum root_id root, const char *title, int64_t age_ms) {
    world_file(w, root, title, "run_config.json", CONTENT_WHOLE, 8123, age_ms, NULL);
    world_file(w, root, title, "checks/mass_budget.csv", CONTENT_WHOLE, 45678, age_ms, NULL);
    world_file(w, root, title, "series/run.parquet", CONTENT_WHOLE, INT64_C(1234567890), age_ms, NULL);
    world_file(w, root, title, "summary.json", CONTENT_WHOLE, 2345, age_ms, NULL);
}

void world_results(struct world *w, const char *title, int64_t age_ms) {
    write_results(w, ROOT_BATCH, title, age_ms);
    world_place(w, ROOT_BATCH, title);
}

void world_archived(struct world *w, const char *title, int64_t age_ms) {
    write_results(w, ROOT_ARCHIVE, title, age_ms);
    world_file(w, ROOT_ARCHIVE, title, "archive_manifest.json", CONTENT_WHOLE, 1200, age_ms, NULL);
    world_file(w, ROOT_ARCHIVE, title, "ARCHIVE_DONE", CONTENT_WHOLE, 20, age_ms, NULL);
    world_place(w, ROOT_ARCHIVE, title);
}

void world_running(struct world *w, const char *title) {
    world_config(w, ROOT_BATCH, title, 30 * WORLD_MINUTE, "status", "pre_run");
    world_file(w, ROOT_BATCH, title, "checks/mass_budget.csv", CONTENT_PARTIAL, 12345, 4000, NULL);
    world_place(w, ROOT_BATCH, title);
}
