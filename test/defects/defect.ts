/** A defect that was found from outside, and the tests that keep it from coming back. */
export interface Defect {
  /** Number within its report. */
  readonly item: number;
  readonly what: string;
  /** File and title of each test: `['test/tools/core/tool-access.test.ts', 'refuses a forbidden write']`. A title as it stands in the file. */
  readonly tests: readonly (readonly [file: string, title: string])[];
}
