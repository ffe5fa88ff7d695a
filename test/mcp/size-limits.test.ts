import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/lib/json.ts';
import { withinBytes } from '../../src/lib/text.ts';
import { MAX_SUBSCRIPTIONS } from '../../src/resources/subscriptions.ts';
import { MAX_BYTES } from '../../src/tools/core/tool-result.ts';
import { connectChanged } from '../changed-answers.ts';
import { type Connected, connect, find } from '../connect.ts';

const size = (text: string) => Buffer.byteLength(text);

/** The texts of the messages of a prompt. */
async function texts({ client }: Connected, name: string, args: Record<string, string> = {}): Promise<string[]> {
  const { messages } = await client.getPrompt({ name, arguments: args });
  return messages.map(({ content }) => (content as { text: string }).text);
}

/** A location with as many tags as a test names, each with a name of so many characters. */
const withTags = (count: number, characters: number) =>
  connectChanged((body, { url }) =>
    new URL(url).pathname.endsWith('/tags')
      ? { tags: Array.from({ length: count }, (_, i) => ({ id: `t${i}`, name: `${i} ${'ü'.repeat(characters)}` })) }
      : body,
  );

describe('no text exceeds its limit', () => {
  test.each([
    [100_000, 10],
    [2_000, 20],
    [10, 100_000],
  ])('a prompt with %i tags of %i characters shows some of them and their number', async (count, length) => {
    const messages = await texts(await withTags(count, length), 'update_segment');
    for (const text of messages) expect(size(text)).toBeLessThanOrEqual(MAX_BYTES);
    const { tags, total } = JSON.parse(messages[1] ?? '') as { tags: string[]; total?: number };
    expect(tags.length).toBeGreaterThan(9);
    expect(total).toBe(tags.length < count ? count : undefined);
  });

  test.each([
    ['contact_dashboard', { contact: 'é'.repeat(500_000) }],
    ['onboard_contact', { firstName: 'é'.repeat(500_000), task: 'x'.repeat(100_000) }],
    ['sync_changes', { since: 'x'.repeat(500_000) }],
  ])('%s with a long argument', async (name, args) => {
    const messages = await texts(await connect(), name, args as Record<string, string>);
    for (const text of messages) expect(size(text)).toBeLessThanOrEqual(MAX_BYTES);
    expect(messages[1]).toContain('[cut: ');
    expect(() => JSON.parse(messages[1] ?? '')).not.toThrow();
  });

  test('tags that are too long are not offered, and no completion is truncated', async () => {
    const { client } = await connectChanged((body, { url }) =>
      new URL(url).pathname.endsWith('/tags') ? { tags: [{ name: 'x'.repeat(100_000) }, { name: 'x-ray' }] } : body,
    );
    const ref = { type: 'ref/prompt' as const, name: 'update_segment' };
    expect((await client.complete({ ref, argument: { name: 'tag', value: 'x' } })).completion.values).toEqual([
      'x-ray',
    ]);
  });

  test('an error with 100,000 messages shows some and counts the others', async () => {
    const message = Array.from({ length: 100_000 }, (_, i) => `field${i} must be a string`);
    const connected = await connectChanged((body) => body, {
      api: {
        transport: async () => ({
          status: 422,
          headers: {},
          body: (async function* () {
            yield new TextEncoder().encode(JSON.stringify({ statusCode: 422, message }));
          })(),
        }),
      },
    });
    const text = await connected.refused('get_contact', { contactId: 'x'.repeat(20) });
    expect(text).toContain('field0 must be a string');
    expect(text).toContain('and 99980 more');
    expect(size(text)).toBeLessThan(2_000);
  });

  test('an error about 10,000 unknown arguments', async () => {
    const args = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`argument number ${i}`, i]));
    expect(size(await (await connect()).refused('get_contact', args))).toBeLessThanOrEqual(MAX_BYTES);
  });

  test('any error text is truncated to the limit of a result, between characters', () => {
    for (const text of ['x'.repeat(100_000), '🚲'.repeat(50_000), 'é'.repeat(39_999)]) {
      const short = withinBytes(text, MAX_BYTES);
      expect(size(short)).toBeLessThanOrEqual(MAX_BYTES);
      expect(size(short)).toBeGreaterThan(MAX_BYTES - 10);
      expect(short).toMatch(/… \[cut: \d+ characters\]$/);
      expect(short).not.toContain('\uFFFD');
    }
    expect(withinBytes('é'.repeat(20_000), MAX_BYTES)).toBe('é'.repeat(20_000));
  });

  test('a resource in Markdown, which escaping makes longer', async () => {
    const tags = Array.from({ length: 3_000 }, (_, i) => `_*_${i}_*_`);
    const { client, call } = await connect({ sandbox: { data: { contacts: [{ firstName: 'Ada', tags }] } as never } });
    const [contact] = (await call('list_contacts')).contacts as Json[];
    for (const part of ['', '/overview', '/timeline']) {
      const { contents } = await client.readResource({ uri: `ghl://contacts/${contact?.id}${part}` });
      expect(size((contents[0] as { text: string }).text)).toBeLessThanOrEqual(MAX_BYTES);
    }
  });
});

describe('subscriptions', () => {
  test('are limited, the refusal says what to do, and one write causes no more notifications than the limit', async () => {
    const { client, call } = await connect();
    const { id } = await find(call, 'maria');
    const notified: string[] = [];
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void notified.push(params.uri));
    const uri = (i: number) => `ghl://contacts?startAfter=${i}&startAfterId=${id}`;
    for (let i = 0; i < MAX_SUBSCRIPTIONS; i += 1) await client.subscribeResource({ uri: uri(i) });
    await expect(client.subscribeResource({ uri: uri(-1 + MAX_SUBSCRIPTIONS) })).resolves.toEqual({});
    await expect(client.subscribeResource({ uri: `ghl://contacts/${id}` })).rejects.toMatchObject({
      code: -32602,
      message: expect.stringMatching(/limit of 500 subscribed resources is reached.*unsubscribe from one first/),
    });
    await call('create_contact_note', { contactId: id, body: 'Called.' });
    expect(notified).toHaveLength(MAX_SUBSCRIPTIONS);
    await client.unsubscribeResource({ uri: uri(0) });
    await expect(client.subscribeResource({ uri: `ghl://contacts/${id}` })).resolves.toEqual({});
  });
});
