/* mounts: which mount a directory is on, and what that means for watching it.
 *
 * mounts_look blocks, and may hang with the drive: never on the UI thread. Thread safe. */
#ifndef SW_PLATFORM_MOUNTS_H
#define SW_PLATFORM_MOUNTS_H

#include <stdbool.h>
#include <stdint.h>

struct mount_facts {
    uint64_t id;   /* of this mount: another one after it was mounted again, or another drive. 0: unknown */
    char type[32]; /* as the system calls it: "ext4", "fuse.sshfs", "NTFS"; "" unknown */
    bool remote;   /* over a network or through a program (FUSE): an operation may hang */
    bool silent;   /* takes watches and does not deliver what others change */
    bool coarse;   /* times of files are multiples of 2 s, or of another machine's clock */
    int64_t space_total, space_free; /* bytes, the latter for ordinary users; total 0: unknown */
};

/* Returns 0 or a negative libuv error when path cannot be opened. What the system does not tell stays zero. */
int mounts_look(const char *path, struct mount_facts *out);

/* A descriptor that becomes ready (POLLPRI) when the table of mounts changes, to be closed by the caller with
 * mounts_close; -1: there is none here, look again now and then. */
int mounts_open_table(void);
void mounts_close_table(int fd);

/* What type names mean; pure. */
void mounts_classify(struct mount_facts *m);

#endif
