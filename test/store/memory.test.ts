/** The store in memory keeps the contract of every store. */
import { memoryStore } from '../../dist/src/store/index.js';
import { storeContract } from './contract.ts';

storeContract('in memory', memoryStore);
