#include "model/case.h"

#include <string.h>

static bool is_there(const struct file_state *f) {
    return f->content != CONTENT_ABSENT && f->content != CONTENT_NOT_A_FILE;
}

bool case_file_unseen(const struct file_state *f) { return f->content == CONTENT_UNREADABLE && f->mtime_ns == 0; }

static int artifact_with_role(const struct profile *p, unsigned role) {
    for (int i = 0; i < p->n_artifacts; i++) {
        if (p->artifact[i].roles & role) return i;
    }
    return -1;
}

static const struct file_state *file_with_role(const struct case_view *v, enum root_id root, unsigned role) {
    int i = artifact_with_role(v->profile, role);
    const struct file_state *f = i >= 0 && v->place[root] ? place_file(v->place[root], i) : NULL;
    return f && is_there(f) ? f : NULL;
}

static bool same_time(int64_t a_ns, int64_t b_ns) {
    int64_t d = a_ns > b_ns ? a_ns - b_ns : b_ns - a_ns;
    return d <= CASE_TIME_SLACK_NS;
}

static enum archive_owner judge_owner(const struct case_view *v);

/* -1 silent, 0 off, 1 on: what the case's own configuration says of archiving; one that may be another batch's says
 * nothing. */
static int archive_wish(const struct case_view *v) {
    const struct place *local = v->place[ROOT_BATCH], *archive = v->place[ROOT_ARCHIVE];
    if (local && local->archive_on >= 0) return local->archive_on;
    return archive && judge_owner(v) == OWNER_OURS ? archive->archive_on : -1;
}

/* Of every artifact where there is no directory. */
static enum artifact_state state_nowhere(const struct case_view *v, enum root_id root) {
    const struct root_state *r = v->root[root];
    bool asked = root == ROOT_BATCH || (r->in_play && archive_wish(v) != 0);
    return !asked || (r->scanned && r->readable) ? ARTIFACT_ABSENT : ARTIFACT_UNKNOWN;
}

static enum artifact_state state_of(const struct case_view *v, enum root_id root, const struct file_state *f) {
    const struct place *p = v->place[root];
    const struct root_state *r = v->root[root];
    switch ((enum content)f->content) {
    case CONTENT_WHOLE:
        return ARTIFACT_WHOLE;
    case CONTENT_CHANGING:
        return ARTIFACT_GROWING;
    case CONTENT_UNREADABLE:
        return f->locked ? ARTIFACT_LOCKED : ARTIFACT_UNKNOWN;
    case CONTENT_PARTIAL:
        /* Only a version seen again, unchanged, after the settling time is condemned; none that somebody holds. */
        if (f->locked && !v->over) return ARTIFACT_LOCKED;
        if (v->policy->one_pass) return v->over ? ARTIFACT_TRUNCATED : ARTIFACT_GROWING;
        if (file_rested(p, f) >= r->settle_ms) return ARTIFACT_TRUNCATED;
        return r->readable ? ARTIFACT_GROWING : ARTIFACT_UNKNOWN;
    default:
        return ARTIFACT_ABSENT;
    }
}

enum artifact_state case_artifact_in(const struct case_view *v, enum root_id root, int artifact) {
    const struct place *p = v->place[root];
    return p ? state_of(v, root, place_file(p, artifact)) : state_nowhere(v, root);
}

const struct file_state *case_failure_marker(const struct case_view *v, int *artifact) {
    const struct place *p = v->place[ROOT_BATCH];
    const struct file_state *newest = NULL;
    if (!p) return NULL;
    for (int i = 0; i < v->profile->n_artifacts; i++) {
        const struct file_state *f = place_file(p, i);
        if (!(v->profile->artifact[i].roles & ROLE_MARKER_FAILURE) || !is_there(f)) continue;
        if (!newest || f->mtime_ns > newest->mtime_ns) {
            newest = f;
            *artifact = i;
        }
    }
    const struct file_state *last = file_with_role(v, ROOT_BATCH, ROLE_LAST_RESULT);
    /* A marker older than the results it should speak of was left by an earlier attempt. */
    if (newest && last && newest->mtime_ns + CASE_TIME_SLACK_NS < last->mtime_ns) return NULL;
    return newest;
}

