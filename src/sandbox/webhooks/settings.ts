import type { WebhookSettings } from '../options.ts';
import { mustBe, number, optional, parse } from '../validation.ts';

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

const loopbackUrl = mustBe<string>((value) => {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  return /^https?:$/.test(protocol) && LOOPBACK.includes(hostname);
}, 'an http URL of 127.0.0.1 or localhost: the sandbox sends webhooks to no other computer');

const share = optional(number(0, 1));

const shape = {
  url: optional(loopbackUrl),
  lost: share,
  doubled: share,
  delayed: share,
  delayMs: optional(number(0)),
  seed: optional(number()),
};

/** @throws HttpError that names each wrong value */
export const parseSettings = (settings: unknown): WebhookSettings => parse(shape, settings);
