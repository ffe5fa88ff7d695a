/** What the answer to a write reported. */
export type Outcome = 'done' | 'notDone' | 'unknown';

/**
 * A record that calls created, and what their answers say about it. Only one call at a time writes to a record, so that
 * the answers have an order.
 */
export class ExpectedRecord {
  readonly kind: 'contact' | 'note' | 'task';
  /** The value by which the sandbox's record is found: an email, the text of a note, the title of a task. */
  readonly mark: string;
  readonly children: ExpectedRecord[] = [];
  /** How many such records may exist. */
  least: 0 | 1 = 0;
  most: 0 | 1 = 0;
  /** Undefined unless an answer reported it. */
  id: string | undefined;
  /** Values that each field may have, by its name; '' is absent. */
  readonly fields = new Map<string, ReadonlySet<string>>();

  constructor(kind: ExpectedRecord['kind'], mark: string) {
    this.kind = kind;
    this.mark = mark;
  }

  created(outcome: Outcome, id: string | undefined): void {
    this.id = id;
    this.least = outcome === 'done' ? 1 : 0;
    this.most = outcome === 'notDone' ? 0 : 1;
  }

  changed(outcome: Outcome, field: string, value: string): void {
    const before = this.fields.get(field) ?? new Set(['']);
    if (outcome === 'done') this.fields.set(field, new Set([value]));
    if (outcome === 'unknown') this.fields.set(field, new Set([...before, value]));
  }

  /** What belongs to a contact is deleted with it. */
  deleted(outcome: Outcome): void {
    if (outcome === 'notDone') return;
    this.least = 0;
    if (outcome === 'done') this.most = 0;
    for (const child of this.children) child.deleted(outcome);
  }
}