static int64_t newest_result_ns(const struct case_view *v) {
    const unsigned after_the_run = ROLE_MARKER_FAILURE | ROLE_MARKER_DONE | ROLE_MANIFEST;
    const struct place *p = v->place[ROOT_BATCH];
    int64_t newest = INT64_MIN;
    for (int i = 0; p && i < v->profile->n_artifacts; i++) {
        const struct file_state *f = place_file(p, i);
        if ((v->profile->artifact[i].roles & after_the_run) || !is_there(f)) continue;
        if (f->mtime_ns > newest) newest = f->mtime_ns;
    }
    return newest;
}

bool case_exit_counts(const struct case_view *v) {
    const struct fact_exit *e = row_more(v->row)->exit;
    if (!e || e->code < 0) return false;
    int64_t at_ms = e->end_ms > e->written_ms ? e->end_ms : e->written_ms;
    if (at_ms <= 0 || at_ms > INT64_MAX / 1000000 - CASE_TIME_SLACK_NS / 1000000) return true;
    return newest_result_ns(v) <= at_ms * 1000000 + CASE_TIME_SLACK_NS;
}

static bool recorded_failure(const struct case_view *v) {
    return case_exit_counts(v) && row_more(v->row)->exit->code > 0;
}

bool case_archive_in_play(const struct case_view *v) {
    int artifact;
    if (v->policy->archive == ARCHIVE_NONE) return false;
    if (v->root[ROOT_ARCHIVE]->in_play && archive_wish(v) != 0) return true;
    return case_failure_marker(v, &artifact) != NULL;
}

bool case_archive_counts(const struct case_view *v, const struct verdict *verdict) {
    if (v->policy->archive == ARCHIVE_NONE || !v->root[ROOT_ARCHIVE]->in_play) return false;
    if (verdict->owner == OWNER_UNPROVEN) return verdict->proof != PROOF_NOT_NEEDED;
    return verdict->owner != OWNER_OTHER;
}

/* The configuration names this case under the name that the whole batch had before it was moved. */
static bool names_moved(const struct case_view *v, const struct place *p) {
    return v->moved_from && place_said(p)->named_batch && strcmp(place_said(p)->named_batch, v->moved_from) == 0;
}

static bool contradicted(const struct case_view *v, const struct place *p) {
    for (const struct mismatch *m = place_more(p)->mismatches; m; m = m->next) {
        if (mismatch_counts(m, v->moved_from)) return true;
    }
    return false;
}

/* Is the archive's directory this batch's copy of the case? */
static enum archive_owner judge_owner(const struct case_view *v) {
    const struct place *local = v->place[ROOT_BATCH], *archive = v->place[ROOT_ARCHIVE];
    bool any_local = false, any_archive = false, equal = false, growing = false;
    if (!archive) return OWNER_NONE;
    for (int i = 0; i < v->profile->n_artifacts; i++) {
        if (!(v->profile->artifact[i].roles & ROLE_OWNER_PROOF)) continue;
        const struct file_state *a = place_file(archive, i);
        const struct file_state *l = local ? place_file(local, i) : NULL;
        bool there = is_there(a);
        any_archive |= there;
        any_local |= l && is_there(l);
        if (!there || !l || !is_there(l) || case_file_unseen(l)) continue;
        if ((file_size(a) == file_size(l) && same_time(a->mtime_ns, l->mtime_ns)) ||
            (file_hash(a) != 0 && file_hash(a) == file_hash(l))) {
            equal = true;
        } else if (a->content == CONTENT_WHOLE) {
            return OWNER_OTHER;
        } else {
            growing = true; /* half a copy is equal to nothing yet */
        }
    }
    if (equal) return growing ? OWNER_UNPROVEN : OWNER_OURS;
    if (any_local || !any_archive) return OWNER_UNPROVEN;
    if (archive->names_here || names_moved(v, archive)) return OWNER_OURS;
    bool in_our_directory = strchr(archive->name, '/') != NULL; /* ARCHIVE/BATCH/TITLE */
    if (in_our_directory && !archive->names_other) return OWNER_OURS;
    return archive->config_read ? OWNER_OTHER : OWNER_UNPROVEN;
}

/* Which of two is the better one. */
static const uint8_t state_rank[ARTIFACT_STATE_COUNT] = {[ARTIFACT_WHOLE] = 5,
                                                         [ARTIFACT_GROWING] = 4,
                                                         [ARTIFACT_LOCKED] = 3,
                                                         [ARTIFACT_UNKNOWN] = 2,
                                                         [ARTIFACT_TRUNCATED] = 1};

