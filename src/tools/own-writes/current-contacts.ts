import type { Endpoint } from '../../api/endpoint.ts';
import { UserError } from '../../lib/errors.ts';
import { type Json, rowsIn } from '../../lib/json.ts';
import { CLOCK_SLACK_MS, epochMs } from '../../lib/time.ts';
import { getContact } from '../contacts.ts';
import type { ToolContext } from '../core/context.ts';
import type { OwnWrite } from '../core/own-writes.ts';
import { rowOf } from '../core/row-shape.ts';
import { rowsById } from '../names/lookups.ts';
import { searchContacts, searchesById } from '../search.ts';
import type { Candidate, Match } from './match-filters.ts';
import type { Order } from './order.ts';
import { overlay, rowShows } from './same-contact.ts';

/** Contacts that one call reads by id, and that one request looks up in the index; such requests of one call. */
const MAX_READS = 10;
const CONTACTS_PER_REQUEST = 100;
const MAX_REQUESTS = 5;

/** What a list asks for. */
export interface ListQuery {
  readonly matches: (candidate: Candidate) => Match;
  /** Undefined where the order of the rows is not known here. */
  readonly order: Order | undefined;
  /** True if filters or order need the name of the linked business. */
  readonly usesBusinessName: boolean;
}

/** Sends one read. @throws UserError */
export type Send = (endpoint: Endpoint, args: Json) => Promise<Json>;

/** A contact that this server wrote in the last minutes. */
export interface CurrentContact {
  readonly id: string;
  /** As the index shows it; undefined if it does not. */
  readonly indexRow: Json | undefined;
  /** Undefined if the contact is deleted, `indexed` if the index is current, `unread` if the contact could not be read. */
  readonly now: Candidate | undefined | 'indexed' | 'unread';
}

/** Reads what the contacts written here are now, in as few requests as the answer needs. */
export class CurrentContacts {
  readonly #context: ToolContext;
  readonly #send: Send;
  readonly #query: ListQuery;
  /** Rows of the index by contact; undefined for a contact that it does not show. */
  readonly #indexRows = new Map<unknown, Json | undefined>();
  #reads = 0;

  constructor(context: ToolContext, send: Send, query: ListQuery) {
    this.#context = context;
    this.#send = send;
    this.#query = query;
  }

