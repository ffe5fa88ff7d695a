import { Checks } from './checks.ts';

/** What a conversation uses of an MCP client. Every line of the TypeScript SDK has it in this form. */
export interface McpClient {
  connect(transport: unknown): Promise<void>;
  close(): Promise<void>;
  ping(): Promise<unknown>;
  getServerVersion(): { readonly name: string } | undefined;
  getInstructions(): string | undefined;
  listTools(): Promise<{ readonly tools: readonly { readonly name: string }[] }>;
  listPrompts(): Promise<{ readonly prompts: readonly unknown[] }>;
  listResources(): Promise<{ readonly resources: readonly unknown[] }>;
  listResourceTemplates(): Promise<{ readonly resourceTemplates: readonly unknown[] }>;
  readResource(params: { uri: string }): Promise<{ readonly contents: readonly unknown[] }>;
  getPrompt(params: {
    name: string;
    arguments: Record<string, string>;
  }): Promise<{ readonly messages: readonly unknown[] }>;
  complete(params: unknown): Promise<{ readonly completion: { readonly values: readonly string[] } }>;
  subscribeResource(params: { uri: string }): Promise<unknown>;
  unsubscribeResource(params: { uri: string }): Promise<unknown>;
  /** Receives the notifications that have no handler. */
  fallbackNotificationHandler?: (notification: { readonly method: string }) => Promise<void>;
}

interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onprogress?: () => void;
}

/** Calls a tool; the lines of the SDK take the options in different places. */
export type CallTool = (
  name: string,
  args: Readonly<Record<string, unknown>>,
  options?: CallOptions,
) => Promise<{ readonly isError?: boolean; readonly content?: unknown; readonly structuredContent?: unknown }>;

/** ms; a change arrives in about 11 ms. */
const MAX_WAIT_FOR_UPDATE = 10_000;

/** The rows of a search, as far as they are used here. */
interface Found {
  readonly contacts: readonly { readonly id: string }[];
}

/**
 * Everything that a host does, with a connected client: lists, tools, errors, resources, prompts, completions,
 * subscriptions, progress and cancellation.
 * @throws Error that lists what failed
 */
export async function converse(client: McpClient, call: CallTool): Promise<string> {
  const checks = new Checks();
  checks.expect('the name of the server', client.getServerVersion()?.name === 'ghl-contacts-mcp');
  checks.expect('instructions', (client.getInstructions() ?? '') !== '');
  const contactId = await checkTools(checks, client, call);
  if (contactId !== undefined) {
    await checkResources(checks, client, contactId);
    await checkSubscription(checks, client, call, contactId);
  }
  await checkPrompts(checks, client);
  await checkProgressAndCancellation(checks, client, call);
  await checks.succeeds('close', () => client.close());
  return checks.done();
}

/** Returns the id of a contact. */
async function checkTools(checks: Checks, client: McpClient, call: CallTool): Promise<string | undefined> {
  const listed = await checks.succeeds('tools/list', () => client.listTools());
  checks.expect('more than 40 tools', (listed?.tools.length ?? 0) > 40, listed?.tools.length);
  const found = await checks.succeeds('search_contacts', () =>
    call('search_contacts', { query: 'maria', pageLimit: 1 }),
  );
  const contactId = (found?.structuredContent as Found | undefined)?.contacts[0]?.id ?? contactIdIn(found?.content);
  checks.expect('search_contacts finds a contact', contactId !== undefined, found);
  const calls = [
    { name: 'get_contact_overview', args: { contactId }, fails: false },
    { name: 'create_contact_note', args: { contactId, body: 'Called.' }, fails: false },
    { name: 'get_contact', args: { contactId: 'x'.repeat(20) }, fails: true },
    { name: 'get_contact', args: {}, fails: true },
    { name: 'no_such_tool', args: {}, fails: true },
  ];
  for (const { name, args, fails } of calls) {
    const what = `${name} ${JSON.stringify(args)}`;
    const result = await checks.succeeds(what, () => call(name, args));
    if (result) checks.expect(`${what} ${fails ? 'fails' : 'succeeds'}`, (result.isError ?? false) === fails, result);
  }
  return contactId;
}

