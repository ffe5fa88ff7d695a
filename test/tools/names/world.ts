import { fetchTransport } from '../../../src/api/transport/index.ts';
import type { Json } from '../../../src/lib/json.ts';
import { createSandbox, type SandboxData } from '../../../src/sandbox/index.ts';
import { connect, NOW, type Options } from '../../connect.ts';

export const ANN = 'contactAnn0000000001';
export const DANA = 'userDana000000000001';
export const THEO = 'userTheo000000000001';
export const CLUB = 'b00000000000000000000001';

export const data: SandboxData = {
  location: { timezone: 'America/Chicago', country: 'US' },
  users: [
    { id: DANA, name: 'Dana Whitfield', email: 'dana@example.com' },
    { id: THEO, name: 'Theo Brandt', email: 'theo@example.com' },
  ],
  businesses: [{ id: CLUB, name: 'Club' }],
  customFields: [{ id: 'fieldOfBike000000001', name: 'Bike', fieldKey: 'bike' }],
  workflows: [
    { id: 'workflow-draft', name: 'Welcome', status: 'draft' },
    { id: 'workflow-live', name: 'welcome', status: 'published' },
    { id: 'workflow-one', name: 'Remind', status: 'published' },
    { id: 'workflow-two', name: 'Remind', status: 'published' },
  ],
  campaigns: [{ id: 'campaignSpring000001', name: 'Spring' }],
  calendars: [{ id: 'calendarShop00000001', name: 'Shop' }],
  contacts: [
    {
      id: ANN,
      firstName: 'Ann',
      lastName: 'Lee',
      assignedTo: DANA,
      followers: [DANA, THEO],
      businessId: CLUB,
      customFields: [{ key: 'bike', value: 'Tern' }],
    },
  ],
};

/** What a test does to one answer of the API; undefined sends the request to the sandbox. */
export type Intercept = (request: Request) => Promise<Response | undefined> | Response | undefined;

/** A server whose requests a test may hold, answer or count. */
export async function openNames(options: Options & { intercept?: Intercept } = {}) {
  const { intercept, ...rest } = options;
  const sandboxed = createSandbox({ now: () => NOW, rate: 'off', data, ...options.sandbox });
  const current = { intercept };
  const paths: string[] = [];
  const transport = fetchTransport(async (request) => {
    paths.push(`${request.method} ${new URL(request.url).pathname}`);
    return (await current.intercept?.(request)) ?? sandboxed.fetch(request);
  });
  const connected = await connect({ ...rest, sandboxed, api: { transport, ...options.api } });
  return {
    ...connected,
    intercept: (next: Intercept) => {
      current.intercept = next;
    },
    /** Requests since the last call of this function that read a lookup. */
    lookups: () =>
      paths
        .splice(0)
        .filter((path) => /\/(users|businesses|customFields|calendars|workflows|campaigns)\/?$/.test(path)),
    /** All requests since the last call of this function. */
    requests: () => paths.splice(0),
  };
}

/** An answer of a lookup. */
export const answerWith =
  (path: string, body: () => unknown): Intercept =>
  (request) =>
    new URL(request.url).pathname === path ? Response.json(body()) : undefined;

export const contactIn = (answer: Json): Json => answer.contact as Json;
