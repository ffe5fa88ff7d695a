import { Measured, sandboxProcess } from './calls.ts';
import { buildFloor } from './floor.ts';
import { median } from './start.ts';

const api = await sandboxProcess();
const f = await buildFloor();
const [floor, ours] = [new Measured([f], api.env), new Measured(['dist/index.js'], api.env)];
for (const s of [floor, ours]) {
  await s.hello();
  await s.together(api.ids.slice(0, 2000), 32);
}
for (let r = 0; r < 6; r++) {
  const a = median(await floor.oneByOne(api.ids.slice(0, 500))),
    b = median(await ours.oneByOne(api.ids.slice(0, 500)));
  const c = await floor.together(api.ids, 32),
    d = await ours.together(api.ids, 32);
  console.log(a.toFixed(3), b.toFixed(3), (b / a).toFixed(2), '|', Math.round(c), Math.round(d), (d / c).toFixed(2));
}
floor.end();
ours.end();
api.end();