/* What is the same for all artifacts of a case. */
struct scope {
    bool counts[ROOT_COUNT];
    enum artifact_state nowhere[ROOT_COUNT]; /* where the root has no directory */
};

/* Best state of one artifact over the places that count. The file itself, where it is anywhere, hides its
 * alternatives: a broken merge is not mended by the chunks beside it. */
static void judge_artifact(const struct case_view *v, int i, const struct scope *scope, struct verdict *out) {
    bool itself = false, required = (v->profile->artifact[i].roles & ROLE_REQUIRED) != 0;
    enum artifact_state best = ARTIFACT_ABSENT;
    int where = ROOT_BATCH;
    const struct file_state *file[ROOT_COUNT];
    for (int r = 0; r < ROOT_COUNT; r++) {
        const struct file_state *f = scope->counts[r] && v->place[r] ? place_file(v->place[r], i) : NULL;
        if (f && is_there(f) && f->via == VIA_ITSELF) itself = true;
        file[r] = f;
    }
    for (int r = 0; r < ROOT_COUNT; r++) {
        const struct file_state *f = file[r];
        if (!scope->counts[r]) continue;
        enum artifact_state s = f ? state_of(v, (enum root_id)r, f) : scope->nowhere[r];
        if (f && f->locked) out->flags |= FLAG_LOCKED;
        if (f && required && s == ARTIFACT_TRUNCATED) out->flags |= FLAG_TRUNCATED;
        if (itself && f && is_there(f) && f->via != VIA_ITSELF) continue;
        if (state_rank[s] > state_rank[best]) {
            best = s;
            where = r;
        }
    }
    uint32_t bit = UINT32_C(1) << i;
    out->artifact[i] = (uint8_t)best;
    out->where[i] = (uint8_t)where;
    if (!required) return;
    if (best == ARTIFACT_ABSENT) out->absent |= bit;
    if (best == ARTIFACT_TRUNCATED) out->bad |= bit;
    if (best == ARTIFACT_GROWING || best == ARTIFACT_LOCKED) out->growing |= bit;
    if (best == ARTIFACT_UNKNOWN) out->unknown |= bit;
}

static bool unmerged(const struct case_view *v, int i, const bool counts[ROOT_COUNT]) {
    uint32_t chunks = 0;
    for (int r = 0; r < ROOT_COUNT; r++) {
        const struct place *p = v->place[r];
        if (!counts[r] || !p) continue;
        const struct file_state *f = place_file(p, i);
        if (is_there(f) && f->via == VIA_ITSELF) return false;
        chunks += file_chunks(f);
    }
    return chunks > 0;
}

bool case_merge_refuted(const struct case_view *v, const struct verdict *out, int64_t *merged, int64_t *chunks) {
    const struct profile *p = v->profile;
    int i = p->progress.artifact;
    const struct place *local = v->place[ROOT_BATCH], *place = v->place[out->where[i]];
    if (!p->progress.column || !local || !place) return false;
    const struct place_progress here = place_progress(local), there = place_progress(place);
    if (!here.known || !there.known) return false;
    /* A run that goes on may merge again. */
    int last = artifact_with_role(p, ROLE_LAST_RESULT);
    if (!v->over && last >= 0 && out->artifact[last] != ARTIFACT_WHOLE) return false;
    const struct file_state *f = place_file(place, i);
    if (out->artifact[i] != ARTIFACT_WHOLE || f->via != VIA_ITSELF) return false;
    if (!v->policy->one_pass && file_rested(place, f) < v->root[out->where[i]]->settle_ms) return false;
    *merged = there.rows;
    *chunks = here.all ? here.chunk_rows : -1;
    return *merged >= 0 && *chunks > *merged;
}

static bool whole_in_archive(const struct case_view *v) {
    for (int i = 0; i < v->profile->n_artifacts; i++) {
        if (!(v->profile->artifact[i].roles & ROLE_REQUIRED)) continue;
        if (case_artifact_in(v, ROOT_ARCHIVE, i) != ARTIFACT_WHOLE) return false;
    }
    return true;
}

int case_copy_differs(const struct case_view *v, bool *stand_in) {
    for (int i = 0; v->place[ROOT_BATCH] && v->place[ROOT_ARCHIVE] && i < v->profile->n_artifacts; i++) {
        const struct file_state *l = place_file(v->place[ROOT_BATCH], i), *a = place_file(v->place[ROOT_ARCHIVE], i);
        if (!(v->profile->artifact[i].roles & ROLE_REQUIRED) || l->via != VIA_ITSELF) continue;
        if (l->content != CONTENT_WHOLE || a->content != CONTENT_WHOLE) continue;
        *stand_in = a->via != VIA_ITSELF;
        if (*stand_in || file_size(a) != file_size(l)) return i;
    }
    return -1;
}

