import * as z from 'zod';
import { endpoint } from '../api/endpoint.ts';
import { listMatches } from '../api/write/compare.ts';
import { contactLists } from '../api/write/strategies/related-records.ts';
import { getContact } from './contacts.ts';
import { Contact, of, outputs, Users } from './core/schemas.ts';

const input = () => z.strictObject({ contactId: Contact, followers: Users.max(100).describe('users: names or ids') });

export const addContactFollowers = endpoint({
  name: 'add_contact_followers',
  title: 'Add contact followers',
  description: 'Let users follow a contact.',
  route: 'POST /contacts/{contactId}/followers',
  scope: 'contacts.write',
  effect: 'create',
  reconcile: contactLists(getContact, 'followers', true),
  answer: { rows: 'followers', isAbout: listMatches('followers', true) },
  input,
  output: () => outputs.record({ followers: of.texts, followerNames: of.texts, followersAdded: of.texts }),
});

export const removeContactFollowers = endpoint({
  name: 'remove_contact_followers',
  title: 'Remove contact followers',
  description: 'Stop users following a contact.',
  route: 'DELETE /contacts/{contactId}/followers',
  scope: 'contacts.write',
  effect: 'delete',
  reconcile: contactLists(getContact, 'followers', false),
  answer: { rows: 'followers', isAbout: listMatches('followers', false) },
  input,
  output: () => outputs.record({ followers: of.texts, followerNames: of.texts, followersRemoved: of.texts }),
});

export const followers = [addContactFollowers, removeContactFollowers];
