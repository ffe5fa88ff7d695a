import type { Json } from '../../../lib/json.ts';
import { cleanValue } from '../../core/row-shape.ts';
import type { FieldChange, FieldChanges } from '../bulk-job/bulk-job.ts';
import type { TaskChanges } from './plan.ts';

/** Characters of a value. */
const MAX_VALUE = 100;

/** Old and new value of each field that a job changes in a task. */
export function fieldChanges(task: Json, { assignedTo, dueDate, completed }: TaskChanges): FieldChanges {
  const change = (name: string, value: string): FieldChange => ({
    old: cleanValue(task[name] ?? null, MAX_VALUE),
    new: value,
  });
  return {
    ...(assignedTo === undefined ? {} : { assignedTo: change('assignedTo', assignedTo) }),
    ...(dueDate === undefined ? {} : { dueDate: change('dueDate', dueDate) }),
    ...(completed ? { status: change('status', 'completed') } : {}),
  };
}

/** A task with what was changed in it, for an answer. */
export const changedTask = ({ id, title, contact }: Json, changes: FieldChanges): Json => ({
  id,
  title,
  contact,
  changes,
});
