import type { Entry } from '../../../api/write/journal/entry.ts';
import type { RecordRef } from './effects.ts';
import type { UndoHistory } from './history.ts';
import type { Present } from './present.ts';
import type { FieldRestored, Write } from './write.ts';

/** A write with the change that it undoes. */
export interface Step extends Omit<Write, 'restored'> {
  readonly entry: Entry;
  /** The first of its records. */
  readonly record: RecordRef;
  readonly rows: readonly Restored[];
}

export interface Row {
  /** The tool whose change it is a part of. */
  readonly entry: Entry;
  readonly record: RecordRef;
  readonly field: string;
}

/** A field that gets back its value. */
export interface Restored extends Row, FieldRestored {}

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

/** The id under which a record exists now. */
export type IdNow = (id: unknown) => unknown;

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
