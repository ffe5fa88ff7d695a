import { quoteForMessage } from '../../../lib/text.ts';

/** Values that a question names one by one. */
export const MAX_NAMED = 3;

/** `"a", "b", "c" and 4 more`, of values that people wrote; `total` if there are more than are given. */
export function listQuoted(values: readonly unknown[], total = values.length): string {
  const named = values.slice(0, MAX_NAMED).map(quoteForMessage);
  return total > named.length ? `${named.join(', ')} and ${total - named.length} more` : named.join(', ');
}

/** `1 task`, `2 tasks`. */
export const countOf = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
