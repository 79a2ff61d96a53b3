/* A root whose scanner is a process: played by a shell script that says what a scanner would, so that it can be slow,
 * hang, die and talk nonsense when the test wants it; and the thread that scans, with a batch on the disk. */
#include "watch/root.h"
#include "watch/root_thread.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { DEADLINE_MS = 30000, MAX_SEEN = 4096 };

#define SAY_HELLO "echo 'sweepwatch-facts 1'; echo 'hello at=1000000 version=0';"
#define SAY_LIVE "echo 'root archive live at=1000000 since=1000000 settle=3000 poll=5000 id=abc';"
/* What is said on stdin goes to DIR/commands.N, N: how many were started before. */
#define SCRIPT                                                                                                         \
    "exec 3<&0; n=$(ls \"$1\" | grep -c commands); : >\"$1/commands.$n\"; cat <&3 >>\"$1/commands.$n\" & trap 'kill "  \
    "$!' EXIT;" SAY_HELLO

struct seen {
    enum fact_kind kind;
    enum root_health health;
    uint32_t generation;
    int64_t at, since;
    bool learned;
    char words[256]; /* reason, or place */
};

struct fixture {
    uv_loop_t loop;
    uv_timer_t nap;
    struct root_worker *worker;
    struct seen seen[MAX_SEEN];
    size_t n;
    char dir[64];
};

static int64_t mono_now(void) { return (int64_t)(uv_hrtime() / 1000000); }

static void on_facts(void *ctx, struct fact_batch *b) {
    struct fixture *x = ctx;
    for (size_t i = 0; i < fact_batch_count(b) && x->n < MAX_SEEN; i++) {
        const struct fact *f = fact_batch_at(b, i);
        struct seen *s = &x->seen[x->n++];
        const char *words = f->place ? f->place : "";
        *s = (struct seen){.kind = f->kind, .at = f->at};
        if (f->kind == FACT_ROOT) {
            s->health = f->u.root_state.health;
            s->since = f->u.root_state.since;
            s->learned = f->u.root_state.learned;
            words = f->u.root_state.reason ? f->u.root_state.reason : "";
        }
        if (f->kind == FACT_SCAN_BEGIN || f->kind == FACT_SCAN_END) s->generation = f->u.scan.generation;
        snprintf(s->words, sizeof s->words, "%s", words);
    }
    fact_batch_free(b);
}

static void on_nap(uv_timer_t *timer) { (void)timer; }

static const char *profile_text; /* told to what is started */

static char *list_text(void *ctx, size_t *len) {
    *len = strlen(ctx);
    return strdup(ctx);
}

static struct fixture *begin(const char *const *argv) {
    struct fixture *x = calloc(1, sizeof *x);
    assert_non_null(x);
    strcpy(x->dir, "/tmp/sweepwatch-root-XXXXXX");
    assert_non_null(mkdtemp(x->dir));
    assert_int_equal(uv_loop_init(&x->loop), 0);
    uv_timer_init(&x->loop, &x->nap);
    uv_timer_start(&x->nap, on_nap, 20, 20);
    const char *own[8] = {0};
    for (size_t i = 0; argv[i]; i++) own[i] = strcmp(argv[i], "DIR") == 0 ? x->dir : argv[i];
    struct root_options o = {.profile = profile_builtin(),
                             .root = ROOT_ARCHIVE,
                             .path = "/archive",
                             .learned = true,
                             .argv = own,
                             .profile_text = profile_text,
                             .slow_ms = 300,
                             .hung_ms = 900,
                             .kill_ms = 2000};
    assert_int_equal(root_open(&x->loop, &o, on_facts, x, &x->worker), 0);
    return x;
}

static struct fixture *begin_script(const char *script) {
    const char *const argv[] = {"/bin/sh", "-c", script, "sh", "DIR", NULL};
    return begin(argv);
}

static void close_handle(uv_handle_t *handle, void *arg) {
    (void)arg;
    if (!uv_is_closing(handle)) uv_close(handle, NULL);
}

static void end(struct fixture *x) {
    char command[128];
    assert_true(root_close(x->worker, 5000));
    uv_walk(&x->loop, close_handle, NULL);
    uv_run(&x->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&x->loop), 0);
    snprintf(command, sizeof command, "rm -r %s", x->dir);
    assert_int_equal(system(command), 0);
    free(x);
}

