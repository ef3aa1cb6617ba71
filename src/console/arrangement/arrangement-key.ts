const PREFIX = 'portside.arrangement'

/** Where the browser keeps the arrangement of a port. */
export const arrangementKey = (project: string, port: string) => `${PREFIX}/${project}/${port}`
