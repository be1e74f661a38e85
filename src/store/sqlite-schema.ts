/** The tables of the embedded store, and how a file of an earlier version becomes one of today. */
import type { DatabaseSync } from 'node:sqlite';
import { SmsError } from '../sms/errors';

/** Says in the file's header whose it is ("SMSf"). */
const APPLICATION = 0x53_4d_53_66;

/** A step a version: never changed once published, only followed by another. */
const MIGRATIONS = [
  `
  -- A lane holds what waits for one recipient of one account; it is gone when nothing does.
  CREATE TABLE lane (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    recipient TEXT NOT NULL,
    claimed INTEGER,        -- the seq of the entry under way
    due INTEGER,            -- when it is next to be looked at; NULL while one is under way
    head INTEGER,           -- the seq of the entry that it is due for
    UNIQUE (account, recipient)
  );
  CREATE INDEX lane_due ON lane (account, due, head) WHERE due IS NOT NULL;

  CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY, -- the order
    reference TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    recipient TEXT NOT NULL,
    lane INTEGER,           -- NULL for one that is held or expired: it stands apart; and for one that is sent, and alone
    asleep INTEGER NOT NULL, -- 1 for one that was never tried and has a time to come: others pass
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    body TEXT NOT NULL      -- the other properties, as JSON
  );
  CREATE INDEX outbox_lane ON outbox (lane, asleep, seq) WHERE lane IS NOT NULL;
  CREATE INDEX outbox_asleep ON outbox (lane, not_before, seq) WHERE asleep = 1;
  CREATE INDEX outbox_end ON outbox (account, expires_at) WHERE state = 'waiting';
  CREATE INDEX outbox_state ON outbox (state, account, created_at) WHERE state <> 'waiting';
  CREATE INDEX outbox_age ON outbox (account, created_at) WHERE state = 'waiting';

  CREATE TABLE tracked (
    account TEXT NOT NULL,
    id TEXT NOT NULL,
    reference TEXT NOT NULL,
    recipient TEXT NOT NULL,
    accepted_at INTEGER NOT NULL,
    ask_at INTEGER NOT NULL, -- an infinite REAL for never
    asked INTEGER NOT NULL,
    final_by INTEGER NOT NULL,
    final INTEGER NOT NULL,
    due INTEGER NOT NULL,   -- the earlier of ask_at and final_by
    turn INTEGER NOT NULL,  -- grows with each save of this and of all others
    keep_from INTEGER NOT NULL, -- since when it is only kept for those who ask
    version INTEGER NOT NULL, -- how often it was saved
    body TEXT NOT NULL,
    UNIQUE (account, id)
  );
  CREATE INDEX tracked_reference ON tracked (account, reference);
  CREATE INDEX tracked_accepted ON tracked (account, accepted_at, recipient);
  CREATE INDEX tracked_due ON tracked (account, due) WHERE final = 0;
  CREATE INDEX tracked_open ON tracked (account, asked, turn, due) WHERE final = 0;
  CREATE INDEX tracked_keep ON tracked (keep_from) WHERE final = 1;

  -- With rows of its own: in an index, which a table without them is, a letter of some length has a page for itself.
  CREATE TABLE mark (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    until INTEGER NOT NULL, -- an infinite REAL for no end
    UNIQUE (scope, key)
  );
  CREATE INDEX mark_until ON mark (until);
  `,
];

/** Looks whose the file is, and touches nothing. @throws SmsError SMS_STORE: of a later version, of another program */
export function inspect(db: DatabaseSync, file: string): void {
  const version = pragma(db, 'user_version');
  const isOurs = pragma(db, 'application_id') === APPLICATION;
  if (!isOurs && db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get()) {
    throw new SmsError('SMS_STORE', `${file} is the database of another program; give the store a file of its own.`);
  }
  if (isOurs && version > MIGRATIONS.length) {
    throw new SmsError(
      'SMS_STORE',
      `The store ${file} was written by a later version of this package (its layout is ${version}, this version ` +
        `knows ${MIGRATIONS.length}); install that version again, or give the store another file.`,
    );
  }
}

/** Brings an inspected file to the layout of today. */
export function migrate(db: DatabaseSync): void {
  const version = pragma(db, 'application_id') === APPLICATION ? pragma(db, 'user_version') : 0;
  if (version === MIGRATIONS.length) return;
  db.exec('BEGIN IMMEDIATE');
  for (const step of MIGRATIONS.slice(version)) db.exec(step);
  db.exec(`PRAGMA application_id = ${APPLICATION}; PRAGMA user_version = ${MIGRATIONS.length}; COMMIT`);
}

function pragma(db: DatabaseSync, name: string): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}
