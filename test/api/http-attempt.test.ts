import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, createBrotliCompress, createGzip, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { attempt } from '../../src/api/http-attempt.ts';
import { retryAfter } from '../../src/api/retry-policy.ts';
import { MAX_RESPONSE_BYTES, readBody } from '../../src/api/transport/body.ts';
import { undiciTransport } from '../../src/api/transport/index.ts';
import type { Transport } from '../../src/api/transport/types.ts';
import { realTimers } from '../../src/lib/scheduler.ts';
import { NOW } from '../connect.ts';
import { layer, named, PERSON, TOKEN } from './layer.ts';

const get = named('get_contact');
const note = named('create_contact_note');
const CONTACT = JSON.stringify({ contact: { id: PERSON, firstName: 'Zoë' } });

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** A server on loopback with the given responses, and the requests that arrived. */
async function listen(answer: RequestListener) {
  const arrived: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    arrived.push(request);
    answer(request, response);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  open.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, arrived };
}

/** The request layer against a server with the given response, with one attempt for each call. */
async function against(answer: (response: ServerResponse) => void) {
  const { url, arrived } = await listen((_, response) => answer(response));
  const policy = { attempts: 1, base: 0, cap: 0 };
  const api = layer({ transport: undiciTransport(), baseUrl: url, policy });
  return { api, arrived, read: () => api.call(get, { contactId: PERSON }) };
}

describe('Retry-After', () => {
  test.each([
    ['3', 3_000],
    [' 3 ', 3_000],
    ['0', 0],
    ['1.5', 1_500],
    ['Fri, 20 Nov 2026 15:00:07 GMT', 7_000],
    ['Fri, 20 Nov 2026 14:00:00 GMT', 0],
    ['-1', undefined],
    ['1e3', undefined],
    ['soon', undefined],
    ['in 5 minutes', undefined],
    ['99999999999', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j means %s ms', (header, ms) => {
    expect(retryAfter(header, NOW)).toBe(ms);
  });
});

describe('a compressed response over HTTP', () => {
  test.each([
    ['gzip', gzipSync(CONTACT)],
    ['x-gzip', gzipSync(CONTACT)],
    ['GZIP', gzipSync(CONTACT)],
    ['br', brotliCompressSync(CONTACT)],
    ['deflate', deflateSync(CONTACT)],
    ['identity', Buffer.from(CONTACT)],
  ])('%s is decompressed', async (encoding, body) => {
    const { read } = await against((response) =>
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding }).end(body),
    );
    expect(await read()).toEqual(JSON.parse(CONTACT));
  });

  test.each([
    ['truncated', gzipSync(CONTACT).subarray(0, -6)],
    ['not compressed', Buffer.from(CONTACT)],
  ])('that is %s counts as a broken connection', async (_, body) => {
    const { read, api } = await against((response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(body),
    );
    await expect(read()).rejects.toThrow(/The connection to HighLevel broke \(Z_\w+\)/);
    await expect(api.call(note, { contactId: PERSON, body: 'x' })).rejects.toMatchObject({ kind: 'unknownOutcome' });
  });

  test('a response with an unknown encoding is not parsed as JSON', async () => {
    const { read } = await against((response) =>
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'zstd' }).end('....'),
    );
    await expect(read()).rejects.toThrow('something other than the JSON it documents (application/json');
  });
});

