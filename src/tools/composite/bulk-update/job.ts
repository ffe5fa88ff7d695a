import type { Json } from '../../../lib/json.ts';
import type { ToolInput } from '../../core/tool.ts';
import type { CustomValue } from '../custom-field-values.ts';
import type { bulkUpdateContacts } from './bulk-update-contacts.tool.ts';

export type BulkUpdateInput = ToolInput<typeof bulkUpdateContacts>;

/** The changes for every contact, as they were asked for. */
export type Changes = Pick<BulkUpdateInput, 'businessId' | 'unlinkBusiness' | 'addTags' | 'removeTags' | 'set'>;

export type StepName = 'business' | 'addTags' | 'removeTags' | 'fields';

/** What a job does to which contacts; fixed before anything is written. */
export interface Plan {
  readonly ids: readonly string[];
  /** Number of ids that were given again. */
  readonly repeated: number;
  readonly changes: Changes;
  /** Those of `changes.set`, with id and type if the definitions can be read. */
  readonly customFields: readonly CustomValue[];
  readonly steps: readonly StepName[];
  /** True if the contacts were found by a search. */
  readonly isSearch: boolean;
}

export interface StepFailure {
  readonly reason: string;
  /** True if HighLevel said that the contact does not exist: no further step is tried for it. */
  readonly deleted: boolean;
}

/** The result of one step for one contact. */
export type StepResult = 'changed' | 'unchanged' | StepFailure;

/** Results of one contact by step; a step without a result is left to do. */
export type ContactProgress = Partial<Record<StepName, StepResult>>;

export interface BulkJob extends Plan {
  /** True once a preview was delivered. */
  previewed: boolean;
  /** By contact id; contacts that no step was tried for are absent. */
  readonly progress: Map<string, ContactProgress>;
  /** The final summary, once nothing is left. */
  summary?: Json;
  /** True if the host was still connected when the summary was returned. */
  delivered: boolean;
}

export const newJob = (): BulkJob => ({
  ids: [],
  repeated: 0,
  changes: {},
  customFields: [],
  steps: [],
  isSearch: false,
  previewed: false,
  progress: new Map(),
  delivered: false,
});

/** Contacts above which nothing is written before a preview was delivered. */
export const MAX_WITHOUT_PREVIEW = 25;

export const needsPreview = ({ ids }: Plan): boolean => ids.length > MAX_WITHOUT_PREVIEW;

export const isFailure = (result: StepResult): result is StepFailure => typeof result === 'object';

export function setResult({ progress }: BulkJob, id: string, step: StepName, result: StepResult): void {
  const stored = isFailure(result) ? { ...result, reason: withoutIds(result.reason, id) } : result;
  progress.set(id, { ...progress.get(id), [step]: stored });
}

/** The summary shows the contact id apart, and groups equal reasons. */
const withoutIds = (reason: string, contactId: string): string =>
  reason.replaceAll(` ${contactId}`, '').replace(/ \(traceId [\w-]+\)$/, '');

export function isPending({ progress }: BulkJob, id: string, step: StepName): boolean {
  const results = progress.get(id) ?? {};
  return results[step] === undefined && !Object.values(results).some((result) => isFailure(result) && result.deleted);
}

export const isLeft = (job: BulkJob, id: string): boolean => job.steps.some((step) => isPending(job, id, step));
