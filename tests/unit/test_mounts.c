#include "platform/mounts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct mount_facts classified(const char *type) {
    struct mount_facts m = {.id = 1};
    snprintf(m.type, sizeof m.type, "%s", type);
    mounts_classify(&m);
    return m;
}

static void test_a_directory_is_on_some_mount(void **state) {
    struct mount_facts a, b;
    (void)state;
    assert_int_equal(mounts_look(TEST_SOURCE_DIR, &a), 0);
    assert_int_equal(mounts_look(TEST_SOURCE_DIR, &b), 0);
    assert_true(a.id != 0 && a.id == b.id);
    assert_true(a.type[0] != '\0');
    assert_true(a.space_total > 0 && a.space_free >= 0 && a.space_free <= a.space_total);
    assert_true(mounts_look(TEST_SOURCE_DIR "/nothing of this name", &a) < 0);
}

static void test_local_disks_are_watched(void **state) {
    static const char *const local[] = {"ext4", "xfs", "btrfs", "apfs", "NTFS", "tmpfs", "overlay", "fuseblk", ""};
    (void)state;
    for (size_t i = 0; i < sizeof local / sizeof *local; i++) {
        struct mount_facts m = classified(local[i]);
        if (m.remote || m.silent || m.coarse) fail_msg("%s is a local disk", local[i]);
    }
}

static void test_what_is_far_is_polled(void **state) {
    static const char *const far[] = {"nfs",      "nfs4", "cifs",       "smb3",        "9p",
                                      "virtiofs", "ceph", "fuse.sshfs", "fuse.rclone", "fuse"};
    (void)state;
    int table = mounts_open_table();
    if (table < 0) skip(); /* these are the names of Linux */
    mounts_close_table(table);
    for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
        struct mount_facts m = classified(far[i]);
        if (!m.remote || !m.silent) fail_msg("%s is far and silent", far[i]);
    }
    assert_true(classified("vfat").coarse && classified("exfat").coarse && classified("cifs").coarse);
    assert_false(classified("nfs4").coarse);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_directory_is_on_some_mount),
                                       cmocka_unit_test(test_local_disks_are_watched),
                                       cmocka_unit_test(test_what_is_far_is_polled)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
