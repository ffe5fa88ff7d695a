/** Replaces modules that the bundle leaves out; see `scripts/bundle-parts.ts`. It is never called. */
module.exports = () => {
  throw new Error('this part of a library is not in the bundle');
};