  /**
   * What was written here, given the rows read so far, and how many contacts could not be compared with the index. `isAll`:
   * the index has no other rows for this list.
   */
  async read(rows: readonly Json[], isAll: boolean): Promise<{ current: CurrentContact[]; missed: number }> {
    const { api, state } = this.#context;
    for (const row of rows) if (state.ownWrites.get(row.id)) this.#indexRows.set(row.id, row);
    const writes = state.ownWrites.list(api.now());
    const others = writes.filter((write) => !this.#indexRows.has(write.id) && this.#matters(write, isAll));
    await this.#readIndex(others);
    const concerned = writes.filter(({ id }) => this.#indexRows.has(id));
    await this.#readContacts(concerned);
    const current: CurrentContact[] = [];
    for (const { id } of concerned) {
      const write = state.ownWrites.get(id);
      const now = write && (await this.#withBusinessName(this.#stateOf(write)));
      current.push({ id, indexRow: this.#indexRows.get(id), now });
    }
    const missed = others.filter(({ id }) => !this.#indexRows.has(id)).length;
    return { current, missed: missed + current.filter(({ now }) => now === 'unread').length };
  }

  /** Whether the answer may depend on a contact that is not among its rows. */
  #matters({ known, isIndexed }: OwnWrite, isAll: boolean): boolean {
    if (isIndexed) return false;
    if (!isAll || known.kind === 'unknown' || known.kind === 'changes') return true;
    return known.kind === 'whole' && this.#query.matches({ contact: known.contact, isWhole: true }) !== false;
  }

  /** Asks the index for contacts by id. */
  async #readIndex(writes: readonly OwnWrite[]): Promise<void> {
    const ids = writes.map(({ id }) => id).slice(0, CONTACTS_PER_REQUEST * MAX_REQUESTS);
    await Promise.all(
      searchesById(ids, CONTACTS_PER_REQUEST).map(async ({ ids: part, search }) => {
        const answer = await this.#send(searchContacts, search).catch(undefinedIfRefused);
        if (!answer) return;
        const rows = new Map(rowsIn(answer, 'contacts').map((row) => [row.id, row]));
        for (const id of part) this.#indexRows.set(id, rows.get(id));
      }),
    );
  }

  /** Reads contacts whose state does not follow from what was written and what the index shows. The store keeps them. */
  async #readContacts(writes: readonly OwnWrite[]): Promise<void> {
    const unread = writes.filter((write) => this.#needsRead(write)).slice(0, MAX_READS - this.#reads);
    this.#reads += unread.length;
    await Promise.all(
      unread.map(({ id }) => this.#context.call(getContact, { contactId: id }).catch(undefinedIfRefused)),
    );
  }

  #needsRead(write: OwnWrite): boolean {
    const now = this.#stateOf(write);
    if (now === 'unread') return true;
    return now !== undefined && now !== 'indexed' && !hasTime(now) && this.#dependsOnRest(now);
  }

  /** Whether match or order depend on fields of a contact that are not known. */
  #dependsOnRest(now: Candidate): boolean {
    const { matches, order } = this.#query;
    const whole = { contact: { ...now.contact, dateUpdated: new Date(0).toISOString() }, isWhole: true };
    const decides = matches(now) === undefined && matches(whole) !== undefined;
    return decides || (order?.positionOf(now.contact) === undefined && order?.positionOf(whole.contact) !== undefined);
  }

  #stateOf(write: OwnWrite): CurrentContact['now'] {
    const indexRow = this.#indexRows.get(write.id);
    const row = indexRow && rowOf.contact(indexRow);
    const { ownWrites } = this.#context.state;
    const { known, isAmbiguous } = write;
    if (known.kind === 'unknown') return 'unread';
    if (known.kind === 'deleted') {
      if (!row && !isAmbiguous) ownWrites.setIndexed(write);
      return undefined;
    }
    const candidate = { contact: known.contact, isWhole: known.kind === 'whole' };
    if (!row || !indexRow) return candidate.isWhole ? candidate : 'unread';
    const rowIs = compareTimes(row, write, known.contact);
    if (rowIs === 'newer' || (rowIs !== 'older' && rowShows(row, candidate))) {
      if (rowIs === 'newer' || !isAmbiguous) ownWrites.setIndexed(write);
      return 'indexed';
    }
    const now = { ...candidate, contact: overlay(indexRow, candidate) };
    if (hasTime(candidate)) return now;
    if (rowShows(row, candidate)) return this.#dependsOnRest(now) ? 'unread' : 'indexed';
    return rowIs === 'older' ? now : 'unread';
  }

  /** The rows of search have the name of the linked business, other records only its id. */
  async #withBusinessName(now: CurrentContact['now']): Promise<CurrentContact['now']> {
    if (typeof now !== 'object' || !this.#query.usesBusinessName) return now;
    const { businessId, businessName } = now.contact;
    if (typeof businessId !== 'string' || businessName !== undefined) return now;
    const name = (await rowsById('businesses', [businessId], this.#context)).get(businessId)?.name;
    return name === undefined ? now : { ...now, contact: { ...now.contact, businessName: name } };
  }
}

/** Whether the time of the last change is known. */
const hasTime = ({ contact }: Candidate): boolean => contact.dateUpdated !== undefined;

/** Whether a row of the index is older or newer than what is known of its contact; undefined where the times do not show it. */
function compareTimes(row: Json, { sentAt }: OwnWrite, known: Json): 'older' | 'newer' | undefined {
  const rowChangedAt = epochMs(row.dateUpdated);
  const changedAt = epochMs(known.dateUpdated);
  if (rowChangedAt > changedAt) return 'newer';
  const isOlder = rowChangedAt < (Number.isNaN(changedAt) ? sentAt - CLOCK_SLACK_MS : changedAt);
  return isOlder ? 'older' : undefined;
}

/** For reads without which an answer is still right, or says what it lacks. */
function undefinedIfRefused(error: unknown): undefined {
  if (!(error instanceof UserError)) throw error;
}
