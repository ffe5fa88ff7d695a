import { gzipSync } from 'node:zlib';
import type { MiddlewareHandler } from 'hono';
import { isRecord } from './validation.ts';

/** What goes wrong with one request. Everything else about it stays as it was. */
export interface Fault {
  /** Answers with this instead. */
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Breaks the connection, or never answers. */
  readonly connection?: 'cut' | 'hang';
  /** Whether the API handles the request first, so that what it writes is written. Default 'before'. */
  readonly strikes?: 'before' | 'after';
  /** Waits before answering, in ms. */
  readonly delayMs?: number;
  /** Spoils the real answer's body. */
  readonly answer?: 'cut JSON' | 'html' | 'empty' | 'huge' | 'gzip' | 'too short' | 'slow';
}

/** What was seen to go wrong on the real API, by name. */
export const FAULT_PRESETS = {
  /** A gateway that failed, under the status of a rejected token. */
  'gateway 401': { status: 401, body: { statusCode: 401, message: 'Command timed out' } },
  /** The same as text alone: how its body was wrapped is not recorded. */
  'gateway 401 text': { status: 401, body: 'Command timed out' },
  /** The day's quota spent, while the window of ten seconds is untouched. */
  'day spent': {
    status: 429,
    body: { statusCode: 429, message: 'Too Many Requests' },
    headers: {
      'x-ratelimit-limit-daily': '200000',
      'x-ratelimit-daily-remaining': '0',
      'x-ratelimit-daily-reset': '2888000',
      'x-ratelimit-interval-milliseconds': '10000',
      'x-ratelimit-max': '100',
      'x-ratelimit-remaining': '100',
    },
  },
} as const satisfies Record<string, Fault>;
export type FaultPreset = keyof typeof FAULT_PRESETS;

export interface FaultRule {
  /** `METHOD /path/{param}`, or `*` for every route. */
  readonly route: string;
  /** Which requests to the route, counted from 1; every one where absent. */
  readonly nth?: number | readonly number[];
  /** What goes wrong, in full or by the name of a preset. */
  readonly fault: Fault | FaultPreset;
}

/** How a fetch-style caller meets a broken connection; over HTTP the socket is destroyed instead. */
export class ConnectionResetError extends Error {
  readonly code = 'ECONNRESET';
}

const HTML_PAGE = '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>';
const HUGE_BYTES = 12_000_000;
const FAULT_KEYS = new Set(['status', 'body', 'headers', 'connection', 'strikes', 'delayMs', 'answer']);

/** The rules in force, and how often each has been met. */
export class Faults {
  #rules: readonly (FaultRule & { seen: number; pattern: RegExp })[] = [];
  readonly #wait: (ms: number) => Promise<void>;

  constructor(wait: (ms: number) => Promise<void>) {
    this.#wait = wait;
  }

  set(rules: readonly FaultRule[]): void {
    this.#rules = rules.map((rule) => ({ ...rule, seen: 0, pattern: patternOf(rule.route) }));
  }

  /** The fault of the first rule that this request meets. */
  #faultFor(method: string, path: string): Fault | undefined {
    const met = this.#rules.filter(({ pattern }) => pattern.test(`${method} ${path.replace(/(.)\/$/, '$1')}`));
    for (const rule of met) rule.seen += 1;
    const fault = met.find(({ nth, seen }) => nth === undefined || [nth].flat().includes(seen))?.fault;
    return typeof fault === 'string' ? FAULT_PRESETS[fault] : fault;
  }

  readonly middleware: MiddlewareHandler = async (c, next) => {
    const fault = this.#faultFor(c.req.method, new URL(c.req.url).pathname);
    if (!fault) return next();
    const handled = fault.strikes === 'after' || fault.answer !== undefined;
    if (handled) await next();
    if (fault.delayMs) await this.#wait(fault.delayMs);
    if (fault.connection === 'cut') throw new ConnectionResetError('the connection was cut');
    if (fault.connection === 'hang') await hang(c.req.raw.signal);
    if (fault.answer) c.res = await corruptedResponse(c.res, fault.answer, this.#wait);
    else if (fault.status !== undefined) c.res = faultResponse(fault);
    else if (!handled) await next();
    return undefined;
  };
}

