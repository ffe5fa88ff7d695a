import { generateKeyPairSync, sign } from 'node:crypto';
import type { Switches } from '../switches.ts';

const GENERATE = {
  ed25519: () => generateKeyPairSync('ed25519'),
  // The key of HighLevel has 4096 bits, which take seconds to generate.
  rsa: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
};
export type KeyType = keyof typeof GENERATE;

/** The sandbox's own keys, each generated when it is first used. */
export class WebhookKeys {
  readonly #pairs = new Map<KeyType, ReturnType<(typeof GENERATE)[KeyType]>>();

  /** PEM of the SPKI, as HighLevel publishes its keys. */
  publicKey(type: KeyType): string {
    return this.#pair(type).publicKey.export({ type: 'spki', format: 'pem' }).toString();
  }

  /** Base64 signatures over the bytes of the body, under the names of their headers. */
  headers(body: string, signatures: Switches['webhookSignatures']): Record<string, string> {
    return {
      ...(signatures !== 'rsa' && { 'X-GHL-Signature': this.#sign('ed25519', body) }),
      ...(signatures !== 'ed25519' && { 'X-WH-Signature': this.#sign('rsa', body) }),
    };
  }

  #sign(type: KeyType, body: string): string {
    const algorithm = type === 'rsa' ? 'sha256' : null;
    return sign(algorithm, Buffer.from(body), this.#pair(type).privateKey).toString('base64');
  }

  #pair(type: KeyType) {
    const pair = this.#pairs.get(type) ?? GENERATE[type]();
    this.#pairs.set(type, pair);
    return pair;
  }
}