/* How far the archive's clock is ahead. FAT keeps local time: read under another zone or in another season, every time
 * of the drive is off by the same quarters of an hour. Files that are the same by content tell. ns */
static int64_t clock_ahead(const struct case_view *v) {
    for (int i = 0; v->place[ROOT_BATCH] && v->place[ROOT_ARCHIVE] && i < v->profile->n_artifacts; i++) {
        const struct file_state *l = place_file(v->place[ROOT_BATCH], i), *a = place_file(v->place[ROOT_ARCHIVE], i);
        if (!(v->profile->artifact[i].roles & ROLE_OWNER_PROOF) || file_hash(l) == 0 || file_hash(l) != file_hash(a))
            continue;
        int64_t off = a->mtime_ns - l->mtime_ns;
        int64_t quarters = (off + (off < 0 ? -1 : 1) * CASE_ZONE_STEP_NS / 2) / CASE_ZONE_STEP_NS;
        int64_t whole = quarters * CASE_ZONE_STEP_NS;
        if (quarters < -CASE_ZONE_STEPS || quarters > CASE_ZONE_STEPS || !same_time(off, whole)) continue;
        return whole;
    }
    return 0;
}

static enum archive_proof judge_proof(const struct case_view *v, enum archive_owner owner, unsigned *flags) {
    if (!case_archive_in_play(v)) return PROOF_NOT_NEEDED;
    int artifact;
    const struct file_state *marker = case_failure_marker(v, &artifact);
    const struct root_state *root = v->root[ROOT_ARCHIVE];
    if (!v->place[ROOT_ARCHIVE]) {
        if (marker) return PROOF_MARKER;
        return root->readable && root->scanned ? PROOF_NONE : PROOF_UNREACHABLE;
    }
    const struct file_state *done = file_with_role(v, ROOT_ARCHIVE, ROLE_MARKER_DONE);
    const struct file_state *manifest = file_with_role(v, ROOT_ARCHIVE, ROLE_MANIFEST);
    int end = profile_copy_end(v->profile);
    bool ended = end >= 0 && is_there(place_file(v->place[ROOT_ARCHIVE], end));
    bool manifest_good = !manifest || (manifest->content == CONTENT_WHOLE && !manifest->differs);
    bool stand_in;
    bool proven = owner == OWNER_OURS && (ended || end < 0) && manifest_good && whole_in_archive(v) &&
                  case_copy_differs(v, &stand_in) < 0;
    if (marker && done) {
        int64_t done_ns = done->mtime_ns - clock_ahead(v);
        bool marker_is_newer = marker->mtime_ns > done_ns + CASE_TIME_SLACK_NS;
        bool marker_is_older = marker->mtime_ns + CASE_TIME_SLACK_NS < done_ns;
        if (!marker_is_older) *flags |= FLAG_MARKER_CONFLICT;
        if (proven && marker_is_newer) return PROOF_MARKER;
    }
    if (proven) return PROOF_PROVEN;
    if (marker) return PROOF_MARKER;
    if (owner == OWNER_OTHER) return PROOF_OTHER_BATCH;
    return ended ? PROOF_DIFFERS : PROOF_COPYING;
}

static bool proof_is_final(const struct case_view *v, enum archive_proof proof) {
    if (proof == PROOF_MARKER) return true;
    if (proof != PROOF_DIFFERS) return false;
    const struct place *a = v->place[ROOT_ARCHIVE];
    return v->policy->one_pass || !a || a->seen_at - a->changed_at >= v->root[ROOT_ARCHIVE]->settle_ms;
}

/* What is whole here and not yet in the archive. */
static int64_t bytes_to_copy(const struct case_view *v) {
    int64_t bytes = 0;
    const struct place *local = v->place[ROOT_BATCH], *archive = v->place[ROOT_ARCHIVE];
    for (int i = 0; local && i < v->profile->n_artifacts; i++) {
        const struct file_state *f = place_file(local, i);
        if (!(v->profile->artifact[i].roles & ROLE_REQUIRED) || f->content != CONTENT_WHOLE) continue;
        bool there = archive && place_file(archive, i)->content == CONTENT_WHOLE;
        if (!there && bytes < INT64_MAX - file_size(f)) bytes += file_size(f);
    }
    return bytes;
}

