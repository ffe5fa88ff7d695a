import metadata from 'libphonenumber-js/min/metadata';

/** Index of the formats of a country, in version 4 of the data (`es6/metadata.js` of libphonenumber-js). */
const FORMATS = 4;

const withoutFormats = <T extends Record<string, readonly unknown[]>>(plans: T) =>
  Object.fromEntries(
    Object.entries(plans).map(([name, plan]) => [name, plan.map((part, index) => (index === FORMATS ? 0 : part))]),
  );

/** The data of libphonenumber without the patterns for printing numbers, more than half of it: E.164 needs none. */
export function parsingMetadata() {
  if (metadata.version !== 4)
    throw new Error(`libphonenumber-js has data of version ${metadata.version}: compare FORMATS with it.`);
  const { countries, nonGeographic } = metadata;
  return { ...metadata, countries: withoutFormats(countries), nonGeographic: withoutFormats(nonGeographic) };
}
