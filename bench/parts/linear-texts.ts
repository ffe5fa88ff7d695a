import { isExpired, toApiError } from '../../src/api/error-messages.ts';
import { matchFields } from '../../src/api/write/compare.ts';
import { foldText, passageAround } from '../../src/lib/fold.ts';
import { normalizeText, readableText, sameText } from '../../src/lib/markup.ts';
import { redact, redactStrictly } from '../../src/lib/redact.ts';
import { quoteForMessage, stripHiddenCharacters, withinBytes } from '../../src/lib/text.ts';
import { overviewMarkdown, timelineMarkdown } from '../../src/resources/markdown.ts';
import { sameValue } from '../../src/tools/composite/custom-field-values.ts';

/** Small enough that ten times as much still fits the caches of the processor, whose misses would be measured too. */
const CHARACTERS = 3_000;
const PERSON = 'aaaaaaaaaaaaaaaaaaaa';

/** Input that slows down regular expressions: beginnings of matches without an end. */
const HOSTILE = [
  '<', '<a ', '</a', '<br', '</p ', '&', '&amp', ' ', '\n', 'a', '1', '.1', '-', 'eyJ', 'eyJ-', 'eyJa.', 'Bearer ', 'pit-',
  'pit-0', 'access_token:', '01234567-', 'tok_', '\u200d', '\ufe0f', '👍\u200d', '\u180b', 'ن\u200c', '\ud800', ', ', '@',
  'contact with id ', 'x with id y ', 'property x ', '"', '\\', '\u0000', '`', '[](',
]; // biome-ignore format: a list

const onTexts: readonly [what: string, run: (given: string) => unknown, size?: number][] = [
  ['stripHiddenCharacters', stripHiddenCharacters],
  ['redact', redact],
  ['redactStrictly', redactStrictly],
  ['quoteForMessage', quoteForMessage],
  ['normalizeText', normalizeText],
  ['readableText', readableText],
  ['foldText', foldText],
  ['passageAround', (given) => passageAround(`${given}.`, 'e', 100)],
  ['sameText', (given) => sameText(given, `${given}!`)],
  ['withinBytes', (given) => withinBytes(given, 1_000)],
  [
    'matchFields',
    (given) => matchFields({ body: given, phone: given, name: given }, { body: `${given}.`, phone: '1' }),
  ],
  ['sameValue', (given) => sameValue(given, `${given}.`)],
  [
    'toApiError for a 400',
    (message) =>
      toApiError({
        status: 400,
        body: { message },
        route: '',
        scope: 'contacts.readonly',
        locationId: '',
        creates: false,
        args: {},
      }),
  ],
  [
    'toApiError for a 422',
    (message) =>
      toApiError({
        status: 422,
        body: { message: [message] },
        route: '',
        creates: false,
        scope: 'contacts.readonly',
        locationId: '',
        args: {},
      }),
  ],
  ['isExpired', (message) => isExpired({ status: 401, body: { message } })],
  ['timelineMarkdown', (body) => timelineMarkdown({ timeline: [{ at: '', kind: 'note', body }], total: 1 }, PERSON)],
  [
    'overviewMarkdown',
    (name) => overviewMarkdown({ contact: { id: PERSON, firstName: name, source: name }, counts: {} }),
    // The output is several times as long.
    1_000,
  ],
];
/** The slowest of all hostile texts counts for a function. */
export const TEXTS = onTexts.flatMap(([what, run, size = CHARACTERS]) =>
  HOSTILE.map((part) => ({
    what: `${what}: ${JSON.stringify(part)} repeated`,
    group: what,
    size,
    prepare(characters: number) {
      const given = part.repeat(Math.ceil(characters / part.length)).slice(0, characters);
      return () => run(given);
    },
  })),
);
