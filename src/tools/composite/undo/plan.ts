import type { Entry } from '../../../api/write/journal/entry.ts';
import type { RecordRef } from './effects.ts';
import type { UndoHistory } from './history.ts';
import type { Present } from './present.ts';
import type { Write } from './write.ts';

/** A write with the change that it undoes. */
export interface Step extends Write {
  readonly entry: Entry;
  readonly record: RecordRef;
}

interface Row {
  /** The tool whose change it is a part of. */
  readonly entry: Entry;
  readonly record: RecordRef;
  readonly field: string;
}

/** A field that somebody else changed since. */
export interface Conflict extends Row {
  readonly stored: unknown;
  readonly now: unknown;
  readonly wouldBecome: unknown;
}

/** What stays as it is. */
export interface NotRestored extends Row {
  readonly reason: string;
}

export interface Plan {
  readonly steps: readonly Step[];
  readonly conflicts: readonly Conflict[];
  readonly notRestored: readonly NotRestored[];
  /** Fields and records that are as they were before the change. */
  readonly alreadyRestored: number;
}

export interface PlanInput {
  /** Those of one run, the newest first. */
  readonly entries: readonly Entry[];
  readonly present: Present;
  readonly history: UndoHistory;
  /** Names of fields that are restored also where somebody else changed them. */
  readonly force: ReadonlySet<string>;
}
