import { describe, expect, test } from 'vitest';
import { contract } from '../tools/contract.ts';
import { contactTools, isAvailable, operations } from './description.ts';

describe.skipIf(!isAvailable)('the hand-typed contract', () => {
  test('lists exactly the operations of the official description', () => {
    expect(contactTools.map(([, route]) => route).sort()).toEqual([...operations.keys()].sort());
  });

  test('has the scope that the description declares, and contacts.write where it declares none', () => {
    const described = [...operations].map(([route, { security }]) => [
      route,
      security?.[0]?.bearer?.[0] ?? 'contacts.write',
    ]);
    const typed = contract.filter(([, route]) => operations.has(route)).map(([, route, scope]) => [route, scope]);
    expect(Object.fromEntries(typed)).toEqual(Object.fromEntries(described));
  });
});
