import type { Endpoint } from '../../../api/endpoint.ts';
import { removeContactFromCampaign } from '../../campaigns.ts';
import { removeContactFromWorkflow } from '../../workflows.ts';
import { NOT_ENROLLED } from './reasons.ts';

/** The records whose fields a change sets, or that it adds or deletes. */
export type RecordKind = 'contact' | 'task' | 'note';

/** How the change of an endpoint is taken back. What an entry holds before and after tells whether it added, set or deleted. */
interface RecordRule {
  readonly record: RecordKind;
  /** For people. */
  readonly how: string;
}

/** A campaign or workflow: no read shows who is enrolled. */
interface EnrolmentRule {
  /** Ends the enrolment; undefined where the change ended one. */
  readonly end: Endpoint | undefined;
  readonly how: string;
}

export type UndoRule = RecordRule | EnrolmentRule;

const restores = (what: string) => `restores ${what}`;
const nothing = (reason: string) => `does nothing, because ${reason}`;

/** By the name of each endpoint that writes. */
export const UNDO_RULES: Readonly<Record<string, UndoRule>> = {
  create_contact: { record: 'contact', how: 'asks, then deletes the contact' },
  update_contact: { record: 'contact', how: restores('the fields that changed; tags by adding and removing') },
  delete_contact: {
    record: 'contact',
    how: 'asks, then creates the contact again with its fields, tags, followers, business, notes and tasks',
  },
  upsert_contact: { record: 'contact', how: 'deletes the contact if it was created, else restores its fields' },
  create_contact_task: { record: 'task', how: 'deletes the task' },
  update_contact_task: { record: 'task', how: restores('the fields that changed') },
  set_contact_task_completed: { record: 'task', how: 'reopens the task, or completes it again' },
  delete_contact_task: { record: 'task', how: 'creates the task again' },
  create_contact_note: { record: 'note', how: 'deletes the note' },
  update_contact_note: { record: 'note', how: restores('the fields that changed') },
  delete_contact_note: { record: 'note', how: 'creates the note again' },
  add_contact_tags: { record: 'contact', how: 'removes the tags that were added' },
  remove_contact_tags: { record: 'contact', how: 'adds the tags that were removed' },
  bulk_update_contact_tags: { record: 'contact', how: restores('the tags of each contact') },
  bulk_assign_contact_business: { record: 'contact', how: restores('the business of each contact') },
  add_contact_followers: { record: 'contact', how: 'removes the followers that were added' },
  remove_contact_followers: { record: 'contact', how: 'adds the followers that were removed' },
  add_contact_to_campaign: { end: removeContactFromCampaign, how: 'ends the enrolment' },
  add_contact_to_workflow: { end: removeContactFromWorkflow, how: 'ends the enrolment' },
  remove_contact_from_campaign: { end: undefined, how: nothing(NOT_ENROLLED) },
  remove_contact_from_all_campaigns: { end: undefined, how: nothing(NOT_ENROLLED) },
  remove_contact_from_workflow: { end: undefined, how: nothing(NOT_ENROLLED) },
};

export const ruleOf = (tool: string): UndoRule | undefined =>
  Object.hasOwn(UNDO_RULES, tool) ? UNDO_RULES[tool] : undefined;
