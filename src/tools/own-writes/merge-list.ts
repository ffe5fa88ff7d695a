import { isRecord, type Json, listIn, recordIn, rowsIn, stableKey } from '../../lib/json.ts';
import type { ToolContext } from '../core/context.ts';
import { rowOf } from '../core/row-shape.ts';
import { CurrentContacts, type Send } from './current-contacts.ts';
import { IndexPage, type Part } from './index-page.ts';
import type { ContactList, Rows } from './lists.ts';
import { isBefore } from './order.ts';
import { isPlaced, type OwnRow, placeRows, toOwnRow } from './place-rows.ts';

interface MergedPage {
  /** HighLevel's last answer. */
  readonly answer: Json;
  readonly rows: readonly Json[];
  readonly own: readonly OwnRow[];
}

/**
 * The answer of a list of contacts in which each contact that this server wrote in the last minutes is as it is now, in
 * its place and marked `notYetIndexed` until the index shows it. Pages read one after the other give each contact once.
 * @throws UserError as the call of the list does
 */
export async function mergeList(list: ContactList, context: ToolContext, send: Send): Promise<Json> {
  const merge = new ListMerge(list, context, send);
  const { answer, rows, own } = await (list.rows ? merge.readByNumber(list.rows) : merge.readByCursor());
  if (merge.missed > 0) context.notify(missedNotice(merge.missed));
  const invalid = listIn(answer, 'contacts').filter((row) => !isRecord(row));
  return { ...withTotal(answer, rowsAdded(own)), contacts: [...rows, ...invalid] };
}

const missedNotice = (missed: number): string =>
  `Of ${missed} contacts written here in the last minutes search may still show what they were before: get_contact is current.`;

class ListMerge {
  /** Contacts written here that may be shown as they were, or not at all. */
  missed = 0;
  readonly #list: ContactList;
  readonly #context: ToolContext;
  readonly #send: Send;
  readonly #contacts: CurrentContacts;

  constructor(list: ContactList, context: ToolContext, send: Send) {
    this.#list = list;
    this.#context = context;
    this.#send = send;
    this.#contacts = new CurrentContacts(context, send, list.query);
  }

  /** Reads pages of the index until there are enough rows: some rows of the index may not belong to the list any more. */
  async readByCursor(): Promise<MergedPage> {
    const { args, cursors, endpoint, limit } = this.#list;
    const { rest = args, cursor, shown } = cursors?.read(args) ?? {};
    const read: Json[] = [];
    let after = cursor;
    for (;;) {
      const answer = await this.#send(endpoint, { ...rest, ...(after && cursors?.after(after)) });
      const page = rowsIn(answer, 'contacts');
      const last = page.at(-1);
      const next = last && cursors?.of(last);
      const repeats = read.some(({ id }) => id === last?.id) || stableKey(next) === stableKey(after);
      const isLast = listIn(answer, 'contacts').length < limit || !next || repeats;
      read.push(...page);
      const { rows, own } = await this.#merge(read, { cursor, shown, isFirst: !cursor, isLast });
      if (isLast || rows.length >= limit) return { answer, rows: rows.slice(0, limit), own };
      after = next;
    }
  }

  /** The numbers of rows are those of the merged list, which may have more or fewer rows before this page than the index. */
  async readByNumber({ offset, window }: Rows): Promise<MergedPage> {
    const { limit } = this.#list;
    const { own: known } = await this.#merge([], { ...NO_CURSOR, isFirst: false, isLast: false });
    const from = Math.max(0, offset - known.filter((each) => isPlaced(each) && each.matches).length);
    const to = offset + limit + known.filter((each) => isPlaced(each) && each.indexMatches).length;
    const { answer, read, isLast } = await this.#readRows(from, to, window);
    const { rows, own } = await this.#merge(read, { ...NO_CURSOR, isFirst: from === 0, isLast });
    const start = from + (from === 0 ? 0 : this.#addedBefore(read[0], own));
    return { answer, rows: rows.slice(offset - start, offset - start + limit), own };
  }

  async #readRows(from: number, to: number, window: Rows['window']) {
    const read: Json[] = [];
    for (;;) {
      const start = from + read.length;
      const { args, first, size } = window(start, to, read.at(-1));
      const answer = await this.#send(this.#list.endpoint, args);
      const page = rowsIn(answer, 'contacts');
      read.push(...page.slice(start - first));
      const isLast = page.length < size;
      if (isLast || from + read.length >= to) return { answer, read, isLast };
    }
  }

  /** By how many rows the merged list is longer than the index before this row of the index. */
  #addedBefore(first: Json | undefined, own: readonly OwnRow[]): number {
    const { order } = this.#list.query;
    const position = first && order?.positionOf(rowOf.contact(first));
    const placed = own.filter(isPlaced);
    const added = placed.filter((each) => each.matches && isBefore(each.position, position, order));
    const removed = placed.filter((each) => each.indexMatches && isBefore(each.indexPosition, position, order));
    return added.length - removed.length;
  }

  async #merge(read: readonly Json[], part: Part): Promise<{ rows: Json[]; own: readonly OwnRow[] }> {
    const page = new IndexPage(read, part, this.#list.query.order);
    const { current, missed } = await this.#contacts.read(read, page.isAll);
    const own = current
      .filter(({ id, now }) => now !== 'indexed' || !page.ids.has(id))
      .map((contact) => toOwnRow(contact, page, this.#list));
    this.missed = missed + own.filter((each) => !isPlaced(each) && each.row && !page.ids.has(each.id)).length;
    const { ownWrites } = this.#context.state;
    return { rows: placeRows(page, own, this.#list, (id) => ownWrites.get(id) !== undefined), own };
  }
}

const NO_CURSOR = { cursor: undefined, shown: undefined } as const;

/** How many rows the merged list has more than the index. */
const rowsAdded = (own: readonly OwnRow[]): number =>
  own.filter(isPlaced).reduce((sum, { matches, indexMatches }) => sum + Number(matches) - Number(indexMatches), 0);

/** HighLevel gives the number of all rows under one of three keys, by list. */
function withTotal(answer: Json, added: number): Json {
  const shifted = (counts: Json): Json =>
    Object.fromEntries(
      ['total', 'count'].flatMap((key) => {
        const count = counts[key];
        return typeof count === 'number' ? [[key, Math.max(0, count + added)]] : [];
      }),
    );
  const meta = recordIn(answer, 'meta');
  return { ...answer, ...shifted(answer), ...(meta ? { meta: { ...meta, ...shifted(meta) } } : {}) };
}
