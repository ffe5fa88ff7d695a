import * as z from 'zod';
import { endpoint } from '../api/endpoint.ts';
import { enrolmentBegins, enrolmentEnds } from '../api/write/strategies/related-records.ts';
import { Id, outputs, Time, Workflow } from './core/schemas.ts';

const input = () =>
  z.strictObject({
    contactId: Id,
    workflowId: Workflow,
    eventStartTime: Time.describe('ISO with offset, or local time').optional(),
  });

export const addContactToWorkflow = endpoint({
  name: 'add_contact_to_workflow',
  title: 'Add contact to workflow',
  description:
    'Enrol a contact in a workflow: it may MESSAGE the person. Success is also reported for drafts and for contacts already in it, where nothing happens. HighLevel does not show which workflows a contact is in.',
  route: 'POST /contacts/{contactId}/workflow/{workflowId}',
  scope: 'contacts.write',
  effect: 'enrol',
  reconcile: enrolmentBegins,
  body: true,
  times: ['eventStartTime'],
  answer: { succeeded: true },
  input,
  output: () => outputs.done,
});

export const removeContactFromWorkflow = endpoint({
  name: 'remove_contact_from_workflow',
  title: 'Remove contact from workflow',
  description: 'Take a contact out of a workflow.',
  route: 'DELETE /contacts/{contactId}/workflow/{workflowId}',
  scope: 'contacts.write',
  effect: 'delete',
  reconcile: enrolmentEnds,
  body: true,
  times: ['eventStartTime'],
  answer: { succeeded: true },
  input,
  output: () => outputs.done,
});

export const workflows = [addContactToWorkflow, removeContactFromWorkflow];
