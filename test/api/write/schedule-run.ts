import { createApi } from '../../../src/api/client.ts';
import { fixedCredential } from '../../../src/api/credentials.ts';
import type { Endpoint } from '../../../src/api/endpoint.ts';
import { SCOPES } from '../../../src/api/scopes.ts';
import { fetchTransport } from '../../../src/api/transport/index.ts';
import type { Transport } from '../../../src/api/transport/types.ts';
import type { Entry } from '../../../src/api/write/journal.ts';
import { UserError } from '../../../src/lib/errors.ts';
import type { Json } from '../../../src/lib/json.ts';
import { silent } from '../../../src/lib/log.ts';
import { createSandbox } from '../../../src/sandbox/index.ts';
import { endpoints } from '../../../src/tools/index.ts';
import { NOW } from '../../connect.ts';
import { type VirtualClock, virtualClock } from '../virtual-clock.ts';
import { createDice, type Schedule, type Step } from './schedule.ts';
import { data, type Snapshot, snapshot } from './schedule-world.ts';

/** How a call was reported, and when it was under way, in the order of all beginnings and ends. */
export interface Report {
  readonly step: Step;
  readonly told: 'done' | 'not done' | 'unknown' | 'fault';
  /** Of the thing it made, where it says so. */
  readonly id: string | undefined;
  readonly text: string;
  /** Told the outcome of an earlier call like it. */
  readonly repeats: boolean;
  /** Found by looking. */
  readonly settled: boolean;
  readonly cancelled: boolean;
  readonly began: number;
  readonly ended: number;
}

export interface Ran {
  readonly reports: readonly Report[];
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly journal: readonly Entry[];
}

const TIMEOUT_MS = 30_000;
const byName = new Map(endpoints.map((endpoint) => [endpoint.name, endpoint]));

export async function runSchedule(schedule: Schedule): Promise<Ran> {
  const clock = virtualClock(NOW);
  const { skew, indexDelayMs, switches, faults } = schedule;
  const now = () => clock.now() + skew;
  const sandbox = createSandbox({ data, now, wait: clock.wait, rate: 'off', indexDelayMs, switches });
  const before = await snapshot(sandbox);
  sandbox.setFaults(faults);
  const { random } = createDice(schedule.seed + 1_000_000);
  const journal: Entry[] = [];
  const api = createApi({
    endpoints,
    timers: clock,
    transport: taking(clock, random, fetchTransport(sandbox.fetch)),
    baseUrl: 'http://sandbox.invalid',
    credential: fixedCredential(sandbox),
    scopes: SCOPES,
    timeoutMs: TIMEOUT_MS,
    log: silent,
    random,
    journal: async (entry) => journal.push(entry) > 0,
  });

  let moment = 0;
  const call = async (step: Step, signal: AbortSignal): Promise<Report> => {
    const began = ++moment;
    const said: string[] = [];
    const report = (told: Report['told'], text: string, answer?: Json): Report => ({
      step,
      told,
      text,
      id: idIn(answer),
      repeats: text.includes('The same call was made'),
      settled: text.includes('Looked it up'),
      cancelled: signal.aborted,
      began,
      ended: ++moment,
    });
    try {
      const answer = await api.call(byName.get(step.tool) as Endpoint, step.args, {
        signal,
        notify: (s) => said.push(s),
      });
      return report('done', said.join(' '), answer);
    } catch (error) {
      const text = String((error as Error).message);
      if (!(error instanceof UserError)) return report('fault', String((error as Error).stack));
      return report(/is not known/.test(text) ? 'unknown' : 'not done', text);
    }
  };

  const under: Promise<Report>[] = [];
  for (const step of schedule.steps) {
    if (step.pause > 0) await clock.wait(step.pause);
    const controller = new AbortController();
    const ending = call(step, controller.signal);
    under.push(ending);
    if (step.cancelAfter !== undefined) {
      const stop = clock.wait(step.cancelAfter).then(() => controller.abort());
      await Promise.race([ending, stop]);
    } else if (!step.together) await ending;
  }
  const reports = await Promise.all(under);
  sandbox.setFaults([]);
  sandbox.advance(indexDelayMs);
  return { reports, before, after: await snapshot(sandbox), journal };
}

const idIn = (answer: Json | undefined): string | undefined =>
  ['contact', 'task', 'note']
    .map((key) => (answer?.[key] as Json | undefined)?.id)
    .find((id): id is string => typeof id === 'string');

/** A way that takes its time, and that breaks off at once when its signal ends it, as sockets do. */
function taking(clock: VirtualClock, random: () => number, transport: Transport): Transport {
  return async (request) => {
    clock.tick(5 + Math.floor(random() * 150));
    const answer = await Promise.race([transport(request), brokenOff(request.signal)]);
    clock.tick(5 + Math.floor(random() * 150));
    return answer;
  };
}

const brokenOff = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const end = () => reject(Object.assign(new Error('aborted'), { code: 'UND_ERR_ABORTED' }));
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
