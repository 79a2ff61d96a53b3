/* Lines of events on real files: whole and once whatever the drive does. A full drive is a limit of the file's size. */
#include "app/event_stream.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    uv_loop_t loop;
    char dir[64], path[128], said[8192];
};

static int setup(void **state) {
    struct place *p = calloc(1, sizeof *p);
    strcpy(p->dir, "/tmp/sweepwatch-events.XXXXXX");
    if (!p || !mkdtemp(p->dir) || uv_loop_init(&p->loop) != 0) return -1;
    snprintf(p->path, sizeof p->path, "%s/events.jsonl", p->dir);
    signal(SIGXFSZ, SIG_IGN);
    *state = p;
    return 0;
}

static int teardown(void **state) {
    struct place *p = *state;
    char command[128];
    assert_int_equal(uv_loop_close(&p->loop), 0);
    snprintf(command, sizeof command, "rm -rf %s", p->dir);
    int code = system(command);
    free(p);
    return code;
}

static void say(void *ctx, const char *text) {
    struct place *p = ctx;
    size_t used = strlen(p->said);
    snprintf(p->said + used, sizeof p->said - used, "%s\n", text);
}

static struct event_stream *open_it(struct place *p) { return event_stream_open(&p->loop, p->path, say, p); }

static void turn_until_idle(struct place *p, struct event_stream *s) {
    while (event_stream_busy(s)) uv_run(&p->loop, UV_RUN_ONCE);
}

static void put(struct event_stream *s, const char *text) { event_stream_put(s, text, strlen(text)); }

static void end(struct place *p, struct event_stream *s, size_t unwritten) {
    int err;
    event_stream_end(s);
    turn_until_idle(p, s);
    assert_int_equal(event_stream_unwritten(s, &err), unwritten);
    event_stream_close(s);
    uv_run(&p->loop, UV_RUN_DEFAULT);
}

static void assert_text(const char *path, const char *expected) {
    char text[4096];
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = '\0';
    assert_string_equal(text, expected);
}

static void write_text(const char *path, const char *text) {
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fputs(text, f) < 0, 0);
    assert_int_equal(fclose(f), 0);
}

static void limit_files(rlim_t bytes) {
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void test_appends(void **state) {
    struct place *p = *state;
    write_text(p->path, "before\n");
    struct event_stream *s = open_it(p);
    put(s, "one\n");
    put(s, "two\n");
    turn_until_idle(p, s);
    put(s, "three\n");
    end(p, s, 0);
    assert_text(p->path, "before\none\ntwo\nthree\n");
    assert_string_equal(p->said, "");
}

static void test_half_line_of_a_crash(void **state) {
    struct place *p = *state;
    write_text(p->path, "whole\n{\"ha");
    struct event_stream *s = open_it(p);
    put(s, "one\n");
    end(p, s, 0);
    assert_text(p->path, "whole\n{\"ha\none\n");
}

/* Ten lines of ten bytes, room for 35: three stand there, none by half; then there is room again. */
static void test_full_drive(void **state) {
    struct place *p = *state;
    struct event_stream *s = open_it(p);
    put(s, "line    0\n"); /* in the pool's hands at once; the others go together */
    for (int i = 1; i < 10; i++) {
        char line[16];
        snprintf(line, sizeof line, "line %4d\n", i);
        put(s, line);
    }
    limit_files(35);
    turn_until_idle(p, s);
    limit_files(RLIM_INFINITY);
    assert_text(p->path, "line    0\nline    1\nline    2\n");
    assert_non_null(strstr(p->said, "they are kept and tried again"));
    end(p, s, 0);
    assert_text(p->path, "line    0\nline    1\nline    2\nline    3\nline    4\nline    5\nline    6\nline    7\n"
                         "line    8\nline    9\n");
}

static void test_still_full_at_the_end(void **state) {
    struct place *p = *state;
    struct event_stream *s = open_it(p);
    limit_files(12);
    put(s, "line    0\n");
    put(s, "line    1\n");
    put(s, "line    2\n");
    end(p, s, 2);
    limit_files(RLIM_INFINITY);
    assert_text(p->path, "line    0\n");
}

static void test_no_directory(void **state) {
    struct place *p = *state;
    char later[160];
    snprintf(p->path, sizeof p->path, "%s/later/events.jsonl", p->dir);
    snprintf(later, sizeof later, "%s/later", p->dir);
    struct event_stream *s = open_it(p);
    put(s, "one\n");
    turn_until_idle(p, s);
    put(s, "two\n");
    assert_non_null(strstr(p->said, "no such file or directory"));
    assert_int_equal(mkdir(later, 0777), 0);
    end(p, s, 0);
    assert_text(p->path, "one\ntwo\n");
}

static void test_moved_away(void **state) {
    struct place *p = *state;
    char old[160];
    snprintf(old, sizeof old, "%s.1", p->path);
    struct event_stream *s = open_it(p);
    put(s, "one\n");
    turn_until_idle(p, s);
    assert_int_equal(rename(p->path, old), 0);
    put(s, "two\n");
    end(p, s, 0);
    assert_text(old, "one\n");
    assert_text(p->path, "two\n");
}

/* A pipe that nobody reads is no reason to wait. */
static void test_named_pipe(void **state) {
    struct place *p = *state;
    char text[32];
    assert_int_equal(mkfifo(p->path, 0666), 0);
    struct event_stream *s = open_it(p);
    put(s, "one\n");
    turn_until_idle(p, s);
    assert_non_null(strstr(p->said, "cannot be written"));
    int reader = open(p->path, O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    put(s, "two\n");
    end(p, s, 0);
    ssize_t n = read(reader, text, sizeof text);
    close(reader);
    assert_int_equal(n, 8);
    assert_memory_equal(text, "one\ntwo\n", 8);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_appends, setup, teardown),
        cmocka_unit_test_setup_teardown(test_half_line_of_a_crash, setup, teardown),
        cmocka_unit_test_setup_teardown(test_full_drive, setup, teardown),
        cmocka_unit_test_setup_teardown(test_still_full_at_the_end, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_directory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_moved_away, setup, teardown),
        cmocka_unit_test_setup_teardown(test_named_pipe, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
