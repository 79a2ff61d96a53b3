#include "support/fs_fake.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { LINK_LIMIT = 40, PATH_BYTES = 4096 };

enum node_kind { NODE_FILE, NODE_DIR, NODE_SPECIAL, NODE_LINK };

struct node {
    enum node_kind kind;
    char *name;
    struct node *parent; /* NULL: the root, removed, or out of reach */
    int references;      /* open handles, watches and places in the tree */
    bool unreachable;    /* top of an unmounted tree */
    uint64_t id;
    int64_t mtime_ns, ctime_ns, granularity_ns;
    char *holder; /* NULL: nobody */
    bool refuses;
    unsigned char *data; /* file: content; link: target with NUL */
    size_t size;
    struct node **children; /* sorted by name */
    size_t n_children, cap_children;
};

struct fs_dir {
    struct node *node;
};

struct fs_file {
    struct node *node;
};

struct rule {
    char *path;
    bool tree;
    int ops, err;
};

struct watch {
    char *path; /* NULL: the slot is free */
    struct node *node;
    bool alive;
};

/* A version of a file that was read. */
struct noted {
    uint64_t id;
    int64_t size, mtime_ns;
};

enum { NOTED_BUCKETS = 1024 };

struct mount {
    char *path;
    struct node *hidden;
};

struct fs_fake {
    uv_mutex_t lock;
    struct fs_ops ops;
    struct node *root;
    int64_t now_ns, began_ns;
    uint64_t next_id;
    uint64_t *free_ids;
    size_t n_free_ids;
    bool reuse_ids, hide_types, lose_events;
    struct rule *rules;
    size_t n_rules;
    struct watch *watches;
    size_t n_watches;
    int watch_limit;
    struct mount *mounts;
    size_t n_mounts;
    char *short_dir; /* NULL: no listing is shortened */
    int short_most;
    bool short_hides;
    bool note_reads;
    struct noted *noted[NOTED_BUCKETS]; /* by id */
    size_t n_noted[NOTED_BUCKETS];
    void (*before)(void *arg, enum fs_fake_op op, const char *path);
    void *before_arg;
    void (*changed)(void *arg, const char *dir);
    void *changed_arg;
    struct fs_fake_counts counts;
};

/* Memory. */

static void *must(void *memory) {
    if (memory == NULL) abort();
    return memory;
}

static void *grown(void *array, size_t count, size_t item) { return must(realloc(array, (count + 1) * item)); }

static char *copy_text(const char *text) {
    size_t len = strlen(text) + 1;
    return memcpy(must(malloc(len)), text, len);
}

/* Nodes. */

static void node_unref(struct fs_fake *f, struct node *n) {
    if (--n->references > 0) return;
    f->free_ids = grown(f->free_ids, f->n_free_ids, sizeof *f->free_ids);
    f->free_ids[f->n_free_ids++] = n->id;
    free(n->name);
    free(n->holder);
    free(n->data);
    free(n->children);
    free(n);
}

static int64_t cut(int64_t ns, int64_t granularity) { return ns - ns % granularity; }

static void change(struct fs_fake *f, struct node *n) { n->ctime_ns = cut(f->now_ns, n->granularity_ns); }

static void touch(struct fs_fake *f, struct node *n) {
    n->mtime_ns = cut(f->now_ns, n->granularity_ns);
    change(f, n);
}

static struct node *node_new(struct fs_fake *f, enum node_kind kind, const char *name, const struct node *like) {
    struct node *n = must(calloc(1, sizeof *n));
    n->kind = kind;
    n->name = copy_text(name);
    n->references = 1;
    n->id = f->reuse_ids && f->n_free_ids > 0 ? f->free_ids[--f->n_free_ids] : f->next_id++;
    n->granularity_ns = like != NULL ? like->granularity_ns : 1;
    touch(f, n);
    return n;
}

