import type { CancelSignal } from '../../lib/cancellation.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal: CancelSignal;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** A list if it was received whole, or up to the limit of `readBody`. */
  readonly body: AsyncIterable<Uint8Array> | readonly Uint8Array[];
}

/** Sends one HTTP request: through undici, to the sandbox in this process, or in a test. */
export type Transport = (request: HttpRequest) => Promise<HttpResponse>;
