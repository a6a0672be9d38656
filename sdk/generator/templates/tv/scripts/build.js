// Writes dist/: the minified library. Fails if a file is not ES5, or if the library is too large.
'use strict';

const fs = require('fs');
const path = require('path');
const zlib = require('zlib');
const acorn = require('acorn');
const { minify } = require('terser');
const { forbidden } = require('./es5.js');

const LIMIT_BYTES = 6 * 1024; // gzip -9
const ROOT = path.join(__dirname, '..');
const { main } = require('../package.json');

// What the user does not call by name: `_names` are shortened, `names` are not.
const OPTIONS = {
  ecma: 5,
  compress: { passes: 3, unsafe_arrows: false, pure_getters: true, keep_fargs: false },
  mangle: { properties: { regex: /^_/ } },
  format: { comments: /^!/, wrap_func_args: false }
};

async function build(file) {
  const source = fs.readFileSync(path.join(ROOT, file), 'utf8');
  const { code } = await minify({ [file]: source }, OPTIONS);
  for (const [what, text] of [[file, source], ['its minified form', code]]) {
    const faults = forbidden(acorn.parse(text, { ecmaVersion: 5, locations: true }));
    if (faults.length) {
      throw new Error(`${what} is not for old engines: ${faults.join(', ')}`);
    }
  }
  const target = path.join(ROOT, 'dist', path.basename(file).replace(/\.js$/, '.min.js'));
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, code + '\n');
  return zlib.gzipSync(code, { level: 9 }).length;
}

async function run() {
  const size = await build(main);
  await build('lib/testing.js');
  console.log(`${path.basename(main, '.js')}.min.js: ${size} bytes gzipped, at most ${LIMIT_BYTES}`);
  fs.writeFileSync(path.join(ROOT, 'dist', 'sizes.json'), JSON.stringify({ gzip: size, limit: LIMIT_BYTES }) + '\n');
  if (size > LIMIT_BYTES) {
    throw new Error('the library is too large');
  }
}

run().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
