#include "watch/root_process.h"

#include "platform/shell.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    READ_BYTES = 65536,
    GREETING_BYTES = 65536, /* what a remote shell may say before the stream begins */
    OFFSET_WINDOW_MS = 60 * 1000,
    LAST_WORDS_MS = 200, /* after its end: for what is still in its pipes */
    HANDLES = 5
};

/* How far the stream has come. */
enum begun { BEGUN_NOT, BEGUN_HEADER, BEGUN_HELLO, BEGUN_FACTS };

struct root_process {
    const struct profile *profile;
    struct root_process_events on;
    uv_process_t process;
    uv_pipe_t commands, facts, errors;
    uv_timer_t last_words;
    int open_handles; /* not yet closed: the memory is theirs too */
    bool remote;
    bool silent; /* no callback any more */
    bool gone, closing;
    enum begun begun;
    size_t greeting; /* bytes before the stream began */
    struct scan_line_buffer lines;
    struct fact_batch *one; /* the line in hand */
    char *read_buffer;
    char error[ROOT_PROCESS_WHY / 2]; /* the last line it printed that is not of the stream */
    size_t error_len;
    bool error_ended; /* that line is whole: the next byte begins another one */
    char why[ROOT_PROCESS_WHY];

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

static void end(struct root_process *p) {
    if (p->silent) return;
    p->silent = true;
    p->on.ended(p->on.ctx, p->why);
}

/* False, after noting why it is of no use. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static bool
refuse(struct root_process *p, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(p->why, sizeof p->why, format, args);
    va_end(args);
    return false;
}

static bool refuse_nonsense(struct root_process *p) {
    if (p->remote) return refuse(p, "what it says cannot be understood");
    return refuse(p, "its scanner cannot be understood; is it another version?");
}

/* ---- what is not of the stream ---- */

static void note_words(struct root_process *p, const char *bytes, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] == '\n' || bytes[i] == '\r') {
            p->error_ended = true;
            continue;
        }
        if (p->error_ended) p->error_len = 0;
        p->error_ended = false;
        if (p->error_len + 1 < sizeof p->error) p->error[p->error_len++] = bytes[i];
        p->error[p->error_len] = '\0';
    }
}

const char *root_process_last_words(const struct root_process *p) { return p->error; }

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
    p->on.sign(p->on.ctx, &op, s.next);
    return true;
}

/* The first line, or what stands before it. */
static bool take_header(struct root_process *p, const char *line, size_t len) {
    int version = scan_read_header(line);
    if (version == FACT_STREAM_VERSION) {
        p->begun = BEGUN_HEADER;
        p->error_len = 0;
        p->error[0] = '\0';
    } else if (version >= 0) {
        return refuse(p, "its sweepwatch is %s than this one (facts of version %d, here %d); install the same on both",
                      version < FACT_STREAM_VERSION ? "older" : "newer", version, FACT_STREAM_VERSION);
    } else {
        note_words(p, line, len);
        note_words(p, "\n", 1);
        p->greeting += len;
        if (p->greeting > GREETING_BYTES) return refuse(p, "it prints much and no facts; does it run sweepwatch scan?");
    }
    return true;
}

/* hello, and which batch it is: whose facts these are is known before any of them is taken. */
static bool take_first(struct root_process *p, char *line) {
    struct scan_sign s;
    struct scan_origin o;
    if (p->begun == BEGUN_HEADER) {
        if (scan_read_sign(line, &s) < 0 || !s.hello) return refuse_nonsense(p);
        if (p->remote && s.profile != scan_profile_hash(p->profile)) {
            return refuse(p,
                          "its sweepwatch %.40s looks for other files than this one; install the same on both, and "
                          "give scan there the --require and --profile that are given here",
                          s.version ? s.version : "");
        }
        note_clock(p, s.at);
        p->begun = p->remote ? BEGUN_HELLO : BEGUN_FACTS;
        return true;
    }
    if (scan_is_sign(line)) return take_sign(p, line) || refuse_nonsense(p);
    if (!scan_is_origin(line) || scan_read_origin(line, &o) < 0) return refuse_nonsense(p);
    p->begun = BEGUN_FACTS;
    return p->on.begins(p->on.ctx, &o, p->why);
}

