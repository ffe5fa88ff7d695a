import { describe, expect, test } from 'vitest';
import { ID } from '../../../src/api/endpoint.ts';
import { foldText } from '../../../src/lib/fold.ts';
import { fieldsNamed } from '../../../src/tools/names/custom-field-input.ts';
import { fieldLabels, showCustomFields } from '../../../src/tools/names/custom-field-values.ts';
import { readContactReference } from '../../../src/tools/names/find-contact.ts';
import { rowsNamed } from '../../../src/tools/names/match-name.ts';
import { randomOf } from '../../random.ts';

const SEEDS = Array.from({ length: 300 }, (_, seed) => seed);

describe('random names of custom fields', () => {
  // Few characters, so that names, ids, keys and labels collide often.
  const PIECES = [
    'a',
    'A',
    'á',
    ' ',
    '\u200b',
    '/',
    ' / ',
    '[',
    ']',
    ' [id1]',
    'id1',
    'id2',
    'x'.repeat(99),
    '🚲',
    '\n',
  ];
  const fieldsOf = (seed: number) => {
    const random = randomOf(seed);
    const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
    const text = () =>
      Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(PIECES))
        .join('')
        .trim() || 'a';
    return Array.from({ length: 6 }, (_, at) => ({
      id: `id${at}`,
      name: text(),
      fieldKey: `contact.${text()}`,
      ...(random() < 0.3
        ? {
            dataType: 'TEXTBOX_LIST',
            textBoxListOptions: [
              { id: 'a', label: text() },
              { id: 'b', label: text() },
            ],
          }
        : { dataType: 'TEXT' }),
    }));
  };

  test('no value is lost in an answer', () => {
    for (const seed of SEEDS) {
      const fields = fieldsOf(seed);
      const values = fields.map(({ id, dataType }) => ({
        id,
        value: dataType === 'TEXT' ? id : { a: `${id}a`, b: `${id}b` },
      }));
      const shown = Object.values(showCustomFields(values, fields));
      const given = values.flatMap(({ value }) => (typeof value === 'string' ? [value] : Object.values(value)));
      expect(shown.sort(), `seed ${seed}`).toEqual(given.sort());
    }
  });

  test('the key of an answer is that field in arguments', () => {
    for (const seed of SEEDS) {
      const fields = fieldsOf(seed);
      for (const [id, label] of fieldLabels(fields)) {
        const [found, another] = fieldsNamed(label, fields);
        expect(another).toBeUndefined();
        expect(found?.field.id, `seed ${seed}: ${JSON.stringify(label)}`).toBe(id);
      }
    }
  });
});

test('no text becomes an id that is not one, or a name with characters that names lack', () => {
  const PIECES = [
    'a',
    'B',
    '7',
    '5550101',
    '-',
    '_',
    '.',
    '..',
    '/',
    '?',
    '#',
    '%2f',
    '@',
    ' ',
    '\r\n',
    '\u2028',
    '\u0000',
    "'",
    '+',
    '(',
    'é',
    '\u202e',
    'x'.repeat(70),
  ];
  for (const seed of SEEDS) {
    const random = randomOf(seed);
    for (let round = 0; round < 50; round += 1) {
      const length = 1 + Math.floor(random() * 6);
      const text = Array.from({ length }, () => PIECES[Math.floor(random() * PIECES.length)]).join('');
      const found = readContactReference(text);
      if (found?.by === 'id') expect(found.id).toMatch(ID);
      else if (found) expect(found.text).not.toMatch(/[\r\n\u2028\u0000\u202e]|@.*[/?#%@]/);
      if (found?.by === 'name') expect(found.text).not.toMatch(/[\d@/_+()]/);
    }
  }
});

test.each([
  ['José  ÁLVAREZ ', 'jose alvarez'],
  ['Strasse', 'strasse'],
  ['Ａｎｎ', 'ann'],
  ['İpek', 'ipek'],
  ['ﬁrst', 'first'],
  ['A\u200bnn', 'ann'],
])('%j is %j', (name, folded) => expect(foldText(name)).toBe(folded));

test('what has no visible character is no name', () => {
  const rows = [{ id: 'a', name: '\u200b' }];
  for (const name of ['', ' ', '\u200b', '\u202e\u0301']) expect(rowsNamed(name, rows)).toEqual([]);
});
