import { fetchTransport } from '../../../../src/api/transport/index.ts';
import type { Json } from '../../../../src/lib/json.ts';
import type { Sandbox } from '../../../../src/sandbox/index.ts';
import { type Connected, connect, NOW } from '../../../connect.ts';

/** Connects through a transport that changes answers. */
export async function connectVia(
  change: (request: Request, answer: Response) => Response | Promise<Response>,
  options: Parameters<typeof connect>[0] = {},
): Promise<Connected> {
  let sandbox: Sandbox | undefined;
  const transport = fetchTransport(async (request) => change(request, await (sandbox as Sandbox).fetch(request)));
  const connected = await connect({ ...options, api: { transport } });
  sandbox = connected.sandbox;
  return connected;
}

export const isTaskSearch = ({ url }: Request) => url.endsWith('/tasks/search');
export const task = (id: string, more: Json = {}) => ({
  id,
  title: `Task ${id}`,
  dueDate: '2026-12-01T10:00:00Z',
  contactId: 'one',
  ...more,
});
export const since = new Date(NOW - 3_600_000).toISOString();
