#include "watch/closeup_read.h"

#include "model/text.h"
#include "platform/lock.h"
#include "platform/paths.h"
#include "watch/log_tail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)CLOSEUP_WHO_BYTES >= (int)LOCK_HOLDER_BYTES, "a holder is told whole");

static char *join(const char *dir, const char *name) {
    size_t size = strlen(dir) + strlen(name) + 2;
    char *out = malloc(size);
    if (!out) abort();
    snprintf(out, size, "%s/%s", dir, name);
    return out;
}

/* The file that stands for an artifact: its name, in the directory of the artifact's path. */
static char *file_path(const char *dir, const char *path, const char *name) {
    if (!name) return join(dir, path);
    const char *slash = strrchr(path, '/');
    if (!slash || strchr(name, '/')) return join(dir, name);
    char *in = join(dir, path), *out;
    in[strlen(dir) + 1 + (size_t)(slash - path)] = '\0';
    out = join(in, name);
    free(in);
    return out;
}

/* Whom to ask for: what holds a file that is locked, and what still writes a case that should be going on. */
static bool is_worth_asking(const struct row *r, enum root_id root, const struct profile_artifact *a,
                            const struct file_state *f) {
    if (f->content == CONTENT_ABSENT) return false;
    if (f->locked) return file_holder(f) == NULL;
    bool goes_on = r->status == STATUS_RUNNING || r->status == STATUS_STALLED;
    return goes_on && root == ROOT_BATCH && (a->roles & ROLE_REQUIRED) != 0;
}

void closeup_order_make(const struct table *t, const struct row *r, struct closeup_order *out) {
    const struct profile *p = table_profile(t);
    memset(out, 0, sizeof *out);
    for (int root = 0; root < ROOT_COUNT; root++) {
        const struct place *place = table_place(t, r, (enum root_id)root, NULL);
        const struct root_state *state = table_root(t, (enum root_id)root);
        if (!place || !place->present || !state->path || !state->readable) continue;
        out->dir[root] = join(state->path, place->name);
        for (int i = 0; i < p->n_artifacts && out->n_files < CLOSEUP_FILES; i++) {
            const struct file_state *f = place_file(place, i);
            if (!is_worth_asking(r, (enum root_id)root, &p->artifact[i], f)) continue;
            out->file[out->n_files++] = (struct closeup_file){
                (uint8_t)root, (uint8_t)i, file_path(out->dir[root], p->artifact[i].path, file_name(f))};
        }
    }
}

void closeup_order_free(struct closeup_order *o) {
    for (int root = 0; root < ROOT_COUNT; root++) free(o->dir[root]);
    for (int i = 0; i < o->n_files; i++) free(o->file[i].path);
    memset(o, 0, sizeof *o);
}

static void ask_users(const struct closeup_file *f, struct closeup *out) {
    struct lock_holder who[CLOSEUP_USERS];
    char *path = path_for_system(f->path);
    if (!path) abort();
    size_t n = lock_users(path, who, (size_t)(CLOSEUP_USERS - out->n_users));
    free(path);
    for (size_t i = 0; i < n; i++) {
        struct closeup_user *u = &out->user[out->n_users];
        if (who[i].text[0] == '\0') continue;
        u->root = f->root;
        u->artifact = f->artifact;
        text_clean(who[i].text, u->who, sizeof u->who);
        out->n_users++;
    }
}

void closeup_read(const struct fs_ops *fs, const struct closeup_order *o, struct closeup *out) {
    memset(out, 0, sizeof *out);
    for (int root = 0; root < ROOT_COUNT && out->log.name[0] == '\0'; root++) {
        if (o->dir[root]) log_tail_read(fs, o->dir[root], &out->log);
    }
    for (int i = 0; i < o->n_files && out->n_users < CLOSEUP_USERS; i++) ask_users(&o->file[i], out);
}
