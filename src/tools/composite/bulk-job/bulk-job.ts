import type { Json } from '../../../lib/json.ts';
import type { ToolContext } from '../../core/context.ts';

export interface StepFailure {
  readonly reason: string;
  /** True if HighLevel said that the record does not exist: no further step is tried for it. */
  readonly deleted: boolean;
}

/** The result of one step for one record. */
export type StepResult = 'changed' | 'unchanged' | StepFailure;

export const isFailure = (result: StepResult): result is StepFailure => typeof result === 'object';

/** Which records a job changes, and in which steps; fixed before anything is written. */
export interface BulkPlan<StepName extends string = string> {
  readonly ids: readonly string[];
  readonly steps: readonly StepName[];
}

/** One kind of change. */
export interface Step<Plan> {
  readonly idsPerCall: number;
  readonly concurrency: number;
  /** Returns the result of each record. @throws UserError if the call failed as a whole */
  readonly send: (ids: readonly string[], plan: Plan, call: ToolContext['call']) => Promise<(id: string) => StepResult>;
}

/** Results of one record by step; a step without a result is left to do. */
export type Progress<StepName extends string = string> = Partial<Record<StepName, StepResult>>;

/** Changes of many records that several calls of a tool continue. */
export class BulkJob<StepName extends string = string, Plan extends BulkPlan<StepName> = BulkPlan<StepName>> {
  /** Set by the call that creates the job, before any other call may use it. */
  plan!: Plan;
  /** True once a preview was delivered. */
  previewed = false;
  /** By id; records that no step was tried for are absent. */
  readonly progress = new Map<string, Progress<StepName>>();
  /** The final summary, once nothing is left. */
  summary?: Json;
  /** True if the host was still connected when the summary was returned. */
  delivered = false;

  setResult(id: string, step: StepName, result: StepResult): void {
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

/** The summary shows the id apart, and groups equal reasons. */
const withoutId = (reason: string, id: string): string => reason.replaceAll(` ${id}`, '');
