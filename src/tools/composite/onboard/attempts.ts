import { UserError } from '../../../lib/errors.ts';
import type { ToolContext } from '../../core/context.ts';
import { Conflict } from './find-person.ts';

export interface Failure {
  readonly part: string;
  readonly error: UserError;
}

/** Runs the parts of an onboarding. One that fails, or has no time left to start, does not stop the others. */
export class Attempts {
  readonly context: ToolContext;
  readonly failed: Failure[] = [];

  constructor(context: ToolContext) {
    this.context = context;
  }

  /** Undefined if the part failed. @throws Conflict, and errors that are no UserError */
  async run<T>(part: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      if (!this.context.hasTime()) throw new UserError('No time was left to begin it.');
      return await work();
    } catch (error) {
      if (!(error instanceof UserError) || error instanceof Conflict) throw error;
      this.failed.push({ part, error });
      return undefined;
    }
  }
}
