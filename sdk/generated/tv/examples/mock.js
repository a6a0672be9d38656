// A test of your own code without a server: node examples/mock.js
var Shortlist = require('../lib/shortlist.js');
var testing = require('../lib/testing.js');

var mock = new testing.MockTransport();
mock.on('recommend', { recommendations: [{}, {}] }, { code: 'UNAVAILABLE', message: 'down' });

var client = new Shortlist.Client({ endpoint: 'http://mock', transport: mock.transport, cache: false });
client.recommendations.recommend({}, function (error, reply) {
  console.log(error, reply.recommendations.length);
  client.recommendations.recommend({}, { retry: false }, function (error) {
    console.log(error.code, mock.calls.length);
    if (reply.recommendations.length !== 2 || error.code !== 'UNAVAILABLE') {
      throw new Error('not what the mock was told to answer');
    }
  });
});
