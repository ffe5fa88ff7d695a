import { fullName } from '../../../api/contact-fields.ts';
import type { Json } from '../../../lib/json.ts';
import { rowsThatFit } from '../../core/tool-result.ts';
import { isFailure, type Progress, shortValue } from '../bulk-job/bulk-job.ts';
import { listFailures, MAX_LISTED } from '../bulk-job/failures.ts';
import type { ContactsJob, StepName } from './job.ts';

/** Bytes of the contacts that are listed with their old and new values. */
const MAX_CHANGES_BYTES = 16_000;

/** The counts of a job so far: changed + unchanged + skipped + failed + left = asked. */
export function summaryOf(job: ContactsJob) {
  const { ids, repeated } = job.plan;
  const left = ids.filter((id) => job.isLeft(id));
  const isOpen = new Set(left);
  const finished = ids.filter((id) => !isOpen.has(id));
  const idsOf = (outcome: Outcome) => finished.filter((id) => outcomeOf(job.progress.get(id)) === outcome);
  const leftHalfDone = left.filter((id) => hasSuccess(job.progress.get(id)));
  const failures = idsOf('failed').map((id) => failureOf(id, job.progress.get(id)));
  const missing = idsOf('skipped');
  return {
    asked: ids.length,
    changed: idsOf('changed').length,
    unchanged: idsOf('unchanged').length,
    skipped: missing.length,
    failed: failures.length,
    left: left.length,
    ...(leftHalfDone.length > 0 ? { leftHalfDone: leftHalfDone.length } : {}),
    ...(repeated > 0 ? { repeatedIds: repeated } : {}),
    ...changedContacts(job),
    ...(missing.length > 0 ? { missing: missing.slice(0, MAX_LISTED) } : {}),
    ...listFailures(failures, 'contacts'),
  };
}

type Outcome = 'changed' | 'unchanged' | 'skipped' | 'failed';
type ContactProgress = Progress<StepName> | undefined;

const hasSuccess = (progress: ContactProgress): boolean =>
  Object.values(progress ?? {}).some((each) => !isFailure(each));

/** `skipped`: nothing was changed, because HighLevel says that the contact does not exist. */
function outcomeOf(progress: ContactProgress): Outcome {
  const results = Object.values(progress ?? {});
  const failures = results.filter(isFailure);
  if (failures.some(({ deleted }) => deleted) && !results.includes('changed')) return 'skipped';
  if (failures.length > 0) return 'failed';
  return results.includes('changed') ? 'changed' : 'unchanged';
}

/** The first contacts that were changed, with name, old and new values. */
function changedContacts({ shownIds, before, changes }: ContactsJob): Json {
  const rows = shownIds.flatMap((id) => {
    const values = changes.get(id);
    const name = shortValue(fullName(before.get(id) ?? {}) || undefined);
    return values ? [{ id, ...(name ? { name } : {}), changes: values }] : [];
  });
  const contacts = rowsThatFit(rows, (row) => row, MAX_CHANGES_BYTES);
  return {
    ...(contacts.length > 0 ? { contacts } : {}),
    ...(contacts.length < rows.length ? { listsCut: { contacts: rows.length } } : {}),
  };
}

function failureOf(contactId: string, progress: ContactProgress) {
  const steps = Object.entries(progress ?? {});
  const failed = steps.flatMap(([step, result]) => (isFailure(result) ? [{ step, reason: result.reason }] : []));
  const succeeded = steps.filter(([, result]) => !isFailure(result)).map(([step]) => step);
  return {
    contactId,
    step: failed.map(({ step }) => step).join(', '),
    reason: [...new Set(failed.map(({ reason }) => reason))].join(' '),
    ...(succeeded.length > 0 ? { succeeded: succeeded.join(', ') } : {}),
  };
}
