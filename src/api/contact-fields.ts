import { type Json, listIn, textIn } from '../lib/json.ts';

/** First and last name; `name` where neither is stored. */
export const fullName = (contact: Json): string =>
  [textIn(contact, 'firstName'), textIn(contact, 'lastName')].filter(Boolean).join(' ') ||
  textIn(contact, 'name') ||
  '';

/** How people call a contact: its name, else its email or phone; empty where it has none of them. */
export const contactLabel = (contact: Json): string =>
  fullName(contact) || textIn(contact, 'email') || textIn(contact, 'phone') || '';

/** A tag as HighLevel stores it. */
export const storedTag = (tag: unknown): string => String(tag).trim().toLowerCase();

/** The tags of a contact after a bulk change, by its row of the answer; undefined where the row does not tell. */
export function tagsAfter(row: Json): readonly unknown[] | undefined {
  const { oldTags, tagsAdded, tagsRemoved } = row;
  if (!Array.isArray(oldTags) || ![tagsAdded, tagsRemoved].some(Array.isArray)) return undefined;
  const removed = new Set(listIn(row, 'tagsRemoved'));
  return [...new Set([...oldTags, ...listIn(row, 'tagsAdded')])].filter((tag) => !removed.has(tag));
}
