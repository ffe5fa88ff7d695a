import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.ts';

export const NOON = Date.UTC(2026, 4, 20, 12);

/** Parsed JSON, untyped: these tests check the raw responses. */
export type Json = ReturnType<typeof JSON.parse>;
export interface Answer {
  readonly status: number;
  readonly body: Json;
  readonly headers: Headers;
}

/** A sandbox at a fixed time, and functions that send raw paths and JSON. */
export function openSandbox(options: SandboxOptions = {}) {
  const sandbox = createSandbox({ now: () => NOON, rate: 'off', ...options });
  return { sandbox, locationId: sandbox.locationId, ...client(sandbox) };
}

export function client(sandbox: Sandbox, token = sandbox.token) {
  async function send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const request = new Request(`http://sandbox.test${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, Version: '2021-07-28', ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const response = await sandbox.fetch(request);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  }
  const get = (path: string) => send('GET', path);
  const post = (path: string, body?: unknown) => send('POST', path, body);
  const put = (path: string, body?: unknown) => send('PUT', path, body);
  const remove = (path: string, body?: unknown) => send('DELETE', path, body);
  /** Creates a contact. One without email, phone and name is called Somebody, since the API rejects it. */
  async function create(fields: Json): Promise<string> {
    const hasIdentity = fields.email || fields.phone || fields.firstName || fields.lastName;
    const contact = hasIdentity ? fields : { firstName: 'Somebody', ...fields };
    return (await post('/contacts/', { locationId: sandbox.locationId, ...contact })).body.contact.id;
  }
  const read = async (id: string): Promise<Json> => (await get(`/contacts/${id}`)).body.contact;
  const search = (body: object = {}) =>
    post('/contacts/search', { locationId: sandbox.locationId, pageLimit: 100, ...body });
  /** First names of the contacts that match the filters. */
  const findNames = async (...filters: unknown[]): Promise<string[]> =>
    (await search({ filters })).body.contacts.map(({ firstName }: Json) => firstName).sort();
  const idOf = async (name: string): Promise<string> => (await search({ query: name })).body.contacts[0].id;
  return { send, get, post, put, remove, create, read, search, findNames, idOf };
}
