// Runs the suites that need no page in Node: node node.js LIBRARY TESTING_LIBRARY; prints results as JSON.
'use strict';

const path = require('path');

global.root = global;
global.Shortlist = require(path.resolve(process.argv[2]));
global.ShortlistTesting = require(path.resolve(process.argv[3]));
require('./harness.js');
require('./calls.js');
require('./client.js');
require('./queue.js');

global.runTests(5000, (results) => {
  console.log(JSON.stringify(results));
});
