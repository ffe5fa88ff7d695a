import { createInterface } from 'node:readline';
import { createOAuth } from '../../../src/api/auth/oauth-client.ts';
import { storedTokenSource } from '../../../src/api/auth/token-source.ts';
import { openTokenStore } from '../../../src/api/auth/token-store.ts';
import { undiciTransport } from '../../../src/api/transport/index.ts';

/** As much of a server as asks for a token. Each line is `<now> <step to be killed at>`, answered by the token or why not. */
const { FILE = '', BASE_URL = '', CLIENT_ID = '', CLIENT_SECRET = '', LOCATION = '' } = process.env;
let moment = 0;
let killAt = '';
const now = () => moment;
const source = storedTokenSource({
  store: openTokenStore({ store: { file: FILE }, folder: '/nowhere' }),
  oauth: createOAuth({
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
  moment = Number(at);
  killAt = step.join(' ');
  const said = await source.current().then(
    ({ token }) => `token ${token}`,
    (error: Error) => error.message,
  );
  process.stdout.write(`${said}\n`);
}
