/* demo: a simulated sweep in a temporary directory, written by a child process, watched by the ordinary watch. */
#include "app/commands.h"
#include "app/demo_writer.h"
#include "app/session.h"
#include "platform/keeper.h"
#include "platform/paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { PATH_BYTES = 4096 };

static const char *scenario_of(const struct options *o) { return o->scenario ? o->scenario : "mixed"; }

static bool writer_options(const struct options *o, struct demo_options *d) {
    memset(d, 0, sizeof *d);
    int scenario = demo_scenario_from_word(scenario_of(o));
    if (scenario < 0) {
        session_say("--scenario '%s' is not known; write mixed, clean or storm", scenario_of(o));
        return false;
    }
    d->scenario = (enum demo_scenario)scenario;
    d->cases = o->cases;
    d->speed = o->speed;
    d->seed = o->seed ? o->seed : 1;
    if (demo_case_count(d) == 0) {
        session_say("--cases %d is not possible: %s needs at least %d and at most %d", o->cases, scenario_of(o),
                    scenario == DEMO_MIXED ? DEMO_MIXED_MIN_CASES : 1, DEMO_MAX_CASES);
        return false;
    }
    return true;
}

int command_demo_writer(const struct options *o) {
    struct demo_options d;
    if (!o->batch_dir || !writer_options(o, &d)) return EXIT_USAGE;
    d.batch_dir = o->batch_dir;
    d.archive_dir = o->archive_dir;
    d.stdin_leash = true;
    int err = demo_writer_run(&d);
    if (err < 0 && err != UV_ECANCELED) session_say("the demo's sweep could not be written: %s", uv_strerror(err));
    return err < 0 ? EXIT_IO : EXIT_DONE;
}

static int make_directory(char out[PATH_BYTES]) {
    uv_fs_t req;
    char pattern[PATH_BYTES];
    size_t size = PATH_BYTES - 32;
    int err = uv_os_tmpdir(pattern, &size);
    if (err < 0) return err;
    snprintf(pattern + size, 32, "%csweepwatch-demo-XXXXXX", path_separator());
    err = uv_fs_mkdtemp(NULL, &req, pattern, NULL);
    if (err >= 0) snprintf(out, PATH_BYTES, "%s", req.path);
    uv_fs_req_cleanup(&req);
    return err;
}

static void on_writer_exit(uv_process_t *process, int64_t status, int signum) {
    (void)status;
    (void)signum;
    uv_close((uv_handle_t *)process, NULL);
}

struct writer {
    uv_loop_t loop;
    uv_process_t process;
    uv_pipe_t leash; /* closed: the writer stops */
};

static int start_writer(struct writer *w, const struct options *o, const char *batch, const char *archive) {
    char exe[PATH_BYTES], cases[32], speed[32], seed[32];
    size_t size = sizeof exe;
    int err = uv_exepath(exe, &size);
    if (err < 0) return err;
    snprintf(cases, sizeof cases, "%d", o->cases);
    snprintf(speed, sizeof speed, "%.6f", o->speed);
    for (char *c = speed; *c; c++) {
        if (*c == ',') *c = '.';
    }
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)o->seed);
    char *args[] = {exe,
                    "demo-writer",
                    "--batch-dir",
                    (char *)(uintptr_t)batch,
                    "--archive-dir",
                    (char *)(uintptr_t)archive,
                    "--scenario",
                    (char *)(uintptr_t)scenario_of(o),
                    "--speed",
                    speed,
                    "--seed",
                    seed,
                    o->cases ? "--cases" : NULL,
                    cases,
                    NULL};
    uv_stdio_container_t stdio[3] = {
        {.flags = UV_CREATE_PIPE | UV_READABLE_PIPE, .data.stream = (uv_stream_t *)&w->leash},
        {.flags = UV_IGNORE},
        {.flags = UV_INHERIT_FD, .data.fd = 2}};
    uv_process_options_t p = {.file = exe, .args = args, .stdio = stdio, .stdio_count = 3, .exit_cb = on_writer_exit};
    p.flags = UV_PROCESS_DETACHED; /* Ctrl+C is the monitor's; the leash ends the writer with it */
    uv_loop_init(&w->loop);
    uv_pipe_init(&w->loop, &w->leash, 0);
    return uv_spawn(&w->loop, &w->process, &p);
}

static int demo_here(const struct options *o) {
    struct demo_options d;
    struct writer w;
    char dir[PATH_BYTES], batch[PATH_BYTES + 64], archive[PATH_BYTES + 16];
    if (!writer_options(o, &d) || session_check_filter(o, profile_builtin()) != 0) return EXIT_USAGE;
    int err = make_directory(dir);
    if (err < 0) {
        session_say("no temporary directory for the demo: %s", uv_strerror(err));
        return EXIT_IO;
    }
    snprintf(batch, sizeof batch, "%s%cdemo%c20260101-090000__0a1b2c3__seed%llu", dir, path_separator(),
             path_separator(), (unsigned long long)d.seed);
    snprintf(archive, sizeof archive, "%s%carchive", dir, path_separator());
    err = start_writer(&w, o, batch, archive);
    if (err < 0) {
        session_say("the demo's writer could not be started: %s", uv_strerror(err));
        return EXIT_IO;
    }
    struct options watch = *o;
    watch.command = CMD_WATCH;
    watch.batch_dir = batch;
    watch.archive_dir = archive;
    watch.pid = w.process.pid;
    /* A minute stands for days here. */
    if (watch.stall_after_ms == 0) watch.stall_after_ms = o->speed > 0 ? (int64_t)(8000 / o->speed) : 8000;
    if (watch.settle_ms == 0) watch.settle_ms = 5000;
    int code = watch_here(&watch);
    uv_close((uv_handle_t *)&w.leash, NULL);
    uv_run(&w.loop, UV_RUN_DEFAULT);
    uv_loop_close(&w.loop);
    fprintf(stderr, "sweepwatch: the demo's batch, with its report under checks: %s\n", batch);
    return code;
}

static int demo_apart(const void *options) { return demo_here(options); }

int command_demo(const struct options *o) { return keeper_run(demo_apart, o); }
