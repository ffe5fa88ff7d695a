import type { Json } from '../../../lib/json.ts';
import { normalizeText } from '../../../lib/markup.ts';
import type { TaskInput } from './input.ts';

type Task = Json | TaskInput;

const secondsOf = (dueDate: unknown): number => Math.floor(Date.parse(String(dueDate)) / 1_000);

/** Equal for the same title and due time; body and assignee do not matter. */
const titleKey = ({ title, dueDate }: Task): string =>
  JSON.stringify([normalizeText(title).toLowerCase(), secondsOf(dueDate)]);

/** Also distinguishes tasks of one title and time by body and assignee. */
const fullKey = (task: Task): string =>
  JSON.stringify([titleKey(task), normalizeText(task.body), normalizeText(task.assignedTo)]);

/** Each task once. */
export const uniqueTasks = (tasks: readonly TaskInput[]): TaskInput[] => [
  ...new Map(tasks.map((task) => [fullKey(task), task])).values(),
];

/** Matches each task with at most one stored task, which it already is; exact matches first. */
export function matchTasks(desired: readonly TaskInput[], stored: readonly Json[]) {
  const unmatched = new Set(stored);
  const existing = new Map<TaskInput, Json>();
  for (const keyOf of [fullKey, titleKey]) {
    const byKey = new Map<string, Json[]>();
    for (const task of unmatched) {
      const key = keyOf(task);
      byKey
        .set(key, byKey.get(key) ?? [])
        .get(key)
        ?.push(task);
    }
    for (const task of desired) {
      const match = existing.has(task) ? undefined : byKey.get(keyOf(task))?.shift();
      if (!match) continue;
      unmatched.delete(match);
      existing.set(task, match);
    }
  }
  return desired.map((task) => ({ task, existing: existing.get(task) }));
}
