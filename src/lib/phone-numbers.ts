/** Imported with the first phone number in another format than E.164. Named exports keep the rest out of the bundle. */
export { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
