import { expect } from 'vitest';
import { type Json, rowsIn } from '../../../src/lib/json.ts';
import type { SandboxData, SandboxOptions } from '../../../src/sandbox/index.ts';
import { connect, type Options } from '../../connect.ts';

/** The longest delay that was measured. */
export const DELAY_MS = 105_000;

export const BUSINESSES = ['b00000000000000000000001', 'b00000000000000000000002'];
export const USERS = ['userDana000000000001', 'userTheo000000000001'];

const seeded = (at: number) => ({
  id: `contactSeeded00000${String(at).padStart(2, '0')}`,
  firstName: ['Ann', 'Bea', 'Cid', 'Dan'][at % 4] ?? '',
  lastName: `Seed ${at}`,
  email: `seed${at}@example.com`,
  city: at % 2 ? 'Austin' : 'Boston',
  tags: at % 3 ? ['vip'] : [],
  ...(at % 2 ? { businessId: BUSINESSES[0] ?? '' } : {}),
});

const data: SandboxData = {
  location: { timezone: 'America/Chicago', country: 'US' },
  users: USERS.map((id, at) => ({ id, name: ['Dana', 'Theo'][at] ?? '', email: `user${at}@example.com` })),
  businesses: BUSINESSES.map((id, at) => ({ id, name: ['Club', 'Shop'][at] ?? '' })),
  customFields: [{ id: 'fieldOfBike000000001', name: 'Bike', fieldKey: 'bike' }],
  contacts: Array.from({ length: 7 }, (_, at) => seeded(at)),
};

export type Twins = Awaited<ReturnType<typeof openTwins>>;

/**
 * Two servers that get the same calls: the index of one shows writes after a delay, that of the other at once. Their
 * sandboxes give the same ids.
 */
export async function openTwins(options: Options & { delay?: SandboxOptions['indexDelayMs'] } = {}) {
  const { delay = DELAY_MS, ...rest } = options;
  const late = await connect({ ...rest, sandbox: { data, indexDelayMs: delay, ...options.sandbox } });
  const current = await connect({ ...rest, sandbox: { data, ...options.sandbox, indexDelayMs: 0 } });
  return {
    late,
    current,
    async write(tool: string, args: Json): Promise<Json> {
      const [answer] = await Promise.all([late.call(tool, args), current.call(tool, args)]);
      return answer;
    },
    advance(ms: number) {
      late.advance(ms);
      current.advance(ms);
    },
    /** Both give the same rows, page by page to the end, and the same total on each page. */
    async expectSameList(tool: string, args: Json): Promise<void> {
      const [shown, right] = [await walk(late.call, tool, args), await walk(current.call, tool, args)];
      expect(shown, JSON.stringify({ tool, args })).toEqual(right);
    },
    async expectSame(tool: string, args: Json): Promise<void> {
      const [shown, right] = [await late.call(tool, args), await current.call(tool, args)];
      expect(unmarked(shown), JSON.stringify({ tool, args })).toEqual(unmarked(right));
    },
  };
}

/** An answer without what differs while the index is late: marks, notices, and the order of tags. */
const unmarked = ({ notice: _, ...answer }: Json): Json =>
  JSON.parse(
    JSON.stringify(answer, (key, value) =>
      key === 'notYetIndexed' ? undefined : key === 'tags' && Array.isArray(value) ? [...value].sort() : value,
    ),
  );

const MOST_PAGES = 40;

/** All pages of a list. */
async function walk(call: Twins['late']['call'], tool: string, args: Json) {
  const pages: { rows: Json[]; total: unknown }[] = [];
  let next: unknown = args;
  while (next && pages.length < MOST_PAGES) {
    const answer = await call(tool, next as Json);
    pages.push({ rows: rowsIn(unmarked(answer), 'contacts'), total: answer.total });
    next = answer.next;
  }
  const ids = pages.flatMap(({ rows }) => rows.map(({ id }) => id));
  expect(ids, 'each contact once').toEqual([...new Set(ids)]);
  return pages.filter(({ rows }) => rows.length > 0);
}
