import { describe, expect, test } from 'vitest';
import { looksSecret, redact, redactStrictly, rememberSecret } from '../../src/lib/redact.ts';

const PIT = 'pit-12345678-1234-4234-8234-123456789012';
const JWT = `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.${'aB3'.repeat(28)}`;

describe('redaction by shape', () => {
  test.each([
    ['a private token', PIT],
    ['a truncated private token', PIT.slice(0, 14)],
    ['a JSON Web Token', JWT],
    ['a truncated one', JWT.slice(0, 60)],
    ['one after another', `eyJ.${JWT}`],
    ['a bearer token', 'Bearer opaque0secret1token'],
    ['a refresh token in JSON', '"refresh_token": "abcdefgh"'],
    ['a client secret in a form', 'client_secret=f31175d4-2b06-4fc6-b7bc-74cd814c68cb&x=1'],
  ])('%s is redacted', (_, secret) => {
    const redacted = redact(`before ${secret} after`);
    expect(redacted).toMatch(/^before .*\[redacted\].* after$/);
    for (const part of secret.split(/[^\w-]+/).filter((each) => each.length > 12 && !each.endsWith('_token')))
      expect(redacted).not.toContain(part === 'client_secret' ? PIT : part);
  });

  test.each([
    'the standard bearer arrived',
    'Bearer of bad news: internationalization',
    'He is the ring bearer, call +1 (512) 555-0188',
    'bearer 15125550188, 2026-11-20T10:00:00Z',
    'The pit-stop was fine; pit-bull, pit-a-pat',
    'eyJ, eyJafjalla and eyJ.smith@example.com',
    'trace 0e12a5a2-6f0e-4b1c-8a39-9ae9d5f60f1b, contact seD4PfOuKoVMLkEZqohJ',
    'the client secret is safe, the refresh token: renewed',
  ])('ordinary text is not changed: %s', (words) => {
    expect(redact(words)).toBe(words);
  });
});

describe('redaction by value', () => {
  test.each([
    ['any bearer token', 'tok_9f8e7d6c5b4a'],
    ['a long one', 'q7'.repeat(40)],
    ['one with characters that JSON and URLs encode', 'a"b\\c d/9?&=x'],
  ])('%s is redacted in any encoding when it is known', (_, secret) => {
    rememberSecret(secret);
    for (const encoded of [secret, JSON.stringify({ secret }), encodeURIComponent(secret)]) {
      const redacted = redact(`authorization must be ${encoded}, said the API`);
      expect(redacted).toContain('[redacted]');
      expect(redacted).not.toContain(secret.slice(0, 8));
    }
  });

  test('a truncated part of a long secret is redacted', () => {
    const secret = `opaque_${'x9'.repeat(30)}`;
    rememberSecret(secret);
    expect(redact(`must be ${secret.slice(0, 40)}… [cut]`)).toBe('must be [redacted]… [cut]');
  });

  test.each(['', 'short7', 'contacts', 'Friday'])('a value that is a word is not redacted: %s', (word) => {
    rememberSecret(word);
    expect(redact(`the ${word} stays`)).toBe(`the ${word} stays`);
  });

  test('only the latest values are remembered', () => {
    for (let each = 0; each < 200; each += 1) rememberSecret(`known-value-${1_000 + each}`);
    expect(redact('known-value-1199 known-value-1000')).toBe('[redacted] known-value-1000');
  });
});

describe('strict redaction of values of settings', () => {
  test.each([
    PIT,
    PIT.slice(0, 20),
    JWT,
    'f31175d4-2b06-4fc6-b7bc-74cd814c68cb',
    'f31175d4-2b06-4fc6',
    'tok_9f8e7d6c5b4a',
    'aB3'.repeat(12),
  ])('%s looks like a secret', (secret) => {
    expect(looksSecret(secret)).toBe(true);
    expect(redactStrictly(`x ${secret} y`)).toBe('x [redacted] y');
  });

  test.each([
    'seD4PfOuKoVMLkEZqohJ',
    '641c094001436dbc2081e642',
    '6578278e879ad2646715ba9c-loq3t4x1',
    'dana.whitfield@northshoremed.example',
    'America/New_York',
    '2026-11-20T10:00:00-06:00',
    '/home/dana/.local/state/ghl-contacts-mcp/journal-2026-11.jsonl',
    'Pit-Stop Garage',
    'contacts,tasks,notes,-delete',
    'https://services.leadconnectorhq.com',
  ])('%s does not look like a secret', (value) => {
    expect(looksSecret(value)).toBe(false);
  });
});
