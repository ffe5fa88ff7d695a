import type { Json } from '../../../lib/json.ts';
import type { RecordRef } from './effects.ts';
import { withField } from './fields.ts';
import type { UndoHistory } from './history.ts';
import type { Present } from './present.ts';

export const keyOf = ({ kind, id }: RecordRef): string => `${kind} ${id}`;

/** The records as they will be when the writes that are planned so far are done. */
export class RecordStates {
  readonly #present: Present;
  readonly #history: UndoHistory;
  /** By key; null: it does not exist. */
  readonly #planned = new Map<string, Json | null>();

  constructor(present: Present, history: UndoHistory) {
    this.#present = present;
    this.#history = history;
  }

  /** Null if there is no such record. */
  get(record: RecordRef): Json | null {
    const planned = this.#planned.get(keyOf(record));
    return planned === undefined ? this.#read(record) : planned;
  }

  set(record: RecordRef, state: Json | null): void {
    this.#planned.set(keyOf(record), state);
  }

  setField(record: RecordRef, field: string, value: unknown): void {
    this.set(record, withField(this.get(record) ?? {}, field, value));
  }

  /** The notes or tasks that a contact has now. */
  parts(contactId: string, list: 'notes' | 'tasks'): readonly Json[] {
    return this.#present.get(contactId)?.[list] ?? [];
  }

  #read({ kind, contactId, id }: RecordRef): Json | null {
    const { contact } = this.#present.get(contactId) ?? {};
    // A contact that was not read, as only its notes or tasks were changed, exists.
    if (kind === 'contact') return contact === undefined ? {} : contact;
    const current = this.#history.currentId(id);
    return this.parts(contactId, kind === 'note' ? 'notes' : 'tasks').find((part) => part.id === current) ?? null;
  }
}
