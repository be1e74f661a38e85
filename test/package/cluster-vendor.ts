/** A sandbox in a thread of its own: what it measures does not wait for what else the tests do. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type SandboxOptions, startSandbox } from '../../dist/src/sandbox/index.js';

export interface Accepted {
  text: string;
  /** Milliseconds of the vendor's clock. */
  at: number;
}

export interface ClusterVendor {
  baseUrl: string;
  tokenUrl: string;
  credentials: Record<string, string>;
  /** What was accepted so far. */
  accepted: Accepted[];
  /** A phone writes. */
  receive(text: string): void;
  /** When a call was made, epoch milliseconds. */
  asked(operation: string): Promise<number[]>;
  close(): Promise<unknown>;
}

type Begun = Pick<ClusterVendor, 'baseUrl' | 'tokenUrl' | 'credentials'>;
type FromVendor = { begun: Begun } | { accepted: Accepted } | { asked: number[] };
type ToVendor = { receive: string } | { asked: string };

/** A number of the sandbox that phones can write to. */
const ADDRESS = '666';

export async function startVendor(options: SandboxOptions): Promise<ClusterVendor> {
  const worker = new Worker(new URL(import.meta.url), { workerData: options });
  const accepted: Accepted[] = [];
  let answer = (_times: number[]) => {};
  const begun = await new Promise<Begun>((resolve, reject) => {
    worker.once('error', reject);
    worker.on('message', (message: FromVendor) => {
      if ('begun' in message) resolve(message.begun);
      else if ('accepted' in message) accepted.push(message.accepted);
      else answer(message.asked);
    });
  });
  const tell = (message: ToVendor) => worker.postMessage(message);
  return {
    ...begun,
    accepted,
    receive: (text) => tell({ receive: text }),
    asked: (operation) =>
      new Promise((resolve) => {
        answer = resolve;
        tell({ asked: operation });
      }),
    close: () => worker.terminate(),
  };
}

if (!isMainThread && parentPort) {
  const port = parentPort;
  const tell = (message: FromVendor) => port.postMessage(message);
  const sandbox = await startSandbox('enco', workerData as SandboxOptions);
  sandbox.on('message', ({ text }) => tell({ accepted: { text, at: performance.now() } }));
  port.on('message', (message: ToVendor) => {
    if ('receive' in message) sandbox.receive({ from: '+32470112000', to: ADDRESS, text: message.receive });
    else tell({ asked: sandbox.requests(message.asked).log.map(({ at }) => Date.parse(at)) });
  });
  const { baseUrl, tokenUrl = '', credentials } = sandbox;
  tell({ begun: { baseUrl, tokenUrl, credentials } });
}
