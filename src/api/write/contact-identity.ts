import { isRecord, type Json } from '../../lib/json.ts';
import { matchField, phoneDigits } from './compare.ts';

/** Last digits of a phone, which are the same in every spelling of it; a trunk prefix comes before them. */
const SUBSCRIBER_DIGITS = 7;
const INTERNATIONAL = /^\s*\+[\d\s().-]*$/;

/** Only a number with its country and without an extension can differ for certain. */
function mayBeSamePhone(sent: unknown, stored: string): boolean {
  const lastDigits = (value: unknown) => phoneDigits(value).slice(-SUBSCRIBER_DIGITS);
  return !INTERNATIONAL.test(String(sent)) || lastDigits(sent) === lastDigits(stored);
}

const ADDITIONAL = { email: 'additionalEmails', phone: 'additionalPhones' } as const;
type Key = keyof typeof ADDITIONAL;

/** A contact's primary email or phone and its additional ones, which are texts or objects that hold one. */
const valuesOf = (contact: Json, key: Key): unknown[] =>
  [contact[key], contact[ADDITIONAL[key]]]
    .flat()
    .flatMap((each) => (isRecord(each) ? each[key] : undefined) ?? each ?? []);

const mayBeSame = (key: Key, sent: unknown) => (stored: unknown) =>
  typeof stored !== 'string' ||
  (key === 'phone' ? mayBeSamePhone(sent, stored) : matchField('email', sent, { email: stored }) === 'match');

/** Whether a contact can be the one that was sent: an email or phone agrees, or none can be compared. */
export function mayBeSameContact(contact: Json, { email, phone }: Json): boolean {
  const emails = email ? valuesOf(contact, 'email') : [];
  const phones = phone ? valuesOf(contact, 'phone') : [];
  if (emails.length + phones.length === 0) return true;
  return emails.some(mayBeSame('email', email)) || phones.some(mayBeSame('phone', phone));
}

/** Whether a contact that was read with its additional emails or phones certainly lacks this one. */
export const lacksEmailOrPhone = (contact: Json, key: Key, value: unknown): boolean =>
  value !== undefined && Array.isArray(contact[ADDITIONAL[key]]) && !valuesOf(contact, key).some(mayBeSame(key, value));
