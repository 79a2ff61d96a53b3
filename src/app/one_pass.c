#include "app/one_pass.h"

#include "app/judged_file.h"
#include "platform/paths.h"
#include "watch/pool.h"
#include "watch/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

/* A screen also shows what the cases were on the way; whoever asks for the end alone has each judged once, then. */
static void apply(void *ctx, const struct fact_batch *b) {
    struct session *s = ctx;
    for (size_t i = 0; i < fact_batch_count(b); i++) table_apply(s->table, fact_batch_at(b, i));
    if (s->options->once) table_tick(s->table, session_mono_ms());
}

struct found_list {
    struct session *s;
    int code;
};

static void take_setting(void *ctx, const struct fact *f) {
    struct found_list *found = ctx;
    if (f->kind != FACT_LIST) {
        table_apply(found->s->table, f);
    } else if (!found->s->list_text && f->u.list.problem) {
        found->code = session_list_unread(f->u.list.path, f->u.list.problem);
    } else if (!found->s->list_text) {
        found->code = session_use_list(found->s, f->u.list.path, f->u.list.text, f->u.list.len, f->at);
    }
}

/* The kept list, or the one the settings name. */
static int find_list(struct session *s) {
    struct found_list found = {s, 0};
    struct settings_reader *r = settings_reader_new(fs_real(), s->profile, s->batch);
    int64_t now = session_mono_ms();
    settings_reader_joblog(r, s->options->joblog);
    do {
        settings_reader_step(r, now, (struct fact_sink){take_setting, &found});
    } while (settings_reader_due(r) <= now && found.code == 0); /* a long log takes several steps */
    settings_reader_free(r);
    if (found.code) return found.code;
    if (table_list(s->table)) {
        char message[SESSION_MESSAGE];
        if (session_unmatched(s->table, message)) session_say("%s", message);
        return 0;
    }
    if (s->policy.discover) {
        session_say("no sweep list: the cases are the directories that are there; give one with --sweep-list");
        return 0;
    }
    char kept[SESSION_PATH], settings[SESSION_PATH];
    snprintf(kept, sizeof kept, "%s/%s", s->batch, s->profile->kept_list);
    snprintf(settings, sizeof settings, "%s/%s", s->batch, s->profile->settings);
    path_to_show(kept);
    path_to_show(settings);
    session_say("no sweep list: %s is not there and %s names none that is; give one with --sweep-list", kept, settings);
    return EXIT_NOT_THERE;
}

static int64_t wall_clock(void *ctx) {
    (void)ctx;
    return session_wall_ms();
}

static int read_root(struct session *s, enum root_id root, const char *path, bool learned, struct judged *judged) {
    struct pool_options o = {.fs = fs_real(),
                             .profile = s->profile,
                             .root = root,
                             .path = path,
                             .list = table_list(s->table),
                             .nested = root == ROOT_ARCHIVE ? session_archive_batch(s) : NULL,
                             .only_wanted = root == ROOT_ARCHIVE && table_list(s->table),
                             .fold_case = s->policy.fold_case,
                             .learned = learned,
                             .judged = judged && judged_file_is_for(path) ? judged : NULL,
                             .wall = wall_clock,
                             .readers = (unsigned)s->options->readers};
    return pool_scan(&o, session_mono_ms(), apply, s);
}

/* Both roots. Returns 0 or an exit code, after saying why. */
static int read_roots(struct session *s, struct judged *judged, bool *archive_unread) {
    bool foreign;
    int err = read_root(s, ROOT_BATCH, s->batch, false, judged);
    if (err < 0) {
        session_say("the batch directory %s cannot be read: %s", s->batch, uv_strerror(err));
        return EXIT_NOT_THERE;
    }
    const char *learned = table_learned_archive(s->table, &foreign), *archive = s->archive;
    if (!archive && learned) {
        if (foreign) {
            session_say("the configurations name the archive %s, which is no path of this machine; it is left out",
                        learned);
        } else {
            session_say("archive directory learned from the configurations: %s", learned);
            archive = learned;
        }
    }
    if (archive) {
        err = read_root(s, ROOT_ARCHIVE, archive, archive == learned, judged);
        if (err < 0) {
            session_say("the archive %s cannot be read: %s; what only it could prove is unverified", archive,
                        uv_strerror(err));
            *archive_unread = true;
        }
    }
    return 0;
}

int one_pass(struct session *s, const struct options *o, bool *archive_unread) {
    char message[SESSION_MESSAGE];
    *archive_unread = false;
    int code = session_open(s, o, false);
    if (code == 0) code = find_list(s);
    if (code) return code;
    if (o->command == CMD_CHECK) {
        session_keep_list(s, message);
        if (message[0]) session_say("%s", message);
    }
    table_set_over(s->table, !o->running, session_mono_ms());
    struct judged *judged = judged_file_read(s);
    code = read_roots(s, judged, archive_unread);
    /* Of a root that was not read nothing was found: what is known of it stays as it is. */
    if (judged && code == 0 && !*archive_unread) judged_file_write(s, judged);
    judged_free(judged);
    if (code == 0) table_tick(s->table, session_mono_ms());
    return code;
}
