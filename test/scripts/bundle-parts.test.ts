import { parsePhoneNumberFromString } from 'libphonenumber-js/core';
import { type CountryCode, getCountries, getCountryCallingCode } from 'libphonenumber-js/min';
import metadata from 'libphonenumber-js/min/metadata';
import examples from 'libphonenumber-js/mobile/examples';
import { expect, test } from 'vitest';
import { parsingMetadata } from '../../scripts/phone-metadata.ts';

const reduced = parsingMetadata();

/** As people write a number; too few and too many digits, too. */
const forms = (national: string, code: string) => [
  ...[national, `0${national}`, `+${code} ${national}`, `00${code}${national}`, `011${code}${national}`],
  ...[`(${national.slice(0, 3)}) ${national.slice(3)} ext. 5`, national.slice(0, 4), `${national}123456`],
];

function parse(phone: string, country: CountryCode, data: typeof metadata) {
  const parsed = parsePhoneNumberFromString(phone, country, data);
  return parsed && { number: parsed.number, country: parsed.country, isPossible: parsed.isPossible() };
}

test.each(getCountries())('without the formats, a phone of %s is read as with them', (country) => {
  for (const form of forms(examples[country] ?? '2015550123', getCountryCallingCode(country)))
    for (const home of [country, 'US'] as const)
      expect(parse(form, home, reduced), form).toEqual(parse(form, home, metadata));
});

test('the formats are more than half of the data', () => {
  expect(JSON.stringify(reduced).length).toBeLessThan(JSON.stringify(metadata).length / 2);
});
