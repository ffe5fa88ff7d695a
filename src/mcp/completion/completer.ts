import type { ToolRunner } from '../tool-runner.ts';

/** What an argument may become, likeliest first. */
export interface Values {
  readonly values: readonly string[];
  /** How many there are in all; undefined where that is not known and there are more. */
  readonly total: number | undefined;
}

/** Completes what was typed of one argument; `others` are the arguments filled in before. @throws UserError */
export type Completer = (
  typed: string,
  runner: ToolRunner,
  others: Readonly<Record<string, string>>,
) => Promise<Values>;

export const NONE: Values = { values: [], total: 0 };

/** Those of a list that fit what was typed: first those that begin so, then those that hold it. */
export function among(options: readonly string[], typed: string): Values {
  const wanted = typed.trim().toLowerCase();
  const place = (option: string) => option.toLowerCase().indexOf(wanted);
  const fitting = [...new Set(options)].filter((option) => place(option) !== -1);
  const values = [...fitting.filter((option) => place(option) === 0), ...fitting.filter((option) => place(option) > 0)];
  return { values, total: values.length };
}