/** Clients of early revisions drop the structured half: the text half has the same value. */
function contactIdIn(content: unknown): string | undefined {
  const [block] = (content ?? []) as readonly { readonly text: string }[];
  return block ? (JSON.parse(block.text) as Found).contacts[0]?.id : undefined;
}

async function checkResources(checks: Checks, client: McpClient, contactId: string): Promise<void> {
  const { resources = [] } = (await checks.succeeds('resources/list', () => client.listResources())) ?? {};
  checks.expect('resources', resources.length > 0);
  const { resourceTemplates = [] } =
    (await checks.succeeds('resources/templates/list', () => client.listResourceTemplates())) ?? {};
  checks.expect('resource templates', resourceTemplates.length > 0);
  for (const uri of ['ghl://contacts', 'ghl://status', `ghl://contacts/${contactId}/overview`]) {
    await checks.succeeds(`resources/read ${uri}`, () => client.readResource({ uri }));
  }
  const missing = await client.readResource({ uri: `ghl://contacts/${'x'.repeat(20)}` }).catch(codeOf);
  // -32002 until the revision of 2026-07-28, which names -32602; a client of that line translates.
  checks.expect('a missing resource is an error', missing === -32002 || missing === -32602, missing);
  const values = await checks.succeeds('completion of a resource', () =>
    client.complete({
      ref: { type: 'ref/resource', uri: 'ghl://contacts/{contactId}' },
      argument: { name: 'contactId', value: 'maria' },
    }),
  );
  checks.expect('a contact completes', (values?.completion.values.length ?? 0) > 0);
}

const codeOf = (error: { readonly code?: unknown }): unknown => error.code;

async function checkSubscription(checks: Checks, client: McpClient, call: CallTool, contactId: string): Promise<void> {
  const uri = `ghl://contacts/${contactId}`;
  const updated = new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), MAX_WAIT_FOR_UPDATE);
    client.fallbackNotificationHandler = async ({ method }) => {
      if (method !== 'notifications/resources/updated') return;
      clearTimeout(timer);
      resolve(true);
    };
  });
  await checks.succeeds('resources/subscribe', () => client.subscribeResource({ uri }));
  await checks.succeeds('update_contact', () => call('update_contact', { contactId, city: 'Gary' }));
  checks.expect('the change of a subscribed contact arrives', await updated);
  await checks.succeeds('resources/unsubscribe', () => client.unsubscribeResource({ uri }));
}

async function checkPrompts(checks: Checks, client: McpClient): Promise<void> {
  const { prompts = [] } = (await checks.succeeds('prompts/list', () => client.listPrompts())) ?? {};
  checks.expect('prompts', prompts.length > 0);
  const contact = 'maria.lopez@northshoremed.example';
  const prompt = await checks.succeeds('prompts/get', () =>
    client.getPrompt({ name: 'contact_dashboard', arguments: { contact } }),
  );
  checks.expect('a prompt has messages', (prompt?.messages.length ?? 0) > 0);
  await checks.succeeds('completion of a prompt', () =>
    client.complete({
      ref: { type: 'ref/prompt', name: 'contact_dashboard' },
      argument: { name: 'contact', value: 'ma' },
    }),
  );
}

async function checkProgressAndCancellation(checks: Checks, client: McpClient, call: CallTool): Promise<void> {
  let notifications = 0;
  const onprogress = () => {
    notifications += 1;
  };
  // One page, so one notification, directly before the response.
  await checks.succeeds('count_contacts', () => call('count_contacts', { groupBy: 'source' }, { onprogress }));
  checks.expect('progress arrives', notifications > 0);
  const controller = new AbortController();
  const cancelled = call('count_contacts', { groupBy: 'tag' }, { signal: controller.signal });
  controller.abort();
  const outcome = await cancelled.then(
    () => 'answered',
    () => 'rejected',
  );
  checks.expect('a cancelled call is rejected', outcome === 'rejected');
  await checks.succeeds('ping after a cancellation', () => client.ping());
}
