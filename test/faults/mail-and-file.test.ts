/** Each fault of the tables for mails and files, at each point where it may come. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { digitaleo } from '../../dist/src/providers/digitaleo/index.js';
import { Session } from '../../dist/src/providers/session.js';
import { type Sandbox, startSandbox } from '../../dist/src/sandbox/index.js';
import { until } from '../providers/support.ts';
import { BY_FILE, BY_MAIL, MUTE, RESETS, type TalkFault } from './by-mail-and-file.ts';
import { authority } from './certificates.ts';
import type { Step } from './gate.ts';
import { openTalkingPlace, type Spot } from './places.ts';
import { openDoor, type Point } from './talk.ts';
import { ACCEPTED, classOf, UNKNOWN } from './verdicts.ts';
import { message, verdictOf } from './wires.ts';

/** Milliseconds a call may take where that is not to matter, and where it is to end amid the talk or before it. */
const LONG = 8000;
const SHORT = 700;
const SHORTEST = 200;

type Transport = 'smtp' | 'ftp';

describe('by mail and by file', () => {
  let patient: Sandbox;
  /** A vendor that reads a file under whatever name. */
  let hasty: Sandbox;
  let [resets, mute]: Server[] = [];
  const open = new Set<Socket>();
  const trusted = getCACertificates('default');

  before(async () => {
    setDefaultCACertificates([...trusted, authority]);
    patient = await startSandbox('digitaleo', { pace: 0.01 });
    hasty = await startSandbox('digitaleo', { pace: 0.01, assumptions: { ftpTemporarySuffix: '' } });
    resets = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    mute = createServer((socket) => open.add(socket.resume().on('error', () => {})));
    for (const server of [resets, mute]) await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  after(async () => {
    setDefaultCACertificates(trusted);
    resets?.close();
    mute?.close();
    for (const socket of open) socket.destroy();
    await Promise.all([patient.close(), hasty.close()]);
  });

  for (const [transport, chapters] of [
    ['smtp', BY_MAIL],
    ['ftp', BY_FILE],
  ] as const) {
    for (const { title, faults } of chapters) {
      describe(`${transport}, ${title.toLowerCase()}`, () => {
        for (const fault of faults) {
          it(`${fault.what}${typeof fault.at === 'string' ? '' : ` (${fault.at.join(', ')})`}: ${classOf(fault.is)}`, async () => {
            const works = casesOf(transport, fault).map((one) => tried(transport, fault, one));
            // None goes on when another fails.
            await Promise.allSettled(works);
            await Promise.all(works);
          });
        }
      });
    }
  }

  interface Case {
    point: Point | null;
    vendor: Sandbox;
    seen: boolean;
  }

  /** Where the class is unknown, it is the same whatever the vendor has. */
  function casesOf(transport: Transport, { at, is }: TalkFault): Case[] {
    if (typeof at === 'string') return [{ point: null, vendor: patient, seen: false }];
    return at.flatMap((point) => {
      // What a file's connection brought cannot be kept from the server.
      const isLate = /^(stored|STOR|EPSV)/.test(point);
      const seen = is === ACCEPTED || isLate;
      if (is !== UNKNOWN) return [{ point, vendor: patient, seen }];
      const vendors = transport === 'ftp' && point !== 'RNTO' ? [patient, hasty] : [patient];
      return vendors.flatMap((vendor) =>
        (isLate ? [true] : [true, false]).map((both) => ({ point, vendor, seen: both })),
      );
    });
  }

  async function tried(transport: Transport, fault: TalkFault, { point, vendor, seen }: Case): Promise<void> {
    const door = await openedDoor(transport, fault, { point, vendor, seen });
    const { host, port } = door;
    const settings =
      transport === 'smtp'
        ? { transport, smtpHost: host, smtpPort: port, smtpSecure: door.secure, mailFrom: 'plant@example.org' }
        : { transport, ftpHost: host, ftpPort: port, ftpSecure: door.secure };
    const provider = digitaleo.withSettings?.(settings) ?? digitaleo;
    const line = new Session(provider, {
      credentials: vendor.credentials,
      settings,
      timeout: timeoutOf(fault),
    });
    const text = `${transport} ${++made}`;
    try {
      const verdict = await verdictOf(provider.verbs.send(line, message(text)));
      assert.equal(verdict, fault.is, `${point ?? ''}, the vendor ${seen ? 'has heard' : 'has not heard'} it`);
      const count = vendor.messages().filter((sms) => sms.text === text).length;
      assert.ok(count <= 1);
      if (fault.is === ACCEPTED) assert.equal(count, 1, 'what was accepted is there');
      if (classOf(fault.is) === 'not sent') assert.equal(count, 0, 'what was not sent is not there');
    } finally {
      await line.close();
      await door.close();
    }
  }

  async function openedDoor(
    transport: Transport,
    fault: TalkFault,
    { point, vendor, seen }: Case,
  ): Promise<Omit<Spot, 'heard'>> {
    const { at, how } = fault;
    if (typeof at === 'string') {
      const spot = await openTalkingPlace(at, transport);
      const close = async () => {
        await spot.close();
        assert.doesNotMatch(spot.heard(), /AUTH PLAIN|AUTH LOGIN|USER|PASS|MAIL|RCPT/, 'nobody is told a secret');
      };
      return { ...spot, close };
    }
    assert.ok(point && how);
    const finish = (step: Step) =>
      typeof step === 'string'
        ? step.replace(`|||${RESETS}|`, `|||${portOf(resets)}|`).replace(`|||${MUTE}|`, `|||${portOf(mute)}|`)
        : step;
    const door = await openDoor(vendor[transport]?.port ?? 0, { at: point, how, seen }, finish);
    const close = async () => {
      try {
        await until(() => door.sockets.size === 0, 'no socket is left');
      } finally {
        await door.close();
      }
    };
    return { host: '127.0.0.1', port: door.port, secure: false, close };
  }
});

function timeoutOf({ slow, is }: TalkFault): number {
  if (!slow) return LONG;
  return is === UNKNOWN ? SHORT : SHORTEST;
}

/** No two texts are the same. */
let made = 0;

function portOf(server: Server | undefined): number {
  const address = server?.address();
  return typeof address === 'object' && address ? address.port : 0;
}
