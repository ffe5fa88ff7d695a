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
export const isKind = (name: string | undefined): name is Kind => name !== undefined && Object.hasOwn(KINDS, name);
export const ALL_KINDS = Object.keys(KINDS).filter(isKind);