/* The first fact from *from on that is of that kind and says that; *from: after it. */
static const struct seen *wait_for(struct fixture *x, size_t *from, enum fact_kind kind, int health,
                                   const char *words) {
    int64_t deadline = mono_now() + DEADLINE_MS;
    for (;;) {
        while (*from < x->n) {
            const struct seen *s = &x->seen[(*from)++];
            if (s->kind != kind || (kind == FACT_ROOT && (int)s->health != health)) continue;
            if (strstr(s->words, words)) return s;
        }
        if (mono_now() > deadline) fail_msg("no fact of kind %d, health %d with '%s'", (int)kind, health, words);
        uv_run(&x->loop, UV_RUN_ONCE);
    }
}

static bool commands_hold(struct fixture *x, int process, const char *const *lines) {
    char path[128], line[256];
    snprintf(path, sizeof path, "%s/commands.%d", x->dir, process);
    FILE *f = fopen(path, "r");
    size_t i = 0;
    while (f && lines[i] && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        if (strcmp(line, lines[i]) == 0) i++;
    }
    if (f) fclose(f);
    return !lines[i];
}

/* These lines, in this order, others may be between. */
static void wait_for_commands(struct fixture *x, int process, const char *const *lines) {
    int64_t deadline = mono_now() + DEADLINE_MS;
    while (!commands_hold(x, process, lines)) {
        if (mono_now() > deadline) fail_msg("process %d was not told all, beginning with '%s'", process, lines[0]);
        uv_run(&x->loop, UV_RUN_ONCE);
    }
}

static void test_times_are_the_owners(void **state) {
    struct fixture *x = begin_script(SCRIPT SAY_LIVE "wait");
    size_t from = 0;
    (void)state;
    const struct seen *s = wait_for(x, &from, FACT_ROOT, HEALTH_LIVE, "");
    assert_true(s->learned);
    assert_in_range((uintmax_t)(mono_now() - s->at), 0, 5000);
    assert_true(s->since == s->at);
    end(x);
}

static void test_a_hanging_operation_is_named(void **state) {
    struct fixture *x = begin_script(
        SCRIPT SAY_LIVE
        "i=1000000; until [ -e \"$1/heal\" ]; do echo \"beat at=$i operation=stat since=1000000 path=T1%20a/x\";"
        " i=$((i + 100)); sleep 0.1; done; echo \"beat at=$i\"; wait");
    static const char *const again[] = {"pass", "pass", NULL};
    size_t from = 0;
    char path[128];
    (void)state;
    wait_for(x, &from, FACT_ROOT, HEALTH_LIVE, "slow: stat of T1 a/x for 0 s");
    const struct seen *s = wait_for(x, &from, FACT_ROOT, HEALTH_HUNG, "stat of T1 a/x for ");
    assert_true(mono_now() - s->since >= 900);
    snprintf(path, sizeof path, "%s/heal", x->dir);
    fclose(fopen(path, "w"));
    s = wait_for(x, &from, FACT_ROOT, HEALTH_LIVE, "");
    assert_string_equal(s->words, "");
    wait_for_commands(x, 0, again); /* everything is looked at again */
    end(x);
}

/* One that said it rests is not missed before its time; what it does then is watched as ever. */
static void test_a_scanner_that_rests(void **state) {
    struct fixture *x = begin_script(
        SCRIPT SAY_LIVE "echo 'beat at=1000000 next=2000'; until [ -e \"$1/go\" ]; do sleep 0.05; done;"
                        "echo 'beat at=1000000 operation=stat since=1000000 path=T1';"
                        "until [ -e \"$1/rest\" ]; do sleep 0.05; done; echo 'beat at=1000000 next=1000'; wait");
    size_t from = 0, first;
    char path[128];
    (void)state;
    wait_for(x, &from, FACT_ROOT, HEALTH_LIVE, "");
    first = x->n;
    for (int64_t until = mono_now() + 1200; mono_now() < until;) uv_run(&x->loop, UV_RUN_ONCE);
    assert_int_equal(x->n, first); /* neither slow nor hung */
    snprintf(path, sizeof path, "%s/go", x->dir);
    fclose(fopen(path, "w"));
    wait_for(x, &from, FACT_ROOT, HEALTH_LIVE, "slow: stat of T1 for ");
    snprintf(path, sizeof path, "%s/rest", x->dir);
    fclose(fopen(path, "w"));
    int64_t rested = mono_now();
    wait_for(x, &from, FACT_ROOT, HEALTH_HUNG, "no sign of its scanner for ");
    assert_true(mono_now() - rested >= 1000 + 900);
    end(x);
}

