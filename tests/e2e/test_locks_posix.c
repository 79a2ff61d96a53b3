/* Locks on real files: who holds them is seen, and looking never costs a writer an error. */
#include "platform/lock.h"
#include "watch/inspect.h"
#include "watch/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { OPERATIONS = 8000 }; /* SWEEPWATCH_LOCK_OPERATIONS=100000 for the long run */

static char top[256];

static const char *path_of(const char *name) {
    static char path[2][512];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", top, name);
    return path[turn];
}

static void write_file(const char *path, const char *text) {
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int set_up(void **state) {
    const char *tmp = getenv("TMPDIR");
    (void)state;
    snprintf(top, sizeof top, "%s/sweepwatch-locks.XXXXXX", tmp != NULL ? tmp : "/tmp");
    assert_non_null(mkdtemp(top));
    mkdir(path_of("T1"), 0700);
    mkdir(path_of("T1/checks"), 0700);
    mkdir(path_of("T1/series"), 0700);
    write_file(path_of("T1/checks/mass_budget.csv"), "a,b\n1,");
    write_file(path_of("T1/run_config.json"), "{}");
    return 0;
}

static int tear_down(void **state) {
    char command[600];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", top);
    return system(command);
}

/* ---- who holds it ---- */

enum way { WAY_FLOCK, WAY_FCNTL, WAY_OPEN_FILE, WAY_SHARED, WAY_NONE };

static bool take(int fd, enum way way) {
    struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    switch (way) {
    case WAY_FLOCK:
        return flock(fd, LOCK_EX | LOCK_NB) == 0;
    case WAY_FCNTL:
        return fcntl(fd, F_SETLK, &l) == 0;
    case WAY_OPEN_FILE:
#ifdef F_OFD_SETLK
        return fcntl(fd, F_OFD_SETLK, &l) == 0;
#else
        return fcntl(fd, F_SETLK, &l) == 0;
#endif
    case WAY_SHARED:
        l.l_type = F_RDLCK;
        return fcntl(fd, F_SETLK, &l) == 0;
    case WAY_NONE:
        break;
    }
    return true;
}

/* A child that holds the file until it is killed; *ready when it does. */
static pid_t hold(const char *path, enum way way) {
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int fd = open(path, O_RDWR | O_CLOEXEC);
        bool held = fd >= 0 && take(fd, way);
        if (write(ready[1], held ? "y" : "n", 1) != 1) _exit(1);
        for (;;) pause();
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    assert_int_equal(byte, 'y');
    return pid;
}

static void release(pid_t pid) {
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

struct found {
    bool told, locked;
    char holder[LOCK_HOLDER_BYTES];
};

static void put(void *ctx, const struct fact *f) {
    struct found *found = ctx;
    if (f->kind != FACT_FILE) return;
    if (strcmp(profile_builtin()->artifact[f->u.file.artifact].path, "checks/mass_budget.csv") != 0) return;
    found->told = true;
    found->locked = f->u.file.locked;
    snprintf(found->holder, sizeof found->holder, "%s", f->u.file.holder != NULL ? f->u.file.holder : "");
}

static struct found look(void) {
    struct found found = {0};
    const struct fs_ops *fs = fs_real();
    struct scan *scan = scan_new(fs, profile_builtin(), ROOT_BATCH);
    struct fs_dir *root;
    assert_int_equal(fs->dir_open(fs->ctx, NULL, top, &root), 0);
    assert_true(scan_place(scan, root, "T1", NULL, NULL, 0, (struct fact_sink){put, &found}) >= 0);
    fs->dir_close(fs->ctx, root);
    scan_free(scan);
    assert_true(found.told);
    return found;
}

/* The list of locks is read once a second: what is asked for shows within that. */
static struct found look_until(bool locked) {
    struct found found = look();
    for (int i = 0; i < 1000 && found.locked != locked; i++) {
        usleep(10 * 1000);
        found = look();
    }
    return found;
}

static bool sees_locks(void) {
#ifdef __linux__
    return true;
#else
    return false; /* elsewhere only fcntl's are seen, and without the other kinds */
#endif
}

static void is_seen(enum way way, const char *what, bool names) {
    char pid_text[32];
    pid_t pid = hold(path_of("T1/checks/mass_budget.csv"), way);
    struct found found = look_until(true);
    if (!found.locked) fail_msg("%s: not seen", what);
    snprintf(pid_text, sizeof pid_text, "(%ld)", (long)pid);
    if (names && strstr(found.holder, pid_text) == NULL) fail_msg("%s: held by '%s'", what, found.holder);
    release(pid);
    if (look_until(false).locked) fail_msg("%s: still seen after it was given back", what);
}

static void test_holders(void **state) {
    (void)state;
    assert_false(look().locked);
    is_seen(WAY_FCNTL, "fcntl", true);
    if (!sees_locks()) return;
    is_seen(WAY_FLOCK, "flock", true);
    is_seen(WAY_OPEN_FILE, "open file description", false);
}

/* A lock that lets others read is no exclusive hold, and an open file without a lock none at all; but who writes can be
 * asked for. */
static void test_not_held(void **state) {
    struct lock_holder users[4];
    char pid_text[32];
    (void)state;
    pid_t pid = hold(path_of("T1/checks/mass_budget.csv"), WAY_SHARED);
    usleep(1100 * 1000); /* longer than the list of locks is kept */
    assert_false(look().locked);
    release(pid);
    pid = hold(path_of("T1/checks/mass_budget.csv"), WAY_NONE);
    assert_false(look().locked);
    if (sees_locks()) {
        assert_int_equal(lock_users(path_of("T1/checks/mass_budget.csv"), users, 4), 1);
        snprintf(pid_text, sizeof pid_text, "(%ld)", (long)pid);
        assert_non_null(strstr(users[0].text, pid_text));
        assert_int_equal(lock_users(path_of("T1/run_config.json"), users, 4), 0);
    }
    release(pid);
}

/* ---- the writer's errors ---- */

static bool give_back(int fd, enum way way) {
    struct flock l = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
    if (way == WAY_FLOCK) return flock(fd, LOCK_UN) == 0;
#ifdef F_OFD_SETLK
    if (way == WAY_OPEN_FILE) return fcntl(fd, F_OFD_SETLK, &l) == 0;
#endif
    return fcntl(fd, F_SETLK, &l) == 0;
}

/* What a writer does with one file: opens, locks without waiting, writes, gives back, renames another over it,
 * truncates, removes. Returns how many calls failed. */
static long write_round(int turn) {
    char path[512], other[600];
    long errors = 0;
    snprintf(path, sizeof path, "%s/T1/checks/mass_budget.csv", top);
    snprintf(other, sizeof other, "%s.new", path);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return 1;
    for (int way = 0; way < WAY_SHARED; way++) {
        errors += !take(fd, (enum way)way);
        errors += ftruncate(fd, turn % 7) != 0;
        errors += pwrite(fd, "a,b\n1,2", turn % 2 ? 7 : 5, 0) < 0;
        errors += !give_back(fd, (enum way)way);
    }
    errors += close(fd) != 0;
    fd = open(other, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return errors + 1;
    errors += !take(fd, (enum way)((turn + 1) % WAY_SHARED));
    errors += write(fd, "a,b\n1,2\n", turn % 4 ? 7 : 8) < 7; /* mostly not whole: those are probed */
    errors += rename(other, path) != 0;                      /* while it is open and locked */
    errors += close(fd) != 0;
    if (turn % 8 == 0) errors += unlink(path) != 0;
    return errors;
}

enum { OPERATIONS_A_ROUND = 19 };

static void test_writer_never_fails(void **state) {
    const char *wish = getenv("SWEEPWATCH_LOCK_OPERATIONS");
    long operations = wish != NULL ? strtol(wish, NULL, 10) : OPERATIONS, looks = 0;
    int status = 0, result[2];
    long errors = -1;
    (void)state;
    assert_int_equal(pipe(result), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        errors = 0;
        for (int i = 0; i < operations / OPERATIONS_A_ROUND; i++) errors += write_round(i);
        if (write(result[1], &errors, sizeof errors) != sizeof errors) _exit(1);
        _exit(0);
    }
    const struct fs_ops *fs = fs_real();
    struct scan *scan = scan_new(fs, profile_builtin(), ROOT_BATCH);
    struct scan_memory memory = {0};
    struct inspect_buffer *buffer = inspect_buffer_new();
    int budget = profile_artifact_index(profile_builtin(), "checks/mass_budget.csv");
    struct found found;
    struct fs_dir *root;
    assert_int_equal(fs->dir_open(fs->ctx, NULL, top, &root), 0);
    for (; waitpid(pid, &status, WNOHANG) == 0; looks++) {
        int result_of_look = scan_place(scan, root, "T1", &memory, NULL, looks, (struct fact_sink){put, &found});
        assert_true(result_of_look >= 0);
        /* The file alone, again and again: so the writer is met in the act, were there anything to collide with. */
        for (int i = 0; i < 50; i++) {
            struct fact_file file;
            inspect_file(fs, root, "T1/checks/mass_budget.csv", profile_builtin(), budget, false, NULL, buffer, &file,
                         NULL);
        }
        if (looks % 64 == 0) {
            struct lock_holder users[4];
            lock_users(path_of("T1/checks/mass_budget.csv"), users, 4);
        }
    }
    fs->dir_close(fs->ctx, root);
    inspect_buffer_free(buffer);
    scan_memory_forget(&memory);
    scan_free(scan);
    assert_int_equal(status, 0);
    assert_int_equal(read(result[0], &errors, sizeof errors), sizeof errors);
    close(result[0]);
    close(result[1]);
    print_message("%ld operations of the writer during %ld looks: %ld errors\n", operations, looks, errors);
    assert_true(looks > 0);
    assert_int_equal(errors, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_holders, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_not_held, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_writer_never_fails, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
