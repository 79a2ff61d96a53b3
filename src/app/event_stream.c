#include "app/event_stream.h"

#include "platform/paths.h"
#include "report/buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { RETRY_MS = 5000, FULL_WAIT_MS = 20, FULL_WAITS = 100 /* a pipe that nobody reads just now */ };
enum { STEP_BYTES = 1 << 20 };

struct event_stream {
    uv_loop_t *loop;
    uv_timer_t retry;
    uv_work_t work;
    char *path, *system_path; /* NULL: standard output */
    void (*say)(void *ctx, const char *text);
    void *ctx;
    struct buffer lines; /* not yet in the pool's hands */
    bool busy, ending, gave_up;
    int err; /* of the last try, 0: none */

    /* The pool's while busy. */
    struct buffer writing;
    size_t done; /* bytes of it that stand in the file */
    uv_file fd;  /* negative: not open */
    bool regular;
    int work_err;
};

/* ---- on the pool ---- */

static int finish(uv_fs_t *req, int result) {
    uv_fs_req_cleanup(req);
    return result;
}

static void close_file(struct event_stream *s) {
    uv_fs_t req;
    if (s->fd >= 0 && s->system_path) finish(&req, uv_fs_close(NULL, &req, s->fd, NULL));
    s->fd = -1;
}

static int write_some(uv_file fd, char *bytes, size_t len) {
    uv_fs_t req;
    uv_buf_t buf = uv_buf_init(bytes, (unsigned)(len < STEP_BYTES ? len : STEP_BYTES));
    return finish(&req, uv_fs_write(NULL, &req, fd, &buf, 1, -1, NULL));
}

/* Whatever was written last to this file, a line begins at its end. */
static int end_last_line(struct event_stream *s, int64_t size) {
    uv_fs_t req;
    char last = '\n';
    uv_buf_t buf = uv_buf_init(&last, 1);
    if (size == 0) return 0;
    int fd = finish(&req, uv_fs_open(NULL, &req, s->system_path, UV_FS_O_RDONLY, 0, NULL));
    if (fd < 0) return 0; /* may be written and not read: nothing can be known */
    finish(&req, uv_fs_read(NULL, &req, fd, &buf, 1, size - 1, NULL));
    finish(&req, uv_fs_close(NULL, &req, fd, NULL));
    if (last == '\n') return 0;
    char end = '\n';
    int n = write_some(s->fd, &end, 1);
    return n < 0 ? n : 0;
}

/* Not waiting for a reader where the path is that of a named pipe. */
static int open_file(struct event_stream *s) {
    uv_fs_t req;
    int flags = UV_FS_O_WRONLY | UV_FS_O_CREAT | UV_FS_O_APPEND | UV_FS_O_NONBLOCK;
    s->fd = finish(&req, uv_fs_open(NULL, &req, s->system_path, flags, 0666, NULL));
    if (s->fd < 0) return s->fd;
    int err = uv_fs_fstat(NULL, &req, s->fd, NULL);
    s->regular = err == 0 && (req.statbuf.st_mode & S_IFMT) == S_IFREG;
    int64_t size = err == 0 ? (int64_t)req.statbuf.st_size : 0;
    uv_fs_req_cleanup(&req);
    return s->regular ? end_last_line(s, size) : 0;
}

/* Is what the path names still the file that is open? */
static bool still_there(const struct event_stream *s) {
    uv_fs_t open, named;
    int err = uv_fs_fstat(NULL, &open, s->fd, NULL);
    if (err == 0) {
        err = uv_fs_stat(NULL, &named, s->system_path, NULL);
        uv_fs_req_cleanup(&named);
    }
    uv_fs_req_cleanup(&open);
    return err == 0 && open.statbuf.st_ino == named.statbuf.st_ino && open.statbuf.st_dev == named.statbuf.st_dev;
}

static size_t line_begin(const struct event_stream *s) {
    size_t at = s->done;
    while (at > 0 && s->writing.bytes[at - 1] != '\n') at--;
    return at;
}

/* After a write that stopped halfway: takes half a line back, unless somebody else has written behind it. */
static void take_back(struct event_stream *s, int64_t size_before, size_t done_before) {
    uv_fs_t req;
    size_t whole = line_begin(s);
    int64_t written = (int64_t)(s->done - done_before), half = (int64_t)(s->done - whole);
    int err = uv_fs_fstat(NULL, &req, s->fd, NULL);
    bool ours = err == 0 && (int64_t)req.statbuf.st_size == size_before + written;
    uv_fs_req_cleanup(&req);
    if (half > 0 && ours) finish(&req, uv_fs_ftruncate(NULL, &req, s->fd, size_before + written - half, NULL));
}

static int64_t size_of(const struct event_stream *s) {
    uv_fs_t req;
    int err = uv_fs_fstat(NULL, &req, s->fd, NULL);
    int64_t size = err == 0 ? (int64_t)req.statbuf.st_size : -1;
    uv_fs_req_cleanup(&req);
    return size;
}