/* ---- the thread, of a batch on the disk ---- */

static int roused;

static void on_roused(void *ctx) {
    (void)ctx;
    roused++;
}

static void turn_until_rest(struct fixture *x, struct root_thread *t) {
    int64_t deadline = mono_now() + DEADLINE_MS, until;
    while (!root_thread_rests(t, on_roused, &until)) {
        assert_true(mono_now() < deadline);
        uv_run(&x->loop, UV_RUN_ONCE);
    }
    assert_true(until > mono_now() - 1000);
}

static void write_there(const struct fixture *x, const char *name, const char *text) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", x->dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void test_what_a_batch_says_is_heard(void **state) {
    struct fixture *x = calloc(1, sizeof *x);
    struct root_thread *t;
    char path[128];
    size_t from = 0;
    (void)state;
    strcpy(x->dir, "/tmp/sweepwatch-root-XXXXXX");
    assert_non_null(mkdtemp(x->dir));
    assert_int_equal(uv_loop_init(&x->loop), 0);
    uv_timer_init(&x->loop, &x->nap);
    uv_timer_start(&x->nap, on_nap, 20, 20);
    struct root_options o = {.profile = profile_builtin(), .root = ROOT_BATCH, .path = x->dir};
    assert_int_equal(root_thread_open(&x->loop, &o, false, on_facts, x, &t), 0);
    wait_for(x, &from, FACT_SCAN_END, 0, "");
    turn_until_rest(x, t);
    roused = 0;
    snprintf(path, sizeof path, "%s/checks", x->dir);
    assert_int_equal(mkdir(path, 0777), 0);
    snprintf(path, sizeof path, "%s/checks/exit", x->dir);
    assert_int_equal(mkdir(path, 0777), 0);
    for (int64_t until = mono_now() + 1000; mono_now() < until;) uv_run(&x->loop, UV_RUN_ONCE);
    assert_int_equal(roused, 1); /* told once, however much is done then */
    /* Directories that came while it was watched: what comes in them is told at once, not after 2 or 10 s. */
    for (int i = 0; i < 3; i++) {
        char title[32], name[64];
        turn_until_rest(x, t);
        snprintf(title, sizeof title, "T%d", i);
        snprintf(name, sizeof name, "checks/exit/%s.json", title);
        int64_t begun = mono_now();
        write_there(x, name, "{\"schema_version\": 1, \"case\": \"T\", \"state\": \"ended\", \"code\": 3}");
        wait_for(x, &from, FACT_EXIT, 0, title);
        assert_true(mono_now() - begun < 1500);
    }
    write_there(x, "sweep_settings.txt", "sweep_total=3\n");
    int64_t begun = mono_now();
    wait_for(x, &from, FACT_SETTING, 0, "");
    assert_true(mono_now() - begun < 1500);
    assert_true(root_thread_close(t, 5000));
    uv_walk(&x->loop, close_handle, NULL);
    uv_run(&x->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&x->loop), 0);
    snprintf(path, sizeof path, "rm -r %s", x->dir);
    assert_int_equal(system(path), 0);
    free(x);
}

static void test_a_killed_scanner_hands_on_what_was_known(void **state) {
    profile_text = "{ }";
    struct fixture *x = begin_script(SCRIPT SAY_LIVE "echo 'scan-begin archive at=1000000 generation=1';"
                                                     "echo 'place archive T2 present at=1000000 stamp=1';"
                                                     "echo 'place archive T1 present at=1000000 stamp=1';"
                                                     "echo 'place archive T2 gone at=1000000 stamp=0';"
                                                     "echo 'scan-end archive at=1000000 generation=1'; wait");
    static const char *const told[] = {"profile text={%20}",
                                       "known id=abc",
                                       "known-place name=T1",
                                       "list text=1000%200.5%201.0",
                                       "want name=T9",
                                       "pass",
                                       NULL};
    static const char *const not_told[] = {"known-place name=T2", NULL};
    size_t from = 0;
    (void)state;
    root_set_list(x->worker, list_text, "1000 0.5 1.0");
    root_want(x->worker, "T9");
    assert_int_equal(wait_for(x, &from, FACT_SCAN_END, 0, "")->generation, 1);
    wait_for(x, &from, FACT_ROOT, HEALTH_HUNG, "no sign of its scanner for ");
    /* The next one counts on, so that what the first one saw and it does not see is gone. */
    assert_int_equal(wait_for(x, &from, FACT_SCAN_BEGIN, 0, "")->generation, 2);
    wait_for_commands(x, 1, told);
    assert_false(commands_hold(x, 1, not_told));
    end(x);
    profile_text = NULL;
}

