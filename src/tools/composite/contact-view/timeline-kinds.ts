import type { ContactPart } from './contact-parts.ts';

/** Kinds of rows, and the part of the contact each is read from. */
export const KINDS = {
  note: 'notes',
  task: 'tasks',
  appointment: 'appointments',
  created: 'contact',
  updated: 'contact',
} as const satisfies Record<string, ContactPart>;
export type Kind = keyof typeof KINDS;
export const ALL_KINDS = Object.keys(KINDS) as Kind[];
