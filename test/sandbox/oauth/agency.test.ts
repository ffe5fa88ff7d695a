import { describe, expect, test } from 'vitest';
import { type Json, openSandbox } from '../api.ts';
import { AGENCY_SCOPES, claimsOf, openApp } from './app.ts';

describe('an agency', () => {
  test('gets a token without a location', async () => {
    const { sandbox, signInAgency } = openApp();
    const agency = await signInAgency();
    expect(agency).toMatchObject({ userType: 'Company', scope: AGENCY_SCOPES, isBulkInstallation: true });
    expect(agency.approvedLocations).toEqual([sandbox.locationId, ...sandbox.agencyLocations.map(({ id }) => id)]);
    expect(agency.locationId).toBeUndefined();
    expect(claimsOf(agency.access_token)).toMatchObject({ authClass: 'Company', authClassId: agency.companyId });
  });

  test('cannot read contacts with its own token', async () => {
    const { sandbox, signInAgency, clientOf } = openApp();
    const { status, body } = await clientOf(await signInAgency()).get(`/contacts/?locationId=${sandbox.locationId}`);
    expect(status).toBe(401);
    expect(body.message).toMatch(/^This authClass type is not allowed to access this scope\./);
  });

  test('lists its locations', async () => {
    const { sandbox, signInAgency, installedLocations } = openApp();
    const { status, body } = await installedLocations(await signInAgency());
    expect(status).toBe(200);
    expect(body).toMatchObject({ count: 3, installToFutureLocations: true });
    expect(body.locations[0]).toEqual({
      _id: sandbox.locationId,
      name: 'Spoke & Gear Bicycle Workshop',
      address: '1846 N Milwaukee Ave, Chicago, IL 60647, US',
      isInstalled: true,
    });
    expect(body.locations.slice(1).map(({ _id: id, name }: Json) => ({ id, name }))).toEqual(sandbox.agencyLocations);
  });

  test.each([
    [{ skip: '1', limit: '1' }, 1, 3],
    [{ query: 'KAYAK' }, 1, 1],
    [{ appId: '0'.repeat(24) }, 0, 0],
    [{ isInstalled: 'false' }, 0, 0],
  ])('lists its locations with %j', async (query, rows, count) => {
    const { signInAgency, installedLocations } = openApp();
    const { body } = await installedLocations(await signInAgency(), query);
    expect([body.locations.length, body.count]).toEqual([rows, count]);
  });

  test('gets a token for each location', async () => {
    const { sandbox, signInAgency, requestLocationToken, clientOf } = openApp();
    const agency = await signInAgency();
    for (const { id } of sandbox.agencyLocations) {
      const { status, body } = await requestLocationToken(agency, id);
      expect(status).toBe(201);
      expect(body).toMatchObject({ userType: 'Location', locationId: id, companyId: agency.companyId });
      expect(body).toMatchObject({ expires_in: 86400, appId: sandbox.oauthClient.clientId.slice(0, 24) });
      expect((await clientOf(body).get(`/contacts/?locationId=${id}`)).body.count).toBe(2);
    }
  });

  test('gets location tokens with two additional scopes', async () => {
    const { sandbox, consent, redeem, requestLocationToken } = openApp();
    const { code } = await consent({ user_type: 'Company', scope: 'contacts.readonly oauth.write' });
    const { body } = await requestLocationToken((await redeem(code)).body, sandbox.locationId);
    expect(body.scope.split(' ').sort()).toEqual(['contacts.readonly', 'oauth.readonly', 'oauth.write']);
  });

  test('gets location tokens that are valid for one location only', async () => {
    const { sandbox, signInAgency, requestLocationToken, clientOf } = openApp();
    const [here, there] = sandbox.agencyLocations;
    const { body } = await requestLocationToken(await signInAgency(), here?.id ?? '');
    expect((await clientOf(body).get(`/contacts/?locationId=${there?.id}`)).status).toBe(403);
  });

  test('can refresh the token of a location', async () => {
    const { sandbox, signInAgency, requestLocationToken, refresh, works } = openApp();
    const agency = await signInAgency();
    const minted = (await requestLocationToken(agency, sandbox.locationId)).body;
    const { body } = await refresh(minted.refresh_token);
    expect(body.locationId).toBe(sandbox.locationId);
    expect(await works(body)).toBe(true);
  });

  test('installs the version_id of the consent link', async () => {
    const { sandbox, consent, redeem, requestLocationToken } = openApp();
    const version_id = 'a'.repeat(24);
    const { code } = await consent({ user_type: 'Company', scope: AGENCY_SCOPES, version_id });
    const { body } = await requestLocationToken((await redeem(code)).body, sandbox.locationId);
    expect(body.versionId).toBe(version_id);
  });

  test('gets no token for a location of another company', async () => {
    const { sandbox, signInAgency, requestLocationToken } = openApp();
    const { status, body } = await requestLocationToken(await signInAgency(), sandbox.foreign.locationId);
    expect([status, body.message]).toEqual([403, 'The token does not have access to this location.']);
  });

  test('cannot act for another company', async () => {
    const { sandbox, signInAgency, requestLocationToken, installedLocations } = openApp();
    const agency = await signInAgency();
    expect((await requestLocationToken(agency, sandbox.locationId, 'x'.repeat(20))).status).toBe(403);
    expect((await installedLocations(agency, { companyId: 'x'.repeat(20) })).status).toBe(403);
  });

  test('needs the scope oauth.write', async () => {
    const { sandbox, consent, redeem, requestLocationToken } = openApp();
    const agency = (await redeem((await consent({ user_type: 'Company' })).code)).body;
    const { status, body } = await requestLocationToken(agency, sandbox.locationId);
    expect([status, body.message]).toEqual([401, 'The token is not authorized for this scope.']);
  });

  test('needs a version header, unlike the token endpoint', async () => {
    const { request, signInAgency } = openApp();
    const { access_token } = await signInAgency();
    const headers = { Authorization: `Bearer ${access_token}` };
    const response = await request('/oauth/locationToken', { method: 'POST', headers, body: new URLSearchParams() });
    expect(await response.json()).toEqual({ statusCode: 401, message: 'version header was not found.' });
  });

  test('installedLocationsUnderV3: served by default, or removed', async () => {
    const served = openApp();
    const agency = await served.signInAgency();
    const url = `/oauth/installedLocations?companyId=${agency.companyId}&appId=x`;
    expect((await served.clientOf(agency).send('GET', url, undefined, { Version: 'v3' })).status).toBe(200);
    const { signInAgency, clientOf } = openApp({ switches: { installedLocationsUnderV3: 'removed' } });
    const { access_token, companyId } = await signInAgency();
    const path = `/oauth/installedLocations?companyId=${companyId}&appId=x`;
    const { status, body } = await clientOf({ access_token }).send('GET', path, undefined, { Version: 'v3' });
    expect(status).toBe(400);
    expect(body.message).toContain(`Endpoint ${path} not available in API version v3.`);
  });
});

describe('agency routes', () => {
  test("reject a location's token whatever its scopes", async () => {
    const { sandbox, signInAgency, requestLocationToken } = openApp();
    const minted = (await requestLocationToken(await signInAgency(), sandbox.locationId)).body;
    const { status, body } = await requestLocationToken(minted, sandbox.locationId);
    expect(status).toBe(401);
    expect(body.message).toMatch(/^This authClass type is not allowed/);
  });

  test("reject an agency's private token", async () => {
    const { sandbox, requestLocationToken } = openApp();
    const access_token = sandbox.issueToken({ userType: 'Company', scopes: ['oauth.write'] });
    const { status, body } = await requestLocationToken({ access_token, companyId: 'x' }, sandbox.locationId);
    expect([status, body.message]).toEqual([401, 'The token is not authorized for this scope.']);
  });
});

test("the sandbox's own token cannot access the agency's other locations", async () => {
  const { sandbox, get } = openSandbox();
  for (const { id } of sandbox.agencyLocations) {
    expect((await get(`/contacts/?locationId=${id}`)).status).toBe(403);
  }
});
