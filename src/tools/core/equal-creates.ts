import { fullName } from '../../api/contact-name.ts';
import type { Endpoint } from '../../api/endpoint.ts';
import type { Json } from '../../lib/json.ts';
import { normalizeText } from '../../lib/markup.ts';

/** ms for which an equal create is worth a word, and how many are remembered. */
const REMEMBERED_MS = 600_000;
const KEPT = 500;

/** Something this server created by a tool of its own. */
interface Created {
  readonly tool: string;
  /** Equal for what is the same once more. */
  readonly print: string;
  readonly id: string;
  /** Monotonic ms. */
  readonly at: number;
}

interface Kind {
  readonly what: string;
  /** Key of the answer that holds what was created. */
  readonly key: string;
  /** What makes two of them equal; undefined where the kind has another guard, as contacts with an email have. */
  readonly print: (args: Json, locationId: string | undefined) => unknown[] | undefined;
}

const nameOf = (contact: Json): string => normalizeText(fullName(contact)).toLowerCase();

const KINDS: Readonly<Record<string, Kind>> = {
  create_contact_note: {
    what: 'An equal note was added to this contact',
    key: 'note',
    print: ({ contactId, body }) => [contactId, normalizeText(body)],
  },
  create_contact_task: {
    what: 'An equal task was added to this contact',
    key: 'task',
    print: ({ contactId, title, dueDate, completed }) =>
      completed === true ? undefined : [contactId, normalizeText(title).toLowerCase(), Date.parse(String(dueDate))],
  },
  create_contact: {
    what: 'A contact of this name without email and phone was created',
    key: 'contact',
    print: (args, locationId) =>
      args.email || args.phone || nameOf(args) === '' ? undefined : [locationId, nameOf(args)],
  },
};

/** What a later write changes so that the earlier record is not equal any more. */
const CHANGES = ['body', 'title', 'dueDate', 'name', 'firstName', 'lastName', 'email', 'phone'] as const;

/**
 * A model that repeats itself, or two conversations with the same task, make records that are there twice. Nothing is
 * refused for that: it may be meant. The answer names the earlier one.
 */
export class EqualCreates {
  #created: Created[] = [];

  /** After a create: the sentence about an equal one by this server, if there was one in the last ten minutes. */
  recordCreate(
    endpoint: Endpoint,
    args: Json,
    answer: Json,
    now: number,
    locationId: string | undefined,
  ): string | undefined {
    const kind = Object.hasOwn(KINDS, endpoint.name) ? KINDS[endpoint.name] : undefined;
    const parts = kind?.print(args, locationId);
    const id = kind && (answer[kind.key] as Json | undefined)?.id;
    if (!kind || !parts || typeof id !== 'string') return undefined;
    const print = JSON.stringify(parts);
    this.#created = this.#created.filter(({ at }) => now - at < REMEMBERED_MS).slice(-KEPT);
    const earlier = this.#created.findLast((each) => each.tool === endpoint.name && each.print === print);
    // The answer to a repetition is the record of the first call: there is one.
    if (this.#created.some((each) => each.tool === endpoint.name && each.id === id)) return undefined;
    this.#created.push({ tool: endpoint.name, print, id, at: now });
    return (
      earlier &&
      `${kind.what} ${ago(now - earlier.at)} (id ${earlier.id}); this is another one. Delete one of them if that was not meant.`
    );
  }

  /** After any other write: what it deletes, completes or changes is not equal any more. */
  forget(endpoint: Endpoint, args: Json): void {
    if (endpoint.effect === 'read' || Object.hasOwn(KINDS, endpoint.name)) return;
    const target = args.taskId ?? args.noteId ?? args.contactId;
    const changed =
      endpoint.effect === 'delete' || args.completed === true || CHANGES.some((name) => args[name] !== undefined);
    if (changed) this.#created = this.#created.filter(({ id }) => id !== target);
  }
}

function ago(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1_000));
  return seconds < 100 ? `${seconds} s ago` : `${Math.round(seconds / 60)} min ago`;
}
