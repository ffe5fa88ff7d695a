import { createApi } from '../../../src/api/client.ts';
import { fixedCredential } from '../../../src/api/credentials.ts';
import type { Endpoint } from '../../../src/api/endpoint.ts';
import { SCOPES } from '../../../src/api/scopes.ts';
import { fetchTransport } from '../../../src/api/transport/index.ts';
import type { Transport } from '../../../src/api/transport/types.ts';
import type { Entry } from '../../../src/api/write/journal/entry.ts';
import type { CancelSignal } from '../../../src/lib/cancellation.ts';
import { UserError } from '../../../src/lib/errors.ts';
import type { Json } from '../../../src/lib/json.ts';
import { silent } from '../../../src/lib/log.ts';
import { createSandbox } from '../../../src/sandbox/index.ts';
import { endpoints } from '../../../src/tools/index.ts';
import { NOW } from '../../connect.ts';
import { randomOf } from '../../random.ts';
import { recordingJournal } from '../../recording-journal.ts';
import { type VirtualClock, virtualClock } from '../virtual-clock.ts';
import type { Schedule, Step } from './schedule.ts';
import { data, type Snapshot, snapshot } from './schedule-world.ts';

/** What a call reported. `began` and `ended` number the starts and ends of all calls in their order. */
export interface Report {
  readonly step: Step;
  readonly outcome: 'done' | 'notDone' | 'unknown' | 'crash';
  /** Id of the created record, where the answer has one. */
  readonly id: string | undefined;
  readonly text: string;
  /** Reported the outcome of an earlier identical call instead of writing again. */
  readonly isRepetition: boolean;
  /** Its outcome was found by reading back. */
  readonly reconciled: boolean;
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
  const random = randomOf(schedule.seed);
  const { journal, entries } = recordingJournal();
  const api = createApi({
    timers: clock,
    transport: withLatency(clock, random, fetchTransport(sandbox.fetch)),
    baseUrl: 'http://sandbox.invalid',
    credential: fixedCredential(sandbox),
    scopes: SCOPES,
    timeoutMs: TIMEOUT_MS,
    log: silent,
    random,
    journal,
  });

  let moment = 0;
  const call = async (step: Step, signal: AbortSignal): Promise<Report> => {
    const began = ++moment;
    const notices: string[] = [];
    const report = (outcome: Report['outcome'], text: string, answer?: Json): Report => ({
      step,
      outcome,
      text,
      id: idIn(answer),
      isRepetition: text.includes('The same call was made'),
      reconciled: text.includes('Looked it up'),
      cancelled: signal.aborted,
      began,
      ended: ++moment,
    });
    try {
      const answer = await api.call(byName.get(step.tool) as Endpoint, step.args, {
        signal,
        notify: (s) => notices.push(s),
      });
      return report('done', notices.join(' '), answer);
    } catch (error) {
      const text = String((error as Error).message);
      if (!(error instanceof UserError)) return report('crash', String((error as Error).stack));
      return report(/is not known/.test(text) ? 'unknown' : 'notDone', text);
    }
  };

  const calls: Promise<Report>[] = [];
  for (const step of schedule.steps) {
    if (step.pause > 0) await clock.wait(step.pause);
    const controller = new AbortController();
    const pending = call(step, controller.signal);
    calls.push(pending);
    if (step.cancelAfter !== undefined) {
      const stop = clock.wait(step.cancelAfter).then(() => controller.abort());
      await Promise.race([pending, stop]);
    } else if (!step.together) await pending;
  }
  const reports = await Promise.all(calls);
  sandbox.setFaults([]);
  sandbox.advance(indexDelayMs);
  return { reports, before, after: await snapshot(sandbox), journal: entries };
}

const idIn = (answer: Json | undefined): string | undefined =>
  ['contact', 'task', 'note']
    .map((key) => (answer?.[key] as Json | undefined)?.id)
    .find((id): id is string => typeof id === 'string');

/** A transport that takes 10 to 310 ms of virtual time and fails at once when it is aborted, as sockets do. */
function withLatency(clock: VirtualClock, random: () => number, transport: Transport): Transport {
  return async (request) => {
    clock.tick(5 + Math.floor(random() * 150));
    const answer = await Promise.race([transport(request), aborted(request.signal)]);
    clock.tick(5 + Math.floor(random() * 150));
    return answer;
  };
}

const aborted = (signal: CancelSignal): Promise<never> =>
  new Promise((_, reject) => {
    const fail = () => reject(Object.assign(new Error('aborted'), { code: 'UND_ERR_ABORTED' }));
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
