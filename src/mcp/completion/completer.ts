import type { ToolRunner } from '../tool-runner.ts';

/** Values offered for an argument, best match first. */
export interface Completion {
  readonly values: readonly string[];
  /** Number of all matches; undefined if there are more and HighLevel does not say how many. */
  readonly total: number | undefined;
}

/** Completes what was typed for an argument; `filledIn` holds the other arguments. @throws UserError */
export type Completer = (
  typed: string,
  runner: ToolRunner,
  filledIn: Readonly<Record<string, string>>,
) => Promise<Completion>;

export const NO_VALUES: Completion = { values: [], total: 0 };

/** The options that contain what was typed; first those that start with it. */
export function matchOptions(options: readonly string[], typed: string): Completion {
  const wanted = typed.trim().toLowerCase();
  const position = (option: string) => option.toLowerCase().indexOf(wanted);
  const matches = [...new Set(options)].filter((option) => position(option) !== -1);
  const values = [
    ...matches.filter((option) => position(option) === 0),
    ...matches.filter((option) => position(option) > 0),
  ];
  return { values, total: values.length };
}
