import * as z from 'zod';
import { answer, Contact, of, upTo } from '../../core/schemas.ts';
import { compositeTool, lazyTool } from '../../core/tool.ts';
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

/** Of the rows by time; the first is the default. */
const ORDERS = ['newest', 'oldest'] as const;
export type Order = (typeof ORDERS)[number];

export const getContactTimeline = compositeTool({
  name: 'get_contact_timeline',
  title: 'Get contact timeline',
  description:
    'Notes, tasks (at their due date), appointments, creation and last change of a contact, newest first. ahead: in the future.',
  scope: 'contacts.readonly',
  effect: 'read',
  input: () =>
    z.strictObject({
      contactId: Contact,
      kinds: z.array(z.enum(ALL_KINDS)).min(1).optional(),
      order: z.enum(ORDERS).optional(),
      limit: upTo(100).optional(),
      cursor: z.string().optional(),
    }),
  output: () => answer({ timeline: of.rows, total: of.count, asOf: of.text, failed: of.rows, next: of.object }),
  calls: [],
  run: lazyTool('getContactTimeline'),
});
