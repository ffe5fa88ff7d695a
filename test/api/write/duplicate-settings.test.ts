import { describe, expect, test } from 'vitest';
import { SCOPES } from '../../../src/api/scopes.ts';
import type { Json } from '../../../src/lib/json.ts';
import type { SandboxOptions } from '../../../src/sandbox/index.ts';
import { CONTACTS, connect, NOW } from '../../connect.ts';

const data = {
  contacts: [
    {
      id: 'contactAnn0000000000',
      firstName: 'Ann',
      email: 'ann@lee.example',
      phone: '+13125550101',
      dateAdded: new Date(NOW - 86_400_000).toISOString(),
    },
  ],
};
const lost = [{ route: 'POST /contacts/', nth: 1, fault: { connection: 'cut' as const } }];
const another = { firstName: 'Ann', email: 'ann@lee.example' };

test('get_location says whether duplicates are allowed and by which fields they are detected', async () => {
  const { call } = await connect();
  const { location } = await call('get_location');
  expect((location as Json).settings).toMatchObject({
    allowDuplicateContact: false,
    contactUniqueIdentifiers: ['email', 'phone'],
  });
});

describe('a create with a known email whose response is lost', () => {
  const refusedIn = async (switches: SandboxOptions['switches'], more: Json = {}, scopes = SCOPES as never) => {
    const { refused } = await connect({ scopes, sandbox: { data, faults: lost, switches: switches ?? {} } });
    return refused('create_contact', { ...another, ...more });
  };

  test('names the existing contact if the location allows no duplicates', async () => {
    const message = await refusedIn({});
    expect(message).toContain(
      'The older contact contactAnn0000000000 has this email, and this location allows no second',
    );
    expect(message).not.toContain('if this location allows duplicates');
  });

  test('ignores a key by which the location detects no duplicates', async () => {
    const { refused, sandbox } = await connect({ sandbox: { data } });
    const settings = { allowDuplicateContact: false, contactUniqueIdentifiers: ['phone'] };
    const location = { id: sandbox.locationId, settings };
    sandbox.setFaults([...lost, { route: 'GET /locations/{locationId}', fault: { status: 200, body: { location } } }]);
    expect(await refused('create_contact', another)).toContain('if this location allows duplicates');
  });

  test.each([
    ['if the location allows duplicates', { duplicatesAllowed: true }, undefined],
    ['if the settings of the location cannot be read', {}, CONTACTS],
  ] as const)('has a warning about a duplicate %s', async (_, switches, scopes) => {
    const message = await refusedIn(switches, {}, scopes as never);
    expect(message).toContain('An older contact has this email or phone; if this location allows duplicates');
  });
});
