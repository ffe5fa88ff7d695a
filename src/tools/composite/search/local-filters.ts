import { isRecord, type Json, recordsOf } from '../../../lib/json.ts';
import { searchField } from '../../core/search-fields.ts';

const isComparedHere = ({ field, operator }: Json): boolean =>
  typeof field === 'string' &&
  typeof operator === 'string' &&
  searchField(field)?.comparedHere?.includes(operator) === true;

/** The filters of a search that are sent, and those that the index lacks: the rows are compared with them here. */
export function splitFilters(filters: unknown): { readonly sent: Json[]; readonly local: Json[] } {
  const all = recordsOf(filters);
  return { sent: all.filter((filter) => !isComparedHere(filter)), local: all.filter(isComparedHere) };
}

const foldedTexts = (value: unknown): string[] =>
  [value].flat().flatMap((each) => (typeof each === 'string' ? [each.toLowerCase()] : []));

/** Every email of a contact; the additional ones are texts or objects. */
const emailsOf = ({ email, additionalEmails }: Json): string[] =>
  [email, additionalEmails].flat().flatMap((each) => foldedTexts(isRecord(each) ? each.email : each));

/** Whether a contact passes these filters: all of them look for a part of an email. */
export const passesFilters = (contact: Json, filters: readonly Json[]): boolean =>
  filters.every(({ operator, value }) => {
    const found = emailsOf(contact).some((email) => foldedTexts(value).some((part) => email.includes(part)));
    return found === (operator === 'contains');
  });

/** A text that every contact which passes the filters has, so that free text search finds it; undefined if there is none. */
export const commonText = (filters: readonly Json[]): string | undefined =>
  filters
    .map(({ operator, value }) => (operator === 'contains' ? value : undefined))
    .find((value) => typeof value === 'string');
