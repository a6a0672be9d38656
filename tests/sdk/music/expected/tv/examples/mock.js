// A test of your own code without a server: node examples/mock.js
var Music = require('../lib/music.js');
var testing = require('../lib/testing.js');

var mock = new testing.MockTransport();
mock.on('nextTracks', { picks: [{}, {}] }, { code: 'UNAVAILABLE', message: 'down' });

var client = new Music.Client({ endpoint: 'http://mock', transport: mock.transport, cache: false });
client.radios.nextTracks({}, function (error, reply) {
  console.log(error, reply.picks.length);
  client.radios.nextTracks({}, { retry: false }, function (error) {
    console.log(error.code, mock.calls.length);
    if (reply.picks.length !== 2 || error.code !== 'UNAVAILABLE') {
      throw new Error('not what the mock was told to answer');
    }
  });
});
