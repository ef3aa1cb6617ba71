import type { FastifyReply } from 'fastify'

/**
 * A page of Portside without the console: a heading and sentences. It can be read without its
 * style, which is missing when the console is not built.
 * @param paragraphs HTML, written by us
 */
export function plainPage(heading: string, ...paragraphs: string[]): string {
  return page(heading, '', paragraphs)
}

/**
 * A page that goes on to `path` at once. A redirect would not do: after one from another site,
 * browsers don't send the SameSite=Strict cookie; from a page of our own they do.
 */
export function goingOnPage(heading: string, path: string): string {
  const to = escaped(path)
  return page(heading, `<meta http-equiv="refresh" content="0; url=${to}">\n`, [
    `<a href="${to}">Go on to Portside</a>`,
  ])
}

function page(heading: string, head: string, paragraphs: string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${head}<title>${heading} · Portside</title>
<link rel="icon" href="/portside.svg">
<link rel="stylesheet" href="/plain-page.css">
</head>
<body>
<main>
<h1>${heading}</h1>
${paragraphs.map((one) => `<p>${one}</p>`).join('\n')}
</main>
</body>
</html>
`
}

/** Text escaped for HTML, also for an attribute. */
export function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)
}

/** Sends a page that no cache keeps. */
export function sendPage(reply: FastifyReply, status: number, html: string): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').header('cache-control', 'no-store').send(html)
}
