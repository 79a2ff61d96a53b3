#include "watch/root_process.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    READ_BYTES = 65536,
    GREETING_BYTES = 65536, /* what a remote shell may say before the stream begins */
    OFFSET_WINDOW_MS = 60 * 1000
};

struct root_process {
    const struct profile *profile;
    struct root_process_events on;
    uv_process_t process;
    uv_pipe_t commands, facts;
    int open_handles; /* not yet closed: the memory is theirs too */
    bool silent;      /* no callback any more */
    bool gone, closing, begun;
    size_t greeting; /* bytes before the stream began */
    struct scan_line_buffer lines;
    struct fact_batch *one; /* the line in hand */
    char *read_buffer;

    /* Clock of the owner minus that of the process: the least seen of now minus a sign's time, for that sign travelled
     * fastest; of this window and the one before, as clocks of two machines drift. */
    int64_t offset, window_offset, last_offset, window_since;
    bool has_offset;
};

static void *must(void *p) {
    if (!p) abort();
    return p;
}

static int64_t mono_now(void) { return (int64_t)(uv_hrtime() / 1000000); }

static void end(struct root_process *p, const char *why) {
    if (p->silent) return;
    p->silent = true;
    p->on.ended(p->on.ctx, why);
}

/* ---- facts in ---- */

static void note_clock(struct root_process *p, int64_t at) {
    int64_t now = mono_now(), offset = now - at;
    if (!p->has_offset || now - p->window_since > OFFSET_WINDOW_MS) {
        p->last_offset = p->has_offset ? p->window_offset : offset;
        p->window_offset = offset;
        p->window_since = now;
        p->has_offset = true;
    }
    if (offset < p->window_offset) p->window_offset = offset;
    p->offset = p->window_offset < p->last_offset ? p->window_offset : p->last_offset;
}

static bool take_sign(struct root_process *p, char *line) {
    struct scan_sign s;
    if (scan_read_sign(line, &s) < 0) return false;
    note_clock(p, s.at);
    const char *word = s.operation ? fs_operation_word(s.operation) : NULL; /* the line goes, the sign is kept */
    struct fs_operation op = {.word = word, .since = s.since + p->offset};
    snprintf(op.path, sizeof op.path, "%s", s.path);
    p->on.sign(p->on.ctx, &op);
    return true;
}

static bool take_line(struct root_process *p, char *line, size_t len, struct fact_batch *into) {
    if (!p->begun) {
        p->begun = strcmp(line, FACT_STREAM_HEADER) == 0;
        p->greeting += len;
        return p->greeting <= GREETING_BYTES;
    }
    if (scan_is_sign(line)) return take_sign(p, line);
    if (fact_decode(p->profile, line, len, p->one) < 0) return false;
    struct fact f = *fact_batch_at(p->one, 0);
    f.at += p->offset;
    if (f.kind == FACT_ROOT) f.u.root_state.since += p->offset;
    p->on.adjust(p->on.ctx, &f);
    fact_batch_add(into, &f);
    fact_batch_clear(p->one);
    return true;
}

static void take_lines(struct root_process *p) {
    struct fact_batch *b = fact_batch_new();
    char *line;
    size_t len;
    bool good = true;
    while (!p->silent && good && (line = scan_lines_next(&p->lines, &len)) != NULL) good = take_line(p, line, len, b);
    if (fact_batch_count(b) > 0 && !p->silent)
        p->on.facts(p->on.ctx, b);
    else
        fact_batch_free(b);
    if (!good) end(p, "its scanner cannot be understood; is it another version?");
}

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf) {
    struct root_process *p = handle->data;
    (void)size;
    *buf = uv_buf_init(p->read_buffer, READ_BYTES);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
    struct root_process *p = stream->data;
    if (n < 0) {
        uv_read_stop(stream); /* it ends; how, process_exited tells */
    } else if (!p->silent) {
        if (scan_lines_add(&p->lines, buf->base, (size_t)n) < 0)
            end(p, "its scanner cannot be understood; is it another version?");
        else
            take_lines(p);
    }
}

static void process_exited(uv_process_t *process, int64_t status, int signum) {
    struct root_process *p = process->data;
    char why[128];
    p->gone = true;
    if (signum)
        snprintf(why, sizeof why, "its scanner was ended by signal %d", signum);
    else
        snprintf(why, sizeof why, "its scanner ended with exit code %lld", (long long)status);
    end(p, why);
}

/* ---- commands out ---- */

struct sending {
    uv_write_t write;
    struct fact_text text;
};

static void sent(uv_write_t *write, int status) {
    struct sending *s = write->data;
    (void)status; /* a pipe that broke: the process' end is told by the other one */
    fact_text_free(&s->text);
    free(s);
}

void root_process_send(struct root_process *p, const struct scan_command *c) {
    if (p->silent || p->closing) return;
    struct sending *s = must(calloc(1, sizeof *s));
    scan_put_command(c, &s->text);
    s->write.data = s;
    uv_buf_t buf = uv_buf_init(s->text.data, (unsigned)s->text.len);
    if (uv_write(&s->write, (uv_stream_t *)&p->commands, &buf, 1, sent) < 0) sent(&s->write, 0);
}

/* ---- life ---- */

static void handle_closed(uv_handle_t *handle) {
    struct root_process *p = handle->data;
    if (--p->open_handles > 0) return;
    scan_lines_free(&p->lines);
    fact_batch_free(p->one);
    free(p->read_buffer);
    free(p);
}

static void close_pipes(struct root_process *p) {
    if (uv_is_closing((uv_handle_t *)&p->facts)) return;
    uv_close((uv_handle_t *)&p->facts, handle_closed);
    uv_close((uv_handle_t *)&p->commands, handle_closed);
}

void root_process_kill(struct root_process *p) {
    p->silent = true;
    if (!p->gone) uv_process_kill(&p->process, SIGKILL);
    close_pipes(p);
}

bool root_process_gone(const struct root_process *p) { return p->gone; }

void root_process_close(struct root_process *p) {
    if (p->closing) return;
    p->closing = true;
    root_process_kill(p);
    uv_close((uv_handle_t *)&p->process, handle_closed);
}

int root_process_open(uv_loop_t *owner, const struct profile *profile, const char *const *argv,
                      const struct root_process_events *events, struct root_process **out) {
    struct root_process *p = must(calloc(1, sizeof *p));
    p->profile = profile;
    p->on = *events;
    p->one = fact_batch_new();
    p->read_buffer = must(malloc(READ_BYTES));
    uv_pipe_init(owner, &p->commands, 0);
    uv_pipe_init(owner, &p->facts, 0);
    p->commands.data = p->facts.data = p->process.data = p;
    /* stderr is not handed on: a process that hangs in the kernel would keep the owner's open after its end. */
    uv_stdio_container_t stdio[3] = {
        {.flags = UV_CREATE_PIPE | UV_READABLE_PIPE, .data.stream = (uv_stream_t *)&p->commands},
        {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&p->facts},
        {.flags = UV_IGNORE}};
    uv_process_options_t o = {.file = argv[0],
                              .args = (char **)(uintptr_t)argv,
                              .stdio = stdio,
                              .stdio_count = 3,
                              .exit_cb = process_exited,
                              .flags = UV_PROCESS_DETACHED | UV_PROCESS_WINDOWS_HIDE};
    int err = uv_spawn(owner, &p->process, &o);
    p->open_handles = 3;
    *out = NULL;
    if (err < 0) {
        p->gone = true;
        root_process_close(p);
        return err;
    }
    uv_read_start((uv_stream_t *)&p->facts, on_alloc, on_read);
    *out = p;
    return 0;
}
