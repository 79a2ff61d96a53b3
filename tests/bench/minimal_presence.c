/* minimal_presence DIR...: the floor under a second `sweepwatch check` of an unchanged sweep: every directory of a case
 * and the directories in it are listed, every file is asked for its size and time, nothing is opened or explained.
 * As many threads as processors. Prints how many files there are. POSIX. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    int root;
    char name[256];
};

static struct place *places;
static size_t n_places, cap_places;
static atomic_size_t next_place, n_files;

static void look(int parent, const char *name, int depth) {
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    if (d == NULL) return;
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        struct stat st;
        if (e->d_name[0] == '.') continue;
        if (e->d_type == DT_DIR) {
            if (depth > 0) look(fd, e->d_name, depth - 1);
        } else if (fstatat(fd, e->d_name, &st, 0) == 0) {
            atomic_fetch_add(&n_files, 1);
        }
    }
    closedir(d);
}

static void *work(void *unused) {
    (void)unused;
    for (size_t i; (i = atomic_fetch_add(&next_place, 1)) < n_places;) look(places[i].root, places[i].name, 1);
    return NULL;
}

static void list(const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    if (d == NULL) {
        fprintf(stderr, "minimal_presence: %s: %s\n", path, strerror(errno));
        exit(3);
    }
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        if (e->d_type != DT_DIR || e->d_name[0] == '.') continue;
        if (n_places == cap_places) {
            cap_places = cap_places == 0 ? 1024 : cap_places * 2;
            places = realloc(places, cap_places * sizeof *places);
            if (places == NULL) abort();
        }
        struct place *p = &places[n_places++];
        p->root = fd;
        snprintf(p->name, sizeof p->name, "%s", e->d_name);
    }
}

int main(int argc, char **argv) {
    enum { MOST = 64 };
    pthread_t thread[MOST];
    long threads = sysconf(_SC_NPROCESSORS_ONLN);
    if (threads > MOST) threads = MOST;
    for (int i = 1; i < argc; i++) list(argv[i]);
    for (long i = 1; i < threads; i++) {
        if (pthread_create(&thread[i], NULL, work, NULL) != 0) abort();
    }
    work(NULL);
    for (long i = 1; i < threads; i++) pthread_join(thread[i], NULL);
    printf("%zu\n", atomic_load(&n_files));
    free(places);
    return 0;
}
