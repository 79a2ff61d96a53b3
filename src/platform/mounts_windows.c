/* The volume's serial number stands for the mount: a drive letter may be given to another drive. */
#include "platform/mounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>
#include <windows.h>

enum { PATH_UNITS = 32768 };

void mounts_classify(struct mount_facts *m) {
    /* `remote` is told by the drive's type. Windows servers do deliver changes; what is missed is found anyway. */
    m->silent = false;
    m->coarse = m->remote || _stricmp(m->type, "FAT") == 0 || _stricmp(m->type, "FAT32") == 0 ||
                _stricmp(m->type, "exFAT") == 0;
}

int mounts_look(const char *path, struct mount_facts *out) {
    wchar_t *wide = calloc(2 * PATH_UNITS, sizeof *wide), *volume = wide + PATH_UNITS;
    wchar_t type[MAX_PATH + 1];
    DWORD serial = 0;
    ULARGE_INTEGER available, total;
    if (!wide) abort();
    memset(out, 0, sizeof *out);
    int err = 0;
    /* The volume of a path is told whether the path is there or not. */
    if (!MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, PATH_UNITS) ||
        GetFileAttributesW(wide) == INVALID_FILE_ATTRIBUTES || !GetVolumePathNameW(wide, volume, PATH_UNITS) ||
        !GetVolumeInformationW(volume, NULL, 0, &serial, NULL, NULL, type, MAX_PATH + 1)) {
        err = uv_translate_sys_error((int)GetLastError());
    } else {
        WideCharToMultiByte(CP_UTF8, 0, type, -1, out->type, (int)sizeof out->type - 1, NULL, NULL);
        out->id = ((uint64_t)serial + 1) * UINT64_C(0x9E3779B97F4A7C15);
        out->remote = GetDriveTypeW(volume) == DRIVE_REMOTE;
        if (GetDiskFreeSpaceExW(wide, &available, &total, NULL)) {
            out->space_total = (int64_t)total.QuadPart;
            out->space_free = (int64_t)available.QuadPart;
        }
        mounts_classify(out);
    }
    free(wide);
    return err;
}

int mounts_open_table(void) { return -1; }

void mounts_close_table(int fd) { (void)fd; }
