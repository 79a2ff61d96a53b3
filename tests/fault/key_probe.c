/* key_probe GO STOP -- COMMAND...: how long a dashboard takes to answer keys.
 *
 * Runs the command in a terminal of 120x40. From the time that the file GO exists until STOP does, it presses a key
 * 20 times a second and takes the time until the terminal says something, 5 s at most (a clock on the screen may answer
 * in the key's stead now and then: the longest times are what counts). Then it presses q and takes the time until the
 * command has ended. Prints one line:
 *
 *   keys=N p50=MS p99=MS max=MS left=MS code=EXIT_CODE
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { KEY_EVERY_MS = 50, ANSWER_MS = 5000, LEAVE_MS = 60000, MAX_KEYS = 100000 };

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

/* Throws away what the terminal says; returns false when nothing came within `ms`, or nothing will any more. */
static int hear(int terminal, double ms) {
    char bytes[65536];
    struct pollfd p = {terminal, POLLIN, 0};
    if (poll(&p, 1, ms > 0 ? (int)ms : 0) <= 0) return 0;
    return read(terminal, bytes, sizeof bytes) > 0;
}

static void hear_until(int terminal, double until) {
    while (now_ms() < until) {
        if (!hear(terminal, until - now_ms() + 0.5) && now_ms() < until) usleep(1000);
    }
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double press(int terminal, char key) {
    double begun = now_ms();
    while (hear(terminal, 0)) {}
    if (write(terminal, &key, 1) != 1) return ANSWER_MS;
    while (now_ms() - begun < ANSWER_MS) {
        if (hear(terminal, ANSWER_MS - (now_ms() - begun))) return now_ms() - begun;
        usleep(500);
    }
    return ANSWER_MS;
}

int main(int argc, char **argv) {
    static double took[MAX_KEYS];
    struct winsize size = {.ws_row = 40, .ws_col = 120};
    int terminal, status = 0, n = 0;
    if (argc < 5 || strcmp(argv[3], "--") != 0) {
        fprintf(stderr, "usage: key_probe GO STOP -- COMMAND...\n");
        return 2;
    }
    pid_t child = forkpty(&terminal, NULL, NULL, &size);
    if (child < 0) {
        perror("key_probe: forkpty");
        return 2;
    }
    if (child == 0) {
        setenv("TERM", "xterm-256color", 1);
        execvp(argv[4], argv + 4);
        _exit(127);
    }
    while (access(argv[1], F_OK) != 0 && waitpid(child, &status, WNOHANG) == 0) hear(terminal, 20);
    while (n < MAX_KEYS && access(argv[2], F_OK) != 0) {
        double begun = now_ms();
        took[n] = press(terminal, '\t'); /* another view: no screen is the same as the one before */
        n++;
        hear_until(terminal, begun + KEY_EVERY_MS);
    }
    double begun = now_ms();
    pid_t ended = write(terminal, "q", 1) == 1 ? 0 : -1;
    while (ended == 0 && now_ms() - begun < LEAVE_MS) {
        if (!hear(terminal, 2)) usleep(1000);
        ended = waitpid(child, &status, WNOHANG);
    }
    double left = now_ms() - begun;
    if (ended == 0) kill(child, SIGKILL);
    if (n == 0) n = 1;
    qsort(took, (size_t)n, sizeof *took, ascending);
    printf("keys=%d p50=%.0f p99=%.0f max=%.0f left=%.0f code=%d\n", n, took[n / 2], took[(int)((n - 1) * 0.99)],
           took[n - 1], left, ended > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    return 0;
}
