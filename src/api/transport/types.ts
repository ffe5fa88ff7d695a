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
  /** The whole body, if the transport can read it faster than in chunks. */
  readonly text?: () => Promise<string>;
}

/** Sends one HTTP request: through undici, to the sandbox in this process, or in a test. */
export type Transport = (request: HttpRequest) => Promise<HttpResponse>;
