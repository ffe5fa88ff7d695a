import type { Json } from '../../../lib/json.ts';
import type { ToolContext } from '../../core/context.ts';
import { cleanValue } from '../../core/row-shape.ts';
import type { Confirmable } from './agree.ts';

export interface StepFailure {
  readonly reason: string;
  /** True if HighLevel said that the record does not exist: no further step is tried for it. */
  readonly deleted: boolean;
}

/** The result of one step for one record; a skipped one no longer fits what was chosen, and nothing was sent for it. */
export type StepResult = 'changed' | 'unchanged' | 'skipped' | StepFailure;

/** A value before and after a write; null if there was none, without `old` where it is not known. */
export interface FieldChange {
  readonly old?: unknown;
  readonly new: unknown;
}
export type FieldChanges = Readonly<Record<string, FieldChange>>;

/** That a step changed a record, and what. */
export interface StepChange {
  readonly changes: FieldChanges;
}

/** `unchanged` where a step made no difference. */
export const stepChange = (changes: FieldChanges): StepResult | StepChange =>
  Object.keys(changes).length > 0 ? { changes } : 'unchanged';

export const isFailure = (result: StepResult): result is StepFailure => typeof result === 'object';
export const isChange = (result: StepResult | StepChange): result is StepChange =>
  typeof result === 'object' && 'changes' in result;

/** Which records a job changes, and in which steps; fixed before anything is written. */
export interface BulkPlan<StepName extends string = string> {
  readonly ids: readonly string[];
  readonly steps: readonly StepName[];
}

/** One kind of change. */
export interface Step<Plan> {
  readonly idsPerCall: number;
  readonly concurrency: number;
  /**
   * Returns the result of each record; `before` are the records as `readBefore` gave them, with what earlier steps changed.
   * @throws UserError if the call failed as a whole
   */
  readonly send: (
    ids: readonly string[],
    plan: Plan,
    call: ToolContext['call'],
    before: Records,
  ) => Promise<(id: string) => StepResult | StepChange>;
}

/** Records by id. */
export type Records = ReadonlyMap<string, Json>;

/** Characters of a value in an answer. */
export const MAX_VALUE = 100;
/** A value cut for an answer; null if there is none. */
export const shortValue = (value: unknown): unknown => cleanValue(value ?? null, MAX_VALUE);

/** Records whose old and new values a summary shows. */
export const MAX_SHOWN = 25;

/** Results of one record by step; a step without a result is left to do. */
export type Progress<StepName extends string = string> = Partial<Record<StepName, StepResult>>;

/** Changes of many records that several calls of a tool continue. */
export class BulkJob<StepName extends string = string, Plan extends BulkPlan<StepName> = BulkPlan<StepName>>
  implements Confirmable
{
  /** Set by the call that creates the job, before any other call may use it. */
  plan!: Plan;
  previewed = false;
  /** By id; records that no step was tried for are absent. */
  readonly progress = new Map<string, Progress<StepName>>();
  /** The first records of the plan as they were read before they were changed. */
  readonly before = new Map<string, Json>();
  /** What was changed in the first records of the plan. */
  readonly changes = new Map<string, FieldChanges>();
  /** The final summary, once nothing is left. */
  summary?: Json;
  /** True if the host was still connected when the summary was returned. */
  delivered = false;

  /** Ids of the records whose old and new values the summary shows. */
  get shownIds(): readonly string[] {
    return this.plan.ids.slice(0, MAX_SHOWN);
  }

  keepBefore(before: Records): void {
    for (const id of this.shownIds) {
      const record = before.get(id);
      if (record && !this.before.has(id)) this.before.set(id, record);
    }
  }

  setResult(id: string, step: StepName, result: StepResult | StepChange): void {
    if (isChange(result)) {
      this.progress.set(id, { ...this.progress.get(id), [step]: 'changed' });
      if (this.shownIds.includes(id)) this.changes.set(id, mergedChanges(this.changes.get(id), result.changes));
      return;
    }
    const stored = isFailure(result) ? { ...result, reason: withoutId(result.reason, id) } : result;
    this.progress.set(id, { ...this.progress.get(id), [step]: stored });
  }

  isPending(id: string, step: StepName): boolean {
    const results: Progress<StepName> = this.progress.get(id) ?? {};
    const values: (StepResult | undefined)[] = Object.values(results);
    return results[step] === undefined && !values.some((result) => result && isFailure(result) && result.deleted);
  }

  /** Whether a step is pending for the record. */
  isLeft(id: string): boolean {
    return this.plan.steps.some((step) => this.isPending(id, step));
  }
}

/** Two steps may change one field: its old value is the first, its new value the last. */
function mergedChanges(earlier: FieldChanges = {}, later: FieldChanges): FieldChanges {
  const changes = Object.entries(later).map(([name, change]) => [name, { ...change, ...pickOld(earlier[name]) }]);
  return { ...earlier, ...Object.fromEntries(changes) };
}
const pickOld = (change: FieldChange | undefined): Partial<FieldChange> =>
  change && 'old' in change ? { old: change.old } : {};

/** The summary shows the id apart, and groups equal reasons. */
const withoutId = (reason: string, id: string): string => reason.replaceAll(` ${id}`, '');
