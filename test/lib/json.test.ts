import { expect, test } from 'vitest';
import { setMember } from '../../src/lib/json.ts';

test('a member named __proto__ is a member, and changes no prototype', () => {
  const record = {};
  for (const key of ['id', '__proto__', 'constructor']) setMember(record, key, { of: key });
  expect(JSON.stringify(record)).toBe(
    '{"id":{"of":"id"},"__proto__":{"of":"__proto__"},"constructor":{"of":"constructor"}}',
  );
  expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
});