describe('a body over the size limit', () => {
  const endless = async function* () {
    for (;;) yield new Uint8Array(65_536);
  };

  test.each([
    ['plain', {}, () => endless()],
    ['gzip', { 'content-encoding': 'gzip' }, () => compressed(createGzip())],
    ['br', { 'content-encoding': 'br' }, () => compressed(createBrotliCompress())],
  ])('is read up to the limit only: %s', async (_, headers, make) => {
    let taken = 0;
    let end: () => void = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    async function* counted() {
      try {
        for await (const part of make()) {
          taken += part.byteLength;
          yield part;
        }
      } finally {
        end();
      }
    }
    expect(await readBody({ status: 200, headers, body: counted() })).toBeUndefined();
    await ended;
    expect(taken).toBeLessThan(MAX_RESPONSE_BYTES + 1_000_000);
  });

  function compressed(stream: ReturnType<typeof createGzip> | ReturnType<typeof createBrotliCompress>) {
    stream.on('error', () => {});
    let running = true;
    const feed = () => {
      while (running && stream.write(Buffer.alloc(65_536))) {}
      if (running) stream.once('drain', feed);
    };
    stream.once('close', () => {
      running = false;
    });
    feed();
    return stream as AsyncIterable<Uint8Array>;
  }

  test('closes the connection, and the error gives the reason', async () => {
    let sent = 0;
    let closed: () => void = () => {};
    const closing = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const { read } = await against((response) => {
      response.on('close', closed);
      const more = () => {
        while (!response.destroyed) {
          sent += 65_536;
          if (!response.write(Buffer.alloc(65_536, 'x'))) return void response.once('drain', more);
        }
      };
      more();
    });
    await expect(read()).rejects.toThrow('HighLevel answered 200 with more than 10000000 bytes, which were not read');
    await closing;
    expect(sent).toBeLessThan(4 * MAX_RESPONSE_BYTES);
  });
});

