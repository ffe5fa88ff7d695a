import { isBlank, type Json } from '../../../lib/json.ts';
import { normalizeText } from '../../../lib/markup.ts';
import { epochMs } from '../../../lib/time.ts';

/** Equal for tasks that differ in nothing. */
const keyOf = ({ title, body, dueDate, completed, assignedTo }: Json): string =>
  JSON.stringify([normalizeText(title), normalizeText(body), epochMs(dueDate), completed === true, assignedTo ?? null]);

/** The tasks that the kept contact lacks, as arguments of a create. A task that both have counts once for each. */
export function missingTasks(removed: readonly Json[], kept: readonly Json[]): Json[] {
  const present = new Map<string, number>();
  for (const key of kept.map(keyOf)) present.set(key, (present.get(key) ?? 0) + 1);
  return removed.flatMap((task) => {
    const key = keyOf(task);
    const count = present.get(key) ?? 0;
    present.set(key, count - 1);
    return count > 0 ? [] : [argumentsOf(task)];
  });
}

const argumentsOf = ({ title, body, dueDate, completed, assignedTo }: Json): Json =>
  Object.fromEntries(
    Object.entries({ title, body, dueDate, completed: completed === true, assignedTo }).filter(
      ([, value]) => !isBlank(value),
    ),
  );