static int64_t in_ms(int64_t now, int64_t delay) { return delay > INT64_MAX - now ? INT64_MAX : now + delay; }

static void judge_flags(const struct case_view *v, const bool counts[ROOT_COUNT], struct verdict *out) {
    const struct profile *p = v->profile;
    for (int r = 0; r < ROOT_COUNT; r++) {
        const struct place *place = v->place[r];
        if (!place || !counts[r]) continue;
        if (contradicted(v, place)) out->flags |= FLAG_CONFIG_MISMATCH;
        if (place->violation) out->flags |= FLAG_BUDGET_VIOLATION;
        if (place->overwritten) out->flags |= FLAG_OVERWRITTEN;
    }
    for (int i = 0; i < p->n_artifacts; i++) {
        if ((p->artifact[i].roles & ROLE_MERGED) && unmerged(v, i, counts)) out->flags |= FLAG_UNMERGED;
    }
    int64_t merged, chunks;
    if (case_merge_refuted(v, out, &merged, &chunks)) out->flags |= FLAG_UNMERGED;
    bool here = v->place[ROOT_BATCH] && v->place[ROOT_BATCH]->has_files;
    if (row_more(v->row)->elsewhere && !here) out->flags |= FLAG_ELSEWHERE;
    if (v->expected && v->expected->duplicate) out->flags |= FLAG_DUPLICATE_TITLE;
    if (v->expected && v->expected->risky) out->flags |= FLAG_RISKY_TITLE;
    const struct place *archive = v->place[ROOT_ARCHIVE];
    if (out->owner == OWNER_OTHER && out->proof != PROOF_NOT_NEEDED) {
        bool nothing_says_so = !v->place[ROOT_BATCH] && !archive->names_other;
        out->flags |= nothing_says_so ? FLAG_UNVERIFIED : FLAG_STALE_ARCHIVE;
    }
}

/* The configuration says the run has not ended: the local one, or the archive's where nothing is local. */
static bool pre_run(const struct case_view *v, const bool counts[ROOT_COUNT]) {
    if (v->place[ROOT_BATCH] && v->place[ROOT_BATCH]->config_read) return v->place[ROOT_BATCH]->pre_run;
    return counts[ROOT_ARCHIVE] && v->place[ROOT_ARCHIVE] && v->place[ROOT_ARCHIVE]->pre_run;
}

/* A merged result that is whole although the last result never came: a clean abort. */
static bool aborted(const struct case_view *v, const struct verdict *out) {
    int last = artifact_with_role(v->profile, ROLE_LAST_RESULT);
    int merged = artifact_with_role(v->profile, ROLE_MERGED);
    if (last < 0 || merged < 0 || out->artifact[last] != ARTIFACT_ABSENT) return false;
    const struct place *p = v->place[out->where[merged]];
    return p && out->artifact[merged] == ARTIFACT_WHOLE && place_file(p, merged)->via == VIA_ITSELF;
}

static enum case_status judge_over(const struct case_view *v, struct verdict *out, bool contradicts) {
    bool archive_unreadable = out->proof != PROOF_NOT_NEEDED && !v->root[ROOT_ARCHIVE]->readable;
    if (recorded_failure(v)) return STATUS_FAILED;
    if (out->growing) return STATUS_RUNNING;
    if (out->absent) return STATUS_MISSING;
    if (out->bad || contradicts) return STATUS_INVALID;
    if (out->unknown) {
        out->flags |= FLAG_UNVERIFIED;
        return archive_unreadable ? STATUS_ARCHIVE_FAILED : STATUS_INVALID;
    }
    if (archive_unreadable) out->flags |= FLAG_UNVERIFIED;
    return out->proof == PROOF_NOT_NEEDED || out->proof == PROOF_PROVEN ? STATUS_COMPLETE : STATUS_ARCHIVE_FAILED;
}

static enum case_status running_or_stalled(const struct case_view *v, int64_t now, struct verdict *out) {
    if (v->policy->one_pass || v->quiet_ms < 0) return STATUS_RUNNING;
    if (v->quiet_ms >= v->threshold_ms) return STATUS_STALLED;
    /* Its silence does not grow while the batch cannot be read: one that was stalled stays so, none becomes it. */
    if (v->root[ROOT_BATCH]->readable) out->deadline = in_ms(now, v->threshold_ms - v->quiet_ms);
    return STATUS_RUNNING;
}

