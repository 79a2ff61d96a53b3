#include "platform/paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <uv.h>

enum { PATH_BYTES = 32768 };

static bool is_separator(char c) { return c == '/' || c == path_separator(); }

void path_to_show(char *path) {
    for (; *path; path++) {
        if (*path == '/') *path = path_separator();
    }
}

static bool is_absolute(const char *path) {
    if (is_separator(path[0])) return true;
    return path_separator() == '\\' && path[0] && path[1] == ':';
}

/* Removes "." and "name/.." in place; what comes before the first name stays. */
static void normalise(char *path) {
    size_t root = path[0] && path[1] == ':' ? 2 : 0, n = strlen(path), out = root;
    while (is_separator(path[out]) && out < n) out++;
    size_t floor = out;
    for (size_t in = out; in < n;) {
        size_t end = in;
        while (end < n && !is_separator(path[end])) end++;
        size_t len = end - in;
        if (len == 2 && path[in] == '.' && path[in + 1] == '.') {
            while (out > floor && is_separator(path[out - 1])) out--;
            while (out > floor && !is_separator(path[out - 1])) out--;
        } else if (len > 0 && !(len == 1 && path[in] == '.')) {
            memmove(path + out, path + in, len);
            out += len;
            path[out++] = path_separator();
        }
        in = end + 1;
    }
    if (out > floor && is_separator(path[out - 1])) out--;
    path[out] = '\0';
}

char *path_absolute(const char *path) {
    char *out = malloc(PATH_BYTES);
    size_t used = 0, len = strlen(path);
    if (!out) return NULL;
    if (!is_absolute(path)) {
        size_t size = PATH_BYTES / 2;
        if (uv_cwd(out, &size) == 0) used = size;
        out[used++] = path_separator();
    }
    if (used + len + 2 > PATH_BYTES) {
        free(out);
        return NULL;
    }
    memcpy(out + used, path, len + 1);
    normalise(out);
    return out;
}

char *path_real(const char *path) {
    uv_fs_t req;
    char *out = NULL;
    if (uv_fs_realpath(NULL, &req, path, NULL) == 0 && req.ptr) {
        size_t len = strlen(req.ptr) + 1;
        out = malloc(len);
        if (out) memcpy(out, req.ptr, len);
    }
    uv_fs_req_cleanup(&req);
    return out;
}

static bool is_directory(const char *path) {
    uv_fs_t req;
    bool is = uv_fs_stat(NULL, &req, path, NULL) == 0 && (req.statbuf.st_mode & S_IFMT) == S_IFDIR;
    uv_fs_req_cleanup(&req);
    return is;
}

/* Makes a directory and those above it; for nobody else's eyes. */
static bool make_directories(char *path) {
    uv_fs_t req;
    for (char *c = path + 1; *c; c++) {
        if (!is_separator(*c)) continue;
        char separator = *c;
        *c = '\0';
        uv_fs_mkdir(NULL, &req, path, 0700, NULL);
        uv_fs_req_cleanup(&req);
        *c = separator;
    }
    uv_fs_mkdir(NULL, &req, path, 0700, NULL);
    uv_fs_req_cleanup(&req);
    return is_directory(path);
}

static char *own_directory_in(const char *base) {
    size_t size = strlen(base) + sizeof "/sweepwatch";
    char *out = malloc(size);
    if (!out) return NULL;
    snprintf(out, size, "%s%csweepwatch", base, path_separator());
    if (make_directories(out)) return out;
    free(out);
    return NULL;
}

char *path_cache_dir(void) {
    char *base = path_cache_base(), *out = base ? own_directory_in(base) : NULL;
    free(base);
    return out;
}

char *path_state_dir(void) {
    char *base = path_state_base(), *out = base ? own_directory_in(base) : NULL;
    free(base);
    if (out) return out;
    char tmp[4096];
    size_t size = sizeof tmp;
    return uv_os_tmpdir(tmp, &size) == 0 ? own_directory_in(tmp) : NULL;
}
