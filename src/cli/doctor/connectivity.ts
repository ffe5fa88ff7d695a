import type { HttpResponse, Transport } from '../../api/transport/types.ts';
import { recordIn } from '../../lib/json.ts';
import { getLocation } from '../../tools/lookups.ts';
import type { Config } from '../config.ts';
import type { Connection } from '../connection.ts';
import { displayValue } from '../terminal.ts';
import { bad, type Finding, note, ok } from './finding.ts';
import { probeApi, tryToken } from './token-check.ts';

/** An `Api`, and the headers of its last answer. */
function observedApi(config: Config, { transportOptions }: Connection) {
  let last: HttpResponse['headers'] = {};
  const transport: Transport = async (request) => {
    const answer = await transportOptions.transport(request);
    last = answer.headers;
    return answer;
  };
  return { api: probeApi(config, { ...transportOptions, transport }), headers: () => last };
}

/** ms; a larger difference of the clocks would disturb token renewal and due dates. */
const SKEW_MS = 120_000;

/** Whether HighLevel can be reached and accepts the credential, tested by a search for one contact. */
export async function checkConnectivity(config: Config, connection: Connection): Promise<Finding[]> {
  const { api, headers } = observedApi(config, connection);
  const check = await tryToken(api);
  if (check.works !== true) {
    const enough = check.works === 'writes only' && !connection.scopes().includes('contacts.readonly');
    return [(enough ? note : bad)('reach', check.reason)];
  }
  const contacts = ok('reach', 'HighLevel answers, and contacts can be read');
  const answer = await api.call(getLocation, {}).catch(() => undefined);
  const { name, timezone } = recordIn(answer, 'location') ?? {};
  const location = answer
    ? ok('location', `${displayValue(name)}, ${displayValue(timezone)}`)
    : note('location', 'name and time zone are unknown: locations.readonly is not granted');
  return [contacts, location, checkClock(headers()), checkQuota(headers())];
}

function checkClock({ date }: HttpResponse['headers']): Finding {
  const skew = date === undefined ? Number.NaN : Date.parse(date) - Date.now();
  if (Number.isNaN(skew)) return note('clock', 'HighLevel sent no time');
  if (Math.abs(skew) < SKEW_MS)
    return ok('clock', `agrees with HighLevel within ${Math.ceil(Math.abs(skew) / 1_000)} s`);
  const difference = `${Math.round(Math.abs(skew) / 60_000)} minutes ${skew > 0 ? 'behind' : 'ahead of'} HighLevel's`;
  return note('clock', `is ${difference}: set this machine's clock, or due dates and token renewal will be off`);
}

function checkQuota(headers: HttpResponse['headers']): Finding {
  const [left, max] = [headers['x-ratelimit-remaining'], headers['x-ratelimit-max']];
  const [leftToday, maxToday] = [headers['x-ratelimit-daily-remaining'], headers['x-ratelimit-limit-daily']];
  if (left === undefined && leftToday === undefined) return note('quota', 'HighLevel sent no rate headers');
  return (leftToday === '0' ? bad : ok)(
    'quota',
    `${displayValue(left)} of ${displayValue(max)} in this window, ${displayValue(leftToday)} of ${displayValue(maxToday)} today`,
  );
}
