/**
 * Every error that the emulator responds with: the platform's code and HTTP status.
 *
 * The vendor's page (docs/platform.md, Insert) only links to the list of codes. The platform's
 * public list has VPC.2500 (parameters of a port), VPC.2701 (not allowed) and VPC.0105 (a service
 * behind it failed); APIGW.0101 is seen from its gateway. All others are chosen here, so that
 * each check has a code of its own, and may differ on the platform: clients go by the HTTP status,
 * and show the code as it came.
 */
export const ERROR_CODES = {
  // The gateway's own.
  noSuchApi: { status: 404, error_code: 'APIGW.0101' },
  requestTooLarge: { status: 413, error_code: 'APIGW.0201' },
  methodNotAllowed: { status: 405, error_code: 'APIGW.0202' },
  badUrl: { status: 400, error_code: 'APIGW.0106' },
  notAuthenticated: { status: 401, error_code: 'APIGW.0301' },
  throttled: { status: 429, error_code: 'APIGW.0308' },
  // The VPC service's.
  invalidParameter: { status: 400, error_code: 'VPC.2500' },
  malformedBody: { status: 400, error_code: 'VPC.2501' },
  markerNotFound: { status: 400, error_code: 'VPC.2502' },
  indexPastEnd: { status: 400, error_code: 'VPC.2503' },
  portNotFound: { status: 404, error_code: 'VPC.2504' },
  groupNotFound: { status: 404, error_code: 'VPC.0602' },
  ruleNotFound: { status: 404, error_code: 'VPC.0603' },
  addressGroupNotFound: { status: 404, error_code: 'VPC.0604' },
  groupAlreadyOnPort: { status: 409, error_code: 'VPC.2505' },
  // 409, not 404: the group exists, the port's state is against the request.
  groupNotOnPort: { status: 409, error_code: 'VPC.2506' },
  tooManyGroups: { status: 409, error_code: 'VPC.2507' },
  projectNotAllowed: { status: 403, error_code: 'VPC.2701' },
  serviceFailure: { status: 500, error_code: 'VPC.0105' },
  serviceUnavailable: { status: 503, error_code: 'VPC.0106' },
  // The emulator's own, only under /_emulator.
  notFromHere: { status: 403, error_code: 'Emulator.Forbidden' },
} as const

/** The name of an error in the table. */
export type ErrorName = keyof typeof ERROR_CODES

/**
 * A refusal in the platform's error form (docs/platform.md, Errors); the server adds the request
 * ID.
 */
export class PlatformError extends Error {
  override name = 'PlatformError'
  readonly status: number
  readonly error_code: string

  /**
   * @param name which error of the table; `message` becomes `error_msg` and names the offending ID
   *   or field.
   */
  constructor(name: ErrorName, message: string) {
    super(message)
    this.status = ERROR_CODES[name].status
    this.error_code = ERROR_CODES[name].error_code
  }
}
