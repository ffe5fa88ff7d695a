/** A phone a lookup can find: other spellings than E.164 are known to miss. */
const E164 = /^\+\d{8,15}$/;

export const isE164 = (phone: string): boolean => E164.test(phone);

/** As the API keeps it: for certain where a country is given, and as a number of North America's where none is. */
export function toE164(phone: unknown): string {
  const digits = String(phone).replace(/\D/g, '');
  if (/^\s*\+/.test(String(phone))) return `+${digits}`;
  if (digits.length === 11 && digits.startsWith('1')) return `+${digits}`;
  return digits.length === 10 ? `+1${digits}` : String(phone);
}

export interface ParsedPhone {
  /** E.164, or as it was typed where it is no number. */
  readonly number: string;
  /** False where its country had to be guessed. */
  readonly certain: boolean;
}

/** A phone in any spelling. `country` gives the two letters by which one without a country code is read. */
export async function parsePhone(phone: string, country: () => Promise<string | undefined>): Promise<ParsedPhone> {
  if (isE164(phone)) return { number: phone, certain: true };
  const abroad = /^\s*\+/.test(phone);
  const home = abroad ? undefined : await country();
  const guess = { number: toE164(phone), certain: false };
  if (!abroad && home === undefined) return guess;
  const { isSupportedCountry, parsePhoneNumberFromString } = await import('libphonenumber-js/min');
  const parsed = parsePhoneNumberFromString(phone, home && isSupportedCountry(home) ? home : undefined);
  return parsed?.isPossible() ? { number: parsed.number, certain: true } : guess;
}
