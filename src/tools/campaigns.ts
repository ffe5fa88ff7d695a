import * as z from 'zod';
import { endpoint } from '../api/endpoint.ts';
import { enrolmentBegins, enrolmentEnds } from '../api/write/strategies/related-records.ts';
import { Campaign, confirmation, confirmationAnswer, Id, outputs } from './core/schemas.ts';
import type { EndpointTool } from './core/tool.ts';

const input = () => z.strictObject({ contactId: Id, campaignId: Campaign });

export const addContactToCampaign = endpoint({
  name: 'add_contact_to_campaign',
  title: 'Add contact to campaign',
  description: 'Enrol a contact in a campaign: it MESSAGES the person.',
  route: 'POST /contacts/{contactId}/campaigns/{campaignId}',
  scope: 'contacts.write',
  effect: 'enrol',
  reconcile: enrolmentBegins,
  body: true,
  answer: { succeeded: true },
  input,
  output: () => outputs.done,
});

export const removeContactFromCampaign = endpoint({
  name: 'remove_contact_from_campaign',
  title: 'Remove contact from campaign',
  description: 'Take a contact out of a campaign.',
  route: 'DELETE /contacts/{contactId}/campaigns/{campaignId}',
  scope: 'contacts.write',
  effect: 'delete',
  reconcile: enrolmentEnds,
  answer: { succeeded: true },
  input,
  output: () => outputs.done,
});

const endpointOfRemoveAll = endpoint({
  name: 'remove_contact_from_all_campaigns',
  title: 'Remove contact from all campaigns',
  description: 'Take a contact out of every campaign.',
  route: 'DELETE /contacts/{contactId}/campaigns/removeAll',
  scope: 'contacts.write',
  effect: 'delete',
  reconcile: enrolmentEnds,
  answer: { succeeded: true },
  input: () => z.strictObject({ contactId: Id, ...confirmation }),
  output: () => outputs.done.extend(confirmationAnswer),
});

export const removeContactFromAllCampaigns: EndpointTool = {
  ...endpointOfRemoveAll,
  confirm: { question: 'endCampaigns' },
};

export const campaigns = [addContactToCampaign, removeContactFromCampaign, removeContactFromAllCampaigns];
