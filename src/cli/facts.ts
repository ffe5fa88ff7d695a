import type { Config } from '../config.ts';
import type { endpoint, Json } from '../endpoint.ts';
import type { Session } from '../session.ts';
import { contacts } from '../tools/contacts.ts';
import { searchContacts } from '../tools/search.ts';
import type { Finding } from './doctor.ts';
import { listening } from './reach.ts';

/** An id of the right shape that nobody has. */
const NOBODY = 'zzzzzzzzzzzzzzzzzzzz';

const named = (name: string) => contacts.find((each) => each.name === name) as ReturnType<typeof endpoint>;

/**
 * What this program assumes of the API and can see for itself, read-only, on the owner's own account: for people who
 * want to report back where it differs.
 */
export async function checkFacts(config: Config, session: Session): Promise<Finding[]> {
  const { api, headers, status } = listening(config, session);
  const fact = (what: string, holds: boolean, seen: string): Finding => ({
    what: 'fact',
    state: holds ? 'ok' : 'note',
    says: `${what}: ${holds ? 'holds' : 'does NOT hold'} (${seen})`,
  });
  await api.call(named('get_contact'), { contactId: NOBODY }).catch(() => undefined);
  const missing = fact('a missing contact answers 400', status() === 400, `${status()}`);
  const list = await api.call(named('list_contacts'), { limit: 20 }).catch(() => undefined);
  const rows = Array.isArray(list?.contacts) ? (list.contacts as Json[]) : [];
  const envelope = fact(
    'the list is {contacts, meta}',
    list !== undefined && 'meta' in list,
    Object.keys(list ?? {}).join(', ') || 'no answer',
  );
  const rate = fact(
    'answers carry the five rate headers',
    RATE.every((name) => name in headers()),
    RATE.filter((name) => name in headers()).join(', ') || 'none',
  );
  const added = rows.map(({ dateAdded }) => Date.parse(String(dateAdded)));
  const order = fact(
    'the list is newest first',
    added.every((at, i) => i === 0 || at <= (added[i - 1] ?? at)),
    `${rows.length} rows`,
  );
  const raw = fact(
    'list rows carry names as typed in firstNameRaw',
    rows.length === 0 || 'firstNameRaw' in (rows[0] ?? {}),
    `${rows.length} rows`,
  );
  const filled = await rowsWithFields(api, rows);
  const search = await api.call(searchContacts, { pageLimit: 1 }).catch(() => undefined);
  const total = fact(
    'search answers {contacts, total}',
    search !== undefined && 'total' in search,
    Object.keys(search ?? {}).join(', ') || 'no answer',
  );
  return [missing, envelope, rate, order, raw, filled, total];
}

const RATE = [
  'x-ratelimit-limit-daily',
  'x-ratelimit-daily-remaining',
  'x-ratelimit-interval-milliseconds',
  'x-ratelimit-max',
  'x-ratelimit-remaining',
];

/** Reports differ on whether list rows hold custom fields: one contact read both ways tells. */
async function rowsWithFields(api: ReturnType<typeof listening>['api'], rows: readonly Json[]): Promise<Finding> {
  const count = (contact: unknown) =>
    ((contact as Json | undefined)?.customFields as unknown[] | undefined)?.length ?? 0;
  for (const row of rows.slice(0, 5)) {
    const data = await api.call(named('get_contact'), { contactId: row.id }).catch(() => undefined);
    const inRow = count(row);
    const byId = count(data?.contact);
    if (byId > 0)
      return {
        what: 'fact',
        state: inRow === byId ? 'ok' : 'note',
        says: `list rows hold custom fields: ${inRow === byId ? 'holds' : 'does NOT hold'} (${inRow} of ${byId})`,
      };
  }
  return {
    what: 'fact',
    state: 'note',
    says: 'list rows hold custom fields: cannot tell, none of the first contacts has any',
  };
}
