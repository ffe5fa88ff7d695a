import type { ToolName } from '../tools/contract.ts';

/** A known difference between the API and its description, with its source. */
export interface Exception {
  readonly name: string;
  /** Section of the collected facts about the API, or the description. */
  readonly source: string;
  readonly tools: readonly ToolName[];
  readonly findings: readonly string[];
}

/** Separates expected findings from unexpected ones and lists the exceptions that never occurred. */
export function exceptionList(exceptions: readonly Exception[]) {
  const known = new Set(
    exceptions.flatMap(({ tools, findings }) => tools.flatMap((tool) => findings.map((each) => `${tool}: ${each}`))),
  );
  const unused = new Set(known);
  return {
    unexpected: (tool: ToolName, findings: readonly string[]): string[] =>
      [...new Set(findings)].filter((each) => {
        unused.delete(`${tool}: ${each}`);
        return !known.has(`${tool}: ${each}`);
      }),
    unused: (): string[] => [...unused],
  };
}

/** `contacts.*.email: null refused`: the same text for the same finding in every row. */
export const finding = (path: readonly string[], what: string): string =>
  `${path.map((part) => (/^\d+$/.test(part) ? '*' : part)).join('.')}: ${what}`;

export const at = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);

/** `string`, `null`, `{id: string, value: array}` */
export function typeOf(value: unknown, nested = false): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value !== 'object' || nested) return typeof value;
  return `{${Object.entries(value)
    .map(([key, each]) => `${key}: ${typeOf(each, true)}`)
    .join(', ')}}`;
}
