/** The state of a port's page, as the URL has it. */
export type PortSearch = {
  /** What is shown besides the arrangement. */
  show?: 'rules' | 'picture' | undefined
}

/** Reads the state from a URL's parameters; what does not fit is left out, not refused. */
export const readPortSearch = ({ show }: Record<string, unknown>): PortSearch =>
  show === 'rules' || show === 'picture' ? { show } : {}
