/** What a document may have. */
export type YamlValue = string | readonly YamlValue[] | { readonly [key: string]: YamlValue };

/** Block style with texts in double quotes, which are those of JSON; Prettier leaves it as it is. */
export const toYaml = (document: Readonly<Record<string, YamlValue>>): string => `${lines(document).join('\n')}\n`;

function lines(value: YamlValue): string[] {
  if (typeof value === 'string') return [JSON.stringify(value)];
  if (isList(value)) return value.flatMap((item) => lines(item).map((line, i) => (i === 0 ? '- ' : '  ') + line));
  return Object.entries(value).flatMap(([key, inner]) => {
    const [first = '', ...rest] = lines(inner);
    return typeof inner === 'string'
      ? [`${key}: ${first}`]
      : [`${key}:`, ...[first, ...rest].map((line) => `  ${line}`)];
  });
}

const isList = (value: YamlValue): value is readonly YamlValue[] => Array.isArray(value);