static void test_a_scanner_that_ends_is_started_again(void **state) {
    struct fixture *x = begin_script(SCRIPT SAY_LIVE "[ \"$n\" = 0 ] && exit 3; wait");
    static const char *const told[] = {"known id=abc", "pass", NULL};
    size_t from = 0;
    (void)state;
    wait_for(x, &from, FACT_ROOT, HEALTH_STALE, "its scanner ended with exit code 3; it is started again");
    wait_for(x, &from, FACT_ROOT, HEALTH_LIVE, "");
    wait_for_commands(x, 1, told);
    end(x);
}

static void test_nonsense_is_no_fact(void **state) {
    struct fixture *x =
        begin_script("echo 'Welcome to host!';" SAY_HELLO "echo 'file it under nonsense'; cat >/dev/null");
    size_t from = 0;
    (void)state;
    wait_for(x, &from, FACT_ROOT, HEALTH_WAITING, "cannot be understood");
    end(x);
}

static void test_a_scanner_that_is_not_there(void **state) {
    const char *const argv[] = {"/nowhere/sweepwatch", "scan", NULL};
    struct fixture *x = begin(argv);
    size_t from = 0;
    (void)state;
    wait_for(x, &from, FACT_ROOT, HEALTH_WAITING, "its scanner /nowhere/sweepwatch cannot be started: no such file");
    end(x);
}

static void test_the_program_scans_in_a_process(void **state) {
    const char *const argv[] = {SWEEPWATCH_EXE, "scan", "--apart", "--archive-dir", "DIR", NULL};
    struct fixture *x = begin(argv);
    size_t from = 0;
    char path[128];
    (void)state;
    snprintf(path, sizeof path, "%s/T1000_eps0p5_tau1p0", x->dir);
    assert_int_equal(mkdir(path, 0700), 0);
    root_set_list(x->worker, list_text, "1000 0.5 1.0\n");
    wait_for(x, &from, FACT_PLACE, 0, "T1000_eps0p5_tau1p0");
    from = 0;
    wait_for(x, &from, FACT_SCAN_END, 0, "");
    root_release(x->worker);
    wait_for(x, &from, FACT_ROOT, HEALTH_RELEASED, "");
    root_full_pass(x->worker);
    wait_for(x, &from, FACT_SCAN_END, 0, "");
    end(x);
}

static void test_a_process_takes_the_profile_it_is_told(void **state) {
    const char *const argv[] = {SWEEPWATCH_EXE, "scan", "--apart", "--profile", "-", "--archive-dir", "DIR", NULL};
    char path[128];
    size_t from = 0;
    (void)state;
    profile_text = "{\"name\": \"x\", \"columns\": [{\"name\": \"R\", \"prefix\": \"r \"}],\n"
                   "\"artifacts\": [{\"path\": \"summary.json\", \"roles\": [\"required\"]}]}";
    struct fixture *x = begin(argv);
    snprintf(path, sizeof path, "%s/r 1.5", x->dir);
    assert_int_equal(mkdir(path, 0700), 0);
    root_set_list(x->worker, list_text, "1.5\n");
    wait_for(x, &from, FACT_PLACE, 0, "r 1.5");
    end(x);
    /* One that cannot be used: the process ends, and that is told. */
    profile_text = "{}";
    from = 0;
    x = begin(argv);
    wait_for(x, &from, FACT_ROOT, HEALTH_WAITING, "its scanner ended with exit code 2");
    end(x);
    profile_text = NULL;
}

int main(void) {
    signal(SIGPIPE, SIG_IGN); /* as the program does: a scanner may be gone when it is told something */
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_times_are_the_owners),
                                       cmocka_unit_test(test_a_hanging_operation_is_named),
                                       cmocka_unit_test(test_a_scanner_that_rests),
                                       cmocka_unit_test(test_what_a_batch_says_is_heard),
                                       cmocka_unit_test(test_a_killed_scanner_hands_on_what_was_known),
                                       cmocka_unit_test(test_a_scanner_that_ends_is_started_again),
                                       cmocka_unit_test(test_nonsense_is_no_fact),
                                       cmocka_unit_test(test_a_scanner_that_is_not_there),
                                       cmocka_unit_test(test_the_program_scans_in_a_process),
                                       cmocka_unit_test(test_a_process_takes_the_profile_it_is_told)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
