import { type Json, textIn } from '../lib/json.ts';

/** First and last name; `name` where neither is stored. */
export const fullName = (contact: Json): string =>
  [textIn(contact, 'firstName'), textIn(contact, 'lastName')].filter(Boolean).join(' ') ||
  textIn(contact, 'name') ||
  '';

/** A tag as HighLevel stores it. */
export const storedTag = (tag: unknown): string => String(tag).trim().toLowerCase();
