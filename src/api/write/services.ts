import type { Log } from '../../lib/log.ts';
import type { ReadCache } from '../read-cache.ts';
import type { Reader } from '../reader.ts';
import type { ExecutorOptions } from '../request-executor.ts';
import type { CreateAttribution } from './attribution.ts';
import type { Journal } from './journal/journal.ts';

/** What the steps of the pipeline share. */
export interface WriteServices {
  readonly executor: ExecutorOptions;
  readonly reader: Reader;
  readonly cache: ReadCache;
  readonly attribution: CreateAttribution;
  /** Undefined where it is off. */
  readonly journal: Journal | undefined;
  readonly log: Log;
}

/** Share of the budget of a call that reads before or after a write may take. */
export const READ_SHARE = 1 / 3;
