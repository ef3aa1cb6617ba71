import { createServer, type AddressInfo } from 'node:net'

/** The page that a Browser shows. */
export type Page = { url: URL; status: number; text: string; headers: Headers }

/**
 * The parts of a browser that signing in needs: cookies by host and path, redirects, forms, and
 * pages that go on without a click.
 */
export class Browser {
  readonly #cookies = new Map<string, { host: string; path: string; name: string; value: string }>()

  /** The Cookie header for an address. */
  cookiesFor(address: string | URL): string {
    const { hostname, pathname } = new URL(address)
    return [...this.#cookies.values()]
      .filter(({ host, path }) => host === hostname && pathname.startsWith(path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
  }

  /** One request, without following anything. */
  async request(address: string | URL, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    headers.set('cookie', this.cookiesFor(address))
    const response = await fetch(address, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) this.#keep(new URL(address).hostname, line)
    return response
  }

  /**
   * Opens an address and follows its redirects.
   * @param until stops before it opens such an address
   */
  async open(address: string | URL, init: RequestInit = {}, until?: RegExp): Promise<Page> {
    let url = new URL(address)
    let response = await this.request(url, init)
    for (let left = 20; left > 0; left--) {
      const text = await response.text()
      const onwards =
        response.headers.get('location') ??
        /http-equiv="refresh" content="0; url=([^"]*)"/.exec(text)?.[1]?.replaceAll('&#38;', '&')
      if (onwards === undefined || until?.test(new URL(onwards, url).href))
        return {
          url: onwards ? new URL(onwards, url) : url,
          status: response.status,
          text,
          headers: response.headers,
        }
      url = new URL(onwards, url)
      response = await this.request(url)
    }
    throw new Error(`too many redirects at ${url.href}`)
  }

  /** Fills in the form of the provider's login page. */
  logIn(at: Page, login: string, until?: RegExp): Promise<Page> {
    const action = /<form[^>]* action="([^"]+)"/.exec(at.text)![1]!
    const body = new URLSearchParams({ prompt: 'login', login, password: 'any' })
    return this.open(new URL(action, at.url), { method: 'POST', body }, until)
  }

  /** Signs in at a proxy as one of the provider's accounts. @returns the page that this ends at */
  async signIn(origin: string, login: string, returnTo = '/'): Promise<Page> {
    const page = await this.open(`${origin}/sign-in?return_to=${encodeURIComponent(returnTo)}`)
    return this.logIn(page, login)
  }

  #keep(host: string, line: string): void {
    const [pair = '', ...attributes] = line.split(/; */)
    const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]
    const read = (wanted: string) =>
      attributes.find((one) => one.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1)
    const path = read('path') ?? '/'
    const key = `${host} ${path} ${name}`
    const expires = read('expires')
    const over = read('max-age') === '0' || (expires !== undefined && Date.parse(expires) <= Date.now())
    if (over) this.#cookies.delete(key)
    else this.#cookies.set(key, { host, path, name, value })
  }
}

/** A port of this machine on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
