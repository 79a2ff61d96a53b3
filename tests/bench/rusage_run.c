/* rusage_run FILE COMMAND...: runs the command with its output thrown away and appends one line to FILE:
 * wall seconds, user seconds, system seconds, peak resident memory in kB, exit code. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec / 1e6; }

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: rusage_run FILE COMMAND...\n");
        return 2;
    }
    struct timespec begin, end;
    struct rusage usage;
    int status;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
        execvp(argv[2], argv + 2);
        fprintf(stderr, "rusage_run: %s: %s\n", argv[2], strerror(errno));
        _exit(127);
    }
    while (pid > 0 && wait4(pid, &status, 0, &usage) < 0) {
        if (errno != EINTR) pid = -1;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (pid < 0) {
        perror("rusage_run");
        return 1;
    }
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
#ifdef __APPLE__
    long peak_kb = usage.ru_maxrss / 1024; /* bytes there, kB elsewhere */
#else
    long peak_kb = usage.ru_maxrss;
#endif
    FILE *f = fopen(argv[1], "a");
    if (f == NULL) {
        perror(argv[1]);
        return 1;
    }
    fprintf(f, "%.6f %.6f %.6f %ld %d\n",
            (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9, seconds(usage.ru_utime),
            seconds(usage.ru_stime), peak_kb, code);
    fclose(f);
    return code;
}