/* Where `name` is among the children, or where it would go. */
static size_t child_slot(const struct node *dir, const char *name, bool *found) {
    size_t low = 0, high = dir->n_children;
    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(dir->children[middle]->name, name);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static struct node *child(const struct node *dir, const char *name) {
    bool found;
    size_t i = child_slot(dir, name, &found);
    return found ? dir->children[i] : NULL;
}

static void attach(struct node *dir, struct node *n) {
    bool found;
    size_t i = child_slot(dir, n->name, &found);
    if (found) abort();
    if (dir->n_children == dir->cap_children) {
        dir->cap_children = dir->cap_children != 0 ? dir->cap_children * 2 : 8;
        dir->children = must(realloc(dir->children, dir->cap_children * sizeof(struct node *)));
    }
    memmove(dir->children + i + 1, dir->children + i, (dir->n_children - i) * sizeof(struct node *));
    dir->children[i] = n;
    dir->n_children++;
    n->parent = dir;
}

static void detach(struct node *n) {
    struct node *dir = n->parent;
    bool found;
    size_t i = child_slot(dir, n->name, &found);
    memmove(dir->children + i, dir->children + i + 1, (dir->n_children - i - 1) * sizeof(struct node *));
    dir->n_children--;
    n->parent = NULL;
}

static bool out_of_reach(const struct node *n) {
    while (n->parent != NULL) n = n->parent;
    return n->unreachable;
}

static void node_path(const struct node *n, char out[PATH_BYTES]) {
    char reverse[PATH_BYTES];
    size_t at = sizeof reverse - 1;
    reverse[at] = '\0';
    for (; n->parent != NULL; n = n->parent) {
        size_t len = strlen(n->name);
        if (len + 1 > at) abort();
        at -= len;
        memcpy(reverse + at, n->name, len);
        reverse[--at] = '/';
    }
    if (reverse[at] == '\0') reverse[--at] = '/';
    memcpy(out, reverse + at, sizeof reverse - at);
}

static bool is_short(const struct fs_fake *f, const struct node *dir) {
    char path[PATH_BYTES];
    if (f->short_dir == NULL) return false;
    node_path(dir, path);
    return strcmp(path, f->short_dir) == 0;
}

/* A child that its directory does not give away at present. */
static bool is_hidden(const struct fs_fake *f, const struct node *dir, const char *name) {
    bool found;
    return f->short_hides && child_slot(dir, name, &found) >= (size_t)f->short_most && is_short(f, dir);
}

/* Looks `path` up from `from`. follow: also a link in the last place. */
static int lookup(struct fs_fake *f, struct node *from, const char *path, bool follow, int *links, struct node **out) {
    struct node *at = *path == '/' ? f->root : from;
    while (*path != '\0') {
        char name[PATH_BYTES];
        size_t len = strcspn(path, "/");
        if (len >= sizeof name) return UV_ENAMETOOLONG;
        memcpy(name, path, len);
        name[len] = '\0';
        path += len;
        bool last = path[strspn(path, "/")] == '\0';
        path += strspn(path, "/");
        if (at->kind != NODE_DIR) return UV_ENOTDIR;
        if (len == 0 || strcmp(name, ".") == 0) continue;
        if (strcmp(name, "..") == 0) {
            if (at->parent != NULL) at = at->parent;
            continue;
        }
        struct node *next = child(at, name);
        if (next == NULL || is_hidden(f, at, name)) return UV_ENOENT;
        if (next->kind == NODE_LINK && (follow || !last)) {
            if (++*links > LINK_LIMIT) return UV_ELOOP;
            int err = lookup(f, at, (const char *)next->data, true, links, &next);
            if (err < 0) return err;
        }
        at = next;
    }
    *out = at;
    return 0;
}

static int find(struct fs_fake *f, const char *path, struct node **out) {
    int links = 0;
    return lookup(f, f->root, path, true, &links, out);
}

static int find_itself(struct fs_fake *f, const char *path, struct node **out) {
    int links = 0;
    return lookup(f, f->root, path, false, &links, out);
}

/* Watches. */

static void tell(struct fs_fake *f, const struct node *dir) {
    if (dir == NULL || f->lose_events || f->changed == NULL) return;
    for (size_t i = 0; i < f->n_watches; i++) {
        if (f->watches[i].alive && f->watches[i].node == dir) f->changed(f->changed_arg, f->watches[i].path);
    }
}

/* The directory is no more: its watches tell that, and hold it no longer. */
static void end_watches(struct fs_fake *f, const struct node *dir) {
    for (size_t i = 0; i < f->n_watches; i++) {
        struct watch *w = &f->watches[i];
        if (w->node != dir) continue;
        bool told = w->alive && !f->lose_events && f->changed != NULL;
        w->alive = false;
        node_unref(f, w->node);
        w->node = NULL;
        if (told) f->changed(f->changed_arg, w->path);
    }
}

static void kill_watches_below(struct fs_fake *f, const struct node *dir) {
    for (size_t i = 0; i < f->n_watches; i++) {
        for (const struct node *n = f->watches[i].node; n != NULL; n = n->parent) {
            if (n == dir) f->watches[i].alive = false;
        }
    }
}

/* World. */

/* Takes n, which is out of the tree, and all below it apart, leaves first, without recursion. */
static void dismantle(struct fs_fake *f, struct node *top) {
    struct node *n = top;
    for (;;) {
        if (n->n_children > 0) {
            n = n->children[n->n_children - 1];
            continue;
        }
        struct node *parent = n != top ? n->parent : NULL;
        end_watches(f, n);
        if (parent != NULL) {
            detach(n);
            tell(f, parent);
        }
        node_unref(f, n);
        if (parent == NULL) return;
        n = parent;
    }
}

static int make_dirs(struct fs_fake *f, const char *path, size_t len, struct node **out) {
    struct node *at = f->root;
    size_t i = 0;
    while (i < len) {
        size_t n = strcspn(path + i, "/");
        if (n > len - i) n = len - i;
        if (n > 0) {
            char name[PATH_BYTES];
            if (n >= sizeof name) return UV_ENAMETOOLONG;
            memcpy(name, path + i, n);
            name[n] = '\0';
            struct node *next = child(at, name);
            if (next != NULL && next->kind == NODE_LINK) {
                int links = 0;
                int err = lookup(f, at, name, true, &links, &next);
                if (err < 0) return err;
            }
            if (next == NULL) {
                next = node_new(f, NODE_DIR, name, at);
                attach(at, next);
                touch(f, at);
                tell(f, at);
            }
            if (next->kind != NODE_DIR) return UV_ENOTDIR;
            at = next;
        }
        i += n + 1;
    }
    *out = at;
    return 0;
}

/* The directory that holds the last name of path, made when missing, and that name. */
static int holder(struct fs_fake *f, const char *path, struct node **dir, const char **name) {
    const char *slash = strrchr(path, '/');
    if (*path != '/' || slash[1] == '\0') return UV_EINVAL;
    *name = slash + 1;
    return make_dirs(f, path, (size_t)(slash - path), dir);
}

static int make_node(struct fs_fake *f, const char *path, enum node_kind kind, struct node **out) {
    struct node *dir;
    const char *name;
    int err = holder(f, path, &dir, &name);
    if (err < 0) return err;
    if (child(dir, name) != NULL) return UV_EEXIST;
    *out = node_new(f, kind, name, dir);
    attach(dir, *out);
    touch(f, dir);
    tell(f, dir);
    return 0;
}

static int file_for_writing(struct fs_fake *f, const char *path, struct node **out) {
    int err = find(f, path, out);
    if (err == UV_ENOENT) return make_node(f, path, NODE_FILE, out);
    if (err < 0) return err;
    return (*out)->kind == NODE_FILE ? 0 : (*out)->kind == NODE_DIR ? UV_EISDIR : UV_ENXIO;
}

static void resize(struct node *n, size_t size) {
    n->data = must(realloc(n->data, size + 1));
    if (size > n->size) memset(n->data + n->size, 0, size - n->size);
    n->size = size;
}

static void put_data(struct node *n, size_t at, const void *data, size_t len) {
    resize(n, at + len);
    if (len > 0) memcpy(n->data + at, data, len);
}

static void changed_file(struct fs_fake *f, struct node *n) {
    touch(f, n);
    tell(f, n->parent);
}

static int world_write(struct fs_fake *f, const char *path, const void *data, size_t len) {
    struct node *n;
    int err = file_for_writing(f, path, &n);
    if (err < 0) return err;
    put_data(n, 0, data, len);
    changed_file(f, n);
    return 0;
}

static int world_append(struct fs_fake *f, const char *path, const void *data, size_t len) {
    struct node *n;
    int err = file_for_writing(f, path, &n);
    if (err < 0) return err;
    put_data(n, n->size, data, len);
    changed_file(f, n);
    return 0;
}

static int world_truncate(struct fs_fake *f, const char *path, size_t size) {
    struct node *n;
    int err = file_for_writing(f, path, &n);
    if (err < 0) return err;
    resize(n, size);
    changed_file(f, n);
    return 0;
}

static int world_remove(struct fs_fake *f, const char *path) {
    struct node *n;
    int err = find_itself(f, path, &n);
    if (err < 0) return err;
    if (n->parent == NULL) return UV_EBUSY;
    struct node *dir = n->parent;
    detach(n);
    dismantle(f, n);
    touch(f, dir);
    tell(f, dir);
    return 0;
}

static int world_rename(struct fs_fake *f, const char *from, const char *to) {
    struct node *n, *dir, *old;
    const char *name;
    int err = find_itself(f, from, &n);
    if (err < 0) return err;
    if (n->parent == NULL) return UV_EBUSY;
    err = holder(f, to, &dir, &name);
    if (err < 0) return err;
    for (struct node *up = dir; up != NULL; up = up->parent) {
        if (up == n) return UV_EINVAL;
    }
    old = child(dir, name);
    if (old == n) return 0;
    if (old != NULL) {
        if (old->kind == NODE_DIR && old->n_children > 0) return UV_ENOTEMPTY;
        if ((old->kind == NODE_DIR) != (n->kind == NODE_DIR)) return UV_EEXIST;
        detach(old);
        dismantle(f, old);
    }
    struct node *left = n->parent;
    detach(n);
    free(n->name);
    n->name = copy_text(name);
    attach(dir, n);
    touch(f, left);
    touch(f, dir);
    tell(f, left);
    if (dir != left) tell(f, dir);
    tell(f, n); /* nobody watches a file */
    return 0;
}

static int world_replace(struct fs_fake *f, const char *path, const void *data, size_t len) {
    struct node *dir, *old;
    const char *name;
    int err = holder(f, path, &dir, &name);
    if (err < 0) return err;
    old = child(dir, name);
    if (old != NULL && old->kind == NODE_DIR) return UV_EISDIR;
    /* Made while the old one still stands: both exist for a moment, so they never share an id. */
    struct node *n = node_new(f, NODE_FILE, name, dir);
    put_data(n, 0, data, len);
    if (old != NULL) {
        detach(old);
        dismantle(f, old);
    }
    attach(dir, n);
    touch(f, dir);
    tell(f, dir);
    return 0;
}

static int world_copy(struct fs_fake *f, const char *from, const char *to) {
    struct node *source, *n;
    int err = find(f, from, &source);
    if (err < 0) return err;
    if (source->kind != NODE_FILE) return UV_EINVAL;
    err = file_for_writing(f, to, &n);
    if (err < 0) return err;
    if (n == source) return UV_EINVAL;
    put_data(n, 0, source->data, source->size);
    n->mtime_ns = cut(source->mtime_ns, n->granularity_ns);
    tell(f, n->parent);
    return 0;
}

static int world_hide(struct fs_fake *f, const char *path, bool empty_left) {
    struct node *n, *dir;
    int err = find_itself(f, path, &n);
    if (err < 0) return err;
    if (n->kind != NODE_DIR || n->parent == NULL) return UV_EINVAL;
    dir = n->parent;
    kill_watches_below(f, n);
    detach(n);
    n->unreachable = true;
    f->mounts = grown(f->mounts, f->n_mounts, sizeof *f->mounts);
    f->mounts[f->n_mounts++] = (struct mount){copy_text(path), n};
    if (empty_left) attach(dir, node_new(f, NODE_DIR, n->name, dir));
    return 0;
}

static int world_restore(struct fs_fake *f, const char *path) {
    for (size_t i = 0; i < f->n_mounts; i++) {
        if (strcmp(f->mounts[i].path, path) != 0) continue;
        struct mount mount = f->mounts[i];
        f->mounts[i] = f->mounts[--f->n_mounts];
        free(mount.path);
        struct node *dir, *cover;
        const char *name;
        int err = holder(f, path, &dir, &name);
        if (err < 0) abort(); /* the parent was made a file: not a world this fake knows */
        cover = child(dir, name);
        if (cover != NULL) {
            kill_watches_below(f, cover);
            detach(cover);
            dismantle(f, cover);
        }
        mount.hidden->unreachable = false;
        attach(dir, mount.hidden);
        return 0;
    }
    return UV_ENOENT;
}

/* Public world calls: each is one of the above under the lock. */

static int locked(struct fs_fake *f, int result) {
    uv_mutex_unlock(&f->lock);
    return result;
}

int fs_fake_write(struct fs_fake *f, const char *path, const void *data, size_t len) {
    uv_mutex_lock(&f->lock);
    return locked(f, world_write(f, path, data, len));
}

int fs_fake_write_text(struct fs_fake *f, const char *path, const char *text) {
    return fs_fake_write(f, path, text, strlen(text));
}

int fs_fake_append(struct fs_fake *f, const char *path, const void *data, size_t len) {
    uv_mutex_lock(&f->lock);
    return locked(f, world_append(f, path, data, len));
}

int fs_fake_truncate(struct fs_fake *f, const char *path, size_t size) {
    uv_mutex_lock(&f->lock);
    return locked(f, world_truncate(f, path, size));
}

int fs_fake_replace(struct fs_fake *f, const char *path, const void *data, size_t len) {
    uv_mutex_lock(&f->lock);
    return locked(f, world_replace(f, path, data, len));
}

int fs_fake_copy(struct fs_fake *f, const char *from, const char *to) {
    uv_mutex_lock(&f->lock);
    return locked(f, world_copy(f, from, to));
}

int fs_fake_rename(struct fs_fake *f, const char *from, const char *to) {
    uv_mutex_lock(&f->lock);
    return locked(f, world_rename(f, from, to));
}

int fs_fake_remove(struct fs_fake *f, const char *path) {
    uv_mutex_lock(&f->lock);
    return locked(f, world_remove(f, path));
}

int fs_fake_mkdir(struct fs_fake *f, const char *path) {
    struct node *n;
    uv_mutex_lock(&f->lock);
    return locked(f, make_dirs(f, path, strlen(path), &n));
}

int fs_fake_special(struct fs_fake *f, const char *path) {
    struct node *n;
    uv_mutex_lock(&f->lock);
    return locked(f, make_node(f, path, NODE_SPECIAL, &n));
}

int fs_fake_link(struct fs_fake *f, const char *path, const char *target) {
    struct node *n;
    uv_mutex_lock(&f->lock);
    int err = make_node(f, path, NODE_LINK, &n);
    if (err == 0) put_data(n, 0, target, strlen(target) + 1);
    return locked(f, err);
}

int fs_fake_set_mtime(struct fs_fake *f, const char *path, int64_t mtime_ns) {
    struct node *n;
    uv_mutex_lock(&f->lock);
    int err = find(f, path, &n);
    if (err == 0) {
        n->mtime_ns = mtime_ns;
        change(f, n);
        tell(f, n->parent);
    }
    return locked(f, err);
}

int fs_fake_set_id(struct fs_fake *f, const char *path, uint64_t id) {
    struct node *n;
    uv_mutex_lock(&f->lock);
    int err = find(f, path, &n);
    if (err == 0) n->id = id;
    return locked(f, err);
}

int fs_fake_hold(struct fs_fake *f, const char *path, const char *holder, bool refuses) {
    struct node *n;
    uv_mutex_lock(&f->lock);
    int err = find(f, path, &n);
    if (err == 0) {
        free(n->holder);
        n->holder = holder != NULL ? copy_text(holder) : NULL;
        n->refuses = holder != NULL && refuses;
    }
    return locked(f, err);
}

int fs_fake_granularity(struct fs_fake *f, const char *dir, int64_t ns) {
    struct node *n;
    uv_mutex_lock(&f->lock);
    int err = find(f, dir, &n);
    if (err == 0) {
        n->granularity_ns = ns;
        n->mtime_ns = cut(n->mtime_ns, ns);
    }
    return locked(f, err);
}

int fs_fake_unmount(struct fs_fake *f, const char *dir) {
    uv_mutex_lock(&f->lock);
    return locked(f, world_hide(f, dir, true));
}

int fs_fake_vanish(struct fs_fake *f, const char *dir) {
    uv_mutex_lock(&f->lock);
    return locked(f, world_hide(f, dir, false));
}

int fs_fake_restore(struct fs_fake *f, const char *dir) {
    uv_mutex_lock(&f->lock);
    return locked(f, world_restore(f, dir));
}

int64_t fs_fake_now_ns(struct fs_fake *f) {
    uv_mutex_lock(&f->lock);
    int64_t now = f->now_ns;
    uv_mutex_unlock(&f->lock);
    return now;
}

int64_t fs_fake_now_ms(struct fs_fake *f) { return (fs_fake_now_ns(f) - f->began_ns) / 1000000; }

void fs_fake_advance(struct fs_fake *f, int64_t ms) {
    uv_mutex_lock(&f->lock);
    f->now_ns += ms * 1000000;
    uv_mutex_unlock(&f->lock);
}

void fs_fake_jump(struct fs_fake *f, int64_t ms) {
    uv_mutex_lock(&f->lock);
    f->now_ns += ms * 1000000;
    f->began_ns += ms * 1000000;
    uv_mutex_unlock(&f->lock);
}

void fs_fake_shorten(struct fs_fake *f, const char *dir, int most, bool hides) {
    uv_mutex_lock(&f->lock);
    free(f->short_dir);
    f->short_dir = most >= 0 ? copy_text(dir) : NULL;
    f->short_most = most;
    f->short_hides = most >= 0 && hides;
    uv_mutex_unlock(&f->lock);
}

void fs_fake_note_reads(struct fs_fake *f, bool on) {
    uv_mutex_lock(&f->lock);
    f->note_reads = on;
    uv_mutex_unlock(&f->lock);
}

static bool is_noted(const struct fs_fake *f, const struct noted *n) {
    size_t b = n->id % NOTED_BUCKETS;
    for (size_t i = f->n_noted[b]; i-- > 0;) {
        const struct noted *o = &f->noted[b][i];
        if (o->id == n->id && o->size == n->size && o->mtime_ns == n->mtime_ns) return true;
    }
    return false;
}

static void note_read(struct fs_fake *f, const struct node *n) {
    struct noted v = {n->id, (int64_t)n->size, n->mtime_ns};
    size_t b = v.id % NOTED_BUCKETS;
    if (!f->note_reads || is_noted(f, &v)) return;
    f->noted[b] = grown(f->noted[b], f->n_noted[b], sizeof v);
    f->noted[b][f->n_noted[b]++] = v;
}

bool fs_fake_was_read(struct fs_fake *f, uint64_t id, int64_t size, int64_t mtime_ns) {
    uv_mutex_lock(&f->lock);
    bool read = is_noted(f, &(struct noted){id, size, mtime_ns});
    uv_mutex_unlock(&f->lock);
    return read;
}

void fs_fake_reuse_ids(struct fs_fake *f, bool on) {
    uv_mutex_lock(&f->lock);
    f->reuse_ids = on;
    uv_mutex_unlock(&f->lock);
}

void fs_fake_hide_types(struct fs_fake *f, bool on) {
    uv_mutex_lock(&f->lock);
    f->hide_types = on;
    uv_mutex_unlock(&f->lock);
}

void fs_fake_fail(struct fs_fake *f, const char *path, bool tree, int ops, int err) {
    uv_mutex_lock(&f->lock);
    f->rules = grown(f->rules, f->n_rules, sizeof *f->rules);
    f->rules[f->n_rules++] = (struct rule){copy_text(path), tree, ops, err};
    uv_mutex_unlock(&f->lock);
}

void fs_fake_heal(struct fs_fake *f) {
    uv_mutex_lock(&f->lock);
    while (f->n_rules > 0) free(f->rules[--f->n_rules].path);
    uv_mutex_unlock(&f->lock);
}

void fs_fake_hook(struct fs_fake *f, void (*before)(void *arg, enum fs_fake_op op, const char *path), void *arg) {
    uv_mutex_lock(&f->lock);
    f->before = before;
    f->before_arg = arg;
    uv_mutex_unlock(&f->lock);
}

struct fs_fake_counts fs_fake_counts(struct fs_fake *f) {
    uv_mutex_lock(&f->lock);
    struct fs_fake_counts counts = f->counts;
    uv_mutex_unlock(&f->lock);
    return counts;
}

void fs_fake_reset_counts(struct fs_fake *f) {
    uv_mutex_lock(&f->lock);
    f->counts = (struct fs_fake_counts){.open_handles = f->counts.open_handles};
    uv_mutex_unlock(&f->lock);
}

static int live_watches(const struct fs_fake *f) {
    int n = 0;
    for (size_t i = 0; i < f->n_watches; i++) n += f->watches[i].alive;
    return n;
}

int fs_fake_watch(struct fs_fake *f, const char *dir) {
    struct node *n;
    uv_mutex_lock(&f->lock);
    int err = find(f, dir, &n);
    if (err == 0 && n->kind != NODE_DIR) err = UV_ENOTDIR;
    if (err == 0 && f->watch_limit >= 0 && live_watches(f) >= f->watch_limit) err = UV_ENOSPC;
    if (err < 0) return locked(f, err);
    size_t slot = 0;
    while (slot < f->n_watches && f->watches[slot].path != NULL) slot++;
    if (slot == f->n_watches) {
        f->watches = grown(f->watches, f->n_watches, sizeof *f->watches);
        f->n_watches++;
    }
    n->references++;
    f->watches[slot] = (struct watch){copy_text(dir), n, true};
    return locked(f, (int)slot);
}

static void drop_watch(struct fs_fake *f, struct watch *w) {
    if (w->path == NULL) return;
    free(w->path);
    if (w->node != NULL) node_unref(f, w->node);
    *w = (struct watch){0};
}

void fs_fake_unwatch(struct fs_fake *f, int watch) {
    uv_mutex_lock(&f->lock);
    if (watch >= 0 && (size_t)watch < f->n_watches) drop_watch(f, &f->watches[watch]);
    uv_mutex_unlock(&f->lock);
}

bool fs_fake_watch_alive(struct fs_fake *f, int watch) {
    uv_mutex_lock(&f->lock);
    bool alive = watch >= 0 && (size_t)watch < f->n_watches && f->watches[watch].alive;
    uv_mutex_unlock(&f->lock);
    return alive;
}

void fs_fake_watch_limit(struct fs_fake *f, int most) {
    uv_mutex_lock(&f->lock);
    f->watch_limit = most;
    uv_mutex_unlock(&f->lock);
}

void fs_fake_on_change(struct fs_fake *f, void (*changed)(void *arg, const char *dir), void *arg) {
    uv_mutex_lock(&f->lock);
    f->changed = changed;
    f->changed_arg = arg;
    uv_mutex_unlock(&f->lock);
}

void fs_fake_lose_events(struct fs_fake *f, bool on) {
    uv_mutex_lock(&f->lock);
    f->lose_events = on;
    uv_mutex_unlock(&f->lock);
}

/* What the program under test sees. */

static bool below(const char *path, const char *top) {
    size_t len = strlen(top);
    while (len > 0 && top[len - 1] == '/') len--;
    return strncmp(path, top, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

/* Counts, lets the hook run, and tells which error was ordered for this operation, 0 none. */
static int begin(struct fs_fake *f, enum fs_fake_op op, const struct node *from, const char *rest) {
    char path[2 * PATH_BYTES];
    size_t len = 0;
    if (rest == NULL || *rest != '/') {
        node_path(from, path);
        len = strlen(path);
        if (rest != NULL && path[len - 1] != '/') path[len++] = '/';
    }
    if (rest != NULL) {
        size_t n = strlen(rest);
        if (n >= PATH_BYTES) return UV_ENAMETOOLONG;
        memcpy(path + len, rest, n);
        len += n;
    }
    path[len] = '\0';
    f->counts.op[op]++;
    if (f->before != NULL) f->before(f->before_arg, op, path);
    for (size_t i = f->n_rules; i-- > 0;) {
        const struct rule *r = &f->rules[i];
        if ((r->ops & 1 << op) != 0 && (r->tree ? below(path, r->path) : strcmp(path, r->path) == 0)) return r->err;
    }
    return from != NULL && out_of_reach(from) ? UV_EIO : 0;
}

static void convert(const struct node *n, struct fs_stat *out) {
    out->type = n->kind == NODE_FILE ? FS_TYPE_FILE : n->kind == NODE_DIR ? FS_TYPE_DIR : FS_TYPE_OTHER;
    out->size = n->kind == NODE_FILE ? (int64_t)n->size : n->kind == NODE_DIR ? 4096 : 0;
    out->mtime_ns = n->mtime_ns;
    out->ctime_ns = n->ctime_ns;
    out->id = n->id;
    out->device = 1;
}

static int resolve(struct fs_fake *f, enum fs_fake_op op, struct fs_dir *parent, const char *path, struct node **out) {
    struct node *from = parent != NULL ? parent->node : f->root;
    int err = begin(f, op, from, path);
    if (err < 0) return err;
    int links = 0;
    return *path == '\0' ? UV_ENOENT : lookup(f, from, path, true, &links, out);
}

static int op_dir_open(void *ctx, struct fs_dir *parent, const char *path, struct fs_dir **out) {
    struct fs_fake *f = ctx;
    struct node *n;
    uv_mutex_lock(&f->lock);
    int err = resolve(f, FS_FAKE_DIR_OPEN, parent, path, &n);
    if (err == 0 && n->kind != NODE_DIR) err = UV_ENOTDIR;
    if (err < 0) return locked(f, err);
    *out = must(malloc(sizeof **out));
    (*out)->node = n;
    n->references++;
    f->counts.open_handles++;
    return locked(f, 0);
}

static void op_dir_close(void *ctx, struct fs_dir *d) {
    struct fs_fake *f = ctx;
    uv_mutex_lock(&f->lock);
    node_unref(f, d->node);
    f->counts.open_handles--;
    uv_mutex_unlock(&f->lock);
    free(d);
}

struct listed {
    char *name;
    enum fs_type type;
};

/* The names are those of one moment; visit runs without the lock and may do anything. */
static int op_dir_list(void *ctx, struct fs_dir *d, bool (*visit)(void *arg, const char *name, enum fs_type type),
                       void *arg) {
    struct fs_fake *f = ctx;
    uv_mutex_lock(&f->lock);
    int err = begin(f, FS_FAKE_LIST, d->node, NULL);
    if (err < 0) return locked(f, err);
    size_t n = d->node->n_children;
    if (is_short(f, d->node) && n > (size_t)f->short_most) n = (size_t)f->short_most;
    struct listed *list = must(malloc((n + 1) * sizeof *list));
    for (size_t i = 0; i < n; i++) {
        const struct node *c = d->node->children[i];
        struct fs_stat st;
        convert(c, &st);
        list[i].name = copy_text(c->name);
        list[i].type = f->hide_types || c->kind == NODE_LINK ? FS_TYPE_UNKNOWN : st.type;
    }
    uv_mutex_unlock(&f->lock);
    bool more = true;
    for (size_t i = 0; i < n; i++) {
        if (more) more = visit(arg, list[i].name, list[i].type);
        free(list[i].name);
    }
    free(list);
    return 0;
}

static int op_stat(void *ctx, struct fs_dir *parent, const char *path, struct fs_stat *out) {
    struct fs_fake *f = ctx;
    struct node *n;
    uv_mutex_lock(&f->lock);
    int err = resolve(f, FS_FAKE_STAT, parent, path, &n);
    if (err == 0) convert(n, out);
    return locked(f, err);
}

static int stat_node(struct fs_fake *f, const struct node *n, struct fs_stat *out) {
    uv_mutex_lock(&f->lock);
    int err = begin(f, FS_FAKE_STAT, n, NULL);
    if (err == 0) convert(n, out);
    return locked(f, err);
}

static int op_dir_stat(void *ctx, struct fs_dir *d, struct fs_stat *out) { return stat_node(ctx, d->node, out); }

static int op_file_open(void *ctx, struct fs_dir *parent, const char *path, bool known_regular, struct fs_file **out,
                        struct fs_stat *st) {
    struct fs_fake *f = ctx;
    struct node *n;
    uv_mutex_lock(&f->lock);
    int err = resolve(f, FS_FAKE_OPEN, parent, path, &n);
    if (err == 0 && n->refuses) err = UV_EBUSY;
    if (err == 0 && n->kind != NODE_FILE) {
        if (known_regular && n->kind == NODE_SPECIAL) f->counts.special_opens++;
        err = UV_EINVAL;
    }
    if (err < 0) return locked(f, err);
    convert(n, st);
    *out = must(malloc(sizeof **out));
    (*out)->node = n;
    n->references++;
    f->counts.open_handles++;
    return locked(f, 0);
}

static int64_t op_file_read(void *ctx, struct fs_file *file, int64_t offset, void *buf, size_t len) {
    struct fs_fake *f = ctx;
    uv_mutex_lock(&f->lock);
    const struct node *n = file->node;
    int err = begin(f, FS_FAKE_READ, n, NULL);
    if (err < 0) return locked(f, err);
    size_t at = (size_t)offset < n->size ? (size_t)offset : n->size;
    if (len > n->size - at) len = n->size - at;
    if (len > 0) memcpy(buf, n->data + at, len);
    f->counts.bytes_read += len;
    note_read(f, n);
    uv_mutex_unlock(&f->lock);
    return (int64_t)len;
}

static int op_file_stat(void *ctx, struct fs_file *file, struct fs_stat *out) {
    return stat_node(ctx, file->node, out);
}

static void op_file_close(void *ctx, struct fs_file *file) {
    struct fs_fake *f = ctx;
    uv_mutex_lock(&f->lock);
    node_unref(f, file->node);
    f->counts.open_handles--;
    uv_mutex_unlock(&f->lock);
    free(file);
}

static bool op_lock(void *ctx, struct fs_dir *dir, const char *path, struct fs_file *file, const struct fs_stat *st,
                    enum fs_lock_look look, char holder[FS_HOLDER_BYTES]) {
    struct fs_fake *f = ctx;
    struct node *n = file != NULL ? file->node : NULL;
    (void)st;
    uv_mutex_lock(&f->lock);
    if (look == FS_LOCK_CLOSED) f->counts.closed_locks++;
    int links = 0; /* not counted as a stat: a real one knows its file from the one before */
    bool known = n != NULL || lookup(f, dir->node, path, true, &links, &n) == 0;
    bool held = known && n->holder != NULL;
    holder[0] = '\0';
    if (held) strncat(holder, n->holder, FS_HOLDER_BYTES - 1);
    uv_mutex_unlock(&f->lock);
    return held;
}

struct fs_fake *fs_fake_new(void) {
    struct fs_fake *f = must(calloc(1, sizeof *f));
    if (uv_mutex_init_recursive(&f->lock) != 0) abort();
    f->began_ns = f->now_ns = INT64_C(1700000000) * 1000000000;
    f->next_id = 2;
    f->watch_limit = -1;
    f->root = node_new(f, NODE_DIR, "", NULL);
    f->ops = (struct fs_ops){
        .ctx = f,
        .dir_open = op_dir_open,
        .dir_close = op_dir_close,
        .dir_list = op_dir_list,
        .stat = op_stat,
        .dir_stat = op_dir_stat,
        .file_open = op_file_open,
        .file_read = op_file_read,
        .file_stat = op_file_stat,
        .file_close = op_file_close,
        .lock = op_lock,
    };
    return f;
}

void fs_fake_free(struct fs_fake *f) {
    f->changed = NULL;
    for (size_t i = 0; i < f->n_watches; i++) drop_watch(f, &f->watches[i]);
    for (size_t i = 0; i < f->n_mounts; i++) {
        free(f->mounts[i].path);
        dismantle(f, f->mounts[i].hidden);
    }
    dismantle(f, f->root);
    fs_fake_heal(f);
    for (size_t b = 0; b < NOTED_BUCKETS; b++) free(f->noted[b]);
    free(f->short_dir);
    free(f->rules);
    free(f->watches);
    free(f->mounts);
    free(f->free_ids);
    uv_mutex_destroy(&f->lock);
    free(f);
}

const struct fs_ops *fs_fake_ops(struct fs_fake *f) { return &f->ops; }
