import { isRecord } from '../validation.ts';
import type { AccountReader, ApiResponse, CheckResult } from './fact.ts';

/** An id of the right shape that no record has. */
export const UNUSED_ID = 'zzzzzzzzzzzzzzzzzzzz';

export const record = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});
export const rows = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.map(record) : []);
export const keys = (value: unknown): string => Object.keys(record(value)).join(', ') || 'nothing';

export const statusIs =
  (expected: number, send: (account: AccountReader) => Promise<ApiResponse>) =>
  async (account: AccountReader): Promise<CheckResult> => {
    const { status } = await send(account);
    return { holds: status === expected, observed: `${status}` };
  };

export const search = (account: AccountReader, body: object): Promise<ApiResponse> =>
  account.request('POST', '/contacts/search', { body: { locationId: account.locationId, pageLimit: 1, ...body } });

/** The rows of a search. */
export const searchContacts = async (account: AccountReader, body: object = {}) =>
  rows(record((await search(account, body)).body).contacts);

export const list = (account: AccountReader, query = '', version?: string): Promise<ApiResponse> =>
  account.request('GET', `/contacts/?locationId=${account.locationId}${query}`, version ? { version } : {});

export const listContacts = async (account: AccountReader, query: string) =>
  rows(record((await list(account, query)).body).contacts);

/** The contact with this id, or an empty record. */
export const readContact = async (account: AccountReader, id: unknown) =>
  record(record((await account.request('GET', `/contacts/${String(id)}`)).body).contact);

/** Whether a missing record is a 400 with its sentence under `error`. */
export const isMissingRecord = ({ status, body }: ApiResponse): CheckResult => {
  const { error, message } = record(body);
  const holds = status === 400 && message === undefined && /not found/.test(String(error));
  return { holds, observed: `${status} with ${keys(body)}` };
};
