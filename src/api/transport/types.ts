/** One HTTP exchange. The way out is a function, so that the sandbox, a test or undici can stand behind it. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
  /** All of the body at once, where the way out can do that cheaper than piece by piece. */
  readonly text?: () => Promise<string>;
}

export type Transport = (request: HttpRequest) => Promise<HttpResponse>;
