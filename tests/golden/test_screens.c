/* Whole screens, drawn on the cell grid and compared with readable text under tests/golden/screens.
 * SWEEPWATCH_UPDATE_GOLDEN=1 writes them anew: look at every difference before keeping it. */
#include "support/world.h"
#include "tui/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* One state of the world and how it is looked at. */
struct scene {
    struct world world;
    struct ui_state ui;
    struct eta eta;
    int64_t elapsed_ms;
    const char *message;
    const struct closeup *closeup;
    const struct fleet *fleet; /* NULL: the world alone */
};

static const struct fleet *fleet_of(const struct scene *c) {
    return c->fleet != NULL ? c->fleet : world_fleet(&c->world);
}

static void scene_init(struct scene *c, bool archive) {
    memset(c, 0, sizeof *c);
    world_init(&c->world, archive);
    ui_init(&c->ui);
}

static void scene_free(struct scene *c) {
    ui_free(&c->ui);
    world_free(&c->world);
}

static void draw(struct scene *c, struct screen *s) {
    eta_refresh(&c->eta, c->world.table, world_wall(&c->world));
    struct view_input in = {.fleet = fleet_of(c),
                            .ui = &c->ui,
                            .now_ms = c->world.now,
                            .wall_ms = world_wall(&c->world),
                            .utc_offset_min = 0,
                            .elapsed_ms = c->elapsed_ms,
                            .eta = &c->eta,
                            .closeup = c->closeup,
                            .message = c->message};
    view_render(&in, s);
}

static char *read_file(const char *path) {
    FILE *f = fopen(path, "rb");
    if (f == NULL) return NULL;
    char *text = malloc(1024 * 1024);
    assert_non_null(text);
    size_t len = fread(text, 1, 1024 * 1024 - 1, f);
    text[len] = '\0';
    fclose(f);
    return text;
}

static void compare(const char *name, const char *text) {
    char path[1024];
    snprintf(path, sizeof path, "%s/golden/screens/%s.txt", TEST_SOURCE_DIR, name);
    const char *update = getenv("SWEEPWATCH_UPDATE_GOLDEN");
    if (update != NULL && strcmp(update, "1") == 0) {
        FILE *f = fopen(path, "wb");
        assert_non_null(f);
        assert_int_equal(fputs(text, f) < 0, 0);
        assert_int_equal(fclose(f), 0);
        return;
    }
    char *expected = read_file(path);
    if (expected == NULL) fail_msg("%s is not there; SWEEPWATCH_UPDATE_GOLDEN=1 writes it", path);
    if (strcmp(expected, text) != 0) fail_msg("%s differs; it is now:\n%s", name, text);
    free(expected);
}

static void golden(struct scene *c, const char *name, int rows, int cols, bool utf8) {
    char full[128];
    struct screen *s = screen_new(rows, cols, utf8);
    draw(c, s);
    char *text = screen_dump(s);
    snprintf(full, sizeof full, "%s_%dx%d%s%s", name, cols, rows, c->ui.language == LANGUAGE_JAPANESE ? "_ja" : "",
             utf8 ? "" : "_ascii");
    compare(full, text);
    free(text);
    screen_free(s);
}

static void golden_styles(struct scene *c, const char *name, int rows, int cols) {
    char full[128];
    struct screen *s = screen_new(rows, cols, true);
    draw(c, s);
    char *text = screen_dump_styles(s);
    snprintf(full, sizeof full, "%s_%dx%d_styles", name, cols, rows);
    compare(full, text);
    free(text);
    screen_free(s);
}

static void golden_sizes(struct scene *c, const char *name) {
    golden(c, name, 10, 40, true);
    golden(c, name, 24, 80, true);
    golden(c, name, 60, 200, true);
    golden(c, name, 24, 80, false);
}

static void golden_ja(struct scene *c, const char *name, int rows, int cols) {
    c->ui.language = LANGUAGE_JAPANESE;
    golden(c, name, rows, cols, true);
    c->ui.language = LANGUAGE_ENGLISH;
}

/* Keys are answered on what was last drawn. */
static void press(struct scene *c, int key) {
    struct screen *s = screen_new(24, 80, true);
    draw(c, s);
    ui_key(&c->ui, key, fleet_of(c));
    screen_free(s);
}

