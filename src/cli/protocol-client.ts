import pkg from '../../package.json' with { type: 'json' };
import { UserError } from '../lib/errors.ts';
import { isRecord, type Json, recordIn, textIn } from '../lib/json.ts';

interface Waiting {
  readonly resolve: (result: Json) => void;
  readonly reject: (error: Error) => void;
}

const ended = (): UserError => new UserError('The server ended before it answered.');

/**
 * What this program needs to call its own server. The SDK has a client too, but a third of its schemas of messages would
 * be in the program only for it, and every start would make them.
 */
export class ProtocolClient {
  readonly #send: (message: Json) => void;
  readonly #waiting = new Map<unknown, Waiting>();
  #lastId = 0;
  #isClosed = false;

  constructor(send: (message: Json) => void) {
    this.#send = (message) => send({ jsonrpc: '2.0', ...message });
  }

  /** Returns what the server says of itself. */
  async initialize(name: string): Promise<Json> {
    const clientInfo = { name, version: pkg.version };
    const answer = await this.request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
    this.#send({ method: 'notifications/initialized' });
    return recordIn(answer, 'serverInfo') ?? {};
  }

  /** @throws Error for an error of the protocol, UserError when the connection is closed */
  async request(method: string, params: Json = {}): Promise<Json> {
    if (this.#isClosed) throw ended();
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#send({ id, method, params });
    });
  }

  /** Takes a message of the server. Notifications are of no interest here. */
  readonly receive = (message: unknown): void => {
    const waiting = isRecord(message) ? this.#waiting.get(message.id) : undefined;
    if (!isRecord(message) || !waiting) return;
    this.#waiting.delete(message.id);
    const result = recordIn(message, 'result');
    if (result) waiting.resolve(result);
    else waiting.reject(new Error(textIn(recordIn(message, 'error'), 'message')));
  };

  /** Rejects every request that has no answer, and later ones. */
  readonly closed = (): void => {
    this.#isClosed = true;
    for (const { reject } of this.#waiting.values()) reject(ended());
    this.#waiting.clear();
  };
}
