/** In the Node-RED that is measured: what hands the messages out, and the least that a node could do with them. */
const { readFileSync, writeFileSync } = require('node:fs');

/** The text of an alarm, one part. */
const TEXT = 'The pump in hall 3 has stopped: pressure 2.1 bar, 71 degrees. Message ';

/** Recipients, whose turn comes one after the other. */
const PEOPLE = 1000;

module.exports = (RED) => {
  RED.nodes.registerType('bench-driver', Driver);
  RED.nodes.registerType('bench-undici', Undici);
  RED.nodes.registerType('bench-axios', Axios);
  RED.nodes.registerType('bench-start', Start);

  /** Says what it took until the flows ran. */
  function Start(config) {
    RED.nodes.createNode(this, config);
    RED.events.once('flows:started', () => {
      const time = performance.now();
      const { user, system } = process.cpuUsage();
      globalThis.gc?.();
      const { rss, heapUsed, external } = process.memoryUsage();
      const figures = { time, cpu: (user + system) / 1000, memory: rss / 1e6, held: (heapUsed + external) / 1e6 };
      console.log(`BENCH ${JSON.stringify(figures)}`);
    });
  }

  /** POST /bench {count, together}: so many messages, so many of them under way at a time; answers what it took. */
  function Driver(config) {
    RED.nodes.createNode(this, config);
    let left = 0;
    let done = () => {};
    let open = 0;
    let sent = 0;

    const give = () => {
      sent += 1;
      const payload = TEXT + sent;
      const to = `+324${70_000_000 + (sent % PEOPLE)}`;
      // Peers: the topic is the number for Twilio, the rest is what the http request node sends.
      const extra = config.request
        ? { ...config.request, payload: { message: payload, destinations: [to] } }
        : { payload, to, topic: to };
      left -= 1;
      this.send(extra);
    };
    this.on('input', (_msg, _send, next) => {
      next();
      open -= 1;
      if (left > 0) give();
      else if (open === 0) done();
    });

    const run = async ({ count, together, silent }) => {
      globalThis.gc?.();
      resetPeak();
      const before = memory();
      const cpu = process.cpuUsage();
      const start = performance.now();
      left = count;
      open = count;
      const over = new Promise((resolve) => {
        done = resolve;
      });
      for (let i = 0; i < Math.min(together, count); i += 1) give();
      // Some nodes have no output: the vendor counts for them.
      if (silent) return { before };
      await over;
      const time = performance.now() - start;
      const { user, system } = process.cpuUsage(cpu);
      return { time, cpu: (user + system) / 1000, before, peak: memory('VmHWM') };
    };
    RED.httpNode.post('/bench', (request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => run(JSON.parse(body)).then((figures) => response.json(figures)));
    });
    RED.httpNode.get('/peak', (_request, response) => response.json({ peak: memory('VmHWM') }));
  }

  /** undici, and nothing else. */
  function Undici(config) {
    RED.nodes.createNode(this, config);
    const { url, headers } = config;
    const { Agent } = require('undici');
    const agent = new Agent({ connections: 50, pipelining: 1 });
    const { origin, pathname } = new URL(url);
    this.on('input', (msg, send, done) => {
      const body = JSON.stringify({ message: msg.payload, destinations: [msg.to] });
      const chunks = [];
      agent.dispatch(
        { origin, path: pathname, method: 'POST', headers, body },
        {
          onRequestStart() {},
          onResponseStart() {},
          onResponseData: (_controller, chunk) => chunks.push(chunk),
          onResponseEnd() {
            msg.payload = JSON.parse(Buffer.concat(chunks));
            send(msg);
            done();
          },
          onResponseError: (_controller, error) => done(error),
        },
      );
    });
  }

  /** axios as it comes, as a function node would use it. */
  function Axios(config) {
    RED.nodes.createNode(this, config);
    const { url, headers } = config;
    const { default: axios } = require('axios');
    this.on('input', async (msg, send, done) => {
      try {
        const { data } = await axios.post(url, { message: msg.payload, destinations: [msg.to] }, { headers });
        msg.payload = data;
        send(msg);
        done();
      } catch (error) {
        done(error);
      }
    });
  }
};

/** From here on the peak counts anew; Linux only. */
function resetPeak() {
  writeFileSync('/proc/self/clear_refs', '5');
}

/** Resident, in MiB. */
function memory(line = 'VmRSS') {
  const [, kilobytes] = new RegExp(`${line}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}
