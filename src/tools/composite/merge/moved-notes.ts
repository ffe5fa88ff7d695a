import { contactLabel } from '../../../api/contact-fields.ts';
import { isBlank, type Json, textIn } from '../../../lib/json.ts';
import { isHtml, normalizeText } from '../../../lib/markup.ts';
import { stripHiddenCharacters, truncate } from '../../../lib/text.ts';
import { epochMs } from '../../../lib/time.ts';
import type { Names } from './names.ts';

/** The contact to be removed. */
interface Source {
  readonly id: string;
  readonly contact: Json;
}

/** Characters of the name of a contact in a text. */
const MAX_NAME = 80;

export const nameOf = (contact: Json): string => truncate(stripHiddenCharacters(contactLabel(contact)), MAX_NAME);

const sourceText = ({ id, contact }: Source): string => `merged contact ${nameOf(contact)} (${id})`.replace('  ', ' ');

/** In the first line of a note that was moved: the id that it had. The name before it may contain the same form. */
const MOVED = /\([\w-]{1,64}\), note ([\w-]{1,64})(?=[,:])/g;
const FIRST_LINE_CHARACTERS = 600;

/**
 * The notes that the kept contact lacks, the oldest first, as arguments of a create: with a first line that has the
 * original contact, id, time and author. A note that was moved is known by that id and its whole text.
 */
export function missingNotes(source: Source, removed: readonly Json[], kept: readonly Json[], names: Names): Json[] {
  const moved = new Map<string, string[]>();
  for (const note of kept) {
    const head = (textIn(note, 'body') ?? '').slice(0, FIRST_LINE_CHARACTERS);
    for (const [, id = ''] of head.matchAll(MOVED)) moved.set(id, [...(moved.get(id) ?? []), normalizeText(note.body)]);
  }
  const isMoved = ({ id, body }: Json) =>
    moved.get(textIn({ id }, 'id') ?? '')?.some((text) => text.endsWith(normalizeText(body))) === true;
  return removed
    .filter((note) => !isMoved(note))
    .sort((a, b) => epochMs(a.dateAdded) - epochMs(b.dateAdded))
    .map((note) => movedNote(source, note, names));
}

function movedNote(source: Source, note: Json, names: Names): Json {
  const { id, title, color, pinned, userId, dateAdded } = note;
  const body = textIn(note, 'body') ?? '';
  const details = [names.time(epochMs(dateAdded)), names.user(userId)].filter((detail) => detail !== undefined);
  const head = `From ${sourceText(source)}, note ${[id, ...details].join(', ')}:`;
  const kept = Object.entries({ title, color, pinned: pinned || undefined }).filter(([, value]) => !isBlank(value));
  return { body: withHead(head, body), ...Object.fromEntries(kept) };
}

const withHead = (head: string, body: string): string =>
  isHtml(body) ? `<p>${escapeHtml(head)}</p>${body}` : `${head}\n${body}`;

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Characters of a note of values, so that one call may send it. */
const MAX_SUMMARY = 15_000;

/** The notes with what could not be stored otherwise, without those that the kept contact has: one unless values are long. */
export function summaryNotes(source: Source, lines: readonly string[], kept: readonly Json[]): Json[] {
  const rest = [...lines.join('\n').toWellFormed()];
  const present = new Set(kept.map((note) => normalizeText(note.body)));
  const notes: Json[] = [];
  while (rest.length > 0) {
    const part = rest.splice(0, MAX_SUMMARY).join('');
    notes.push({ body: `From ${sourceText(source)}, values that no field holds:\n${part}` });
  }
  return notes.filter(({ body }) => !present.has(normalizeText(body)));
}
