import { createApi } from '../../api/client.ts';
import { SCOPES } from '../../api/scopes.ts';
import type { HttpResponse, Transport } from '../../api/transport/types.ts';
import type { Json } from '../../lib/json.ts';
import { silent } from '../../lib/log.ts';
import { endpoints } from '../../tools/index.ts';
import { getLocation } from '../../tools/lookups.ts';
import type { Config } from '../config.ts';
import type { Connection } from '../connection.ts';
import { foreign } from '../terminal.ts';
import type { Finding } from './finding.ts';
import { tryToken } from './token-check.ts';

/** An `Api` that keeps the headers of the last answer. */
export function listening(config: Config, { transportOptions }: Connection) {
  let last: HttpResponse['headers'] = {};
  let status = 0;
  const transport: Transport = async (request) => {
    const answer = await transportOptions.transport(request);
    last = answer.headers;
    status = answer.status;
    return answer;
  };
  const api = createApi({
    endpoints,
    ...transportOptions,
    transport,
    scopes: SCOPES,
    timeoutMs: Math.min(config.timeoutMs, 15_000),
    log: silent,
  });
  return { api, headers: () => last, status: () => status };
}

/** ms by which clocks may differ before tokens and times suffer. */
const SKEW_MS = 120_000;

/** Whether HighLevel is reached and lets the credential in: a search for one row, which reading contacts is enough for. */
export async function reach(config: Config, session: Connection): Promise<Finding[]> {
  const { api, headers } = listening(config, session);
  const verdict = await tryToken(api);
  if (verdict.works !== true) {
    const enough = verdict.works === 'writes only' && !session.scopes().includes('contacts.readonly');
    return [{ what: 'reach', state: enough ? 'note' : 'bad', says: verdict.why }];
  }
  const probe: Finding = { what: 'reach', state: 'ok', says: 'HighLevel answers, and contacts can be read' };
  const location = await api.call(getLocation, {}).catch(() => undefined);
  const { name, timezone } = (location?.location ?? {}) as Json;
  const place: Finding = location
    ? { what: 'location', state: 'ok', says: `${foreign(name)}, ${foreign(timezone)}` }
    : { what: 'location', state: 'note', says: 'name and time zone are unknown: locations.readonly is not granted' };
  return [probe, place, clock(headers()), quota(headers())];
}

function clock({ date }: HttpResponse['headers']): Finding {
  const skew = date === undefined ? Number.NaN : Date.parse(date) - Date.now();
  if (Number.isNaN(skew)) return { what: 'clock', state: 'note', says: 'HighLevel told no time' };
  if (Math.abs(skew) < SKEW_MS)
    return { what: 'clock', state: 'ok', says: `agrees with HighLevel within ${Math.ceil(Math.abs(skew) / 1_000)} s` };
  const off = `${Math.round(Math.abs(skew) / 60_000)} minutes ${skew > 0 ? 'behind' : 'ahead of'} HighLevel's`;
  return {
    what: 'clock',
    state: 'note',
    says: `is ${off}: set this machine's clock, or due dates and token renewal will be off`,
  };
}

function quota(headers: HttpResponse['headers']): Finding {
  const [left, max] = [headers['x-ratelimit-remaining'], headers['x-ratelimit-max']];
  const [day, limit] = [headers['x-ratelimit-daily-remaining'], headers['x-ratelimit-limit-daily']];
  if (left === undefined && day === undefined)
    return { what: 'quota', state: 'note', says: 'HighLevel sent no rate headers' };
  return {
    what: 'quota',
    state: day === '0' ? 'bad' : 'ok',
    says: `${foreign(left)} of ${foreign(max)} in this window, ${foreign(day)} of ${foreign(limit)} today`,
  };
}
