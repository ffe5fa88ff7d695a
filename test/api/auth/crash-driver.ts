import { createInterface } from 'node:readline';
import { OAuth } from '../../../src/api/auth/oauth-client.ts';
import { StoredTokenSource } from '../../../src/api/auth/token-source.ts';
import { openTokenStore } from '../../../src/api/auth/token-store.ts';
import { undiciTransport } from '../../../src/api/transport/index.ts';

/** A token source in a process of its own. Each line is `<now> <step to be killed at>`; the output is the token or the error. */
const { FILE = '', BASE_URL = '', CLIENT_ID = '', CLIENT_SECRET = '', LOCATION = '' } = process.env;
let clock = 0;
let killAt = '';
const now = () => clock;
const source = new StoredTokenSource({
  store: openTokenStore({ store: { file: FILE }, folder: '/nowhere' }),
  oauth: new OAuth({
    transport: undiciTransport(),
    baseUrl: BASE_URL,
    app: { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, redirectUri: 'https://app.example/callback' },
    now,
  }),
  locationId: LOCATION,
  now,
  step: (name) => {
    if (name === killAt) process.kill(process.pid, 'SIGKILL');
  },
});
for await (const line of createInterface({ input: process.stdin })) {
  const [at = '', ...step] = line.split(' ');
  clock = Number(at);
  killAt = step.join(' ');
  const result = await source.current().then(
    ({ token }) => `token ${token}`,
    (error: Error) => error.message,
  );
  process.stdout.write(`${result}\n`);
}
