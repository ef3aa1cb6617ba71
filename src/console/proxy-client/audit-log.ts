import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import {
  auditRecordResponse,
  auditLogResponse,
  auditLogApi,
  type AuditLogFilters,
} from '../../vpc/audit-log.ts'
import { queryString } from '../../vpc/query-string.ts'
import { call } from './client.ts'

/** Audit records on a page. */
const PAGE = 50

/** The audit records that the filters leave, newest first, page by page. */
export const auditLogPagesQuery = (filters: AuditLogFilters) =>
  infiniteQueryOptions({
    queryKey: ['records', filters],
    queryFn: ({ pageParam, signal }) =>
      call(auditLogResponse, auditLogApi.records(), {
        query: { ...filters, limit: PAGE, after: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    staleTime: 5_000,
  })

/** One audit record with all its entries. */
export const auditRecordQuery = (id: string) =>
  queryOptions({
    queryKey: ['record', id],
    queryFn: ({ signal }) =>
      call(auditRecordResponse, auditLogApi.record(id), { signal }).then((response) => response.record),
    staleTime: 5_000,
    refetchOnWindowFocus: true,
  })

/** Where the browser gets the audit records that the filters leave, as a file. */
export function exportAddress(filters: AuditLogFilters, format: 'csv' | 'jsonl'): string {
  return `${auditLogApi.exported()}?${queryString({ ...filters, format })}`
}
