import { describe, expect, test } from 'vitest';
import { parsePhone } from '../../src/lib/phone.ts';

describe('a phone number', () => {
  const home = (country?: string) => async () => country;
  test.each([
    ['+13125550101', undefined, '+13125550101', true],
    ['+44 (0)20 7946 0011', undefined, '+442079460011', true],
    ['020 7946 0011', 'GB', '+442079460011', true],
    ['0044 20 7946 0011', 'GB', '+442079460011', true],
    ['(312) 555-0101', 'US', '+13125550101', true],
    ['98765 43210', 'IN', '+919876543210', true],
    ['(312) 555-0101', undefined, '+13125550101', false],
    ['1 312 555 0101', undefined, '+13125550101', false],
    ['020 7946 0011', undefined, '020 7946 0011', false],
    ['12', 'US', '12', false],
    ['312 555 0101', 'XX', '+13125550101', false],
  ])('%s read in country %s is %s, certain: %s', async (phone, country, number, certain) => {
    expect(await parsePhone(phone, home(country))).toEqual({ number, certain });
  });

  test('the country is not requested for a number with a country code', async () => {
    await parsePhone('+1 (312) 555-0101', () => Promise.reject(new Error('asked')));
  });
});
