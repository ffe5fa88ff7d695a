import type { Json } from '../../../lib/json.ts';
/** What is to be done to every contact, as the model said it. */
export interface Changes {
  readonly businessId?: string;
  readonly unlinkBusiness?: true;
  readonly addTags?: readonly string[];
  readonly removeTags?: readonly string[];
  /** Fields as `update_contact` takes them. */
  readonly set?: Json;
}

export const STEPS = ['business', 'addTags', 'removeTags', 'fields'] as const;
export type StepName = (typeof STEPS)[number];

/** How far one contact has come. */
export interface Fate {
  readonly done: StepName[];
  readonly failures: { readonly step: StepName; readonly reason: string }[];
  /** True once a step changed something. */
  changed: boolean;
  /** True once HighLevel said that there is no such contact: no further step is tried. */
  gone: boolean;
}

/** One change of many contacts, from its preview to its last account. */
export interface BulkJob {
  /** The contacts it runs on and no others; frozen before anything is written. */
  ids: readonly string[];
  /** Ids that were named more than once, beyond the first time. */
  repeated: number;
  changes: Changes;
  steps: readonly StepName[];
  /** True where the contacts were found by a search. */
  searched: boolean;
  /** True once a preview was given to somebody who was still there. */
  previewed: boolean;
  /** Contacts that a step was tried for. */
  readonly fates: Map<string, Fate>;
  /** The last account, once nothing is left. */
  ended?: Json;
  /** True where the host was still there when that account was given. */
  heard: boolean;
}

export const newJob = (): BulkJob => ({
  ids: [],
  repeated: 0,
  changes: {},
  steps: [],
  searched: false,
  previewed: false,
  fates: new Map(),
  heard: false,
});

/** Contacts above which nothing is written before a preview was seen. */
export const WITHOUT_PREVIEW = 25;

export const needsPreview = ({ ids }: BulkJob): boolean => ids.length > WITHOUT_PREVIEW;

export function fateOf({ fates }: BulkJob, id: string): Fate {
  const fate = fates.get(id) ?? { done: [], failures: [], changed: false, gone: false };
  fates.set(id, fate);
  return fate;
}

/** Whether a step is still to be tried for a contact. */
export function isOpen(job: BulkJob, id: string, step: StepName): boolean {
  const fate = job.fates.get(id);
  if (!fate) return true;
  return !fate.gone && !fate.done.includes(step) && !fate.failures.some((failure) => failure.step === step);
}

export const isLeft = (job: BulkJob, id: string): boolean => job.steps.some((step) => isOpen(job, id, step));
