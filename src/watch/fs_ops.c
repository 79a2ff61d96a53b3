#include "watch/fs_ops.h"

#include <errno.h>
#include <uv.h>

bool fs_means_absent(int err) { return err == UV_ENOENT || err == UV_ENOTDIR || err == UV_ELOOP; }

bool fs_means_unreachable(int err) {
    switch (err) {
    case UV_EIO:
    case UV_ENXIO:
    case UV_ENODEV:
    case UV_ENOTCONN:
    case UV_ETIMEDOUT:
    case UV_EHOSTDOWN:
    case UV_EHOSTUNREACH:
    case UV_ENETDOWN:
    case UV_ENETUNREACH:
    case UV_ECONNABORTED:
    case UV_ECONNREFUSED:
    case UV_ECONNRESET:
    case UV_ESHUTDOWN:
    case UV_EREMOTEIO:
#ifdef ESTALE /* libuv has no name for these two; on POSIX its codes are negated errno */
    case -ESTALE:
#endif
#ifdef ENOMEDIUM
    case -ENOMEDIUM:
#endif
        return true;
    default:
        return false;
    }
}
