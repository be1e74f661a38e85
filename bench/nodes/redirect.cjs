/** Preloaded: what a node says to the vendor that is built into it goes to ours (`BENCH_VENDOR`, a URL). */
const http = require('node:http');
const https = require('node:https');

const { protocol, hostname, port } = new URL(process.env.BENCH_VENDOR);
const request = https.request;
https.request = (options, listener) => {
  const { agent, protocol: _asked, ...others } = options;
  const there = { ...others, host: hostname, hostname, port };
  if (protocol === 'http:') return http.request(there, listener);
  return request.call(https, { ...there, ...(agent ? { agent } : {}) }, listener);
};