static int write_lines(struct event_stream *s) {
    if (s->system_path && s->fd >= 0 && !still_there(s)) close_file(s);
    if (s->fd < 0) {
        s->done = line_begin(s); /* another file, another reader: from the beginning of the line */
        int err = open_file(s);
        if (err < 0) {
            close_file(s);
            return err;
        }
    }
    int64_t size = s->regular ? size_of(s) : -1;
    size_t done = s->done;
    for (int waits = 0; s->done < s->writing.len;) {
        int n = write_some(s->fd, s->writing.bytes + s->done, s->writing.len - s->done);
        if (n >= 0) {
            s->done += (size_t)n;
        } else if (n == UV_EAGAIN && waits++ < FULL_WAITS) {
            uv_sleep(FULL_WAIT_MS);
        } else if (n == UV_EAGAIN) {
            return n;
        } else {
            if (s->regular) take_back(s, size, done);
            close_file(s);
            return n;
        }
    }
    return 0;
}

static void on_work(uv_work_t *work) {
    struct event_stream *s = work->data;
    s->work_err = write_lines(s);
}

/* ---- on the loop's thread ---- */

static void tell(struct event_stream *s, int before) {
    char text[1024];
    if (s->err == before || s->ending) return;
    if (s->err < 0) {
        snprintf(text, sizeof text, "the events cannot be written to %.700s: %s; %s", s->path, uv_strerror(s->err),
                 s->gave_up ? "no more are" : "they are kept and tried again every 5 s");
    } else {
        snprintf(text, sizeof text, "the events are written to %.700s again", s->path);
    }
    s->say(s->ctx, text);
}

static void start(struct event_stream *s);

static void on_done(uv_work_t *work, int status) {
    struct event_stream *s = work->data;
    int before = s->err;
    (void)status; /* never cancelled */
    s->busy = false;
    s->err = s->work_err;
    if (s->err >= 0) {
        s->writing.len = s->done = 0;
        if (s->lines.len > 0) start(s);
    } else {
        /* Standard output cannot be opened again. */
        s->gave_up = s->ending || (!s->system_path && s->err != UV_EAGAIN);
    }
    tell(s, before);
}

static void on_retry(uv_timer_t *timer) { start(timer->data); }

static void start(struct event_stream *s) {
    if (s->busy || s->gave_up) return;
    if (s->writing.len == 0) {
        struct buffer spare = s->writing;
        s->writing = s->lines;
        s->lines = spare;
    }
    if (s->writing.len == 0) return;
    s->busy = true;
    s->work.data = s;
    if (uv_queue_work(s->loop, &s->work, on_work, on_done) < 0) abort();
}

static char *copy(const char *text) {
    size_t n = strlen(text) + 1;
    char *out = malloc(n);
    if (!out) abort();
    return memcpy(out, text, n);
}

struct event_stream *event_stream_open(uv_loop_t *loop, const char *path, void (*say)(void *ctx, const char *text),
                                       void *ctx) {
    struct event_stream *s = calloc(1, sizeof *s);
    if (!s) abort();
    bool on_stdout = strcmp(path, "-") == 0;
    s->loop = loop;
    s->path = copy(on_stdout ? "standard output" : path);
    s->system_path = on_stdout ? NULL : path_for_system(path);
    s->fd = on_stdout ? 1 : -1;
    s->say = say;
    s->ctx = ctx;
    uv_timer_init(loop, &s->retry);
    s->retry.data = s;
    uv_timer_start(&s->retry, on_retry, RETRY_MS, RETRY_MS);
    return s;
}

void event_stream_put(struct event_stream *s, const char *line, size_t len) {
    buffer_add(&s->lines, line, len);
    if (s->err >= 0) start(s); /* else when it is time to try again */
}

void event_stream_end(struct event_stream *s) {
    s->ending = true;
    uv_timer_stop(&s->retry);
    start(s);
}

bool event_stream_busy(const struct event_stream *s) { return s->busy; }

size_t event_stream_unwritten(const struct event_stream *s, int *err) {
    size_t n = 0, done = s->busy ? 0 : s->done; /* what the pool has not told is not counted */
    for (size_t i = done; i < s->writing.len; i++) n += s->writing.bytes[i] == '\n';
    for (size_t i = 0; i < s->lines.len; i++) n += s->lines.bytes[i] == '\n';
    *err = s->err;
    return n;
}

static void free_stream(uv_handle_t *timer) {
    struct event_stream *s = timer->data;
    buffer_free(&s->lines);
    buffer_free(&s->writing);
    free(s->path);
    free(s->system_path);
    free(s);
}

void event_stream_close(struct event_stream *s) {
    close_file(s);
    uv_close((uv_handle_t *)&s->retry, free_stream);
}
