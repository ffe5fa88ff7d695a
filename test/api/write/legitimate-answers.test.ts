import { describe, expect, test } from 'vitest';
import type { HttpRequest } from '../../../src/api/transport/types.ts';
import type { Json } from '../../../src/lib/json.ts';

import { type Change, connectChanged } from '../../changed-answers.ts';
import { CONTACTS, connect, find, textOf } from '../../connect.ts';

// HighLevel stores some values in another form than they were sent in, leaves some out, and has more than one form of the
// same answer. None of that may be reported as "not done", or as the answer to another call.

type Route = readonly [method: string, path: RegExp];
const at = ({ method, url }: HttpRequest, [wanted, path]: Route): boolean =>
  method === wanted && path.test(new URL(url).pathname);

const CONTACT: Route = ['GET', /^\/contacts\/[A-Za-z0-9]{20}$/];
const PUT: Route = ['PUT', /^\/contacts\/\w+$/];
const CREATE: Route = ['POST', /^\/contacts\/$/];
const TAGS: Route = ['POST', /\/tags$/];

/** Changes a contact or a list of tags in any answer. */
const withTags =
  (change: (tags: string[]) => string[]): Change =>
  (answer) => {
    const { tags, contact, ...rest } = answer as { tags?: string[]; contact?: Json };
    if (contact)
      return { ...rest, contact: { ...contact, tags: change((contact.tags as string[] | undefined) ?? []) } };
    return tags ? { ...rest, tags: change(tags) } : answer;
  };

async function attempt(change: Change, tool: string, args: (contactId: string, other: string) => Json) {
  const connected = await connectChanged(change);
  const [{ id }, { id: other }] = [await find(connected.call, 'maria'), await find(connected.call, 'henry')];
  const result = await connected.client.callTool({ name: tool, arguments: args(String(id), String(other)) });
  return { isError: result.isError === true, text: textOf(result) };
}

/** Replaces the answer of one route by a success of unknown form. */

const lost =
  (change: Change, route: Route): Change =>
  (answer, request) =>
    at(request, route) ? {} : change(answer, request);
const asItCame: Change = (answer) => answer;

describe('a new contact with the phone', () => {
  const phones = [
    ['with a trunk prefix', '+44 (0)20 7946 0958', '+442079460958'],
    ['with an extension', '+1 512 555 0188 ext 5', '+15125550188'],
    ['with separators', '+1 (512) 555-0188', '+15125550188'],
    ['without a country', '(512) 555-0188', '+15125550188'],
  ] as const;

  test.each(phones)('%s is recognised as the contact sent', async (_, phone, stored) => {
    const { isError, text } = await attempt(asItCame, 'create_contact', () => ({ firstName: 'Pat', phone }));
    expect([isError, text]).toEqual([false, expect.stringContaining(stored)]);
    expect(text).not.toContain('Looked it up');
  });

  test.each(phones)('%s is found when the response is lost', async (_, phone, stored) => {
    const { isError, text } = await attempt(lost(asItCame, CREATE), 'create_contact', () => ({
      firstName: 'Pat',
      phone,
    }));
    expect([isError, text]).toEqual([false, expect.stringContaining(stored)]);
    expect(text).toContain('it was done');
  });

  test('is found by email when the response is lost and HighLevel did not store the phone', async () => {
    const change: Change = (answer, { url }) => {
      const { contact } = answer as { contact?: Json };
      if (!url.includes('/search/duplicate') || !contact) return answer;
      return { contact: url.includes('number=') ? null : { ...contact, phone: undefined } };
    };
    const args = { firstName: 'Pat', email: 'pat@new.example', phone: '+15125550188' };
    const { text } = await attempt(lost(change, CREATE), 'create_contact', () => args);
    expect(text).toContain('it was done');
  });
});

test.each([
  ['texts', ['+15125550188']],
  ['objects', [{ phone: '+15125550188', label: 'home' }]],
])(
  'an upsert that finds a contact by an additional phone, given as %s, matches the request',
  async (_, additionalPhones) => {
    const change: Change = (answer, { url }) =>
      url.endsWith('/upsert')
        ? {
            ...(answer as Json),
            new: false,
            contact: { ...((answer as Json).contact as Json), phone: '+13125559999', additionalPhones },
          }
        : answer;
    const { isError, text } = await attempt(change, 'upsert_contact', () => ({
      firstName: 'Pat',
      phone: '+15125550188',
    }));
    expect(isError).toBe(false);
    expect(text).not.toContain('Looked it up');
  },
);

