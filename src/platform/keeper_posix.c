#include "platform/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LAST_WAIT_MS = 200 }; /* for a child that has told its code, so that it is not seen as a zombie */

/* Passed on. SIGTSTP is not: who types it stops both, and the child restores the terminal before it stops. */
static const int passed_on[] = {SIGTERM, SIGHUP, SIGINT, SIGUSR1, SIGUSR2};
enum { PASSED_ON = sizeof passed_on / sizeof *passed_on };

static volatile sig_atomic_t came[PASSED_ON];
static int code_pipe = -1, leash = -1; /* the child's ends */

static void on_signal(int signum) {
    for (int i = 0; i < PASSED_ON; i++) {
        if (passed_on[i] == signum) came[i] = 1;
    }
}

static void on_child(int signum) { (void)signum; } /* only wakes pselect */

/* ---- the child ---- */

static void *hold_leash(void *arg) {
    char byte;
    (void)arg;
    while (read(leash, &byte, 1) < 0 && errno == EINTR) {}
    kill(getpid(), SIGHUP);
    return NULL;
}

static void watch_keeper(void) {
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are for the program's own threads */
    if (pthread_create(&thread, NULL, hold_leash, NULL) == 0) pthread_detach(thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void keeper_leave(int code) {
    char byte = (char)code;
    fflush(NULL);
    if (code_pipe >= 0) {
        /* A thread that hangs keeps descriptors open: who reads our output would wait for it. */
        close(STDIN_FILENO);
        close(STDOUT_FILENO);
        close(STDERR_FILENO);
        while (write(code_pipe, &byte, 1) < 0 && errno == EINTR) {}
    }
    _Exit(code);
}

/* ---- the keeper ---- */

/* Has it ended? When it has stopped, this process stops too, and both go on together. */
static bool ended(pid_t child, int *status) {
    pid_t pid;
    while ((pid = waitpid(child, status, WNOHANG | WUNTRACED)) == child && WIFSTOPPED(*status)) {
        raise(SIGSTOP);
        kill(child, SIGCONT);
    }
    return pid == child || (pid < 0 && errno != EINTR);
}

static int code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

static void handle(int signum, void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler};
    sigemptyset(&action.sa_mask);
    sigaction(signum, &action, NULL);
}

static int keep(pid_t child, int codes, const sigset_t *mask) {
    int status = 0;
    bool open = true;
    for (;;) {
        fd_set set;
        FD_ZERO(&set);
        if (open) FD_SET(codes, &set);
        int ready = pselect(codes + 1, &set, NULL, NULL, NULL, mask);
        for (int i = 0; i < PASSED_ON; i++) {
            if (!came[i]) continue;
            came[i] = 0;
            kill(child, passed_on[i]);
        }
        if (ended(child, &status)) return code_of(status);
        unsigned char code;
        ssize_t n = ready > 0 && open ? read(codes, &code, 1) : -1;
        open = open && n != 0;
        if (n != 1) continue;
        for (int ms = 0; ms < LAST_WAIT_MS && !ended(child, &status); ms += 10) usleep(10000);
        return code;
    }
}

static int make_pipes(int codes[2], int leashes[2]) {
    if (pipe(codes) != 0) return -1;
    if (pipe(leashes) != 0) {
        close(codes[0]);
        close(codes[1]);
        return -1;
    }
    for (int i = 0; i < 2; i++) {
        fcntl(codes[i], F_SETFD, FD_CLOEXEC);
        fcntl(leashes[i], F_SETFD, FD_CLOEXEC);
    }
    return 0;
}

int keeper_run(int (*work)(const void *ctx), const void *ctx) {
    int codes[2], leashes[2];
    sigset_t ours, before;
    if (make_pipes(codes, leashes) != 0) return work(ctx);
    sigemptyset(&ours);
    sigaddset(&ours, SIGCHLD);
    sigaddset(&ours, SIGTSTP);
    for (int i = 0; i < PASSED_ON; i++) sigaddset(&ours, passed_on[i]);
    sigprocmask(SIG_BLOCK, &ours, &before);
    pid_t child = fork();
    if (child <= 0) { /* the child, or no process was to be had */
        sigprocmask(SIG_SETMASK, &before, NULL);
        close(codes[0]);
        close(leashes[1]);
        if (child < 0) {
            close(codes[1]);
            close(leashes[0]);
            return work(ctx);
        }
        code_pipe = codes[1];
        leash = leashes[0];
        watch_keeper();
        exit(work(ctx));
    }
    close(codes[1]);
    close(leashes[0]);
    handle(SIGCHLD, on_child);
    handle(SIGTSTP, SIG_IGN);
    for (int i = 0; i < PASSED_ON; i++) handle(passed_on[i], on_signal);
    int code = keep(child, codes[0], &before);
    close(codes[0]);
    close(leashes[1]);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return code;
}
