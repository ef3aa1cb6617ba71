import type { FastifyReply } from 'fastify'

/**
 * A page of Portside without the console: a heading and sentences. Without style of its own, because the
 * Content-Security-Policy allows no inline style and there may be no console to take it from.
 * @param paragraphs HTML, written by us
 */
export function plainPage(heading: string, ...paragraphs: string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${heading} · Portside</title>
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

/** Answers with a page that no cache keeps. */
export function sendPage(reply: FastifyReply, status: number, page: string): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').header('cache-control', 'no-store').send(page)
}