describe('tags', () => {
  test('stored in Unicode composed form equal those sent', async () => {
    const composed = withTags((tags) => tags.map((tag) => tag.normalize('NFC')));
    const { isError, text } = await attempt(composed, 'add_contact_tags', (contactId) => ({
      contactId,
      tags: ['cafe\u0301'],
    }));
    expect(isError).toBe(false);
    expect(text).not.toContain('Looked it up');
  });

  test('of which HighLevel stores only some are never reported as not written', async () => {
    const dropped = withTags((tags) => tags.filter((tag) => tag !== 'no such tag'));
    const args = (contactId: string) => ({ contactId, tags: ['winter fair', 'no such tag'] });
    const { isError, text } = await attempt(dropped, 'add_contact_tags', args);
    expect(isError).toBe(true);
    expect(text).not.toContain('nothing was written');
    expect(text).toContain('The contact has 1 of these 2 tags: get_contact shows which.');
  });

  test('returned as objects are read back', async () => {
    const change: Change = (answer, request) =>
      at(request, TAGS) ? { tags: ((answer as Json).tags as string[]).map((name) => ({ name })) } : answer;
    const { isError, text } = await attempt(change, 'add_contact_tags', (contactId) => ({
      contactId,
      tags: ['winter fair'],
    }));
    expect([isError, text]).toEqual([false, expect.stringContaining('it was done')]);
  });

  test.each([
    ['as strings', (ids: string[]) => ids],
    ['without their ids', (ids: string[]) => ids.map(() => ({ type: 'success' }))],
    ['missing', () => undefined],
  ])('of many contacts, with the result rows %s, are read back', async (_, rows) => {
    let ids: string[] = [];
    const change: Change = (answer, { url }) =>
      url.includes('/bulk/tags') ? { succeded: true, errorCount: 0, responses: rows(ids) } : answer;
    const { text } = await attempt(change, 'bulk_update_contact_tags', (...contacts) => {
      ids = contacts;
      return { type: 'add', contacts, tags: ['winter fair'] };
    });
    expect(JSON.parse(text)).toMatchObject({ updated: 2, errorCount: 0, failed: [] });
  });
});

test.each([
  ['website', 'pat.example', 'https://pat.example'],
  ['timezone', 'US/Eastern', 'America/New_York'],
  ['source', 'Facebook Ads', 'facebook ads'],
])(
  'an update whose %s is stored in another form is not reported as not done when its response is lost',
  async (field, sent, stored) => {
    const change: Change = (answer, request) => {
      const { contact } = answer as { contact?: Json };
      return at(request, CONTACT) && contact?.[field] === sent ? { contact: { ...contact, [field]: stored } } : answer;
    };
    const args = (contactId: string) => ({ contactId, [field]: sent, city: 'Elsewhere' });
    const { isError, text } = await attempt(lost(change, PUT), 'update_contact', args);
    expect([isError, text]).toEqual([true, expect.stringContaining('is not known')]);
  },
);

test.each([
  ['with a trace id', { message: 'The workflow is not published', traceId: '2b1c7e5e-94a1-4d0d-9ee4-0d2c9f1c2b11' }],
  ['with its status', { error: 'The workflow is not published', status: 400 }],
])('an error of HighLevel itself %s makes no enrolment uncertain', async (_, body) => {
  const { sandbox, call, refused } = await connect({ scopes: CONTACTS });
  const { id: contactId } = await find(call, 'maria');
  sandbox.setFaults([{ route: 'POST /contacts/{contactId}/workflow/{workflowId}', fault: { status: 400, body } }]);
  const text = await refused('add_contact_to_workflow', {
    contactId,
    workflowId: 'f31175d4-2b06-4fc6-b7bc-74cd814c68cb',
  });
  expect(text).toMatch(/^HighLevel refused the request \(400\)/);
  expect(text).not.toContain('is not known: do not repeat');
});

test('a list with a row that has the former id of a merged contact is read', async () => {
  const change: Change = (answer, { method, url }) =>
    method === 'GET' && url.endsWith('/notes')
      ? {
          notes: [
            { id: 'n1', body: 'Old', contactId: 'MergedMergedMergedMe' },
            { id: 'n2', body: 'New', contactId: url.split('/').at(-2) },
          ],
        }
      : answer;
  const { isError, text } = await attempt(change, 'list_contact_notes', (contactId) => ({ contactId }));
  expect([isError, text]).toEqual([false, expect.stringMatching(/Old.*New/)]);
});

describe('a lookup that returns a contact', () => {
  const lookup = (further: Json): Change => {
    let other: Json | undefined;
    return (answer, { method, url }) => {
      const { contact } = answer as { contact?: Json | null };
      if (url.includes('/search/duplicate')) return { contact: other };
      if (method === 'GET' && contact) {
        other = { ...contact, ...further };
        return { contact: other };
      }
      return answer;
    };
  };
  const onboard = async (further: Json) => {
    const connected = await connectChanged(lookup(further));
    const { id } = await find(connected.call, 'maria');
    await connected.call('get_contact', { contactId: id });
    await connected.sent();
    const args = { firstName: 'Pat', email: 'pat@new.example', city: 'Elsewhere' };
    const result = await connected.client.callTool({ name: 'onboard_contact', arguments: args });
    const writes = (await connected.sent()).filter((line) => !line.startsWith('GET ') && !line.endsWith('/search'));
    return { text: textOf(result), writes };
  };

  test('that has only another email: the contact is not written to', async () => {
    const { text, writes } = await onboard({ additionalEmails: [] });
    expect(text).toMatch(/lookup by email answered with contact \w{20}, which does not have that email/);
    expect(writes).toEqual([]);
  });

  test.each([
    ['has it as an additional email', { additionalEmails: ['Pat@new.example'] }],
    ['has additional emails in an unknown format', { additionalEmails: [{ value: 'pat@new.example' }] }],
    ['does not show its additional emails', { additionalEmails: undefined }],
  ])('that %s: the contact is the person', async (_, further) => {
    const { writes } = await onboard(further);
    expect(writes).toEqual([expect.stringMatching(/^PUT \/contacts\/\w+$/)]);
  });

  test('that has only another email proves nothing about a lost upsert', async () => {
    const change = lookup({ additionalEmails: [], city: 'Elsewhere' });
    const connected = await connectChanged(lost(change, ['POST', /\/upsert$/]));
    const { id } = await find(connected.call, 'maria');
    await connected.call('get_contact', { contactId: id });
    const text = await connected.refused('upsert_contact', { email: 'pat@new.example', city: 'Elsewhere' });
    expect(text).toContain('is not known');
  });
});
