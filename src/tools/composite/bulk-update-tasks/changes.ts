import { matchField } from '../../../api/write/compare.ts';
import type { Json } from '../../../lib/json.ts';
import { cleanValue } from '../../core/row-shape.ts';
import type { FieldChanges } from '../bulk-job/bulk-job.ts';
import type { TaskChanges } from './plan.ts';

/** Characters of a value. */
const MAX_VALUE = 100;

/** Old and new value of each field that a job changes in a task; none for a field that is so already. */
export const fieldChanges = (task: Json, changes: TaskChanges): FieldChanges =>
  Object.fromEntries(
    Object.entries(changes)
      .filter(([name, value]) => matchField(name, value, task) !== 'match')
      .map(([name, value]) => {
        const [key, shown] = name === 'completed' ? ['status', 'completed'] : [name, value];
        return [key, { old: cleanValue(task[key] ?? null, MAX_VALUE), new: shown }];
      }),
  );

/** A task with what was changed in it, for an answer. */
export const changedTask = ({ id, title, contact }: Json, changes: FieldChanges): Json => ({
  id,
  title,
  contact,
  changes,
});
