import { matchFields } from '../../../api/write/compare.ts';
import { type Json, recordIn } from '../../../lib/json.ts';
import type { ToolContext } from '../../core/context.ts';
import type { Implementation } from '../../core/tool.ts';
import { updateContactTask } from '../../tasks.ts';
import { type Step, type StepFailure, stepChange } from '../bulk-job/bulk-job.ts';
import { type BulkWork, runJob } from '../bulk-job/run-job.ts';
import { quoteValue } from '../confirm/shown-values.ts';
import { countOf, listQuoted } from '../confirm/wording.ts';
import type { bulkUpdateTasks } from './bulk-update-tasks.tool.ts';
import { changedTask, fieldChanges } from './changes.ts';
import { type BulkTasksInput, planJob, readOpenTasks, type TaskPlan } from './plan.ts';
import { summaryOf } from './summary.ts';

const MAX_EXAMPLES = 3;

const NOT_STORED: StepFailure = {
  reason:
    'HighLevel accepted the call but its answer does not show what was given; get_contact_task shows what is stored.',
  deleted: false,
};

const updateTask: Step<TaskPlan> = {
  idsPerCall: 1,
  concurrency: 4,
  async send([taskId = ''], { changes }, call, before) {
    const task = before.get(taskId);
    if (!task) return () => 'skipped';
    const wanted = stepChange(fieldChanges(task, changes));
    if (wanted === 'unchanged') return () => wanted;
    const args = { contactId: task.contactId, taskId, ...changes };
    const answer = await call(updateContactTask, args, 'bulk', { before: task });
    const isStored = matchFields(changes, recordIn(answer, 'task') ?? {}) !== 'mismatch';
    return () => (isStored ? wanted : NOT_STORED);
  },
};

async function previewOf({ ids, tasks, changes }: TaskPlan, { label }: ToolContext): Promise<Json> {
  const examples = [...tasks.values()].slice(0, MAX_EXAMPLES);
  return {
    ...(label === undefined ? {} : { account: label }),
    total: ids.length,
    set: changes,
    examples: examples.map((task) => changedTask(task, fieldChanges(task, changes))),
  };
}

async function questionOf({ ids, tasks, changes }: TaskPlan, context: ToolContext): Promise<string> {
  const { completed, ...fields } = changes;
  const set = Object.entries(fields).map(async ([name, value]) => `${name} ${await quoteValue(name, value, context)}`);
  const wanted = [...(await Promise.all(set)), ...(completed ? ['completed'] : [])];
  const titles = [...tasks.values()].slice(0, MAX_EXAMPLES).map(({ title }) => title);
  return `Change ${countOf(ids.length, 'open task')} (${listQuoted(titles, ids.length)}) to: ${wanted.join(', ')}?`;
}

const TASKS: BulkWork<BulkTasksInput, 'task', TaskPlan> = {
  kind: 'tasks',
  plan: planJob,
  preview: previewOf,
  question: questionOf,
  steps: { task: updateTask },
  readBefore: readOpenTasks,
  summary: summaryOf,
  noMatch: 'No open task matches; nothing was written.',
};

export const run: Implementation<typeof bulkUpdateTasks> = async ({ handle, confirm, ...args }, context) =>
  runJob(TASKS, args, { handle, confirm }, context);
