// Runs a life cycle: each operation of an object, in the order written, and prints how it went.
'use strict';

const assert = require('assert');

class Absent extends Error {}

const expect = (found, wanted) => assert.deepStrictEqual(found, wanted);

const line = error => String(error.message || error).replace(/\s+/g, ' ').slice(0, 300);

async function outcome(operation) {
  try {
    await operation();
    return 'ok';
  } catch (error) {
    return `${error instanceof Absent ? 'absent' : 'failed'} (${line(error)})`;
  }
}

async function run(life) {
  let failed = 0;
  for (const name of Object.keys(life)) {
    const result = await outcome(life[name]);
    failed += result.startsWith('failed');
    console.log(`${name}: ${result}`);
  }
  console.log('end');
  process.exit(failed ? 1 : 0);
}

module.exports = { Absent, expect, run };
