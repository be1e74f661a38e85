/** The embedded store keeps the contract of every store. */
import { embeddedStore } from '../../dist/src/store/index.js';
import { storeContract } from './contract.ts';
import { newFile } from './sqlite-files.ts';

storeContract('in SQLite', () => embeddedStore({ file: newFile(), keepDays: 30 }));
