import * as z from 'zod';
import { confirmationAnswer, Filled, of } from '../../core/schemas.ts';

/** Arguments by which a job is confirmed and continued. */
export const jobArguments = { confirm: z.boolean().optional(), handle: Filled.optional() };

/** A handle stands for the arguments of the call that gave it. */
export const isHandleAlone = ({ handle, confirm: _, ...others }: { handle?: unknown; confirm?: unknown }): boolean =>
  handle === undefined || Object.keys(others).length === 0;
export const HANDLE_RULE = 'handle goes alone, or with confirm';

/** What every job answers: its preview, counts, failures, and how it is continued. */
export const jobAnswer = {
  account: of.text,
  total: of.count,
  examples: of.rows,
  asked: of.count,
  changed: of.count,
  unchanged: of.count,
  skipped: of.count,
  failed: of.count,
  left: of.count,
  failures: of.rows,
  furtherFailures: of.rows,
  ...confirmationAnswer,
};
