/* storm BATCH FILES: makes FILES files as fast as it can, spread over the case directories of BATCH by turns: chunks of
 * results that are whole. Four writers. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_CASES = 10000, WRITERS = 4 };

static const char chunk[] = "PAR1columns.columns.footer.footer.f\020\0\0\0PAR1";

static void write_share(int batch, char *const *cases, int n_cases, int files, int writer) {
    char path[512];
    for (int i = writer; i < files; i += WRITERS) {
        int number = i / n_cases * 32;
        snprintf(path, sizeof path, "%s/series/run_chunk_%09d_%09d.parquet", cases[i % n_cases], number, number + 31);
        int fd = openat(batch, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (fd < 0 || write(fd, chunk, sizeof chunk - 1) != (ssize_t)sizeof chunk - 1 || close(fd) != 0) {
            perror(path);
            _exit(1);
        }
    }
    _exit(0);
}

int main(int argc, char **argv) {
    static char *cases[MAX_CASES];
    int n = 0, failed = 0, status;
    int batch = argc == 3 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    DIR *dir = batch >= 0 ? opendir(argv[1]) : NULL;
    if (!dir) {
        fprintf(stderr, "usage: storm BATCH FILES\n");
        return 2;
    }
    for (struct dirent *e; n < MAX_CASES && (e = readdir(dir)) != NULL;) {
        if (e->d_name[0] == 'T') cases[n++] = strdup(e->d_name);
    }
    closedir(dir);
    if (n == 0) return 1;
    for (int writer = 0; writer < WRITERS; writer++) {
        if (fork() == 0) write_share(batch, cases, n, atoi(argv[2]), writer);
    }
    while (wait(&status) > 0) failed |= status;
    return failed != 0;
}
