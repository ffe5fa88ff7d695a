// No MCP: reads a line with a call, sends the request with undici, reads the body, answers with the id of the line.
import { createInterface } from 'node:readline';
import { Pool } from 'undici';

const { GHL_BASE_URL = '', GHL_API_KEY } = process.env;
const headers = { authorization: `Bearer ${GHL_API_KEY}`, version: '2021-07-28' };
const pool = new Pool(GHL_BASE_URL);
createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === 'tools/call') {
    const { body } = await pool.request({ method: 'GET', path: `/contacts/${params.arguments.contactId}`, headers });
    await body.text();
  }
  process.stdout.write(`{"id":${id}}\n`);
});
