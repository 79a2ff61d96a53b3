/* case: what is known about one case + now -> its verdict. The one classifier; every screen and file uses it.
 * Pure and thread safe; reads only what the view points to. The rules are those of the README's table of statuses and
 * of docs/ARCHITECTURE.md. */
#ifndef SW_MODEL_CASE_H
#define SW_MODEL_CASE_H

#include "model/grace.h"
#include "model/table.h"

struct case_view {
    const struct profile *profile;
    const struct policy *policy;
    const struct row *row;
    const struct sweep_case *expected;     /* table_case */
    const struct place *place[ROOT_COUNT]; /* NULL: no directory there, or several and none is surely it */
    const struct root_state *root[ROOT_COUNT];
    bool unseen[ROOT_COUNT];  /* table_unseen */
    bool over;                /* the sweep is over: absence and unproven archives are final */
    bool grace_frozen;        /* time does not count against the archive now */
    int64_t quiet_ms;         /* silence of the case, -1: nothing seen; stands still while the batch cannot be read */
    int64_t archive_quiet_ms; /* the same, and stands still while the archive cannot be read */
    int64_t threshold_ms;     /* silence that counts as a stall */
    const char *moved_from;   /* table_moved_from */
    const struct archive_pace *pace;
};

/* FAT keeps even seconds only: times closer than this are equal. */
#define CASE_TIME_SLACK_NS INT64_C(2000000000)
/* Time zones differ by quarters of an hour, and the farthest by 26 h. */
#define CASE_ZONE_STEP_NS INT64_C(900000000000)
enum { CASE_ZONE_STEPS = 26 * 4 };

void case_judge(const struct case_view *view, int64_t now, struct verdict *out);

/* What one place says of an artifact; ABSENT only where a finished scan says so. */
enum artifact_state case_artifact_in(const struct case_view *view, enum root_id root, int artifact);

/* Is an archive part of this case's story: one is given or learned and the case's configuration does not switch it off,
 * or a failure marker shows that archiving was tried? */
bool case_archive_in_play(const struct case_view *view);

/* Is what stands in the archive of this case? Of the verdict owner and proof are read. A copy that nothing shows to be
 * of this batch counts only where the archive must be proven, for only then its doubt keeps the case from being
 * complete. */
bool case_archive_counts(const struct case_view *view, const struct verdict *verdict);

/* Does the recorded end speak of the results that are there? One that is older than the newest of them (by more than
 * CASE_TIME_SLACK_NS) is of an earlier attempt, and neither fails the case nor says anything else of it. The later of
 * the record's own time and the end it names is compared: the files and the record are stamped by one clock, the end by
 * that of the machine that ran it. Markers and manifests are no results: archiving comes after the run. */
bool case_exit_counts(const struct case_view *view);

/* The first required file of which the archive holds another version than the batch, both whole; -1: none. *stand_in:
 * there only another file stands for it. */
int case_copy_differs(const struct case_view *view, bool *stand_in);
/* Do the chunks that still lie beside a finished, merged file have more rows than it? Then it is not made of all of
 * them. Chunks with fewer rows say nothing: they may have been partly removed. out: the verdict as far as its
 * artifacts. Fills *merged and *chunks with the rows when true. */
bool case_merge_refuted(const struct case_view *view, const struct verdict *out, int64_t *merged, int64_t *chunks);

/* Neither read nor looked at: of a file that cannot be opened, or whose directory cannot, the name is all that is
 * known; size and time say nothing. */
bool case_file_unseen(const struct file_state *f);

/* The failure marker that counts (newest one not older than the last result), or NULL; *artifact its index. */
const struct file_state *case_failure_marker(const struct case_view *view, int *artifact);

#endif
