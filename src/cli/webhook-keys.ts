import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { PUBLISHED_KEY, parsePublicKey, type WebhookKeys } from '../api/webhooks/signature.ts';
import { errorCode, UserError } from '../lib/errors.ts';
import { isLoopback } from '../lib/loopback.ts';
import { usageError } from './terminal.ts';

/**
 * The keys by which deliveries are checked, from files or URLs; the older signature counts only where its key is given.
 * @throws SettingError for a key that cannot be read, or is of another type
 */
export async function readWebhookKeys(publicKey: string | undefined, rsaKey: string | undefined): Promise<WebhookKeys> {
  const published = publicKey === undefined ? PUBLISHED_KEY : await readText('--public-key', publicKey);
  return {
    ed25519: parse('--public-key', published, 'ed25519'),
    rsa: rsaKey === undefined ? undefined : parse('--rsa-key', await readText('--rsa-key', rsaKey), 'rsa'),
  };
}

function parse(option: string, text: string, type: keyof WebhookKeys): KeyObject {
  const name = type === 'rsa' ? 'RSA key of 2048 bits or more' : 'Ed25519 key';
  return parsePublicKey(text, type) ?? usageError(`${option}: no public ${name} in PEM, or in base64 of its DER form.`);
}

/** Characters of a key. */
const MAX_KEY = 10_000;
const KEY_TIMEOUT_MS = 10_000;

async function readText(option: string, source: string): Promise<string> {
  if (!/^https?:/i.test(source))
    return readFile(source, 'utf8').catch((error: unknown) =>
      usageError(`${option}: the file cannot be read (${errorCode(error)}).`),
    );
  const url = URL.canParse(source) ? new URL(source) : usageError(`${option}: not a URL.`);
  if (url.protocol !== 'https:' && !isLoopback(url))
    return usageError(
      `${option}: must be https, since a key that is changed on its way lets others forge events (http only for loopback).`,
    );
  const unreadable = (why: string) => new UserError(`${option}: ${url.origin} did not give the key (${why}).`);
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(KEY_TIMEOUT_MS) }).catch(() => {
    throw unreadable('no answer, or a redirect');
  });
  if (!response.ok) throw unreadable(`status ${response.status}`);
  const text = await response.text();
  return text.length <= MAX_KEY ? text : usageError(`${option}: too long for a key.`);
}