/* 24 cases: T 1000..6000 by eps 0.1, 0.5 and tau 0.5, 1.0. */
static const char *title_of(int i) {
    static char title[64];
    snprintf(title, sizeof title, "T%d_eps0p%d_tau%s", 1000 * (1 + i / 4), i / 2 % 2 ? 5 : 1, i % 2 ? "1p0" : "0p5");
    return title;
}

static void list_24(struct world *w) {
    char text[2048];
    size_t len = 0;
    for (int i = 0; i < 24; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, "%d 0.%d %s\n", 1000 * (1 + i / 4), i / 2 % 2 ? 5 : 1,
                                i % 2 ? "1.0" : "0.5");
    }
    world_list(w, text);
}

/* In the middle of a sweep: most things that can be seen while it runs. The sweep began 3 h ago. */
static void running_mix(struct scene *c) {
    struct world *w = &c->world;
    scene_init(c, true);
    c->elapsed_ms = 3 * WORLD_HOUR + 12 * WORLD_MINUTE;
    world_root(w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_root(w, ROOT_ARCHIVE, HEALTH_POLLING, "no events on exfat");
    list_24(w);
    world_scan_begin(w, ROOT_BATCH);
    for (int i = 0; i < 9; i++) world_results(w, title_of(i), (160 - 15 * i) * WORLD_MINUTE);
    world_running(w, title_of(9)); /* will be silent */
    world_scan_end(w, ROOT_BATCH);
    world_scan_begin(w, ROOT_ARCHIVE);
    for (int i = 0; i < 7; i++) world_archived(w, title_of(i), (160 - 15 * i) * WORLD_MINUTE);
    world_scan_end(w, ROOT_ARCHIVE);
    world_tick(w);

    world_at(w, 10 * WORLD_MINUTE);
    world_file(w, ROOT_BATCH, title_of(9), "checks/mass_budget.csv", CONTENT_PARTIAL, 13000, 0, NULL);
    world_file(w, ROOT_BATCH, title_of(7), "INCOMPLETE", CONTENT_WHOLE, 40, 0, "verification failed: size differs");
    world_place(w, ROOT_ARCHIVE, title_of(8));
    world_file(w, ROOT_ARCHIVE, title_of(8), "summary.json", CONTENT_WHOLE, 2345, 40 * WORLD_MINUTE, NULL);
    for (int i = 10; i < 15; i++) world_running(w, title_of(i));
    world_config(w, ROOT_BATCH, title_of(10), 10 * WORLD_MINUTE, "EPS", "0.1");
    world_config(w, ROOT_BATCH, title_of(11), 10 * WORLD_MINUTE, "TAU", "7.25");
    struct fact exit = {.kind = FACT_EXIT, .root = ROOT_BATCH, .at = w->now, .place = title_of(12)};
    exit.u.exit.code = 137;
    exit.u.exit.signal = 9;
    exit.u.exit.source = "joblog";
    table_apply(w->table, &exit);
    world_tick(w);

    world_at(w, 45 * WORLD_MINUTE);
    for (int i = 10; i < 15; i++) {
        world_place(w, ROOT_BATCH, title_of(i));
        world_file(w, ROOT_BATCH, title_of(i), "checks/mass_budget.csv", CONTENT_PARTIAL, 20000 + i, 1000, NULL);
    }
    world_place(w, ROOT_ARCHIVE, title_of(8));
    world_file(w, ROOT_ARCHIVE, title_of(8), "series/run.parquet", CONTENT_PARTIAL, 400000000, 0, NULL);
    world_at(w, 45 * WORLD_MINUTE + 2000);
}

/* A sweep in which most things that can go wrong have: 48 cases, the archive gone. */
static void many_problems(struct scene *c) {
    static char title[48][64];
    struct world *w = &c->world;
    char text[4096];
    size_t len = 0;
    scene_init(c, true);
    c->elapsed_ms = 26 * (int64_t)WORLD_HOUR;
    world_root(w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_root(w, ROOT_ARCHIVE, HEALTH_LIVE, NULL);
    for (int i = 0; i < 48; i++) {
        int temperature = 2000 + 500 * (i / 8), eps = 1 + i / 2 % 4, tau = 1 + i % 2;
        len += (size_t)snprintf(text + len, sizeof text - len, "%d 0.%d %d.5\n", temperature, eps, tau);
        snprintf(title[i], sizeof title[i], "T%d_eps0p%d_tau%dp5", temperature, eps, tau);
    }
    world_list(w, text);
    world_scan_begin(w, ROOT_BATCH);
    for (int i = 0; i < 20; i++) world_results(w, title[i], (1500 - 20 * i) * WORLD_MINUTE);
    for (int i = 20; i < 40; i++) world_running(w, title[i]);
    world_scan_end(w, ROOT_BATCH);
    world_scan_begin(w, ROOT_ARCHIVE);
    for (int i = 0; i < 4; i++) world_archived(w, title[i], (1500 - 20 * i) * WORLD_MINUTE);
    world_scan_end(w, ROOT_ARCHIVE);
    world_tick(w);
    world_at(w, 20 * WORLD_MINUTE);
    for (int i = 4; i < 7; i++) {
        world_file(w, ROOT_BATCH, title[i], "ARCHIVE_SKIPPED", CONTENT_WHOLE, 40, 0, "no space left on device");
    }
    for (int i = 20; i < 24; i++) world_config(w, ROOT_BATCH, title[i], 10 * WORLD_MINUTE, "EPS", "0.9");
    for (int i = 24; i < 27; i++) {
        struct fact exit = {.kind = FACT_EXIT, .root = ROOT_BATCH, .at = w->now, .place = title[i]};
        exit.u.exit.code = i == 26 ? 2 : 137;
        exit.u.exit.signal = i == 26 ? 0 : 9;
        exit.u.exit.source = "exec";
        table_apply(w->table, &exit);
    }
    world_tick(w);
    world_at(w, 40 * WORLD_MINUTE);
    for (int i = 34; i < 40; i++) {
        world_place(w, ROOT_BATCH, title[i]);
        world_file(w, ROOT_BATCH, title[i], "checks/mass_budget.csv", CONTENT_PARTIAL, 20000 + i, 1000, NULL);
    }
    world_tick(w);
    world_root(w, ROOT_ARCHIVE, HEALTH_HUNG, "readdir has not come back");
    world_at(w, 52 * WORLD_MINUTE);
}

static void golden_views(struct scene *c, const char *scene, int rows, int cols, bool utf8) {
    for (int v = 0; v < VIEW_COUNT; v++) {
        char name[64];
        c->ui.view = (enum ui_view)v;
        snprintf(name, sizeof name, "%s_%s", scene, view_name((enum ui_view)v));
        golden(c, name, rows, cols, utf8);
    }
    c->ui.view = VIEW_TABLE;
}

static void test_views(void **state) {
    (void)state;
    struct scene c;
    running_mix(&c);
    golden_views(&c, "running", 24, 80, true);
    golden_views(&c, "running", 10, 40, true);
    golden_views(&c, "running", 24, 80, false);
    for (int v = 0; v < VIEW_COUNT; v++) {
        char name[64];
        c.ui.view = (enum ui_view)v;
        snprintf(name, sizeof name, "running_%s", view_name((enum ui_view)v));
        golden_ja(&c, name, 24, 80);
    }
    scene_free(&c);
}

static void test_many_problems(void **state) {
    (void)state;
    struct scene c;
    many_problems(&c);
    golden_views(&c, "problems", 24, 80, true);
    golden_views(&c, "problems", 60, 200, true);
    c.ui.view = VIEW_PROBLEMS;
    golden_ja(&c, "problems_problems", 24, 80);
    golden_ja(&c, "problems_problems", 60, 200);
    golden(&c, "problems_problems", 10, 40, true);
    /* A cause unfolds where the cursor is, and keeps its place. */
    press(&c, 'j');
    for (int i = 0; i < 4; i++) press(&c, 'j');
    press(&c, UI_KEY_ENTER);
    golden(&c, "problems_unfolded", 24, 80, true);
    c.ui.view = VIEW_TABLE;
    for (int i = 0; i < 30; i++) press(&c, 'j');
    golden(&c, "problems_above", 24, 80, true);
    scene_free(&c);
}

/* Every view of a sweep that is not there yet, and of one that is over. */
static void test_views_at_the_ends(void **state) {
    (void)state;
    struct scene c;
    scene_init(&c, true);
    c.elapsed_ms = -1;
    world_root(&c.world, ROOT_BATCH, HEALTH_WAITING, NULL);
    world_tick(&c.world);
    golden_views(&c, "waiting", 10, 40, true);
    golden_ja(&c, "waiting", 24, 80);
    world_root(&c.world, ROOT_BATCH, HEALTH_LIVE, NULL);
    list_24(&c.world);
    world_tick(&c.world);
    golden_views(&c, "pending", 24, 80, true);
    world_scan_begin(&c.world, ROOT_BATCH);
    for (int i = 0; i < 24; i++) world_results(&c.world, title_of(i), (600 - 15 * i) * WORLD_MINUTE);
    world_scan_end(&c.world, ROOT_BATCH);
    world_scan_begin(&c.world, ROOT_ARCHIVE);
    for (int i = 0; i < 24; i++) world_archived(&c.world, title_of(i), (600 - 15 * i) * WORLD_MINUTE);
    world_scan_end(&c.world, ROOT_ARCHIVE);
    world_tick(&c.world);
    table_set_over(c.world.table, true, c.world.now);
    world_at(&c.world, 2000);
    golden_views(&c, "over", 24, 80, true);
    golden_ja(&c, "over", 24, 80);
    scene_free(&c);
}

static void type_text(struct scene *c, const char *text) {
    for (const char *s = text; *s; s++) press(c, (unsigned char)*s);
}

static void test_acting(void **state) {
    (void)state;
    struct scene c;
    running_mix(&c);
    press(&c, 'f');
    type_text(&c, "running T>=4000");
    golden(&c, "acting_filter_typed", 24, 80, true);
    type_text(&c, " x=1");
    golden(&c, "acting_filter_wrong", 24, 80, true);
    golden_ja(&c, "acting_filter_wrong", 24, 80);
    for (int i = 0; i < 4; i++) press(&c, UI_KEY_BACKSPACE);
    press(&c, UI_KEY_ENTER);
    press(&c, ' ');
    press(&c, ' ');
    press(&c, 'p');
    golden(&c, "acting_filter_marked_paused", 24, 80, true);
    golden(&c, "acting_filter_marked_paused", 10, 40, true);
    press(&c, 't');
    golden(&c, "acting_parameters", 24, 80, true);
    golden(&c, "acting_parameters", 60, 200, true);
    press(&c, UI_KEY_ESC);
    press(&c, '/');
    type_text(&c, "T6000");
    golden(&c, "acting_search", 24, 80, true);
    press(&c, UI_KEY_ENTER);
    press(&c, 'F');
    golden(&c, "acting_finalize", 24, 80, true);
    press(&c, 'n');
    press(&c, 'f');
    type_text(&c, "T=1");
    press(&c, UI_KEY_ENTER);
    golden(&c, "acting_filter_nothing", 24, 80, true);
    scene_free(&c);
}

/* Several batches, two with equal titles and equal names; one on another machine has lost its connection. */
static void test_several(void **state) {
    static const char *const paths[] = {"/data/a/20260101-0900__abc1234__seed0",
                                        "/data/b/20260101-0900__abc1234__seed0",
                                        "node17:/scratch/20260102-1000__abc1234__seed1"};
    (void)state;
    struct scene c[8];
    const struct table *table[8];
    running_mix(&c[0]);
    running_mix(&c[1]);
    many_problems(&c[2]);
    for (size_t i = 0; i < 3; i++) c[i].world.policy.label = paths[i];
    world_root(&c[2].world, ROOT_BATCH, HEALTH_STALE,
               "its command ended with exit code 255: ssh: connect to host node17");
    world_tick(&c[2].world);
    world_at(&c[1].world, c[2].world.now);
    world_at(&c[0].world, c[2].world.now);
    for (size_t i = 0; i < 3; i++) table[i] = c[i].world.table;
    const struct fleet fleet = {table, 3};
    c[0].fleet = &fleet;
    golden_views(&c[0], "several", 24, 80, true);
    golden_views(&c[0], "several", 10, 40, true);
    golden(&c[0], "several", 3, 20, true);
    golden_ja(&c[0], "several", 24, 80);
    press(&c[0], 'j');
    press(&c[0], 'j');
    press(&c[0], UI_KEY_ENTER);
    golden(&c[0], "several_detail", 24, 80, true);
    press(&c[0], UI_KEY_ESC);
    for (size_t i = 0; i < 3; i++) scene_free(&c[i]);
    /* As many as one still watches, most of them unwell. */
    for (size_t i = 0; i < 8; i++) {
        running_mix(&c[i]);
        c[i].world.policy.label = paths[i % 3];
        if (i > 1) world_root(&c[i].world, ROOT_ARCHIVE, i % 2 ? HEALTH_STALE : HEALTH_HUNG, "the drive is gone");
        world_tick(&c[i].world);
        table[i] = c[i].world.table;
    }
    const struct fleet eight = {table, 8};
    c[0].fleet = &eight;
    golden(&c[0], "eight", 24, 80, true);
    golden(&c[0], "eight", 10, 40, true);
    for (size_t i = 0; i < 8; i++) scene_free(&c[i]);
}

static void test_waiting(void **state) {
    (void)state;
    struct scene c;
    scene_init(&c, true);
    c.elapsed_ms = -1;
    world_root(&c.world, ROOT_BATCH, HEALTH_WAITING, NULL);
    world_root(&c.world, ROOT_ARCHIVE, HEALTH_LIVE, NULL);
    world_tick(&c.world);
    golden_sizes(&c, "waiting");
    scene_free(&c);
}

static void test_no_list(void **state) {
    (void)state;
    struct scene c;
    scene_init(&c, false);
    world_root(&c.world, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_scan_begin(&c.world, ROOT_BATCH);
    world_scan_end(&c.world, ROOT_BATCH);
    world_tick(&c.world);
    golden(&c, "no_list", 24, 80, true);
    world_list(&c.world, "# nothing yet\n");
    world_tick(&c.world);
    golden(&c, "empty_list", 24, 80, true);
    scene_free(&c);
}

static void test_running(void **state) {
    (void)state;
    struct scene c;
    running_mix(&c);
    golden_sizes(&c, "running");
    golden(&c, "running", 30, 120, true);
    golden_styles(&c, "running", 24, 80);
    golden(&c, "running", 3, 20, true);
    press(&c, 's');
    press(&c, 'S');
    c.message = "Report written to checks/sweep_completeness.csv";
    golden(&c, "running_title_reversed", 24, 80, true);
    scene_free(&c);
}

/* Everything that ran is silent, and the machine has nothing to do. */
static void test_all_silent(void **state) {
    (void)state;
    struct scene c;
    const struct fact_machine m = {.load = 9, .processors = 16, .swap_total = -1};
    running_mix(&c);
    world_at(&c.world, 95 * WORLD_MINUTE);
    world_machine(&c.world, &m);
    c.ui.view = VIEW_PROBLEMS;
    golden(&c, "silent_problems", 24, 80, true);
    golden(&c, "silent_problems", 10, 40, true);
    golden_ja(&c, "silent_problems", 24, 80);
    c.ui.view = VIEW_TABLE;
    golden(&c, "silent", 60, 200, true);
    scene_free(&c);
}

#define GB INT64_C(1000000000)

static void test_machine(void **state) {
    (void)state;
    struct scene c;
    struct fact_machine m = {.load = 312,
                             .processors = 16,
                             .memory_total = 64 * GB,
                             .memory_available = 41 * GB,
                             .swap_total = 8 * GB,
                             .swap_used = 0};
    running_mix(&c);
    world_machine(&c.world, &m);
    golden_sizes(&c, "machine");
    golden_ja(&c, "machine", 24, 80);
    golden(&c, "machine", 24, 60, true);
    m = (struct fact_machine){.load = 9155,
                              .processors = 16,
                              .memory_total = 64 * GB,
                              .memory_available = 9 * GB / 8,
                              .swap_total = 8 * GB,
                              .swap_used = 7 * GB};
    world_machine(&c.world, &m);
    golden(&c, "machine_short", 24, 80, true);
    golden(&c, "machine_short", 24, 60, true);
    golden_styles(&c, "machine_short", 24, 60);
    scene_free(&c);
}

static void test_archive_stale(void **state) {
    (void)state;
    struct scene c;
    running_mix(&c);
    world_root(&c.world, ROOT_ARCHIVE, HEALTH_STALE, "the drive is gone");
    world_at(&c.world, 50 * WORLD_MINUTE);
    golden_sizes(&c, "archive_stale");
    world_root(&c.world, ROOT_ARCHIVE, HEALTH_RELEASED, NULL); /* taken out on purpose */
    golden(&c, "archive_released", 24, 80, true);
    golden(&c, "archive_released", 10, 40, true);
    c.ui.language = LANGUAGE_JAPANESE;
    golden(&c, "archive_released", 24, 80, true);
    scene_free(&c);
}

static void test_finished(void **state) {
    (void)state;
    struct scene c;
    scene_init(&c, true);
    struct world *w = &c.world;
    c.elapsed_ms = 27 * WORLD_HOUR;
    world_root(w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_root(w, ROOT_ARCHIVE, HEALTH_LIVE, NULL);
    list_24(w);
    world_scan_begin(w, ROOT_BATCH);
    for (int i = 0; i < 22; i++) world_results(w, title_of(i), (600 - 15 * i) * WORLD_MINUTE);
    world_scan_end(w, ROOT_BATCH);
    world_scan_begin(w, ROOT_ARCHIVE);
    for (int i = 0; i < 21; i++) world_archived(w, title_of(i), (600 - 15 * i) * WORLD_MINUTE);
    world_scan_end(w, ROOT_ARCHIVE);
    world_tick(w);
    table_set_over(w->table, true, w->now);
    world_at(w, 5 * WORLD_MINUTE);
    golden_sizes(&c, "finished_problems");

    for (int i = 22; i < 24; i++) world_results(w, title_of(i), 2 * WORLD_MINUTE);
    for (int i = 21; i < 24; i++)
        world_archived(w, title_of(i), i == 21 ? 285 * WORLD_MINUTE + 5 * WORLD_MINUTE : 2 * WORLD_MINUTE);
    world_at(w, 10 * WORLD_MINUTE);
    golden_sizes(&c, "finished_complete");

    table_expect_pass(w->table); /* and nothing is looked at any more */
    world_at(w, 11 * WORLD_MINUTE);
    golden(&c, "finished_unverified", 24, 80, true);
    golden(&c, "finished_unverified", 10, 40, true);
    scene_free(&c);
}

static void test_ten_thousand(void **state) {
    (void)state;
    struct scene c;
    scene_init(&c, false);
    struct world *w = &c.world;
    char *text = malloc(10000 * 24), title[64];
    assert_non_null(text);
    size_t len = 0;
    for (int i = 0; i < 10000; i++) len += (size_t)snprintf(text + len, 24, "%d 0.1 %d\n", 1000 + i / 10, 1 + i % 10);
    world_root(w, ROOT_BATCH, HEALTH_DEGRADED, "24,000 of 31,000 directories are watched, the rest is polled");
    world_list(w, text);
    free(text);
    world_scan_begin(w, ROOT_BATCH);
    for (int i = 0; i < 6000; i++) {
        snprintf(title, sizeof title, "T%d_eps0p1_tau%d", 1000 + i / 10, 1 + i % 10);
        world_results(w, title, 500 * WORLD_MINUTE - i * 5000);
    }
    for (int i = 6000; i < 6064; i++) {
        snprintf(title, sizeof title, "T%d_eps0p1_tau%d", 1000 + i / 10, 1 + i % 10);
        world_running(w, title);
    }
    world_scan_end(w, ROOT_BATCH);
    world_tick(w);
    c.elapsed_ms = 9 * 24 * (int64_t)WORLD_HOUR;
    golden_sizes(&c, "ten_thousand");
    press(&c, UI_KEY_END);
    golden(&c, "ten_thousand_end", 24, 80, true);
    golden_views(&c, "ten_thousand", 24, 80, true);
    c.ui.view = VIEW_GRID;
    golden(&c, "ten_thousand_grid", 60, 200, true);
    /* What needs a person is said where the window of the grid does not show it. */
    world_file(w, ROOT_BATCH, "T1001_eps0p1_tau3", "run_config.json", CONTENT_NOT_A_FILE, 0, 0, NULL);
    table_set_over(w->table, true, w->now);
    world_tick(w);
    golden(&c, "ten_thousand_grid_outside", 24, 80, true);
    scene_free(&c);
}

static void test_hostile(void **state) {
    (void)state;
    struct scene c;
    scene_init(&c, false);
    struct world *w = &c.world;
    w->policy.discover = true;
    w->policy.batch_path = "/data/\x1b[31mred\x1b]0;title\x07/\xe2\x80\xaereversed/\xff\xfe";
    c.elapsed_ms = 1000;
    world_root(w, ROOT_BATCH, HEALTH_DEGRADED,
               "\x1b[2Jreason\r\n\xc2\x9b"
               "31m");
    char wide[1024] = "T1_eps0p1_tau";
    for (int i = 0; i < 200; i++) strcat(wide, "\xe8\xa1\xa8"); /* 200 times U+8868, two cells each */
    const char *names[] = {wide,
                           "T2_eps\x1b[31mred\x1b]0;owned\x07",
                           "T3_bad\xff\xc0\x80\xed\xa0\x80utf8",
                           "T4_e\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85marks",
                           "T5_\xe2\x80\xae"
                           "gnp.exe\xe2\x80\x8b",
                           "T6_new\nline\ttab\r"};
    world_scan_begin(w, ROOT_BATCH);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        world_place(w, ROOT_BATCH, names[i]);
        world_file(w, ROOT_BATCH, names[i], "run_config.json", CONTENT_UNREADABLE, 10, 0, "\x1b]52;c;AAAA\x07note");
    }
    world_scan_end(w, ROOT_BATCH);
    world_tick(w);
    c.message = NULL;
    golden_sizes(&c, "hostile");
    press(&c, UI_KEY_ENTER);
    golden(&c, "hostile_detail", 24, 80, true);
    press(&c, UI_KEY_ESC);
    c.message = "could not write \x1b[2J\x07x";
    golden(&c, "hostile_message", 10, 40, true);
    scene_free(&c);
}

static void test_help(void **state) {
    (void)state;
    struct scene c;
    running_mix(&c);
    press(&c, '?');
    golden_sizes(&c, "help");
    golden_ja(&c, "help", 60, 200);
    golden_ja(&c, "help", 24, 80);
    for (int v = VIEW_GRID; v < VIEW_COUNT; v++) {
        char name[64];
        c.ui.view = (enum ui_view)v;
        snprintf(name, sizeof name, "help_%s", view_name((enum ui_view)v));
        golden(&c, name, 24, 80, true);
    }
    c.ui.view = VIEW_TABLE;
    press(&c, UI_KEY_PAGE_DOWN);
    golden(&c, "help_scrolled", 24, 80, true);
    scene_free(&c);
}

static void test_detail(void **state) {
    (void)state;
    struct scene c;
    running_mix(&c);
    press(&c, UI_KEY_ENTER);
    golden_sizes(&c, "detail_failed");
    golden_ja(&c, "detail_failed", 24, 80);
    press(&c, 'j');
    golden(&c, "detail_second", 24, 80, true);
    golden(&c, "detail_second", 60, 200, true);
    for (int i = 0; i < 3; i++) press(&c, UI_KEY_PAGE_DOWN);
    golden(&c, "detail_scrolled", 24, 80, true);
    press(&c, 'j');
    press(&c, 'j');
    golden(&c, "detail_mismatch", 24, 80, true);
    press(&c, UI_KEY_END);
    golden(&c, "detail_complete", 60, 200, true);
    /* What a copy repeats is said once. */
    world_config(&c.world, ROOT_ARCHIVE, title_of(10), 10 * WORLD_MINUTE, "EPS", "0.1");
    world_place(&c.world, ROOT_ARCHIVE, title_of(10));
    world_tick(&c.world);
    press(&c, UI_KEY_HOME);
    for (int i = 0; i < 3; i++) press(&c, 'j');
    press(&c, UI_KEY_PAGE_DOWN);
    golden(&c, "detail_mismatch_copied", 24, 80, true);
    scene_free(&c);
}

/* What only a close look tells: the log, who has a file open; and what footers and the record of its end say. */
static void test_detail_closeup(void **state) {
    (void)state;
    static struct closeup closeup;
    struct scene c;
    running_mix(&c);
    struct world *w = &c.world;
    closeup.log = (struct log_tail){.name = "logs/run_\x1b[31m.log", .size = 48211, .n_lines = 4};
    closeup.log.mtime_ns = (world_wall(w) - 35 * WORLD_MINUTE) * 1000000;
    static const char *const lines[] = {
        "step 48100 t=1.92e+07 s dt=400 s",
        "Traceback (most recent call last):", "  File \"/home/a/\xe7\xb2\x92\xe5\xad\x90/run.py\", line 812, in step",
        "MemoryError: Unable to allocate 3.81 GiB for an array with shape (512, 1000000) "
        "and data type float64 \x1b]0;owned\x07 in the bin of the smallest grains"};
    for (int i = 0; i < 4; i++) snprintf(closeup.log.line[i], sizeof closeup.log.line[i], "%s", lines[i]);
    closeup.n_users = 2;
    closeup.user[0] = (struct closeup_user){ROOT_BATCH, 0, "python3 (4711)"};
    closeup.user[1] = (struct closeup_user){ROOT_BATCH, 0, "rsync (4802)"};
    const struct profile *p = table_profile(w->table);
    closeup.user[0].artifact = closeup.user[1].artifact = (uint8_t)profile_artifact_index(p, "checks/mass_budget.csv");
    world_progress(w, ROOT_BATCH, title_of(12), -1, 120000, 12, 1.92e7);
    struct fact exit = {.kind = FACT_EXIT, .root = ROOT_BATCH, .at = w->now, .place = title_of(12)};
    exit.u.exit = (struct fact_exit){.code = 137,
                                     .signal = 9,
                                     .source = "exec",
                                     .host = "node7",
                                     .pid = 4711,
                                     .start_ms = world_wall(w) - 60 * WORLD_MINUTE,
                                     .end_ms = world_wall(w) - 35 * WORLD_MINUTE,
                                     .written_ms = world_wall(w),
                                     .peak_bytes = INT64_C(64) << 30,
                                     .attempt = 2,
                                     .previous = 3};
    table_apply(w->table, &exit);
    world_file(w, ROOT_BATCH, title_of(12), "series/run.parquet", CONTENT_WHOLE, 91234567, 36 * WORLD_MINUTE, NULL);
    world_tick(w);
    press(&c, UI_KEY_ENTER);
    c.closeup = &closeup;
    golden_sizes(&c, "closeup");
    golden(&c, "closeup", 34, 130, true);
    golden_ja(&c, "closeup", 34, 130);
    for (int i = 0; i < 9; i++) press(&c, UI_KEY_PAGE_DOWN);
    golden(&c, "closeup_end", 24, 80, true);
    scene_free(&c);
}

/* The smallest screens must not write outside the grid; the sanitizers watch. */
static void test_any_size(void **state) {
    (void)state;
    struct scene c;
    running_mix(&c);
    for (int look = 0; look < 3 * VIEW_COUNT; look++) {
        int open = look / VIEW_COUNT;
        c.ui.view = (enum ui_view)(look % VIEW_COUNT);
        c.ui.detail_open = open == 1;
        c.ui.help_open = open == 2;
        for (int rows = 1; rows <= 30; rows += 1 + rows / 12) {
            for (int cols = 1; cols <= 90; cols += 1 + cols / 8) {
                struct screen *s = screen_new(rows, cols, true);
                draw(&c, s);
                char *text = screen_dump(s);
                assert_true(strlen(text) >= (size_t)rows);
                free(text);
                screen_free(s);
            }
        }
    }
    scene_free(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waiting),
        cmocka_unit_test(test_no_list),
        cmocka_unit_test(test_running),
        cmocka_unit_test(test_machine),
        cmocka_unit_test(test_all_silent),
        cmocka_unit_test(test_archive_stale),
        cmocka_unit_test(test_finished),
        cmocka_unit_test(test_ten_thousand),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_help),
        cmocka_unit_test(test_detail),
        cmocka_unit_test(test_any_size),
        cmocka_unit_test(test_views),
        cmocka_unit_test(test_many_problems),
        cmocka_unit_test(test_views_at_the_ends),
        cmocka_unit_test(test_acting),
        cmocka_unit_test(test_detail_closeup),
        cmocka_unit_test(test_several),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
