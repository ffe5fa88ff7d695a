import type { Entry } from '../api/write/journal/entry.ts';
import { isRecord } from '../lib/json.ts';
import { epochMs } from '../lib/time.ts';
import { formatTime, isTime } from '../lib/time-format.ts';
import { changesOf, type FieldChange } from '../tools/core/journal-row.ts';
import { displayValue } from './terminal.ts';

/** An entry for people: when and what, who and by which host, then each field with its old and new value. */
export function entryLines(entry: Entry, zone: string): string[] {
  const { tool, id, contactId, contactName, contacts, host, group, undoes, dropped, fields } = entry;
  const who = contacts
    ? `${contacts.length} contacts`
    : [displayValue(contactName), displayValue(contactId)].filter(Boolean).join(' ');
  const by = [displayValue(host?.name), displayValue(host?.version)].filter(Boolean).join(' ');
  const details = [
    who,
    by && `by ${by}`,
    `change ${displayValue(id)}`,
    undoes && `undoes ${displayValue(undoes)}`,
    group && `run ${displayValue(group)}`,
  ];
  const changes = (contacts ?? [entry]).flatMap((each) => {
    const name = contacts ? `${displayValue(each.contactName ?? each.contactId)}: ` : '';
    return changesOf(each).map(
      (change) =>
        `${name}${displayValue(change.field)}: ${shown(change, 'old', zone)} -> ${shown(change, 'new', zone)}`,
    );
  });
  return [
    [timeIn(zone, entry.time), displayValue(tool), resultOf(entry)].filter(Boolean).join('  '),
    ...[
      details.filter(Boolean).join(', '),
      ...changes,
      ...(fields ? [`fields: ${fields.map(displayValue).join(', ')}`] : []),
      ...(dropped ? [`not stored: ${dropped.map(displayValue).join(', ')}`] : []),
    ].map((line) => `  ${line}`),
  ];
}

const OUTCOMES: Readonly<Record<Entry['outcome'], string>> = {
  done: '',
  refused: 'refused, nothing was written',
  notDone: 'failed, nothing was written',
  unknown: 'it is not known whether it was done',
};

const resultOf = ({ outcome, reason }: Entry): string =>
  [OUTCOMES[outcome], reason && `(${displayValue(reason)})`].filter(Boolean).join(' ');

function timeIn(zone: string, time: string): string {
  const at = epochMs(time);
  return Number.isNaN(at) ? displayValue(time) : formatTime(at, zone);
}

function shown(change: FieldChange, key: 'old' | 'new', zone: string): string {
  if (!(key in change)) return 'unknown';
  const value = change[key];
  if (value === null || (Array.isArray(value) && value.length === 0)) return 'none';
  if (typeof value === 'string' && isTime(value)) return timeIn(zone, value);
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'string');
  if (isList) return displayValue(value.join(', '));
  return displayValue(Array.isArray(value) || isRecord(value) ? JSON.stringify(value) : value);
}