test.each([
  ['lists', (depth: number) => '['.repeat(depth) + ']'.repeat(depth)],
  ['objects', (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`],
])('a response of deeply nested %s is unreadable, one of normal depth is read', async (_, nested) => {
  let depth = 200_000;
  const { read } = await against((response) =>
    response.end(`{"contact":{"id":"${PERSON}","customFields":[{"id":"a","value":${nested(depth)}}]}}`),
  );
  await expect(read()).rejects.toThrow('HighLevel answered 200 with something other than the JSON it documents');
  depth = 50;
  expect(await read()).toMatchObject({ contact: { id: PERSON } });
});

test.each([
  ['the URL', 'find_duplicate_contact', { email: `${'x'.repeat(8_000)}@x.example` }, 8_000],
  ['the body', 'update_contact', { contactId: PERSON, city: 'x'.repeat(100_000) }, 100_000],
])('a request is rejected before it is sent if %s is too large', async (_, tool, args, max) => {
  const { api, arrived } = await against((response) => response.end(CONTACT));
  await expect(api.call(named(tool), args)).rejects.toThrow(
    new RegExp(`are \\d+ bytes long; one call may send ${max}\\. Nothing was sent`),
  );
  expect(arrived).toEqual([]);
});

describe('an unusable response', () => {
  test.each([
    ['too large', MAX_RESPONSE_BYTES + 1, 1, 'Repeating the call would give the same result: ask for fewer rows'],
    ['not JSON', 10, 2, 'in 2 attempts. Try again in a minute.'],
  ])('that is %s is not retried blindly and does not affect other calls', async (__, size, requests, message) => {
    let healthy = false;
    const transport: Transport = async () => {
      asked += 1;
      const text = healthy ? CONTACT : 'x'.repeat(size);
      return {
        status: 200,
        headers: { 'content-length': String(text.length) },
        body: once(text),
        text: async () => text,
      };
    };
    let asked = 0;
    const api = layer({ transport, random: () => 0 });
    for (let n = 0; n < 10; n += 1) {
      asked = 0;
      await expect(api.call(get, { contactId: PERSON })).rejects.toThrow(message);
      expect(asked).toBe(requests);
    }
    healthy = true;
    expect(await api.call(get, { contactId: PERSON })).toEqual(JSON.parse(CONTACT));
  });

  async function* once(text: string) {
    yield new TextEncoder().encode(text);
  }
});

describe('an unexpected response', () => {
  test.each([
    ['text/html', '<html>', 'something other than the JSON it documents (text/html, 6 characters)'],
    ['application/json', '[1]', 'something other than the JSON it documents (application/json, 3 characters)'],
    ['application/json', 'null', 'something other than'],
    ['application/json', '"text"', 'something other than'],
    [undefined, 'x', 'something other than the JSON it documents (no content type, 1 characters)'],
    ['application/json', '', 'an empty body'],
  ])('%s %j', async (type, body, what) => {
    const { read } = await against((response) =>
      response.writeHead(200, type === undefined ? {} : { 'content-type': type }).end(body),
    );
    await expect(read()).rejects.toThrow(`HighLevel answered 200 with ${what}`);
  });

  test.each(['text/plain', 'application/octet-stream', 'application/vnd.api+json'])(
    'JSON is parsed also with the content type %s',
    async (type) => {
      const { read } = await against((response) => response.writeHead(200, { 'content-type': type }).end(CONTACT));
      expect(await read()).toEqual(JSON.parse(CONTACT));
    },
  );
});

test.each([
  ['other than HTTP', 'hello\r\n\r\n'],
  ['with a chunk whose size is no number', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nsize\r\n'],
])('an answer %s is a failure of the network', async (_, text) => {
  const { read } = await against((response) => response.socket?.write(text));
  await expect(read()).rejects.toThrow('The connection to HighLevel broke (HPE_INVALID)');
});

test('an informational response before the answer is ignored', async () => {
  const { read } = await against((response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' });
    response.writeHead(200, { 'content-type': 'application/json' }).end(CONTACT);
  });
  expect(await read()).toEqual(JSON.parse(CONTACT));
});

test('a character may be divided between two parts of a body', async () => {
  const bytes = Buffer.from(CONTACT);
  const inCharacter = bytes.indexOf(0xc3) + 1;
  const { read } = await against((response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write(bytes.subarray(0, inCharacter), () => response.end(bytes.subarray(inCharacter)));
  });
  expect(await read()).toEqual(JSON.parse(CONTACT));
});

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])('%i is not followed, for reads and writes', async (status) => {
    const elsewhere = await listen((_, response) => response.end(CONTACT));
    const { api, arrived, read } = await against((response) =>
      response.writeHead(status, { location: `${elsewhere.url}/contacts/${PERSON}` }).end(),
    );
    await expect(read()).rejects.toMatchObject({ kind: 'redirect', status });
    await expect(api.call(note, { contactId: PERSON, body: 'x' })).rejects.toThrow();
    expect(elsewhere.arrived).toEqual([]);
    expect(arrived.length).toBeGreaterThanOrEqual(2);
    expect(arrived[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });
});

describe('one attempt', () => {
  const request = { method: 'GET', url: 'http://127.0.0.1:1/', headers: {} };
  const failing = (code?: string) => () => Promise.reject(Object.assign(new Error('failed'), { code }));
  const attemptOnce = (code?: string) => attempt(failing(code), realTimers, request, 1_000, undefined);

  test.each([
    ['ECONNREFUSED', false],
    ['ENOTFOUND', false],
    ['UND_ERR_CONNECT_TIMEOUT', false],
    ['CERT_HAS_EXPIRED', false],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', false],
    ['SELF_SIGNED_CERT_IN_CHAIN', false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', false],
    ['ECONNRESET', true],
    ['EPIPE', true],
    ['UND_ERR_SOCKET', true],
  ])('%s: the request may have been sent: %s', async (code, sent) => {
    expect(await attemptOnce(code)).toEqual({ failure: { kind: 'unreachable', code, sent } });
  });

  test.each([undefined, 'UND_ERR_INVALID_ARG', 'ERR_INVALID_CHAR'])(
    'an error in our code (%s) is not a network error',
    async (code) => {
      await expect(attemptOnce(code)).rejects.toThrow('failed');
    },
  );

  test('a call cancelled before its attempt sends nothing', async () => {
    let asked = 0;
    const transport = () => {
      asked += 1;
      return Promise.reject(new Error('sent'));
    };
    await expect(attempt(transport, realTimers, request, 1_000, AbortSignal.abort())).rejects.toThrow('');
    expect(asked).toBe(0);
  });
});
