import { isUuid } from '../../vpc/ids.ts'

/** What every page of a project may have in its URL. */
export type PanelSearch = {
  /** ID of the security group that is open beside the page. */
  panel?: string | undefined
}

/** Reads it from a URL's parameters; what does not fit is left out, not refused. */
export const readPanelSearch = ({ panel }: Record<string, unknown>): PanelSearch =>
  typeof panel === 'string' && isUuid(panel) ? { panel: panel.toLowerCase() } : {}
