import type { Implementation } from '../../core/tool.ts';
import { type BulkWork, runJob } from '../bulk-job/run-job.ts';
import type { bulkUpdateContacts } from './bulk-update-contacts.tool.ts';
import type { BulkUpdateInput, Plan, StepName } from './job.ts';
import { planJob } from './plan.ts';
import { previewOf } from './preview.ts';
import { questionOf } from './question.ts';
import { readBefore } from './read-before.ts';
import { STEPS } from './steps.ts';
import { summaryOf } from './summary.ts';

const CONTACTS: BulkWork<BulkUpdateInput, StepName, Plan> = {
  kind: 'update',
  plan: planJob,
  preview: previewOf,
  question: questionOf,
  steps: STEPS,
  readBefore,
  summary: summaryOf,
  noMatch: 'No contact matches; nothing was written.',
};

export const run: Implementation<typeof bulkUpdateContacts> = async ({ handle, confirm, ...args }, context) =>
  runJob(CONTACTS, args, { handle, confirm }, context);
