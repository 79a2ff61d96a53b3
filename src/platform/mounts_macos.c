#include "platform/mounts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/param.h>
#include <uv.h>

void mounts_classify(struct mount_facts *m) {
    static const char *const remote[] = {"nfs", "smbfs", "afpfs", "webdav", "macfuse", "osxfuse", "fusefs", "9p"};
    static const char *const coarse[] = {"msdos", "exfat", "smbfs"};
    m->remote = m->coarse = false;
    for (size_t i = 0; i < sizeof remote / sizeof *remote; i++) m->remote |= strcmp(m->type, remote[i]) == 0;
    for (size_t i = 0; i < sizeof coarse / sizeof *coarse; i++) m->coarse |= strcmp(m->type, coarse[i]) == 0;
    m->silent = m->remote;
}

static uint64_t hash(uint64_t h, const void *bytes, size_t len) {
    for (size_t i = 0; i < len; i++) h = (h ^ ((const unsigned char *)bytes)[i]) * UINT64_C(1099511628211);
    return h;
}

int mounts_look(const char *path, struct mount_facts *out) {
    struct statfs fs;
    memset(out, 0, sizeof *out);
    if (statfs(path, &fs) != 0) return uv_translate_sys_error(errno);
    snprintf(out->type, sizeof out->type, "%s", fs.f_fstypename);
    out->id = hash(UINT64_C(14695981039346656037), &fs.f_fsid, sizeof fs.f_fsid);
    out->id = hash(out->id, fs.f_mntfromname, strlen(fs.f_mntfromname));
    out->space_total = (int64_t)(fs.f_blocks * fs.f_bsize);
    out->space_free = (int64_t)(fs.f_bavail * fs.f_bsize);
    mounts_classify(out);
    return 0;
}

int mounts_open_table(void) { return -1; }

void mounts_close_table(int fd) { (void)fd; }
