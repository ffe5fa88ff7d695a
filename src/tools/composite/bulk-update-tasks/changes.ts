import { matchField } from '../../../api/write/compare.ts';
import type { Json } from '../../../lib/json.ts';
import { type FieldChanges, shortValue } from '../bulk-job/bulk-job.ts';
import type { TaskChanges } from './plan.ts';

/** Old and new value of each field that a job changes in a task; none for a field that is so already. */
export const fieldChanges = (task: Json, changes: TaskChanges): FieldChanges =>
  Object.fromEntries(
    Object.entries(changes)
      .filter(([name, value]) => matchField(name, value, task) !== 'match')
      .map(([name, value]) => {
        const [key, shown] = name === 'completed' ? ['status', 'completed'] : [name, value];
        return [key, { old: shortValue(task[key]), new: shown }];
      }),
  );

/** A task with what was changed in it, for an answer. */
export const changedTask = ({ id, title, contact }: Json, changes: FieldChanges): Json => ({
  id,
  title,
  contact,
  changes,
});
