/* The mount of an open directory is named by "mnt_id" in /proc/self/fdinfo (proc(5), since Linux 3.15) and described
 * in /proc/self/mountinfo (proc(5)). The magic number of statfs cannot tell FUSE file systems apart. */
#include "platform/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <uv.h>

/* statx(2): ids that are never used again; since Linux 6.8, newer than some libc's headers. */
#define MOUNT_ID_UNIQUE 0x4000U

void mounts_classify(struct mount_facts *m) {
    static const char *const remote[] = {"nfs",  "nfs4",      "cifs", "smb3",   "smbfs", "9p",     "virtiofs", "afs",
                                         "ceph", "glusterfs", "coda", "lustre", "gpfs",  "beegfs", "ncpfs",    "fuse"};
    static const char *const coarse[] = {"vfat", "msdos", "exfat", "cifs", "smb3", "smbfs"};
    m->remote = strncmp(m->type, "fuse.", 5) == 0; /* fuseblk is a local disk */
    for (size_t i = 0; i < sizeof remote / sizeof *remote; i++) m->remote |= strcmp(m->type, remote[i]) == 0;
    m->silent = m->remote;
    m->coarse = false;
    for (size_t i = 0; i < sizeof coarse / sizeof *coarse; i++) m->coarse |= strcmp(m->type, coarse[i]) == 0;
}

static uint64_t hash(uint64_t h, const char *text) {
    for (; *text; text++) h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return h;
}

static long mount_number(int fd) {
    char path[64], line[256];
    long id = -1;
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof line, f)) {
        if (strncmp(line, "mnt_id:", 7) == 0) id = strtol(line + 7, NULL, 10);
    }
    if (f) fclose(f);
    return id;
}

/* "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw": the type and the source come after " - ". */
static void describe(long id, struct mount_facts *out) {
    FILE *f = fopen("/proc/self/mountinfo", "re");
    char *line = NULL;
    size_t cap = 0;
    while (f && getline(&line, &cap, f) > 0) {
        if (strtol(line, NULL, 10) != id) continue;
        char *type = strstr(line, " - ");
        if (!type) break;
        type += 3;
        type[strcspn(type, "\n")] = '\0';
        size_t len = strcspn(type, " ");
        snprintf(out->type, sizeof out->type, "%.*s", (int)(len < sizeof out->type ? len : sizeof out->type - 1), type);
        char *source = type[len] ? type + len + 1 : type + len;
        source[strcspn(source, " ")] = '\0';
        out->id = hash(hash(out->id, out->type), source);
        break;
    }
    free(line);
    if (f) fclose(f);
}

static uint64_t unique_number(int fd, long id) {
#ifdef STATX_MNT_ID
    struct statx st;
    if (statx(fd, "", AT_EMPTY_PATH, MOUNT_ID_UNIQUE, &st) == 0 && (st.stx_mask & MOUNT_ID_UNIQUE)) {
        return st.stx_mnt_id;
    }
#else
    (void)fd;
#endif
    return (uint64_t)id;
}

int mounts_look(const char *path, struct mount_facts *out) {
    struct statvfs space;
    memset(out, 0, sizeof *out);
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return uv_translate_sys_error(errno);
    long id = mount_number(fd);
    if (id >= 0) {
        out->id = (unique_number(fd, id) + 1) * UINT64_C(0x9E3779B97F4A7C15);
        describe(id, out);
    }
    if (fstatvfs(fd, &space) == 0) {
        out->space_total = (int64_t)(space.f_blocks * space.f_frsize);
        out->space_free = (int64_t)(space.f_bavail * space.f_frsize);
    }
    close(fd);
    mounts_classify(out);
    return 0;
}

int mounts_open_table(void) { return open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC); }

void mounts_close_table(int fd) {
    if (fd >= 0) close(fd);
}
