/* file_id: one number for a file's identity on this machine, the same wherever it is told. Pure. */
#ifndef SW_PLATFORM_FILE_ID_H
#define SW_PLATFORM_FILE_ID_H

#include <stdint.h>

/* From the device number and the inode (or file index); 0: the file system has none. */
static inline uint64_t file_id(uint64_t device, uint64_t inode) {
    if (inode == 0) return 0;
    uint64_t id = inode ^ (device * UINT64_C(0x9E3779B97F4A7C15));
    return id != 0 ? id : 1;
}

#endif
