import type { Setting } from '../../src/cli/settings.ts';

/** A setting that hosts with a form ask a person for. */
export interface UserSetting {
  readonly setting: Setting;
  readonly title: string;
  readonly description: string;
  readonly sensitive: boolean;
  readonly required: boolean;
  readonly default?: string;
  /** For formats that offer a choice. */
  readonly choices?: readonly string[];
}

/** Asked in this order. */
export const USER_SETTINGS: readonly UserSetting[] = [
  {
    setting: 'GHL_API_KEY',
    title: 'Private integration token',
    description: 'Create it in the sub-account under Settings > Private Integrations. It starts with pit-.',
    sensitive: true,
    required: true,
  },
  {
    setting: 'GHL_LOCATION_ID',
    title: 'Location id',
    description: 'The id of the sub-account: it follows /location/ in the address bar of HighLevel.',
    sensitive: false,
    required: true,
  },
  {
    setting: 'GHL_SCOPES',
    title: 'Scopes',
    description: 'contacts.readonly to read; contacts.readonly contacts.write to write as well.',
    sensitive: false,
    required: false,
    default: 'contacts.readonly',
    choices: ['contacts.readonly', 'contacts.readonly contacts.write'],
  },
];

/** The name of a setting in a form, such as `api_key`. */
export const formKey = ({ setting }: UserSetting): string => setting.replace('GHL_', '').toLowerCase();

/** The `env` of an entry in which a host replaces each placeholder by what the person entered. */
export const placeholders = (placeholder: (setting: UserSetting) => string): Readonly<Record<string, string>> =>
  Object.fromEntries(USER_SETTINGS.map((each) => [each.setting, placeholder(each)]));

/** An object with one value for each setting, by its key in a form. */
export const byFormKey = <T>(value: (setting: UserSetting) => T): Readonly<Record<string, T>> =>
  Object.fromEntries(USER_SETTINGS.map((each) => [formKey(each), value(each)]));
