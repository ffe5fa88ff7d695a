import { expect } from 'vitest';
import type { Json } from '../../../../src/lib/json.ts';
import type { SandboxData } from '../../../../src/sandbox/index.ts';
import { virtualClock } from '../../../api/virtual-clock.ts';
import { type Connected, connect, NOW, type Options } from '../../../connect.ts';

type Person = SandboxData['contacts'][number];

export const BUSINESS = '64aa00000000000000000001';
export const OTHER_BUSINESS = '64aa00000000000000000002';
export const FIELD = {
  id: 'fieldModel0000000000',
  name: 'Bike model',
  fieldKey: 'contact.bike_model',
  dataType: 'TEXT',
};
export const PUT = 'PUT /contacts/{contactId}';
export const TAGS = 'POST /contacts/bulk/tags/update/{type}';
export const ASSIGN = 'POST /contacts/bulk/business';

export const idOf = (i: number) => `person${String(i).padStart(14, '0')}`;
export const ids = (count: number, from = 0) => Array.from({ length: count }, (_, i) => idOf(from + i));

export const people = (count: number, more: (i: number) => Partial<Person> = () => ({})): Person[] =>
  Array.from({ length: count }, (_, i) => ({
    id: idOf(i),
    firstName: `Person ${i}`,
    source: 'Website',
    tags: ['old'],
    dateAdded: new Date(NOW - i * 60_000).toISOString(),
    ...more(i),
  }));

export interface Bulk extends Connected {
  /** Waits for ms of the virtual clock. */
  wait(ms: number): Promise<void>;
  now(): number;
  /** Writes and reads that reached the sandbox since the last call. */
  traffic(): Promise<{ writes: string[]; reads: string[] }>;
  bulk(args: Json): Promise<Json>;
}

/** A server and its sandbox on one virtual clock, with a high rate limit. The host shows no forms: the server previews. */
export async function world(contacts: Person[], { sandbox, ...options }: Options = {}): Promise<Bulk> {
  const timers = virtualClock(NOW);
  const { now, wait } = timers;
  const data = {
    contacts,
    businesses: [
      { id: BUSINESS, name: 'Lone Star Bikes' },
      { id: OTHER_BUSINESS, name: 'Hill Country Cycles' },
    ],
    customFields: [FIELD],
    users: [{ id: 'userDana000000000000', name: 'Dana Whitfield', email: 'dana@example.com' }],
  };
  const connected = await connect({
    confirm: 'on',
    ...options,
    api: { timers, ...options.api },
    sandbox: { now, wait, rate: 5_000, data, ...sandbox },
  });
  return {
    ...connected,
    wait,
    now,
    bulk: (args) => connected.call('bulk_update_contacts', args),
    async traffic() {
      const all = await connected.sent();
      const isRead = (line: string) => line.startsWith('GET ') || line === 'POST /contacts/search';
      return { writes: all.filter((line) => !isRead(line)), reads: all.filter(isRead) };
    },
  };
}

/** The arguments that run the job, from its preview. */
export async function previewed({ bulk, traffic }: Bulk, args: Json): Promise<Json> {
  const preview = await bulk(args);
  expect(preview).toMatchObject({ preview: true, next: { confirm: true } });
  expect((await traffic()).writes).toEqual([]);
  return preview.next as Json;
}

export function expectCounts(result: Json, asked: number): void {
  const { changed, unchanged, skipped, failed, left } = result as Record<string, number>;
  expect(result.asked).toBe(asked);
  const counts = [changed, unchanged, skipped, failed, left].map(Number);
  expect(counts.reduce((sum, count) => sum + count)).toBe(asked);
}

export const contactOf = async ({ call }: Bulk, contactId: string): Promise<Json> =>
  (await call('get_contact', { contactId })).contact as Json;
