/** The lookup of a phone is known to find no other form. */
const E164 = /^\+\d{8,15}$/;

export const isE164 = (phone: string): boolean => E164.test(phone);

/** As the API stores it: with the given country code, else as a number of North America. */
export function toE164(phone: string): string {
  const digits = phone.replace(/\D/g, '');
  if (/^\s*\+/.test(phone)) return `+${digits}`;
  if (digits.length === 11 && digits.startsWith('1')) return `+${digits}`;
  return digits.length === 10 ? `+1${digits}` : phone;
}

export interface ParsedPhone {
  /** E.164, or as given if it is not a number. */
  readonly number: string;
  /** False if the country is a guess. */
  readonly certain: boolean;
}

/** Reads a phone in any format. `country` (two letters) is asked for if it has no country code. */
export async function parsePhone(phone: string, country: () => Promise<string | undefined>): Promise<ParsedPhone> {
  if (isE164(phone)) return { number: phone, certain: true };
  const abroad = /^\s*\+/.test(phone);
  const home = abroad ? undefined : await country();
  const guess = { number: toE164(phone), certain: false };
  if (!abroad && home === undefined) return guess;
  const { isSupportedCountry, parsePhoneNumberFromString } = await import('./phone-numbers.ts');
  const parsed = parsePhoneNumberFromString(phone, home && isSupportedCountry(home) ? home : undefined);
  return parsed?.isPossible() ? { number: parsed.number, certain: true } : guess;
}
