/* world: a table and the facts that lead to it, in few words. For tests of everything that reads a table.
 *
 * Time is literal: monotonic ms start at 0 with wall clock WORLD_WALL; world_at moves both. Nothing here reads a clock
 * or a file. Owned by the test: world_free. */
#ifndef TEST_SUPPORT_WORLD_H
#define TEST_SUPPORT_WORLD_H

#include "model/fleet.h"

/* 2024-03-01 12:00:00 UTC */
#define WORLD_WALL INT64_C(1709294400000)

struct world {
    struct table *table;
    struct policy policy;
    int64_t now; /* monotonic ms */
    uint32_t generation[ROOT_COUNT];
    uint64_t next_id;
    int64_t away;
};

enum { WORLD_MINUTE = 60 * 1000, WORLD_HOUR = 60 * WORLD_MINUTE };

/* archive: given, or none. The batch directory is /data/sweep/batch_1, the archive /mnt/archive. */
void world_init(struct world *w, bool archive);
void world_free(struct world *w);

/* It alone as a fleet; until the next call. */
const struct fleet *world_fleet(const struct world *w);

int64_t world_wall(const struct world *w);   /* wall ms at w->now */
void world_at(struct world *w, int64_t now); /* time goes on; the table is ticked */
void world_tick(struct world *w);

/* How a root is, since w->now. */
void world_root(struct world *w, enum root_id root, enum root_health health, const char *reason);
/* The sweep list. */
void world_list(struct world *w, const char *text);
/* A pass over a root that sees the places told between the two. */
void world_scan_begin(struct world *w, enum root_id root);
void world_scan_end(struct world *w, enum root_id root);
/* A case directory, changed now. As a scan does it: after the files found in it. */
void world_place(struct world *w, enum root_id root, const char *title);
/* An artifact in it, by its path in the profile. age_ms: before now it was modified. note: or NULL. */
void world_file(struct world *w, enum root_id root, const char *title, const char *path, enum content content,
                int64_t size, int64_t age_ms, const char *note);
/* A value a configuration holds, given with the file: world_file for run_config.json that also says name = text. */
void world_config(struct world *w, enum root_id root, const char *title, int64_t age_ms, const char *name,
                  const char *text);

/* What its footers say: rows of the merged file, of all its chunks (-1 unknown), and the largest time (NaN unknown). */
void world_progress(struct world *w, enum root_id root, const char *title, int64_t rows, int64_t chunk_rows,
                    uint32_t chunks, double value);

/* How busy the machine is, as read now. */
void world_machine(struct world *w, const struct fact_machine *m);
/* Nobody looked since `from`, until now. slept: of it, or by a clock that stood still then; 0: nobody slept. */
void world_away(struct world *w, int64_t from, int64_t slept);

/* Whole cases: all four required files in the batch directory, age_ms old. */
void world_results(struct world *w, const char *title, int64_t age_ms);
/* The same files in the archive, with manifest and ARCHIVE_DONE. */
void world_archived(struct world *w, const char *title, int64_t age_ms);
/* Configuration and a growing budget only, changed now. */
void world_running(struct world *w, const char *title);

#endif
