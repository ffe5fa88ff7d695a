/** What goes wrong with one request. Everything else about the request is unchanged. */
export interface Fault {
  /** Responds with this status instead. */
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Breaks the connection, or never responds. */
  readonly connection?: 'cut' | 'hang';
  /** 'after': the API handles the request first, so its writes happen. Default 'before'. */
  readonly strikes?: 'before' | 'after';
  /** Delay before the response, in ms. */
  readonly delayMs?: number;
  /** Corrupts the body of the real response. */
  readonly answer?: 'cut JSON' | 'html' | 'empty' | 'huge' | 'gzip' | 'too short' | 'slow';
}

/** Failures observed on the real API, by name. */
export const FAULT_PRESETS = {
  /** A gateway timeout that has the status of a rejected token. */
  'gateway 401': { status: 401, body: { statusCode: 401, message: 'Command timed out' } },
  /** The same as plain text: the format of its body is not recorded. */
  'gateway 401 text': { status: 401, body: 'Command timed out' },
  /** The daily quota is used up, the ten-second window is not. */
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
  /** Which requests to the route fail, counted from 1. Default: all. */
  readonly nth?: number | readonly number[];
  readonly fault: Fault | FaultPreset;
}

export const isFaultPreset = (name: string): name is FaultPreset => Object.hasOwn(FAULT_PRESETS, name);