static enum case_status judge_archiving(const struct case_view *v, int64_t now, struct verdict *out) {
    const struct policy *policy = v->policy;
    if (out->proof == PROOF_NOT_NEEDED || out->proof == PROOF_PROVEN) {
        if (out->proof == PROOF_PROVEN && !v->root[ROOT_ARCHIVE]->readable) out->flags |= FLAG_UNVERIFIED;
        return STATUS_COMPLETE;
    }
    if (!v->root[ROOT_ARCHIVE]->readable) out->flags |= FLAG_UNVERIFIED;
    if (proof_is_final(v, out->proof)) return STATUS_ARCHIVE_FAILED;
    if (policy->one_pass || v->grace_frozen || v->archive_quiet_ms < 0) return STATUS_ARCHIVING;
    if (v->archive_quiet_ms >= out->grace_ms) return STATUS_ARCHIVE_FAILED;
    out->deadline = in_ms(now, out->grace_ms - v->archive_quiet_ms);
    return STATUS_ARCHIVING;
}

static enum case_status judge_live(const struct case_view *v, int64_t now, struct verdict *out, bool contradicts,
                                   bool not_ended, const bool counts[ROOT_COUNT]) {
    bool anything = false;
    for (int r = 0; r < ROOT_COUNT; r++) {
        if (counts[r] && v->place[r] && v->place[r]->has_files) anything = true;
    }
    if (recorded_failure(v)) return STATUS_FAILED;
    if (!anything) return STATUS_PENDING;
    if (out->absent || out->growing || not_ended) return running_or_stalled(v, now, out);
    if (out->bad || contradicts) return STATUS_INVALID;
    if (out->unknown) {
        /* What the batch proves so far is not all; the rest may be in an archive that cannot be read now. */
        out->flags |= FLAG_UNVERIFIED;
        int last = artifact_with_role(v->profile, ROLE_LAST_RESULT);
        bool ended = last >= 0 && out->artifact[last] == ARTIFACT_WHOLE;
        return ended ? STATUS_ARCHIVING : running_or_stalled(v, now, out);
    }
    return judge_archiving(v, now, out);
}

void case_judge(const struct case_view *v, int64_t now, struct verdict *out) {
    memset(out, 0, sizeof *out);
    out->deadline = INT64_MAX;
    out->quiet_ms = v->quiet_ms;
    out->threshold_ms = v->threshold_ms;
    out->owner = judge_owner(v);
    out->proof = judge_proof(v, out->owner, &out->flags);
    int64_t to_copy = out->proof == PROOF_NOT_NEEDED ? 0 : bytes_to_copy(v);
    out->grace_ms = archive_grace(v->policy->archive_grace_ms, v->pace, to_copy, v->root[ROOT_ARCHIVE]->poll_ms);

    struct scope scope = {.counts = {[ROOT_BATCH] = true, [ROOT_ARCHIVE] = case_archive_counts(v, out)}};
    const bool *counts = scope.counts;
    for (int r = 0; r < ROOT_COUNT; r++) {
        if (counts[r] && !v->place[r]) scope.nowhere[r] = state_nowhere(v, (enum root_id)r);
    }
    for (int i = 0; i < v->profile->n_artifacts; i++) judge_artifact(v, i, &scope, out);
    judge_flags(v, counts, out);

    bool not_ended = pre_run(v, counts);
    bool mismatch = (out->flags & (FLAG_CONFIG_MISMATCH | FLAG_DUPLICATE_TITLE)) != 0;
    bool contradicts = mismatch || not_ended;
    if (v->over) {
        out->status = judge_over(v, out, contradicts);
        if (not_ended || aborted(v, out)) out->flags |= FLAG_INTERRUPTED;
    } else {
        out->status = judge_live(v, now, out, mismatch, not_ended, counts);
    }
    if (!v->root[ROOT_BATCH]->readable && v->root[ROOT_BATCH]->scanned) out->flags |= FLAG_UNVERIFIED;
    if (v->unseen[ROOT_BATCH]) out->flags |= FLAG_UNVERIFIED;
    if (v->unseen[ROOT_ARCHIVE] && out->proof != PROOF_NOT_NEEDED) out->flags |= FLAG_UNVERIFIED;
    out->results_valid = !out->absent && !out->growing && !out->bad && !out->unknown && !contradicts;
}
