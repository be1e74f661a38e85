/** Whatever is pushed is read into events or refused in a sentence: 100,000 generated bodies, of all providers. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { providers } from '../../dist/src/providers/index.js';
import type { Provider, WebhookRequest } from '../../dist/src/providers/provider.js';
import { SmsError } from '../../dist/src/sms/errors.js';
import { anyBody, enlarged, PUSHES, signature } from './pushes.ts';

const STATUSES = ['scheduled', 'queued', 'sent', 'delivered', 'failed', 'expired', 'unknown', 'received'];
const BODIES = 100_000;
/** Milliseconds of the processor that a body of a megabyte may take; how long it waits for one says nothing about it. */
const LONGEST = 500;

const pushing = providers.filter(({ webhook }) => webhook !== undefined);
const query = fc.option(fc.dictionary(fc.constantFrom('sms_id', 'status', 'from', '__proto__', 'key'), fc.string()), {
  nil: {},
  freq: 3,
});

describe('a pushed body', function () {
  this.timeout(60_000);

  for (const provider of pushing) {
    it(`is read or refused, whatever it is: ${provider.id}`, () => {
      let read = 0;
      fc.assert(
        fc.property(anyBody, query, (body, asked) => {
          if (reads(provider, request(body, asked))) read += 1;
        }),
        { numRuns: BODIES / pushing.length },
      );
      assert.ok(read > 100, `${read} were read`);
      assert.equal(({} as Record<string, unknown>).polluted, undefined);
    });

    it(`of a megabyte is read or refused in no time: ${provider.id}`, () => {
      for (const push of PUSHES.filter((one) => one.provider === provider.id)) {
        for (const body of enlarged(push)) {
          const before = process.cpuUsage();
          reads(provider, request(Buffer.from(body), {}));
          const { user, system } = process.cpuUsage(before);
          const took = (user + system) / 1000;
          assert.ok(took < LONGEST, `${took} ms for ${body.slice(0, 150)}…`);
        }
      }
    });
  }

  it('that is signed is told from one that is not, whatever stands for the signature', () => {
    const signing = providers.filter(({ webhook }) => webhook?.verify !== undefined);
    assert.ok(signing.length > 0);
    const secret = 'only the vendor knows';
    for (const { webhook } of signing) {
      const verify = (body: Buffer, given: string | undefined, algorithm: unknown = 'SHA256') => {
        const headers = given === undefined ? {} : { 'x-callr-hmacsignature': given };
        return webhook?.verify?.({ ...request(body, {}), headers } as WebhookRequest, secret, {
          hmacAlgorithm: algorithm,
        });
      };
      fc.assert(
        fc.property(anyBody, fc.oneof(fc.string(), fc.base64String({ maxLength: 100 })), (body, forged) => {
          assert.equal(verify(body, signature(body, secret)), true);
          assert.equal(verify(Buffer.concat([body, Buffer.from(' ')]), signature(body, secret)), false);
          assert.equal(verify(body, forged), false);
          assert.equal(verify(body, undefined), false);
          assert.equal(verify(body, signature(body, secret), 'none'), false);
          assert.equal(verify(body, signature(body, secret, 'sha1')), false, 'another algorithm than the account says');
        }),
        { numRuns: 1000 },
      );
    }
  });
});

function request(body: Buffer, asked: Record<string, string>): WebhookRequest {
  return { method: 'POST', headers: {}, query: asked, body };
}

/** True when it is a push; what comes of one has the right shapes. */
function reads({ webhook }: Provider, pushed: WebhookRequest): boolean {
  try {
    const { reports, inbound, other, eventId } = webhook?.read(pushed) ?? assert.fail();
    for (const { report } of reports) {
      assert.ok(STATUSES.includes(report.status), String(report.status));
      assert.equal(typeof report.final, 'boolean');
      assertTexts(report, 'id', 'to', 'description');
      assertTime(report.updatedAt);
    }
    for (const message of inbound) {
      assertTexts(message, 'id', 'from', 'text');
      assertTime(message.receivedAt);
    }
    assert.ok(eventId === undefined || typeof eventId === 'string');
    // What is stored.
    JSON.stringify([reports, inbound, other]);
    return reports.length + inbound.length > 0;
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    assert.ok(error instanceof SmsError, `${String(error)} for ${pushed.body.toString('utf8').slice(0, 200)}`);
    assert.equal(error.code, 'SMS_BAD_RESPONSE');
    return false;
  }
}

function assertTexts<T extends object>(shape: T, ...names: (keyof T)[]): void {
  for (const name of names) assert.equal(typeof shape[name], 'string', `${String(name)} of ${JSON.stringify(shape)}`);
}

function assertTime(time: string): void {
  assert.equal(new Date(time).toISOString(), time);
}