static bool take_line(struct root_process *p, char *line, size_t len, struct fact_batch *into) {
    if (p->begun == BEGUN_NOT) return take_header(p, line, len);
    if (p->begun != BEGUN_FACTS) return take_first(p, line);
    if (scan_is_sign(line)) return take_sign(p, line) || refuse_nonsense(p);
    if (fact_decode(p->profile, line, len, p->one) < 0) return refuse_nonsense(p);
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
    if (!good) end(p);
}

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf) {
    struct root_process *p = handle->data;
    (void)size;
    *buf = uv_buf_init(p->read_buffer, READ_BYTES);
}

static void on_last_words(uv_timer_t *timer) {
    struct root_process *p = timer->data;
    size_t len = strlen(p->why);
    if (p->error[0]) snprintf(p->why + len, sizeof p->why - len, ": %s", p->error);
    end(p);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
    struct root_process *p = stream->data;
    if (n < 0) {
        uv_read_stop(stream); /* it ends; how, process_exited tells, when nothing holds it up */
        if (!p->gone && !p->silent) {
            refuse(p, "%s says nothing any more", p->remote ? "its command" : "its scanner");
            uv_timer_start(&p->last_words, on_last_words, LAST_WORDS_MS, 0);
        }
    } else if (!p->silent) {
        if (scan_lines_add(&p->lines, buf->base, (size_t)n) < 0) {
            refuse_nonsense(p);
            end(p);
        } else {
            take_lines(p);
        }
    }
}

static void on_errors(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
    struct root_process *p = stream->data;
    if (n < 0)
        uv_read_stop(stream);
    else
        note_words(p, buf->base, (size_t)n);
}

static void process_exited(uv_process_t *process, int64_t status, int signum) {
    struct root_process *p = process->data;
    const char *who = p->remote ? "its command" : "its scanner";
    p->gone = true;
    if (p->silent) return;
    if (signum)
        refuse(p, "%s was ended by signal %d", who, signum);
    else
        refuse(p, "%s ended with exit code %lld", who, (long long)status);
    uv_timer_start(&p->last_words, on_last_words, LAST_WORDS_MS, 0);
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
    uv_close((uv_handle_t *)&p->errors, handle_closed);
    uv_close((uv_handle_t *)&p->last_words, handle_closed);
}

void root_process_kill(struct root_process *p) {
    p->silent = true;
    if (!p->gone) shell_kill(&p->process);
    close_pipes(p);
}

bool root_process_gone(const struct root_process *p) { return p->gone; }

void root_process_close(struct root_process *p) {
    if (p->closing) return;
    p->closing = true;
    root_process_kill(p);
    uv_close((uv_handle_t *)&p->process, handle_closed);
}

int root_process_open(uv_loop_t *owner, const struct profile *profile, const char *const *argv, const char *remote,
                      const struct root_process_events *events, struct root_process **out) {
    struct root_process *p = must(calloc(1, sizeof *p));
    p->profile = profile;
    p->remote = remote != NULL;
    p->on = *events;
    p->one = fact_batch_new();
    p->read_buffer = must(malloc(READ_BYTES));
    uv_pipe_init(owner, &p->commands, 0);
    uv_pipe_init(owner, &p->facts, 0);
    uv_pipe_init(owner, &p->errors, 0);
    uv_timer_init(owner, &p->last_words);
    p->commands.data = p->facts.data = p->errors.data = p->last_words.data = p->process.data = p;
    /* stderr is not handed on: a process that hangs in the kernel would keep the owner's open after its end. */
    uv_stdio_container_t stdio[3] = {
        {.flags = UV_CREATE_PIPE | UV_READABLE_PIPE, .data.stream = (uv_stream_t *)&p->commands},
        {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&p->facts},
        {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&p->errors}};
    uv_process_options_t o = {.stdio = stdio, .stdio_count = 3, .exit_cb = process_exited};
    int err;
    if (remote) {
        err = shell_spawn_line(owner, &p->process, remote, &o);
    } else {
        o.file = argv[0];
        o.args = (char **)(uintptr_t)argv;
        o.flags = UV_PROCESS_DETACHED | UV_PROCESS_WINDOWS_HIDE;
        err = uv_spawn(owner, &p->process, &o);
    }
    p->open_handles = HANDLES;
    *out = NULL;
    if (err < 0) {
        p->gone = true;
        root_process_close(p);
        return err;
    }
    uv_read_start((uv_stream_t *)&p->facts, on_alloc, on_read);
    uv_read_start((uv_stream_t *)&p->errors, on_alloc, on_errors);
    *out = p;
    return 0;
}
