import type { ToolInput } from '../../core/tool.ts';
import type { BulkJob, BulkPlan } from '../bulk-job/bulk-job.ts';
import type { CustomValue } from '../custom-field-values.ts';
import type { bulkUpdateContacts } from './bulk-update-contacts.tool.ts';

export type BulkUpdateInput = ToolInput<typeof bulkUpdateContacts>;

/** The changes for every contact, as they were asked for. */
export type Changes = Pick<BulkUpdateInput, 'businessId' | 'unlinkBusiness' | 'addTags' | 'removeTags' | 'set'>;

export type StepName = 'business' | 'addTags' | 'removeTags' | 'fields';

/** What a job does to which contacts. */
export interface Plan extends BulkPlan<StepName> {
  /** Number of ids that were given again. */
  readonly repeated: number;
  readonly changes: Changes;
  /** Those of `changes.set`, with id and type if the definitions can be read. */
  readonly customFields: readonly CustomValue[];
  /** True if the contacts were found by a search. */
  readonly isSearch: boolean;
}

export type ContactsJob = BulkJob<StepName, Plan>;
