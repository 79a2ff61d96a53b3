#include "platform/run.h"
#include "platform/startup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

static const int passed_on[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
enum { N_PASSED_ON = sizeof passed_on / sizeof *passed_on };

static volatile sig_atomic_t child_pid; /* 0: none to pass a signal on to; a pid fits (pid_t is an int everywhere) */

/* What the terminal sends (Ctrl+C) goes to the whole process group: the child has it already. */
static bool from_terminal(const siginfo_t *info) {
#ifdef SI_KERNEL
    return info->si_code == SI_KERNEL;
#else
    return info->si_pid == 0;
#endif
}

static void pass_on(int number, siginfo_t *info, void *context) {
    int saved = errno;
    (void)context;
    if (child_pid > 0 && !from_terminal(info)) kill((pid_t)child_pid, number);
    errno = saved;
}

static void set_of_signals(sigset_t *set) {
    sigemptyset(set);
    for (int i = 0; i < N_PASSED_ON; i++) sigaddset(set, passed_on[i]);
}

static void catch_signals(void) {
    struct sigaction action, old;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = pass_on;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    set_of_signals(&action.sa_mask);
    for (int i = 0; i < N_PASSED_ON; i++) {
        /* One that is ignored (nohup) stays so, here and in the child. */
        if (sigaction(passed_on[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN) {
            sigaction(passed_on[i], &action, NULL);
        }
    }
}

static void release_signals(void) {
    struct sigaction old;
    for (int i = 0; i < N_PASSED_ON; i++) {
        if (sigaction(passed_on[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN) signal(passed_on[i], SIG_DFL);
    }
}

static _Noreturn void become(char *const argv[], const sigset_t *mask, int report) {
    release_signals();
    startup_undo();
    sigprocmask(SIG_SETMASK, mask, NULL);
    execvp(argv[0], argv);
    int err = errno;
    ssize_t ignored = write(report, &err, sizeof err);
    (void)ignored;
    _exit(RUN_NOT_FOUND);
}

/* Above the standard streams, even when those are closed, and closed by a successful exec. */
static int raise_end(int *fd) {
    int raised = fcntl(*fd, F_DUPFD_CLOEXEC, 3), err = errno;
    close(*fd);
    *fd = raised;
    return raised < 0 ? -err : 0;
}

static int open_report(int ends[2]) {
    if (pipe(ends) != 0) return -errno;
    int err = raise_end(&ends[0]), other = raise_end(&ends[1]);
    if (err >= 0) err = other;
    if (err < 0 && ends[0] >= 0) close(ends[0]);
    if (err < 0 && ends[1] >= 0) close(ends[1]);
    return err;
}

static int read_report(int fd) {
    int err = 0;
    ssize_t n;
    do {
        n = read(fd, &err, sizeof err);
    } while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof err ? -err : 0;
}

int run_start(char *const argv[], struct run_child *child) {
    int ends[2] = {-1, -1};
    sigset_t signals, before;
    memset(child, 0, sizeof *child);
    int err = open_report(ends);
    if (err < 0) return err;
    /* Until the child's pid is known nothing can be passed on, so nothing may arrive. */
    set_of_signals(&signals);
    sigprocmask(SIG_BLOCK, &signals, &before);
    catch_signals();
    pid_t pid = fork();
    if (pid == 0) become(argv, &before, ends[1]);
    err = pid < 0 ? -errno : 0;
    close(ends[1]);
    child_pid = pid > 0 ? (sig_atomic_t)pid : 0;
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (err == 0) err = read_report(ends[0]);
    close(ends[0]);
    if (err < 0 && pid > 0) {
        child_pid = 0;
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
    }
    child->pid = pid;
    return err;
}

int run_error_code(int err) { return err == UV_ENOENT || err == UV_ENOTDIR ? RUN_NOT_FOUND : RUN_NOT_EXECUTABLE; }

static int64_t milliseconds(const struct timeval *t) { return (int64_t)t->tv_sec * 1000 + t->tv_usec / 1000; }

/* ru_maxrss is in bytes on Apple's systems, in KiB elsewhere. */
static int64_t peak_bytes(const struct rusage *used) {
#ifdef __APPLE__
    return used->ru_maxrss;
#else
    return (int64_t)used->ru_maxrss * 1024;
#endif
}

void run_wait(struct run_child *child, struct run_result *out) {
    siginfo_t info;
    struct rusage used;
    int status = 0;
    memset(out, 0, sizeof *out);
    memset(&used, 0, sizeof used);
    /* The pid is the child's until it is collected: signals are passed on up to there and not after. */
    while (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) continue;
    child_pid = 0;
    while (wait4((pid_t)child->pid, &status, 0, &used) < 0) {
        if (errno != EINTR) return;
    }
    out->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    out->code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    out->peak_bytes = peak_bytes(&used);
    out->user_ms = milliseconds(&used.ru_utime);
    out->system_ms = milliseconds(&used.ru_stime);
}
