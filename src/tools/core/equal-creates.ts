import { fullName } from '../../api/contact-fields.ts';
import type { Endpoint } from '../../api/endpoint.ts';
import { BoundedMap } from '../../lib/bounded-map.ts';
import { type Json, recordIn, textIn } from '../../lib/json.ts';
import { normalizeText } from '../../lib/markup.ts';
import { epochMs } from '../../lib/time.ts';

/** ms for which an equal create is reported. */
const REPORTED_MS = 600_000;
const MAX_RECORDS = 500;

interface RecordKind {
  readonly message: string;
  /** Key of the answer that holds the record. */
  readonly envelope: string;
  /** What makes two records equal; undefined for those with another guard, such as contacts with an email. */
  readonly identity: (args: Json) => readonly unknown[] | undefined;
}

const folded = (text: unknown): string => normalizeText(text).toLowerCase();

const KINDS: Readonly<Record<string, RecordKind>> = {
  create_contact_note: {
    message: 'An equal note was added to this contact',
    envelope: 'note',
    identity: ({ contactId, body }) => [contactId, normalizeText(body)],
  },
  create_contact_task: {
    message: 'An equal task was added to this contact',
    envelope: 'task',
    identity: ({ contactId, title, dueDate, completed }) =>
      completed === true ? undefined : [contactId, folded(title), epochMs(dueDate)],
  },
  create_contact: {
    message: 'A contact of this name without email and phone was created',
    envelope: 'contact',
    identity: (args) => {
      const name = folded(fullName(args));
      return args.email || args.phone || name === '' ? undefined : [name];
    },
  },
};

/** Arguments of a later write that make the record different. */
const CHANGES = ['body', 'title', 'dueDate', 'name', 'firstName', 'lastName', 'email', 'phone'] as const;

/**
 * Reports records that a model, or two conversations with the same task, create twice. Nothing is refused, as both may be
 * intended; the answer names the earlier record.
 */
export class EqualCreates {
  /** By record id. `key` is equal for records of the same tool and content, `at` is monotonic ms. */
  readonly #created = new BoundedMap<unknown, { readonly key: string; readonly at: number }>(MAX_RECORDS);

  /** Call after a create. Returns a notice if this server created an equal record in the last ten minutes. */
  recordCreate({ name }: Endpoint, args: Json, answer: Json, now: number): string | undefined {
    const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
    const identity = kind?.identity(args);
    const id = kind && textIn(recordIn(answer, kind.envelope), 'id');
    // A known id is the answer to a repeated request: there is one record.
    if (!identity || id === undefined || this.#created.has(id)) return undefined;
    const key = JSON.stringify([name, ...identity]);
    const earlier = [...this.#created].findLast(([, each]) => each.key === key && now - each.at < REPORTED_MS);
    this.#created.set(id, { key, at: now });
    if (!earlier) return undefined;
    const [earlierId, { at }] = earlier;
    return `${kind?.message} ${ago(now - at)} (id ${earlierId}); this is another one. Delete one of them if that was not meant.`;
  }

  /** Call after any other write: a record that was deleted, completed or changed is not equal any more. */
  forget(endpoint: Endpoint, args: Json): void {
    if (endpoint.effect === 'read' || Object.hasOwn(KINDS, endpoint.name)) return;
    const changed =
      endpoint.effect === 'delete' || args.completed === true || CHANGES.some((name) => args[name] !== undefined);
    if (changed) this.#created.delete(args.taskId ?? args.noteId ?? args.contactId);
  }
}

function ago(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1_000));
  return seconds < 100 ? `${seconds} s ago` : `${Math.round(seconds / 60)} min ago`;
}
