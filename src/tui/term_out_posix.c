#include "tui/term_out.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct term_out {
    int fd;
    bool blocking;
    char *bytes;
    size_t sent, n, capacity; /* bytes[sent .. n) wait */
};

struct term_out *term_out_new(int fd, bool blocking) {
    struct term_out *o = calloc(1, sizeof *o);
    if (o == NULL) abort();
    o->fd = fd;
    o->blocking = blocking;
    return o;
}

void term_out_free(struct term_out *o) {
    if (o == NULL) return;
    free(o->bytes);
    free(o);
}

void term_out_put(struct term_out *o, const char *bytes, size_t n) {
    if (o->sent == o->n) o->sent = o->n = 0;
    if (n > o->capacity - o->n) {
        o->capacity = 2 * (o->n + n);
        o->bytes = realloc(o->bytes, o->capacity);
        if (o->bytes == NULL) abort();
    }
    memcpy(o->bytes + o->n, bytes, n);
    o->n += n;
}

size_t term_out_waiting(const struct term_out *o) { return o->n - o->sent; }

void term_out_skip(struct term_out *o, size_t n) { o->sent += n; }

bool term_out_send(struct term_out *o) {
    while (o->sent < o->n) {
        ssize_t n = write(o->fd, o->bytes + o->sent, o->n - o->sent);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) && !o->blocking) return false;
        if (n <= 0) break; /* it is gone: whoever hears of its keys is told so */
        o->sent += (size_t)n;
    }
    o->sent = o->n = 0;
    return true;
}

bool term_out_drain(struct term_out *o, int ms) {
    enum { STEP_MS = 20 };
    for (int left = ms; !term_out_send(o); left -= STEP_MS) {
        struct pollfd p = {.fd = o->fd, .events = POLLOUT};
        if (left <= 0) return false;
        poll(&p, 1, STEP_MS);
    }
    return true;
}

bool term_out_has_room(const struct term_out *o) {
    struct pollfd p = {.fd = o->fd, .events = POLLOUT};
    return o->sent == o->n && (o->blocking || (poll(&p, 1, 0) > 0 && (p.revents & POLLOUT)));
}
