/** A reported defect and its regression tests. */
export interface Defect {
  /** Number within its report. */
  readonly item: number;
  readonly what: string;
  /** File of each test, and a part of its title as written there: `['test/tools/core/tool-access.test.ts', 'refuses a forbidden write']`. */
  readonly tests: readonly (readonly [file: string, title: string])[];
}
