#include "platform/shell.h"

#include <stdbool.h>
#include <stdint.h>

static void close_end(uv_file end) {
    uv_fs_t req;
    uv_fs_close(NULL, &req, end, NULL);
    uv_fs_req_cleanup(&req);
}

/* All of it goes into the pipe before the command begins, and our end is closed: there is nothing to wait for. */
static void fill(uv_file end, const char *input, size_t len) {
    uv_fs_t req;
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)input, (unsigned)len);
    uv_fs_write(NULL, &req, end, &buf, 1, -1, NULL);
    uv_fs_req_cleanup(&req);
    close_end(end);
}

int shell_spawn(uv_loop_t *loop, uv_process_t *process, const struct shell_command *c, uv_exit_cb ended) {
    uv_file ends[2];
    uv_stdio_container_t stdio[3] = {{.flags = UV_IGNORE}, {.flags = UV_IGNORE}, {.flags = UV_IGNORE}};
    uv_process_options_t o = {.env = c->env, .stdio = stdio, .stdio_count = 3, .exit_cb = ended};
    bool piped = uv_pipe(ends, 0, shell_pipe_flags()) == 0;
    if (piped) {
        fill(ends[1], c->input, c->input_len);
        stdio[0].flags = UV_INHERIT_FD;
        stdio[0].data.fd = ends[0];
    }
    int err = shell_spawn_line(loop, process, c->line, &o);
    if (piped) close_end(ends[0]);
    return err;
}
