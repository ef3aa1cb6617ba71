/** What a refusal says, whatever its form. */
export type Refusal = { status: number; error_code: string; error_msg: string }

/**
 * The forms in which refusals were seen (docs/platform.md, Errors).
 * - `platform`: `error_code`, `error_msg` and `request_id`, the API's own.
 * - `code-only`: `error_code` alone.
 * - `NeutronError`, `itemNotFound`, `message`, `error`: the JSON of OpenStack's services and of
 *   IAM, each under that name.
 * - `HTML`, `XML`: pages of gateways and web firewalls.
 * - `text`: a line that is no JSON.
 */
export const errorForms = [
  'platform',
  'code-only',
  'NeutronError',
  'itemNotFound',
  'message',
  'error',
  'HTML',
  'XML',
  'text',
] as const
/** A form in which refusals were seen. */
export type ErrorForm = (typeof errorForms)[number]

const json = (value: object) => ({
  type: 'application/json; charset=utf-8',
  body: JSON.stringify(value),
})

/**
 * The body of a refusal in a form, and its content type. What came from outside is in it as it is:
 * the emulator's texts need no escaping, those of faults are for their author to choose.
 */
export function errorBody(
  form: ErrorForm,
  { status, error_code, error_msg }: Refusal,
  request_id: string,
): { type: string; body: string } {
  switch (form) {
    case 'platform':
      return json({ error_code, error_msg, request_id })
    case 'code-only':
      return json({ error_code })
    case 'NeutronError':
      return json({ NeutronError: { type: error_code, message: error_msg, detail: '' } })
    case 'itemNotFound':
      return json({ itemNotFound: { message: error_msg, code: status } })
    case 'message':
      return json({ message: error_msg })
    case 'error':
      return json({ error: { code: error_code, message: error_msg } })
    case 'HTML':
      return {
        type: 'text/html; charset=utf-8',
        body:
          `<!DOCTYPE html>\n<html><head><title>${status}</title><style>h1 { color: red }</style></head>\n` +
          `<body><h1>${status}</h1><p>${error_msg}</p></body></html>\n`,
      }
    case 'XML':
      return {
        type: 'application/xml',
        body:
          `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${error_code}</Code>` +
          `<Message>${error_msg}</Message><RequestId>${request_id}</RequestId></Error>\n`,
      }
    case 'text':
      return { type: 'text/plain', body: `${error_msg}\n` }
  }
}
