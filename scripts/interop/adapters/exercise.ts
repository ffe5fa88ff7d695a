import { Checks, messageOf } from '../checks.ts';

/** The tools of the server as a framework for agents offers them to a model. */
export interface Adapter {
  readonly names: readonly string[];
  /** Calls a tool as an agent of the framework does. Returns what the model receives. */
  readonly call: (name: string, args: Readonly<Record<string, unknown>>) => Promise<unknown>;
}

/**
 * Calls that frameworks are known to break: answers with rows, arguments of several types, writes, errors.
 * @throws Error that lists what failed
 */
export async function exercise({ names, call }: Adapter): Promise<string> {
  const checks = new Checks();
  checks.expect('more than 40 tools', names.length > 40, names.length);
  /** Calls a tool. The model must receive the text. Returns what it receives. */
  const receives = async (text: string, name: string, args: Readonly<Record<string, unknown>>): Promise<string> => {
    const received = asText(await checks.succeeds(name, () => call(name, args)));
    checks.expect(`${name} ${JSON.stringify(args)} answers ${text}`, received.includes(text), received);
    return received;
  };
  const found = await receives('Lopez', 'search_contacts', { query: 'maria', pageLimit: 1 });
  const contactId = /\W(?:id|contactId)\W+(\w{20})/.exec(found)?.[1] ?? '';
  await receives('Lopez', 'get_contact_overview', { contactId });
  await receives('Called.', 'create_contact_note', { contactId, body: 'Called.' });
  // The value of a filter, and that of a custom field, may be a text, a number or a list.
  const filter = { field: 'firstNameLowerCase', operator: 'eq', value: 'maria' };
  await receives('Lopez', 'search_contacts', { filters: [filter], pageLimit: 5 });
  const person = { firstName: 'Nora', email: 'nora.whelan@example.com' };
  const customFields = [{ field: 'bike_model', value: 'Gravel' }];
  await receives('Nora', 'create_contact', { ...person, customFields });
  const missing = await call('get_contact', { contactId: 'x'.repeat(20) }).then(asText, messageOf);
  checks.expect('the text of an error arrives', missing.includes('There is no contact'), missing);
  return checks.done();
}

const asText = (received: unknown): string =>
  typeof received === 'string' ? received : (JSON.stringify(received) ?? '').replaceAll('\\"', '"');
