import { stripVTControlCharacters } from 'node:util';
import { clip, summarize } from '../src/cli/demo-output.ts';
import { findMaria, type Stage, undoMistake } from '../src/cli/demo-scenes.ts';
import { connect } from '../test/connect.ts';
import { recordingJournal } from '../test/recording-journal.ts';

/** The kind of a line is its class in the style sheet. */
interface Line {
  readonly kind: 'heading' | 'person' | 'call' | 'result';
  readonly text: string;
}

const LINE_HEIGHT = 20;
const MARGIN = 18;
/** Pixels of a character of the widest usual monospace font at 13 pixels. */
const CHARACTER = 7.9;
const CHARACTERS = 118;

const STYLE = `
  text { font: 13px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d4d4d4; white-space: pre; }
  .heading { fill: #8b949e; }
  .person { fill: #79c0ff; font-weight: bold; }
  .call { fill: #7ee787; }`;

const escapeXml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Performs two scenes of the demo at a fixed time. Long lines are cut; notices, which are about ids, are left out. */
async function perform(): Promise<Line[]> {
  const lines: Line[] = [];
  const add = (kind: Line['kind'], text: string) => lines.push({ kind, text: clip(text, CHARACTERS) });
  const { journal } = recordingJournal(true);
  const { call } = await connect({ api: { journal } });
  const stage: Stage = {
    heading: (title) => add('heading', `— ${title}`),
    person: (message) => add('person', `You: ${message}`),
    async call(tool, args) {
      add('call', `→ ${tool} ${JSON.stringify(args)}`);
      const data = await call(tool, args);
      const { notice: _, ...shown } = data;
      for (const text of summarize(shown)) add('result', `← ${stripVTControlCharacters(text)}`);
      return data;
    },
  };
  await findMaria(stage);
  await undoMistake(stage);
  return lines;
}

/** The beginning of `npm run demo` as an SVG picture. */
export async function demoPicture(): Promise<string> {
  const lines = await perform();
  let bottom = MARGIN;
  const texts = lines.map(({ kind, text }, i) => {
    bottom += LINE_HEIGHT * (kind === 'person' || (kind === 'heading' && i > 0) ? 1.5 : 1);
    const indent = kind === 'call' || kind === 'result' ? 2 * MARGIN : MARGIN;
    return `  <text class="${kind}" x="${indent}" y="${bottom}">${escapeXml(text)}</text>`;
  });
  const [width, height] = [Math.ceil(CHARACTERS * CHARACTER) + 3 * MARGIN, bottom + MARGIN];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">`,
    '  <title id="title">Two scenes of the demo: a contact at a glance, and a wrong change taken back</title>',
    `  <style>${STYLE}\n  </style>`,
    `  <rect width="${width}" height="${height}" rx="8" fill="#161b22"/>`,
    ...texts,
    '</svg>',
    '',
  ].join('\n');
}
