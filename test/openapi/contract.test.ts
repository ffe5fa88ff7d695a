import { describe, expect, test } from 'vitest';
import { contract } from '../tools/contract.ts';
import { contactTools, isThere, operations } from './description.ts';

describe.skipIf(!isThere)('the contract typed by hand', () => {
  test('names the operations of the official description, all and no other', () => {
    expect(contactTools.map(([, route]) => route).sort()).toEqual([...operations.keys()].sort());
  });

  test('gives each the scope the description demands; those without one write', () => {
    const described = [...operations].map(([route, { security }]) => [
      route,
      security?.[0]?.bearer?.[0] ?? 'contacts.write',
    ]);
    const typed = contract.filter(([, route]) => operations.has(route)).map(([, route, scope]) => [route, scope]);
    expect(Object.fromEntries(typed)).toEqual(Object.fromEntries(described));
  });
});
