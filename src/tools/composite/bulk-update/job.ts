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

export class BulkJob {
  /** Set by the call that creates the job, before any other call may use it. */
  plan!: Plan;
  /** True once a preview was delivered. */
  previewed = false;
  /** By contact id; contacts that no step was tried for are absent. */
  readonly progress = new Map<string, ContactProgress>();
  /** The final summary, once nothing is left. */
  summary?: Json;
  /** True if the host was still connected when the summary was returned. */
  delivered = false;

  setResult(id: string, step: StepName, result: StepResult): void {
    const stored = isFailure(result) ? { ...result, reason: withoutId(result.reason, id) } : result;
    this.progress.set(id, { ...this.progress.get(id), [step]: stored });
  }

  isPending(id: string, step: StepName): boolean {
    const results = this.progress.get(id) ?? {};
    return results[step] === undefined && !Object.values(results).some((result) => isFailure(result) && result.deleted);
  }

  /** Whether a step is pending for the contact. */
  isLeft(id: string): boolean {
    return this.plan.steps.some((step) => this.isPending(id, step));
  }
}

export const isFailure = (result: StepResult): result is StepFailure => typeof result === 'object';

/** The summary shows the contact id apart, and groups equal reasons. */
const withoutId = (reason: string, contactId: string): string => reason.replaceAll(` ${contactId}`, '');
