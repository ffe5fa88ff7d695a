import { openTokenStore } from '../../api/auth/token-store.ts';
import { environment, readConfig } from '../config.ts';
import { runLogin } from '../login.ts';
import { parseLocationId } from '../parse-settings.ts';
import { type Setting, settingReader } from '../settings.ts';
import { ask, displayValue, printLine, usageError } from '../terminal.ts';

/** Settings of this shell on which the stored token depends: a host does not know them unless its entry has them. */
const SIGN_IN_SETTINGS: readonly Setting[] = ['GHL_TOKEN_STORE', 'GHL_BASE_URL'];

/** Every setting that setup decides in an entry. */
export const DECIDED: readonly Setting[] = [
  ...SIGN_IN_SETTINGS,
  ...(['GHL_API_KEY', 'GHL_LOCATION_ID', 'GHL_SCOPES', 'GHL_TOOLS'] as const),
];

/**
 * Selects a location with a stored private token, or signs in to another one. A sign-in by OAuth is not offered: its
 * entry needs the secret of the app too.
 *
 * @returns the settings that select it
 */
export async function chooseAccount(): Promise<Record<string, string>> {
  const read = settingReader(environment);
  const { accounts } = await openTokenStore(readConfig(environment, false).auth.store).accounts.read();
  const known = accounts.filter(({ kind }) => kind === 'private');
  known.forEach(({ locationId, name }, i) => {
    printLine(`  ${i + 1}  ${displayValue(name)} (${locationId}), signed in`);
  });
  const question = known.length > 0 ? 'Which location? Its number, or the id of another one: ' : HOW_TO_FIND;
  const answer = await ask(question);
  const chosen = known[Number(answer) - 1]?.locationId;
  const locationId = chosen ?? parseLocationId('The location', answer || undefined);
  if (locationId === undefined) return usageError('A location is needed. Nothing was changed; run setup again.');
  if (!known.some((each) => each.locationId === locationId)) {
    printLine('Create a token for it in HighLevel: Settings > Private Integrations, with the scope View Contacts, and');
    printLine('Edit Contacts if the assistant may write.');
    await runLogin({ apiKey: true, location: locationId });
  }
  const needed = SIGN_IN_SETTINGS.flatMap((name) => {
    const value = read(name);
    return value === undefined ? [] : [[name, value]];
  });
  return { GHL_LOCATION_ID: locationId, ...Object.fromEntries(needed) };
}

const HOW_TO_FIND = 'Id of the location (in the address bar of HighLevel, after /location/): ';

/** What the owner allows, as settings. */
const PERMISSIONS = {
  read: { GHL_SCOPES: 'contacts.readonly' },
  write: { GHL_SCOPES: 'contacts.readonly contacts.write', GHL_TOOLS: '-delete,-automation' },
  all: { GHL_SCOPES: 'contacts.readonly contacts.write' },
} as const satisfies Readonly<Record<string, Partial<Record<Setting, string>>>>;

const isPermission = (answer: string): answer is keyof typeof PERMISSIONS => Object.hasOwn(PERMISSIONS, answer);

/** Asks what the assistant may do. @returns the settings that allow no more than that */
export async function choosePermissions(): Promise<Record<string, string>> {
  printLine('What may the assistant do?');
  printLine('  read   read contacts, tasks, notes and appointments');
  printLine('  write  also create and change them; not delete, and not enrol in campaigns or workflows');
  printLine('  all    also delete them, and enrol in campaigns and workflows');
  const answer = (await ask('read, write or all (read): ')).toLowerCase() || 'read';
  if (isPermission(answer)) return PERMISSIONS[answer];
  return usageError('Answer read, write or all. No configuration was changed; run setup again.');
}
