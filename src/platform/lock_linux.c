#include "platform/file_id.h"
#include "platform/lock.h"
#include "platform/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <uv.h>

enum {
    TABLE_LIFE_MS = 1000,
    TABLE_MAX = 100000 /* locks; what stands further on in the list is not seen */
};

struct held {
    uint64_t id;
    int64_t pid; /* -1: an open-file-description lock, which belongs to no process; 0: of another PID namespace */
};

/* The locks for writing of the whole machine, by id. */
static struct {
    uv_mutex_t mutex;
    struct held *locks;
    size_t n, cap;
    uint64_t read_at; /* uv_hrtime; 0 never */
} table;

static uv_once_t once = UV_ONCE_INIT;

static void init(void) {
    if (uv_mutex_init(&table.mutex) != 0) abort();
}

static int by_id(const void *a, const void *b) {
    const struct held *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* proc_locks(5): "1: FLOCK  ADVISORY  WRITE 4711 fe:00:10952949 0 EOF"; one that waits has "->" after the number.
 * Takes the line apart. */
static bool parse(char *line, struct held *out) {
    enum { NUMBER, KIND, MODE, ACCESS, PID, FILE_ID, FIELDS };
    char *field[FIELDS], *rest = NULL, *end;
    for (int i = 0; i < FIELDS; i++) {
        field[i] = strtok_r(i == 0 ? line : NULL, " \n", &rest);
        if (field[i] == NULL) return false;
    }
    if (strcmp(field[ACCESS], "WRITE") != 0) return false;
    if (strcmp(field[KIND], "FLOCK") != 0 && strcmp(field[KIND], "POSIX") != 0 && strcmp(field[KIND], "OFDLCK") != 0) {
        return false;
    }
    unsigned long major_no = strtoul(field[FILE_ID], &end, 16);
    if (*end++ != ':') return false;
    unsigned long minor_no = strtoul(end, &end, 16);
    if (*end++ != ':') return false;
    uint64_t inode = strtoull(end, NULL, 10);
    *out =
        (struct held){file_id(makedev((unsigned)major_no, (unsigned)minor_no), inode), strtoll(field[PID], NULL, 10)};
    return true;
}

static void read_table(void) {
    char line[256];
    FILE *f = fopen("/proc/locks", "re");
    table.n = 0;
    table.read_at = uv_hrtime();
    if (f == NULL) return;
    while (table.n < TABLE_MAX && fgets(line, sizeof line, f) != NULL) {
        struct held h;
        if (!parse(line, &h)) continue;
        if (table.n == table.cap) {
            table.cap = table.cap != 0 ? table.cap * 2 : 64;
            table.locks = realloc(table.locks, table.cap * sizeof *table.locks);
            if (table.locks == NULL) abort();
        }
        table.locks[table.n++] = h;
    }
    fclose(f);
    if (table.n > 1) qsort(table.locks, table.n, sizeof *table.locks, by_id);
}

/* Of several holders one whose process is known. */
static bool find(uint64_t id, int64_t *pid) {
    uv_once(&once, init);
    uv_mutex_lock(&table.mutex);
    if (table.read_at == 0 || uv_hrtime() - table.read_at > TABLE_LIFE_MS * UINT64_C(1000000)) read_table();
    size_t lo = 0, hi = table.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (table.locks[mid].id < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    bool found = false;
    for (; lo < table.n && table.locks[lo].id == id; lo++) {
        if (!found || *pid <= 0) *pid = table.locks[lo].pid;
        found = true;
    }
    uv_mutex_unlock(&table.mutex);
    return found;
}

static void name_holder(int64_t pid, struct lock_holder *out) {
    char name[64];
    out->text[0] = '\0';
    if (pid <= 0) return;
    if (process_name(pid, name, sizeof name))
        snprintf(out->text, sizeof out->text, "%s (%lld)", name, (long long)pid);
    else
        snprintf(out->text, sizeof out->text, "process %lld", (long long)pid);
}

bool lock_held(int fd, uint64_t id, struct lock_holder *out) {
    struct flock l = {.l_type = F_RDLCK, .l_whence = SEEK_SET}; /* the whole file; conflicts with locks for writing */
    int64_t pid = 0;
    bool held = id != 0 && find(id, &pid);
    if (fd >= 0 && pid <= 0 && fcntl(fd, F_OFD_GETLK, &l) == 0 && l.l_type != F_UNLCK) {
        held = true;
        pid = l.l_pid;
    }
    out->text[0] = '\0';
    if (held) name_holder(pid, out);
    return held;
}

/* Does the process's descriptor write, and may it be to that inode? proc_pid_fdinfo(5): "flags:" in octal, "ino:" since
 * Linux 5.14. */
static bool may_write_to(const char *pid, const char *fd, ino_t inode) {
    char path[320], line[128];
    unsigned long flags = O_RDONLY;
    bool same = true;
    snprintf(path, sizeof path, "/proc/%.64s/fdinfo/%.64s", pid, fd);
    FILE *f = fopen(path, "re");
    if (f == NULL) return false;
    while (fgets(line, sizeof line, f) != NULL) {
        if (strncmp(line, "flags:", 6) == 0) flags = strtoul(line + 6, NULL, 8);
        if (strncmp(line, "ino:", 4) == 0) same = strtoull(line + 4, NULL, 10) == inode;
    }
    fclose(f);
    return same && (flags & O_ACCMODE) != O_RDONLY;
}

static bool has_open(const char *pid, const struct stat *file) {
    char path[320];
    bool found = false;
    snprintf(path, sizeof path, "/proc/%.64s/fd", pid);
    DIR *d = opendir(path);
    if (d == NULL) return false;
    for (const struct dirent *e; !found && (e = readdir(d)) != NULL;) {
        struct statx s;
        if (e->d_name[0] == '.' || !may_write_to(pid, e->d_name, file->st_ino)) continue;
        /* Others may have files open on a drive that hangs: what the kernel knows already is enough. */
        if (statx(dirfd(d), e->d_name, AT_STATX_DONT_SYNC, STATX_INO, &s) != 0) continue;
        found = s.stx_ino == file->st_ino && makedev(s.stx_dev_major, s.stx_dev_minor) == file->st_dev;
    }
    closedir(d);
    return found;
}

size_t lock_users(const char *path, struct lock_holder out[], size_t max) {
    struct stat st;
    size_t n = 0;
    DIR *d = stat(path, &st) == 0 && S_ISREG(st.st_mode) ? opendir("/proc") : NULL;
    if (d == NULL) return 0;
    for (const struct dirent *e; n < max && (e = readdir(d)) != NULL;) {
        if (e->d_name[0] < '0' || e->d_name[0] > '9' || !has_open(e->d_name, &st)) continue;
        name_holder(strtoll(e->d_name, NULL, 10), &out[n++]);
    }
    closedir(d);
    return n;
}
