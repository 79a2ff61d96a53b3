/* screen_probe READY REST IDLE KEYS -- COMMAND...: what a dashboard costs a terminal of 120x40.
 *
 * Runs the command there and waits until it has written READY, and for REST seconds more. Then looks on for IDLE
 * seconds and prints the bytes a second that were written and the processor time that the command and its children
 * took. Then presses the groups of KEYS, separated by commas, REPEAT times each, and prints for each key how long it
 * took until the terminal said something: the whole answer, for a drawing is written at once. Each key of a group must
 * change the screen, or the clock's next second is taken for its answer. '^' is Enter, '~' is Esc. Ends it with q.
 * Linux: reads /proc. */
#include <ctype.h>
#include <fcntl.h>
#include <poll.h>
#if defined(__APPLE__)
#include <util.h>
#else
#include <pty.h>
#endif
#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { REPEAT = 20, GROUP_MOST = 16, ANSWER_MS = 5000, READY_MS = 180000, REST_MS = 150, TAIL = 65536 };

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

/* Reads what comes within `ms`, at most one piece; its length. */
static long hear(int terminal, double ms, char *bytes, size_t cap) {
    struct pollfd p = {terminal, POLLIN, 0};
    if (poll(&p, 1, ms > 0 ? (int)(ms + 0.5) : 0) <= 0) return 0;
    ssize_t n = read(terminal, bytes, cap);
    return n > 0 ? n : 0;
}

/* Counts what comes until then. */
static long hear_until(int terminal, double until) {
    static char bytes[TAIL];
    long n = 0;
    while (now_ms() < until) n += hear(terminal, until - now_ms(), bytes, sizeof bytes);
    return n;
}

static bool wait_for_text(int terminal, const char *text) {
    static char bytes[2 * TAIL];
    size_t kept = 0;
    for (double until = now_ms() + READY_MS; now_ms() < until;) {
        long n = hear(terminal, 100, bytes + kept, TAIL);
        kept += (size_t)n;
        bytes[kept] = '\0';
        if (strstr(bytes, text) != NULL) return true;
        size_t keep = strlen(text) < kept ? strlen(text) : kept;
        memmove(bytes, bytes + kept - keep, keep);
        kept = keep;
    }
    return false;
}

/* Clock ticks of all processes of the session, from /proc/PID/stat; proc_pid_stat(5). */
static long ticks_of(pid_t session) {
    long all = 0;
    DIR *d = opendir("/proc");
    for (const struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
        char path[300], line[1024];
        if (!isdigit((unsigned char)e->d_name[0])) continue;
        snprintf(path, sizeof path, "/proc/%s/stat", e->d_name);
        FILE *f = fopen(path, "re");
        if (f == NULL) continue;
        if (fgets(line, sizeof line, f) != NULL && strrchr(line, ')') != NULL) {
            int sid = 0;
            unsigned long user = 0, system = 0;
            sscanf(strrchr(line, ')') + 1, " %*c %*d %*d %d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &sid, &user, &system);
            if (sid == session) all += (long)(user + system);
        }
        fclose(f);
    }
    if (d != NULL) closedir(d);
    return all;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double press(int terminal, char key) {
    static char bytes[TAIL];
    while (hear(terminal, 0, bytes, sizeof bytes) > 0) {}
    double begun = now_ms();
    if (write(terminal, &key, 1) != 1) return ANSWER_MS;
    if (hear(terminal, ANSWER_MS, bytes, sizeof bytes) == 0) return ANSWER_MS;
    return now_ms() - begun;
}

/* One group, REPEAT times over. */
static void probe_group(int terminal, const char *keys, size_t n) {
    static double took[GROUP_MOST][REPEAT];
    for (int i = 0; i < REPEAT; i++) {
        for (size_t k = 0; k < n; k++) {
            char key = keys[k] == '^' ? '\r' : keys[k] == '~' ? '\033' : keys[k];
            took[k][i] = press(terminal, key);
            hear_until(terminal, now_ms() + REST_MS);
        }
    }
    for (size_t k = 0; k < n; k++) {
        qsort(took[k], REPEAT, sizeof took[k][0], ascending);
        printf("key %c median %.1f ms, longest %.1f ms\n", keys[k], took[k][REPEAT / 2], took[k][REPEAT - 1]);
    }
    fflush(stdout);
}

static void probe_keys(int terminal, const char *keys) {
    while (*keys != '\0') {
        size_t n = strcspn(keys, ",");
        probe_group(terminal, keys, n < GROUP_MOST ? n : GROUP_MOST);
        keys += n;
        keys += strspn(keys, ",");
    }
}

int main(int argc, char **argv) {
    struct winsize size = {.ws_row = 40, .ws_col = 120};
    int terminal, status = 0;
    if (argc < 7 || strcmp(argv[5], "--") != 0) {
        fprintf(stderr, "usage: screen_probe READY REST IDLE KEYS -- COMMAND...\n");
        return 2;
    }
    double rest_ms = strtod(argv[2], NULL) * 1000, idle_ms = strtod(argv[3], NULL) * 1000;
    pid_t child = forkpty(&terminal, NULL, NULL, &size);
    if (child < 0) {
        perror("screen_probe: forkpty");
        return 2;
    }
    if (child == 0) {
        setenv("TERM", "xterm-256color", 1);
        execvp(argv[6], argv + 6);
        _exit(127);
    }
    if (!wait_for_text(terminal, argv[1])) {
        fprintf(stderr, "screen_probe: '%s' was not written\n", argv[1]);
        kill(child, SIGTERM);
        return 1;
    }
    hear_until(terminal, now_ms() + rest_ms);
    double begun = now_ms();
    long ticks = ticks_of(child), bytes = hear_until(terminal, begun + idle_ms);
    double seconds = (now_ms() - begun) / 1000;
    double cpu = (double)(ticks_of(child) - ticks) / (double)sysconf(_SC_CLK_TCK);
    if (idle_ms > 0) {
        printf("%.0f bytes a second, %.2f %% of a processor, over %.0f s\n", (double)bytes / seconds,
               100 * cpu / seconds, seconds);
        fflush(stdout);
    }
    probe_keys(terminal, argv[4]);
    for (int i = 0; i < 50 && waitpid(child, &status, WNOHANG) == 0; i++) {
        if (write(terminal, "q", 1) != 1) break;
        hear_until(terminal, now_ms() + 200);
    }
    return 0;
}
