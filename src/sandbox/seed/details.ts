import type { AppointmentData, ContactData, NoteData, TaskData } from '../data.ts';
import { iso, MINUTE } from '../dates.ts';

/** Epoch ms of a time relative to the start of today in UTC. An afternoon in Chicago is an evening in UTC. */
export type At = (days: number, hours?: number) => number;

/** What a customer has beyond the table of customers, by full name. */
export type CustomerDetails = Readonly<Record<string, Omit<ContactData, 'firstName' | 'lastName'>>>;

export const task = (title: string, due: number, more: Partial<TaskData> = {}): TaskData => ({
  title,
  dueDate: iso(due),
  ...more,
});

export const note = (body: string, written: number, more: Partial<NoteData> = {}): NoteData => ({
  body,
  dateAdded: iso(written),
  ...more,
});

export const appointment = (
  title: string,
  start: number,
  minutes: number,
  more: Partial<AppointmentData>,
): AppointmentData => ({
  title,
  startTime: iso(start),
  endTime: iso(start + minutes * MINUTE),
  ...more,
});
