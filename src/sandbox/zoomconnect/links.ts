/** Ids and links as ZoomConnect's answers show them. */
import type { ZoomConnect } from './account';

export interface Link {
  href: string;
  rel: string;
  templated: boolean;
}

/** @param path below the API's base, as `/contacts/5eea…` */
export const link = ({ base }: ZoomConnect, rel: string, path: string): Link => ({
  href: base + path,
  rel,
  templated: false,
});

/** The older API's ids were numbers. */
export const idOut = ({ assume }: ZoomConnect, id: string): string | number => (assume.numericIds ? Number(id) : id);
