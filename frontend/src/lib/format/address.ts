/** The two halves of "host:port"; an IPv6 host loses its brackets. */
export function splitAddress(address: string): { host: string; port: number } {
  const at = address.lastIndexOf(':')
  const host = address.slice(0, Math.max(at, 0)).replace(/^\[|\]$/g, '')
  return { host, port: Number(address.slice(at + 1)) || 0 }
}

export function joinAddress(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Whether a host is this machine alone. */
export const isLoopback = (host: string): boolean =>
  host === '::1' || host.toLowerCase() === 'localhost' || /^127(\.\d+){3}$/.test(host)
