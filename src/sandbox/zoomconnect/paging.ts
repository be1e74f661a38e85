/** The pages of ZoomConnect's smaller lists: "Paginated" in the document, by parameters that it does not name. */
import type { Call } from './account';
import { queryInteger } from './read';

/** Assumption: `page` and `pageSize`, as messages/all has them. @throws Fault for what is no number of a page */
export function paged<T>({ zoom, request: { query } }: Call, items: T[]): T[] {
  const pageSize = queryInteger(query, 'pageSize', 1) ?? (zoom.assume.listPageSize || Number.POSITIVE_INFINITY);
  const page = queryInteger(query, 'page', 1) ?? 1;
  if (!Number.isFinite(pageSize)) return page === 1 ? items : [];
  return items.slice((page - 1) * pageSize, page * pageSize);
}
