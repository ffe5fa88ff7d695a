import * as z from 'zod';
import { OF_CHILDREN, OF_CONTACTS, type PreparedCall, type Settle } from './calls.ts';
import { ExpectedRecord } from './records.ts';

/** Contacts that one worker writes to at a time. */
const MAX_CONTACTS = 20;
const TAGS = ['soak one', 'soak two', 'soak three', 'soak four'];
/** Of the calls, if there is a contact to call about. */
const NEW_CONTACTS = 0.1;
const ABOUT_CHILDREN = 0.3;

const Row = z.object({ id: z.string() });
const Created = z.object({ contact: Row.optional(), note: Row.optional(), task: Row.optional() });
const idIn = (answer: unknown, kind: ExpectedRecord['kind']): string | undefined =>
  answer === undefined ? undefined : Created.parse(answer)[kind]?.id;

/** Makes the random calls of one worker. Only this worker writes to the records that its calls create. */
export class CallSource {
  readonly #name: string;
  readonly #random: () => number;
  readonly #expected: ExpectedRecord[];
  #contacts: readonly ExpectedRecord[] = [];
  #count = 0;

  /** `name` is unique; the records of all workers are collected in `expected`. */
  constructor(name: string, random: () => number, expected: ExpectedRecord[]) {
    this.#name = name;
    this.#random = random;
    this.#expected = expected;
  }

  /** The next call; its predecessor must be settled. */
  next(): PreparedCall {
    this.#count += 1;
    const mark = `${this.#name}-${this.#count}`;
    const contact = this.#oneOf(this.#contacts);
    const tag = this.#oneOf(TAGS);
    if (!contact || !tag || this.#random() < NEW_CONTACTS) return this.#createContact(mark);
    const child = this.#oneOf(contact.children);
    const calls = child && this.#random() < ABOUT_CHILDREN ? OF_CHILDREN[child.kind] : OF_CONTACTS;
    const make = this.#oneOf(calls) ?? (() => this.#createContact(mark));
    return make({
      contact,
      child: child ?? contact,
      mark,
      tag,
      newChild: (kind, childMark) => this.#newChild(kind, childMark, contact),
      forget: () => {
        this.#contacts = this.#contacts.filter((each) => each !== contact);
      },
    });
  }

  /** One of some values; undefined if there is none. */
  #oneOf<T>(values: readonly T[]): T | undefined {
    return values[Math.floor(this.#random() * values.length)];
  }

  #expect(kind: ExpectedRecord['kind'], mark: string): ExpectedRecord {
    const record = new ExpectedRecord(kind, mark);
    this.#expected.push(record);
    return record;
  }

  #newChild(kind: 'note' | 'task', mark: string, contact: ExpectedRecord): Settle {
    const record = this.#expect(kind, mark);
    return (outcome, answer) => {
      record.created(outcome, idIn(answer, kind));
      if (record.id !== undefined) contact.children.push(record);
    };
  }

  #createContact(mark: string): PreparedCall {
    const record = this.#expect('contact', `${mark}@soak.example`);
    return {
      tool: this.#random() < 0.5 ? 'create_contact' : 'upsert_contact',
      args: { firstName: `Soak ${mark}`, email: record.mark, city: 'Austin' },
      settle: (outcome, answer) => {
        record.created(outcome, idIn(answer, 'contact'));
        record.changed('done', 'city', 'Austin');
        if (record.id !== undefined) this.#contacts = [...this.#contacts.slice(1 - MAX_CONTACTS), record];
      },
    };
  }
}
