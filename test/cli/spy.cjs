// Loaded before the program: writes down which files it opens, which native code it loads and whom it connects to.
const fs = require('node:fs');
const net = require('node:net');
const { syncBuiltinESMExports } = require('node:module');

const log = fs.openSync(process.env.SPY_LOG, 'a');
const { writeSync } = fs;
const note = (what, of) => writeSync(log, `${what} ${String(of?.path ?? of?.host ?? of)}\n`);

function watch(where, names, what) {
  for (const name of names) {
    const real = where[name];
    where[name] = function (...args) {
      note(what, args[0]);
      return real.apply(this, args);
    };
  }
}

watch(fs, ['open', 'openSync', 'readFile', 'readFileSync', 'createReadStream'], 'open');
watch(fs, ['writeFile', 'writeFileSync', 'mkdir', 'mkdirSync', 'rename', 'renameSync'], 'open');
watch(fs.promises, ['open', 'readFile', 'writeFile', 'mkdir', 'rename'], 'open');
const { dlopen } = process;
process.dlopen = function (...args) {
  note('native', args[1]);
  return dlopen.apply(this, args);
};
const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...args) {
  note('connect', JSON.stringify(args[0]?.[0] ?? args[0]));
  return connect.apply(this, args);
};
syncBuiltinESMExports();
