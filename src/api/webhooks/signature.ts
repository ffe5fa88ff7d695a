import { createPublicKey, type KeyObject, verify } from 'node:crypto';

/**
 * HighLevel's published key, as base64 of its DER form (SPKI). Source: WebhookAuthentication.md of HighLevel's API
 * documentation, and HighLevel's SDK.
 */
export const PUBLISHED_KEY = 'MCowBQYDK2VwAyEAi2HR1srL4o18O8BRa7gVJY7G7bupbN3H9AwJrHCDiOg=';

export interface WebhookKeys {
  readonly ed25519: KeyObject;
  /** For the older header; undefined: deliveries with that alone are refused. */
  readonly rsa?: KeyObject | undefined;
}

/** Headers by their names in lower case, as Node has them. */
export type DeliveryHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

const ED25519_HEADER = 'x-ghl-signature';
const RSA_HEADER = 'x-wh-signature';
/** Characters of a signature of 8192 bits in base64, with a margin. */
const MAX_LENGTH = 2_000;

/**
 * Whether HighLevel signed these bytes. The bytes as they were sent, since JSON that was parsed and written again may
 * differ. If the newer header is there, only that counts: otherwise a forger would choose the weaker one.
 */
export function isSigned(body: Buffer, headers: DeliveryHeaders, { ed25519, rsa }: WebhookKeys): boolean {
  if (headers[ED25519_HEADER] !== undefined) return isValid(null, body, ed25519, headers[ED25519_HEADER]);
  return rsa !== undefined && isValid('sha256', body, rsa, headers[RSA_HEADER]);
}

function isValid(
  algorithm: 'sha256' | null,
  body: Buffer,
  key: KeyObject,
  signature: DeliveryHeaders[string],
): boolean {
  if (typeof signature !== 'string' || signature.length > MAX_LENGTH || !/^[\w+/-]+={0,2}$/.test(signature))
    return false;
  return verify(algorithm, body, key, Buffer.from(signature, 'base64'));
}

const MIN_RSA_BITS = 2_048;

/** Undefined for what is no public key of this type: PEM, or base64 of the DER form (SPKI). */
export function parsePublicKey(text: string, type: keyof WebhookKeys): KeyObject | undefined {
  try {
    const trimmed = text.trim();
    const key = trimmed.startsWith('-----BEGIN PUBLIC KEY-----')
      ? createPublicKey(trimmed)
      : createPublicKey({ key: Buffer.from(trimmed, 'base64'), format: 'der', type: 'spki' });
    const bits = key.asymmetricKeyDetails?.modulusLength ?? MIN_RSA_BITS;
    return key.asymmetricKeyType === type && bits >= MIN_RSA_BITS ? key : undefined;
  } catch {
    return undefined;
  }
}
