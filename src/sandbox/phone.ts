import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { unprocessable } from './http-error.ts';

/** Phones are stored as E.164. One without a country prefix is a number of the location's country. */
export function toE164(phone: string, country: string): string {
  const parsed = parsePhone(phone, country);
  // The error for an invalid number is not reported; this is the wording of the likely validator.
  if (!parsed?.isPossible()) throw unprocessable(['phone must be a valid phone number']);
  return parsed.number;
}

export const isPhone = (phone: string, country: string): boolean => parsePhone(phone, country)?.isPossible() ?? false;

function parsePhone(phone: string, country: string) {
  const home: CountryCode = isSupportedCountry(country) ? country : 'US';
  return parsePhoneNumberFromString(phone, home);
}