const patternOf = (route: string): RegExp =>
  route === '*' ? /./ : new RegExp(`^${route.replace(/(.)\/$/, '$1').replace(/\{\w+\}/g, '[^/]+')}$`);

function faultResponse({ status = 200, body = {}, headers = {} }: Fault): Response {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/html' : 'application/json';
  return new Response(text, { status, headers: { 'content-type': type, ...headers } });
}

function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const gone = () => reject(new ConnectionResetError('the client gave up'));
    if (signal.aborted) gone();
    else signal.addEventListener('abort', gone, { once: true });
  });
}

async function corruptedResponse(
  real: Response,
  how: NonNullable<Fault['answer']>,
  wait: (ms: number) => Promise<void>,
): Promise<Response> {
  const text = await real.text();
  const headers = new Headers(real.headers);
  headers.delete('content-length');
  const answer = (
    body: string | Uint8Array<ArrayBuffer> | ReadableStream | null,
    more: Record<string, string> = {},
  ) => {
    for (const [name, value] of Object.entries(more)) headers.set(name, value);
    return new Response(body, { status: real.status, headers });
  };
  switch (how) {
    case 'cut JSON':
      return answer(text.slice(0, text.length / 2));
    case 'html':
      return answer(HTML_PAGE, { 'content-type': 'text/html' });
    case 'empty':
      return answer(null);
    case 'huge':
      return answer(JSON.stringify({ filler: 'x'.repeat(HUGE_BYTES) }));
    case 'gzip':
      return answer(new Uint8Array(gzipSync(text)), { 'content-encoding': 'gzip' });
    case 'too short':
      return answer(truncatedStream(text));
    case 'slow':
      return answer(slowStream(text, wait));
  }
}

const bytes = (text: string) => new TextEncoder().encode(text);

/** Half a body, then the connection breaks. */
const truncatedStream = (text: string) =>
  new ReadableStream({
    start(stream) {
      stream.enqueue(bytes(text.slice(0, text.length / 2)));
      queueMicrotask(() => stream.error(new ConnectionResetError('the connection was cut')));
    },
  });

/** ms between two pieces of a slow body, and how many pieces it is cut into. */
const SLOW_CHUNK_INTERVAL_MS = 10_000;
const SLOW_CHUNKS = 60;

const slowStream = (text: string, wait: (ms: number) => Promise<void>) => {
  const all = bytes(text);
  const size = Math.ceil(all.length / SLOW_CHUNKS);
  let at = 0;
  let gone = false;
  return new ReadableStream({
    async pull(stream) {
      if (at > 0) await wait(SLOW_CHUNK_INTERVAL_MS);
      if (gone) return;
      stream.enqueue(all.slice(at, at + size));
      at += size;
      if (at >= all.length) stream.close();
    },
    cancel() {
      gone = true;
    },
  });
};

/** Checks a file or body of faults. @throws Error naming in one sentence what is wrong where */
export function parseFaults(json: unknown): FaultRule[] {
  if (!Array.isArray(json)) throw new Error('faults are a list of {"route", "nth", "fault"}');
  return json.map((rule, at) => {
    const where = `fault ${at + 1}`;
    if (!isRecord(rule) || typeof rule.route !== 'string')
      throw new Error(`${where} has no route such as "POST /contacts/" or "*"`);
    const nth = [rule.nth ?? 1].flat();
    if (!nth.every((n) => typeof n === 'number' && Number.isInteger(n) && n > 0))
      throw new Error(`${where}: nth is a number from 1 on, or a list of them`);
    if (typeof rule.fault === 'string') {
      if (Object.hasOwn(FAULT_PRESETS, rule.fault)) return rule as unknown as FaultRule;
      const presets = Object.keys(FAULT_PRESETS).join(', ');
      throw new Error(`${where}: ${JSON.stringify(rule.fault)} is none of the presets ${presets}`);
    }
    if (!isRecord(rule.fault)) throw new Error(`${where} has no fault`);
    const odd = Object.keys(rule.fault).find((key) => !FAULT_KEYS.has(key));
    if (odd !== undefined) throw new Error(`${where}: ${JSON.stringify(odd)} is none of ${[...FAULT_KEYS].join(', ')}`);
    return rule as unknown as FaultRule;
  });
}
